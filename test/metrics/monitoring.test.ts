// Metrics and health as a monitor sees them: of a real gateway, over its own listener.

import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { loadConfig } from '../../config/load.ts';
import { openCore } from '../../core.ts';
import { createMetrics } from '../../metrics/metrics.ts';
import { startMonitoring } from '../../roles/monitoring.ts';
import { readClaims } from '../support/claims.ts';
import {
  addReadyUser,
  addReadyUserByHand,
  firstPassword,
  startTestGateway,
  type TestGateway,
  testConfig,
  waitForAnswers,
} from '../support/gateway.ts';
import { readLog, startServe, whyNotBuilt } from '../support/serve-process.ts';
import { connectSsh, putFile } from '../support/ssh-client.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const partner = 'acme-dental';
const user = 'mfranklin';
const monitoring = { enabled: true, port: 0 };

const urlOf = ({ gateway }: TestGateway, path: string) =>
  `http://127.0.0.1:${gateway.monitoring?.port}${path}`;

async function scrape(url: string): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(url);
  if (answer.status !== 200) throw new Error(`${url} said ${answer.status}`);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

test('without being asked for, nothing listens for monitors', async (t) => {
  const running = await startTestGateway(t);
  t.equal(running.gateway.monitoring, undefined);
});

test('a scrape tells of sign-ins, transfers, answers and queues, and of no person or file', async (t) => {
  const running = await startTestGateway(t, { config: { monitoring } });
  await addReadyUser(running, { partner, user });
  await t.rejects(connectSsh(t, running.target('nobody1'), 'wrong'));
  const { sftp } = await connectSsh(t, running.target(user), firstPassword);
  await putFile(sftp, '/inbound/smith-claims.x12', readClaims('p-00-valid', 1));
  await waitForAnswers(running.dataDirectory, { partner, file: 'smith-claims.x12' });
  const found = await until('the answer is counted', async () => {
    const seen = await scrape(urlOf(running, '/metrics'));
    return (seen.get('claimgate_intake_stage_seconds_count{stage="publish"}') ?? 0) > 0 && seen;
  });
  const of = (series: string) => found.get(`claimgate_${series}`);
  t.equal(of('logins_total{door="portal",method="browser",outcome="accepted",reason="none"}'), 1);
  t.equal(of('logins_total{door="sftp",method="password",outcome="accepted",reason="none"}'), 1);
  t.equal(of('login_seconds_count{outcome="accepted"}'), 1);
  t.equal(of('logins_total{door="sftp",method="password",outcome="refused",reason="no-account"}'), 1);
  t.equal(of('transfers_total{direction="upload",outcome="complete"}'), 1);
  t.equal(of('transfer_bytes_total{direction="upload"}'), Buffer.byteLength(readClaims('p-00-valid', 1)));
  t.equal(of('transmissions_received_total{source="sftp"}'), 1);
  t.equal(of('transmissions_answered_total{verdict="accepted"}'), 1);
  t.equal(of('receipt_to_answer_seconds_bucket{le="3600",answer="TA1 999"}'), 1);
  for (const stage of ['wait', 'read', 'answer', 'publish'])
    t.equal(of(`intake_stage_seconds_count{stage="${stage}"}`), 1, stage);
  t.equal(of('waiting{queue="intake"}'), 0);
  t.equal(of('sftp_sessions'), 1);
  t.equal(of('ready'), 1);
  t.ok((of('disk_free_bytes') ?? 0) > 0);
  t.ok((of('database_bytes') ?? 0) > 0);
  const text = await (await fetch(urlOf(running, '/metrics'))).text();
  for (const name of [user, partner, 'smith', 'nobody1', '127.0.0.1', 'Farnsworth'])
    t.notMatch(text, new RegExp(name, 'i'), `${name} is in no label`);
});

test('words that nobody knows do not make new series', (t) => {
  const metrics = createMetrics({ version: '1', roles: [] });
  for (let index = 0; index < 1000; index += 1) {
    const address = '192.0.2.1';
    metrics.count({ kind: 'sftp.connection-refused', address, reason: `odd ${index}` });
    metrics.count({ kind: 'portal.sign-in-refused', userName: `u${index}`, address, reason: `odd ${index}` });
    metrics.count({
      kind: 'sftp.login-refused',
      connection: index,
      address,
      userName: `u${index}`,
      method: `m${index}`,
      reason: 'malformed',
      durationMs: 1,
    });
    const fault = { name: 'E', code: undefined, message: '', stack: undefined };
    metrics.count({ kind: 'fault', where: `x${index} y`, fault });
  }
  const standing = {
    nowMs: 0,
    ready: true,
    certificateEndsAtMs: undefined,
    disk: {
      freeBytes: 1,
      sizeBytes: 2,
      minFreeBytes: 0,
      freeInodes: 1,
      databaseBytes: 1,
      logBytes: 0,
    },
    queues: {
      arriving: { count: 0, oldestAtMs: undefined },
      unanswered: { count: 0, oldestAtMs: undefined },
      failed: { count: 0, oldestAtMs: undefined },
      quarantined: { count: 0, oldestAtMs: undefined },
      unpublished: { count: 0, oldestAtMs: undefined },
      unreleased: { count: 0, oldestAtMs: undefined },
      waitingDeliveries: 0,
      deadDeliveries: 0,
      waitingMails: 0,
      deadMails: 0,
      sessions: 0,
      bans: 0,
      lastBackupAtMs: undefined,
    },
  };
  return metrics.render(standing).then((text) => {
    const series = text.split('\n').filter((line) => line.startsWith('claimgate_'));
    t.ok(series.length < 100, `${series.length} series`);
    t.match(text, /claimgate_connections_refused_total\{reason="other"\} 1000/);
    t.match(text, /claimgate_faults_total\{room="other"\} 1000/);
  });
});

test('it is alive from the first moment, and ready while the gateway serves', async (t) => {
  const core = openCore({
    config: testConfig(join(makeTestFolder(t), 'data'), { monitoring }),
    observe: () => undefined,
  });
  t.teardown(() => core.close());
  const watch = await startMonitoring(core, createMetrics({ version: '1', roles: [] }));
  t.teardown(() => watch.close());
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${watch.port}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  t.equal((await ask('/livez')).status, 200);
  t.same(await ask('/readyz'), {
    status: 503,
    text: '{"ready":false,"checks":{"gateway":"starting","database":"ok"}}\n',
  });
  watch.become('serving');
  t.equal((await ask('/readyz')).status, 200);
  watch.become('stopping');
  t.match(await ask('/readyz'), { status: 503, text: /stopping/ });
  t.equal((await ask('/')).status, 404);
  const posted = await fetch(`http://127.0.0.1:${watch.port}/metrics`, { method: 'POST', body: 'x' });
  t.equal(posted.status, 405);
});

test('where a token is set, metrics are for who has it, and probes for everyone', async (t) => {
  const root = makeTestFolder(t);
  const tokenFile = join(root, 'token');
  writeFileSync(tokenFile, 'nobody-guesses-this-one\n');
  chmodSync(tokenFile, 0o600);
  const running = await startTestGateway(t, { root, config: { monitoring: { ...monitoring, tokenFile } } });
  const status = async (authorization?: string) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    return (await fetch(urlOf(running, '/metrics'), { headers })).status;
  };
  t.equal(await status(), 401);
  t.equal(await status('Bearer nobody-guesses-this-two'), 401);
  t.equal(await status('Basic nobody-guesses-this-one'), 401);
  t.equal(await status('Bearer nobody-guesses-this-one'), 200);
  t.equal((await fetch(urlOf(running, '/readyz'))).status, 200);
});

test('a token that could be guessed is refused at start, with the cure', async (t) => {
  const root = makeTestFolder(t);
  const tokenFile = join(root, 'token');
  writeFileSync(tokenFile, 'short');
  await t.rejects(startTestGateway(t, { root, config: { monitoring: { ...monitoring, tokenFile } } }), {
    code: 'monitoring.token',
    message: /at least 16 characters.*openssl rand/,
  });
});

test('beyond loopback it wants HTTPS and a token', (t) => {
  const load = (settings: Readonly<Record<string, string>>) => {
    const environment = { CLAIMGATE_MONITORING_ENABLED: 'true', ...settings };
    const loaded = loadConfig({ environment, workingDirectory: t.testdir() });
    return loaded.kind === 'refused' ? loaded.problems.map(({ path }) => path) : [];
  };
  const tls = { CLAIMGATE_MONITORING_TLS_CERTIFICATE_FILE: 'c', CLAIMGATE_MONITORING_TLS_KEY_FILE: 'k' };
  const host = { CLAIMGATE_MONITORING_HOST: '0.0.0.0' };
  t.same(load({}), []);
  t.same(load(host), ['monitoring.host']);
  t.same(load({ ...host, ...tls }), ['monitoring.host']);
  t.same(load({ ...host, ...tls, CLAIMGATE_MONITORING_TOKEN_FILE: 't' }), []);
  t.same(load({ CLAIMGATE_MONITORING_TLS_KEY_FILE: 'k' }), ['monitoring.tlsKeyFile']);
  t.same(load({ CLAIMGATE_MONITORING_PORT: '2022' }), ['monitoring.port']);
  t.end();
});

test('over HTTPS it has the certificate of the settings', async (t) => {
  const root = makeTestFolder(t);
  const [tlsKeyFile, tlsCertificateFile] = [join(root, 'key.pem'), join(root, 'certificate.pem')];
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', '/CN=localhost', '-keyout', tlsKeyFile, '-out', tlsCertificateFile],
    ],
    { stdio: 'ignore' },
  );
  const config = { monitoring: { ...monitoring, tlsKeyFile, tlsCertificateFile } };
  const { gateway } = await startTestGateway(t, { root, config });
  const { get } = await import('node:https');
  const subject = await new Promise((resolve, reject) => {
    get(`https://127.0.0.1:${gateway.monitoring?.port}/livez`, { rejectUnauthorized: false }, (answer) => {
      const { socket } = answer;
      resolve(
        'getPeerCertificate' in socket
          ? (socket as import('node:tls').TLSSocket).getPeerCertificate().subject.CN
          : '',
      );
      answer.resume();
    }).on('error', reject);
  });
  t.equal(subject, 'localhost');
});

test('what SFTP workers do is counted by the process that has them', { skip: whyNotBuilt() }, async (t) => {
  const root = makeTestFolder(t);
  const core = openCore({ config: testConfig(join(root, 'data')), observe: () => undefined });
  t.teardown(() => core.close());
  await addReadyUserByHand(core, { partner, user });
  const config = { roles: ['sftp'], sftp: { workers: 2 }, monitoring };
  const serve = await startServe(t, { root, name: 'workers', config });
  const listening = readLog(serve.logFile).find(({ event }) => event === 'monitoring.listening');
  for (let index = 0; index < 4; index += 1) {
    const { sftp } = await connectSsh(t, serve.target(user), firstPassword);
    await putFile(sftp, `/inbound/file-${index}.x12`, readClaims('p-00-valid', 1));
  }
  const url = `http://127.0.0.1:${String(listening?.['port'])}/metrics`;
  const found = await until('four uploads are counted', async () => {
    const seen = await scrape(url);
    return seen.get('claimgate_transfers_total{direction="upload",outcome="complete"}') === 4 && seen;
  });
  t.equal(
    found.get('claimgate_logins_total{door="sftp",method="password",outcome="accepted",reason="none"}'),
    4,
  );
  t.equal(await serve.stop(), 0);
});
