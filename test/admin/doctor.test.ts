import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { ClientEvidence } from '../../admin/doctor-check.ts';
import { readClientOffer, readLastFailure } from '../../admin/doctor-client.ts';
import { checkNode, provedNodes } from '../../admin/doctor-machine.ts';
import { type Diagnosis, diagnose, doctorChecks, printDiagnosis } from '../../admin/doctor-report.ts';
import { openScene } from '../../admin/doctor-scene.ts';
import { newTransmissionId } from '../../domain/ids.ts';
import { openDatabase } from '../../storage/database.ts';
import { ReceiveLog } from '../../storage/receive-log.ts';
import { completeDigest } from '../../storage/upload-journal.ts';
import { run, whyNotBuilt } from '../support/command.ts';
import { startServe } from '../support/serve-process.ts';
import {
  addTestPartners,
  openAlice,
  opened,
  openTestStorage,
  partnerId,
  testClock,
  userId,
} from '../support/storage.ts';

const skip = whyNotBuilt() ?? false;

test('a Node that is too old is called an error, and one that nobody has tried is warned of', (t) => {
  for (const version of ['20.19.0', '20.20.2', '22.14.0', '22.23.3', '24.0.0', '24.21.0', '26.10.0'])
    t.equal(checkNode(version).verdict, 'ok', version);
  for (const version of ['18.20.4', '20.18.3', '22.13.1'])
    t.equal(checkNode(version).verdict, 'error', version);
  for (const version of ['21.7.0', '23.11.0', '25.0.0', '27.0.0'])
    t.equal(checkNode(version).verdict, 'warning', version);
  t.end();
});

test('npm refuses what doctor does not find proved', (t) => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  t.equal(manifest.engines.node, provedNodes.map(({ major, minor }) => `^${major}.${minor}.0`).join(' || '));
  t.end();
});

/** Looks at what stands in `root`: `claimgate.yaml` and `data`, where they are. */
async function examine(
  root: string,
  config = '',
  client?: ClientEvidence,
): Promise<(id: string) => readonly Diagnosis[]> {
  const file = join(root, 'claimgate.yaml');
  // Ports that nothing listens on: what is on the standard ones of this machine is not the test's business.
  const ports = 'sftp: {port: 0}\nportal: {port: 0}\n';
  writeFileSync(file, config === '' ? ports : config);
  const scene = await openScene({ config: file, data: join(root, 'data') }, client);
  try {
    const all = await diagnose(scene);
    return (id) => all.filter((one) => one.id === id);
  } finally {
    await scene.database?.close();
  }
}

test('before the first start nothing is an error, and what cannot be looked at is said', async (t) => {
  const root = t.testdir();
  const found = await examine(root);
  t.match(found('data-directory'), [{ verdict: 'warning', found: /not there yet/ }]);
  t.match(found('database'), [{ verdict: 'skipped' }]);
  t.same(readdirSync(root), ['claimgate.yaml'], 'the doctor makes nothing');
  for (const { id } of doctorChecks) t.ok(found(id).length > 0, `${id} says something`);
  t.notOk(doctorChecks.some(({ id }) => found(id).some(({ verdict }) => verdict === 'error')));
});

test('an installation in order is said to be so, and is left as it was', async (t) => {
  const root = t.testdir();
  const storage = openTestStorage(t, join(root, 'data'), testClock(Date.now() - 10_000));
  await addTestPartners(storage);
  const before = readdirSync(join(root, 'data'), { recursive: true });
  const found = await examine(root);
  for (const id of ['data-directory', 'ownership', 'hard-links', 'database', 'clock', 'unanswered', 'mails'])
    t.match(found(id), [{ verdict: 'ok', cure: undefined }], id);
  t.match(found('host-keys'), [{ verdict: 'warning', found: /none yet/ }]);
  t.match(found('roles'), [{ verdict: 'warning', found: /Nothing runs/ }]);
  t.same(readdirSync(join(root, 'data'), { recursive: true }), before);
});

test('secrets that others can read, a directory that others can write, a foreign folder', async (t) => {
  const root = t.testdir();
  const { directory } = openTestStorage(t, join(root, 'data'));
  writeFileSync(join(directory.keys, 'pepper'), 'x', { mode: 0o644 });
  writeFileSync(join(directory.keys, 'ssh_host_ed25519_key'), 'no key', { mode: 0o600 });
  writeFileSync(join(directory.keys, 'ssh_host_ecdsa_key'), 'no key', { mode: 0o600 });
  chmodSync(directory.root, 0o777);
  const found = await examine(root);
  t.match(found('secret-files'), [{ verdict: 'error', found: /pepper can be read/, cure: /chmod 600/ }]);
  t.match(found('data-directory'), [{ verdict: 'error', found: /0777/ }]);
  t.match(found('host-keys'), [{ verdict: 'error', found: /not a private key/ }]);
  rmSync(directory.quarantine, { recursive: true });
  writeFileSync(directory.quarantine, 'a file');
  t.match((await examine(root))('hard-links'), [{ verdict: 'ok' }]);
});

test('a database that is damaged, is none, or is of another version is a finding', async (t) => {
  const root = t.testdir();
  const { database, directory } = openTestStorage(t, join(root, 'data'));
  await database.sql
    .insertInto('schema_migrations')
    .values({ version: 9999, name: 'future', applied_at_ms: 0 })
    .execute();
  const newer = await examine(root);
  t.match(newer('database'), [{ verdict: 'error', found: /9999/, cure: /newer Claimgate/ }]);
  t.match(newer('unanswered'), [{ verdict: 'skipped' }]);
  const other = t.testdir({ data: { 'claimgate.db': 'this is no database at all'.repeat(1000) } });
  t.match((await examine(other))('database'), [
    { verdict: 'error', found: /damaged: file is not a database/ },
  ]);
  t.ok(directory);
});

test('a transmission that waits longer than CORE allows is an error, and so is one given up', async (t) => {
  const root = t.testdir();
  const storage = openTestStorage(t, join(root, 'data'), testClock(Date.now() - 2 * 60 * 60 * 1000));
  await addTestPartners(storage);
  const row = (id: string, state: 'received' | 'failed') => ({
    id,
    partner_id: 'acme',
    user_id: null,
    name: id,
    source: 'sftp' as const,
    state,
    writer: null,
    size_bytes: 1,
    sha256: null,
    original_path: null,
    inode: null,
    opened_at_ms: storage.clock.now(),
    received_at_ms: storage.clock.now(),
    updated_at_ms: storage.clock.now(),
    claimed_by: null,
    lease_expires_at_ms: null,
    attempts: 0,
    next_attempt_at_ms: 0,
    verdict: null,
    reason: null,
    answered_at_ms: null,
  });
  await storage.database.sql
    .insertInto('transmissions')
    .values([row('a', 'received'), row('b', 'failed')])
    .execute();
  const found = await examine(root);
  t.match(found('unanswered'), [
    { verdict: 'error', found: /1 wait, the oldest for (?:2 hours|1\d\d minutes)/ },
  ]);
  t.match(found('given-up'), [{ verdict: 'error', found: /1 failed/, cure: /transmission list/ }]);
});

test('a clock that has gone backwards behind the newest record is an error', async (t) => {
  const root = t.testdir();
  await addTestPartners(openTestStorage(t, join(root, 'data'), testClock(Date.now() + 3_600_000)));
  t.match((await examine(root))('clock'), [{ verdict: 'error', found: /gone backwards/ }]);
});

/** A port that someone else has, for as long as the test runs. */
function takePort(t: Test): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.end('220 not a mail server really\r\n'));
    t.teardown(() => new Promise((done) => server.close(done)));
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

test('ports of others, mail servers that answer or not, weak settings', async (t) => {
  const port = await takePort(t);
  const config = [
    `sftp: {port: ${port}, listeners: [{name: old, port: 0, profile: legacy, until: 2999-01-01}]}`,
    'portal: {port: 0, secondFactor: off, timeZone: Europe/Berlin}',
    `mail: {smtp: {host: 127.0.0.1, port: ${port}, tls: none}}`,
    'intake: {checkSenderId: false}',
  ].join('\n');
  const found = await examine(t.testdir(), config);
  t.match(found('ports'), [{ verdict: 'error', found: /taken by another program/, cure: /ss -ltnp/ }]);
  t.match(found('mail-server'), [{ verdict: 'ok' }]);
  t.match(found('legacy-listener'), [{ verdict: 'warning', found: /until 2999/ }]);
  t.match(found('second-factor'), [{ verdict: 'warning', found: /off/ }]);
  t.match(found('sender-check'), [{ verdict: 'warning' }]);
  t.match(found('time-zone'), [{ verdict: 'ok', found: /Europe\/Berlin/ }]);
});

test('a configuration that cannot be used is a finding, and the data directory it names is looked at', async (t) => {
  const root = t.testdir();
  openTestStorage(t, join(root, 'data'));
  const found = await examine(root, 'sftp:\n  prot: 22\n');
  t.match(found('configuration'), [{ verdict: 'error', found: /sftp\.prot.*Did you mean sftp\.port/ }]);
  t.match(found('database'), [{ verdict: 'ok' }]);
  t.match(found('ports'), [{ verdict: 'skipped' }]);
});

const jsch = {
  event: 'sftp.negotiation-failed',
  address: '192.0.2.7',
  software: 'JSCH-0.1.55',
  offered: {
    kex: ['ecdh-sha2-nistp256', 'diffie-hellman-group14-sha1'],
    hostKey: ['ecdsa-sha2-nistp256', 'ssh-rsa'],
    cipher: ['aes128-ctr'],
    mac: ['hmac-sha2-256'],
  },
};

test('a client that cannot connect is told which profile would do, from the log or a file', async (t) => {
  const root = t.testdir();
  const log = join(root, 'log');
  writeFileSync(log, `${JSON.stringify({ event: 'sftp.login' })}\n${JSON.stringify(jsch)}\n`);
  t.match(readLastFailure(log), { name: 'JSCH-0.1.55 from 192.0.2.7' });
  const found = await examine(root, `log: {file: ${log}}\nsftp: {port: 0}\nportal: {port: 0}`);
  t.match(found('client'), [
    { verdict: 'warning', found: /^JSCH-0.1.55 from 192.0.2.7: .*profile compatible would do/ },
  ]);
  const offer = join(root, 'offer');
  writeFileSync(offer, 'kex: diffie-hellman-group1-sha1\nhostKey: ssh-dss\n');
  t.match((await examine(root, '', readClientOffer(offer)))('client'), [
    { verdict: 'error', found: /No profile would do/ },
  ]);
  writeFileSync(offer, 'nothing: here\n');
  t.throws(() => readClientOffer(offer), /holds no algorithm lists/);
  t.throws(() => readLastFailure(join(root, 'nowhere')), /cannot be read/);
});

test('what is printed fits 100 columns and begins with what is wrong', async (t) => {
  const root = t.testdir();
  mkdirSync(join(root, 'data'), { mode: 0o777 });
  chmodSync(join(root, 'data'), 0o777);
  const scene = await openScene({ data: join(root, 'data') }, undefined);
  const text = printDiagnosis(await diagnose(scene));
  t.match(text, /^ERROR +data-directory/);
  for (const line of text.split('\n')) if (!line.includes(root)) t.ok(line.length <= 100, line);
});

test('the doctor beside a running gateway knows who runs, and disturbs nobody', { skip }, async (t) => {
  const root = t.testdir();
  const serve = await startServe(t, { root, name: 'serve', config: { roles: ['sftp', 'intake'] } });
  const ran = await run(root, ['doctor', '--config', 'serve.yaml', '--json']);
  t.equal(ran.err, '');
  const { checks } = JSON.parse(ran.out) as { readonly checks: readonly Diagnosis[] };
  const roles = checks.find(({ id }) => id === 'roles');
  t.match(roles, { verdict: 'ok', found: `sftp (process ${serve.pid}), intake (process ${serve.pid})` });
  t.equal(ran.code, 0, JSON.stringify(checks.filter(({ verdict }) => verdict === 'error')));
  t.equal(await serve.stop(), 0);
  const stopped = await run(root, ['doctor', '--config', 'serve.yaml']);
  t.match(stopped, { code: 0, out: /Nothing runs/ });
  chmodSync(join(root, 'data/keys/pepper'), 0o644);
  t.match(await run(root, ['doctor', '--config', 'serve.yaml']), { code: 1, out: /ERROR +secret-files/ });
  t.match(await run(root, ['doctor', '--client-offer', 'nowhere']), { code: 2, err: /cannot be read/ });
  t.ok(openDatabase);
});

test('what journal and disk do not agree on is named', async (t) => {
  const root = t.testdir();
  const { directory } = openTestStorage(t, join(root, 'data'), testClock(Date.now() - 10_000));
  t.match((await examine(root))('mismatches'), [{ verdict: 'ok' }]);
  const folder = join(directory.root, 'originals', '2026', '01', '02');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '01900000-0000-7000-8000-000000000000'), 'whose is this?');
  const found = (await examine(root))('mismatches');
  t.match(found, [
    { verdict: 'error', found: /^1: original-unknown .*01900000/, cure: /restart the role intake/ },
  ]);
});

test('small files that were answered and wait for a start are told of, and a log that lost something', async (t) => {
  const root = t.testdir();
  const { directory, database } = openTestStorage(t, join(root, 'data'), testClock(Date.now() - 10_000));
  t.match((await examine(root))('receive-log'), [{ verdict: 'ok', found: 'None waits.' }]);
  const log = new ReceiveLog({
    folder: directory.receiveLog,
    observe: () => undefined,
    randomBytes: database.randomBytes,
    crowdFiles: 1,
    apply: () => Promise.reject(new Error('never')),
  });
  const bytes = Buffer.from('ISA');
  await log.add({
    id: newTransmissionId(Date.now(), database.randomBytes(10)),
    partnerId: partnerId('acme'),
    userId: userId('alice'),
    name: 'claim.edi' as never,
    openedAtMs: Date.now() - 3_600_000,
    receivedAtMs: Date.now() - 3_600_000,
    modifiedAtMs: undefined,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes,
  });
  await log.close();
  t.match((await examine(root))('receive-log'), [
    { verdict: 'warning', found: /^1 wait, the oldest for \d+ minutes/, cure: /start the gateway/ },
  ]);
  writeFileSync(join(directory.receiveLog, '00000001.log.damaged'), '');
  t.match((await examine(root))('receive-log'), [
    { verdict: 'error', found: /00000001\.log\.damaged/, cure: /send again/ },
  ]);
});

test('large uploads that wait for their SHA-256 too long are told of, which intake would wait for in silence', async (t) => {
  const root = t.testdir();
  const clock = testClock(Date.now() - 3_600_000);
  const { alice, database } = await openAlice(openTestStorage(t, join(root, 'data'), clock));
  t.match((await examine(root))('digests'), [{ verdict: 'ok', found: 'None waits.' }]);
  for (const name of ['earlier', 'now']) {
    const file = await opened(alice, `/inbound/${name}.edi`);
    await file.write(Buffer.alloc(8 * 1024 * 1024, 'ISA'), 0);
    t.equal(await file.close(), undefined);
    clock.advance(3_590_000);
  }
  t.match((await examine(root))('digests'), [
    { verdict: 'error', found: /^2 wait, the oldest for (60|59) minutes/, cure: /role sftp/ },
  ]);
  const [old] = await database.sql.selectFrom('transmissions').select('id').orderBy('id').execute();
  await completeDigest(database, { id: old?.id as never, sha256: 'a'.repeat(64) });
  t.match((await examine(root))('digests'), [{ verdict: 'ok', found: /^1 wait, the oldest for/ }]);
});
