// An upgrade as an administrator does it: the data directory that an older release really made and filled
// (scripts/make-older-data.mjs), today's product started on it, and the two ways back.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { enrol } from '../support/authenticator.ts';
import { readClaims } from '../support/claims.ts';
import { whyNotBuilt } from '../support/command.ts';
import { type CommandDesk, openCommandDesk } from '../support/command-desk.ts';
import { waitForAnswers } from '../support/gateway.ts';
import { everyRow, type OlderRelease, unpackOlderRelease } from '../support/older-release.ts';
import { openPlainBrowser } from '../support/portal.ts';
import { startReceiver } from '../support/receiver.ts';
import { type InstalledGateway, serveInstalled } from '../support/serve-installed.ts';
import { call, connectSsh } from '../support/ssh-client.ts';
import { opensshSftp } from '../support/stock-clients.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const skip = whyNotBuilt() ?? false;

/** The fixture grows old: nothing in it may run out by that, whenever the test runs. */
const forALongTime = {
  CLAIMGATE_SFTP_PORT: '0',
  CLAIMGATE_PORTAL_PORT: '0',
  CLAIMGATE_AUTH_BCRYPT_COST: '10',
  CLAIMGATE_IDENTITY_EXPIRY_MS: '0',
  CLAIMGATE_STORAGE_INTERRUPTED_EXPIRY_MS: '3155760000000',
  ...Object.fromEntries(
    [
      'ORIGINALS',
      'INBOUND',
      'OUTBOUND_COLLECTED',
      'OUTBOUND_UNCOLLECTED',
      'QUARANTINE',
      'EVENTS',
      'JOURNAL',
    ].map((what) => [`CLAIMGATE_RETENTION_${what}_DAYS`, '36500']),
  ),
};

interface Scene {
  readonly cwd: string;
  readonly past: OlderRelease;
  readonly desk: CommandDesk;
}

function telling({ cwd, desk }: Scene, ...where: readonly string[]) {
  return async (...args: readonly string[]): Promise<unknown> => {
    const { code, out, err } = await desk.run(cwd, [...args, '--json', ...where]);
    if (code !== 0) throw new Error(`claimgate ${args.join(' ')}: ${err}${out}`);
    return JSON.parse(out);
  };
}

/** Everything that the older command told, told again by today's: new facts may stand beside the old ones. */
async function sameAsThen(t: Test, scene: Scene, ...where: readonly string[]): Promise<void> {
  const { past } = scene;
  const told = telling(scene, ...where);
  t.match(await told('partner', 'list'), past.partners, 'partners');
  t.match(await told('user', 'list'), past.users, 'users');
  t.match(await told('role', 'list'), past.roles, 'roles');
  t.match(await told('account', 'list'), past.accounts, 'accounts');
  t.match(await told('account', 'key', 'list', 'jdoe'), past.keys, 'keys');
  t.match(await told('partner', 'profile', 'show', 'carolina-clinic'), past.profile, 'what is agreed');
  t.match(await told('ban', 'list'), past.bans, 'bans');
  t.match(await told('mail', 'list'), past.mails, 'mails');
  t.match(await told('hostkey', 'list'), past.hostKeys, 'host keys');
  t.match(await told('dispatch', 'list'), past.dispatches, 'dispatches');
  for (const [user, grants] of Object.entries(past.grants))
    t.match(await told('grant', 'list', user), grants, `grants of ${user}`);
  for (const transmission of past.transmissions) {
    const { id, name } = transmission as { readonly id: string; readonly name: string };
    t.match(await told('transmission', 'show', id), transmission, name);
  }
  const byId = (rows: unknown) => new Map((rows as { id: string }[]).map((row) => [row.id, row]));
  const events = byId(await told('event', 'list', '--limit', '1000'));
  t.match(
    [...byId(past.events).keys()].map((id) => events.get(id)),
    past.events,
    'events',
  );
  const records = (await told('audit', 'list', '--limit', '1000')) as readonly {
    readonly sequence: number;
  }[];
  const last = past.audit.length;
  t.match(
    records.filter(({ sequence }) => sequence <= last),
    past.audit,
    'the audit trail',
  );
  t.match(await told('audit', 'verify'), { kind: 'intact' });
}

async function nothingIsWrong(t: Test, { cwd, desk }: Scene, data: string): Promise<void> {
  const ran = await desk.run(cwd, ['doctor', '--json', '--data', data]);
  const { checks: rows } = JSON.parse(ran.out) as {
    readonly checks: readonly { readonly id: string; readonly verdict: string }[];
  };
  t.strictSame(
    rows.filter(({ verdict }) => verdict === 'error'),
    [],
    'doctor finds nothing',
  );
  t.equal(ran.code, 0);
  t.match(
    rows.filter(({ id }) => id === 'mismatches'),
    [{ verdict: 'ok' }],
    'journal and disk say the same',
  );
}

/** What partners do on the first day after it. */
async function goOn(t: Test, scene: Scene, gateway: InstalledGateway): Promise<void> {
  const { cwd, past } = scene;
  const { password } = past;
  writeFileSync(join(cwd, 'new.x12'), readClaims('p-00-valid', 11));
  writeFileSync(join(cwd, 'half.x12'), readClaims('p-00-valid', 12));
  writeFileSync(join(cwd, 'sent-before.x12'), readClaims('p-00-valid', 1));
  const ran = await opensshSftp.run(gateway.target('jdoe'), {
    cwd,
    password,
    commands: [
      { kind: 'list', folder: '/outbound' },
      { kind: 'get', remote: '/outbound/faulty.x12.000000003.999', local: 'fetched.999' },
      { kind: 'put', local: 'new.x12', remote: '/inbound/new.x12' },
      { kind: 'resume-put', local: 'half.x12', remote: '/inbound/half.x12' },
      { kind: 'rename', from: '/inbound/later.x12.filepart', to: '/inbound/later.x12' },
      { kind: 'put', local: 'sent-before.x12', remote: '/inbound/sent-before.x12' },
    ],
  });
  t.equal(ran.code, 0, `the old password signs in by OpenSSH: ${ran.out}`);
  for (const name of ['accepted.x12.', 'faulty.x12.', 'again.x12.', 'junk.x12.', 'remit.x12'])
    t.match(ran.out, `/outbound/${name}`);
  t.match(readFileSync(join(cwd, 'fetched.999'), 'latin1'), /IK5\*R/);
  const answerTo = async (file: string) =>
    (await waitForAnswers(join(cwd, 'data'), { partner: 'carolina-clinic', file }))[0];
  t.match(await answerTo('new.x12'), { text: /IK5\*A/ });
  t.match(await answerTo('half.x12'), { text: /IK5\*A/ }, 'an upload goes on where it was cut off before');
  t.match(await answerTo('later.x12'), { text: /IK5\*A/ });
  t.match(await answerTo('sent-before.x12'), { text: /TA1\*.*\*R\*025/ }, 'what came before is known');
  const controls = readdirSync(join(cwd, 'data/mailboxes/carolina-clinic/outbound')).flatMap(
    (name) => /\.(\d{9})\.(?:999|ta1)$/.exec(name)?.[1] ?? [],
  );
  t.equal(new Set(controls).size, controls.length, 'no control number is used twice');

  const { sftp } = await connectSsh(t, gateway.target('jdoe'), { privateKey: past.privateKey });
  t.ok((await call<unknown[]>((done) => sftp.readdir('/inbound', done))).length > 0, 'the key signs in too');
  for (const user of ['mroe', 'gone', 'invited'])
    await t.rejects(connectSsh(t, gateway.target(user), password), `${user} is refused as before`);

  const browser = openPlainBrowser(gateway.portal);
  enrol(gateway.portal, 'jdoe', past.secret);
  const home = await browser.signIn('jdoe', password);
  t.match(home.text, 'SFTP Account Setup/Update', 'password and authenticator app open the portal');
  t.match((await browser.get('/trading-partner/transmissions')).text, 'faulty.x12');
}

/** The ids of what the webhook was not told yet. */
function waitingEvents({ deliveries = [], events = [] }: ReturnType<typeof everyRow>): readonly unknown[] {
  const waiting = new Set(deliveries.map((row) => row['event_sequence']));
  return events.filter(({ sequence }) => waiting.has(sequence)).map(({ id }) => id);
}

test('an older release is upgraded where it stands, nothing is lost, and both ways back lead back', {
  skip,
  timeout: 300_000,
}, async (t) => {
  const cwd = makeTestFolder(t);
  const past = unpackOlderRelease(cwd);
  const receiver = await startReceiver(t);
  const configuration = readFileSync(join(cwd, 'claimgate.yaml'), 'utf8');
  writeFileSync(join(cwd, 'claimgate.yaml'), configuration.replace('http://127.0.0.1:9/', receiver.url));
  const scene = { cwd, past, desk: openCommandDesk(t, forALongTime) };
  const database = join(cwd, 'data/claimgate.db');
  const before = everyRow(database);
  const [backup = ''] = readdirSync(join(cwd, 'backups'));
  const serve = (log: string) => serveInstalled(t, cwd, { log, data: 'data', environment: forALongTime });

  t.match(
    await scene.desk.run(cwd, ['config', 'check']),
    { code: 0 },
    'the configuration of then is one of now',
  );
  t.strictSame(everyRow(database), before, 'which has not touched the database yet');

  const gateway = await serve('first.log');
  t.ok(existsSync(`${database}.schema-${past.schema}`), 'the database was copied first');
  await sameAsThen(t, scene);
  const waiting = waitingEvents(before);
  t.ok(waiting.length > 20, `${waiting.length} events waited for a receiver`);
  await until('all of them reach it', () => {
    const ids = new Set<unknown>(receiver.received.map(({ id }) => id));
    return waiting.every((id) => ids.has(id));
  });
  await goOn(t, scene, gateway);
  t.equal(await gateway.stop(), 0);
  await nothingIsWrong(t, scene, 'data');
  t.match(await telling(scene)('audit', 'verify'), { kind: 'intact' });

  t.comment('the way back of docs/administration.md');
  mkdirSync(join(cwd, 'aside'));
  for (const ending of ['', '-wal', '-shm'].filter((one) => existsSync(database + one)))
    renameSync(database + ending, join(cwd, 'aside', `claimgate.db${ending}`));
  copyFileSync(`${database}.schema-${past.schema}`, database);
  t.strictSame(everyRow(database), before, 'the older release finds its database as it left it');

  t.comment('and the backup that the older release made first');
  t.match(await scene.desk.run(cwd, ['backup', 'verify', `backups/${backup}`]), { code: 0 });
  t.match(await scene.desk.run(cwd, ['backup', 'restore', `backups/${backup}`, '--data', 'restored']), {
    code: 0,
  });
  // The backup does not hold the record of itself, which stands behind everything it holds.
  const earlier = { ...scene, past: { ...past, audit: past.audit.slice(1) } };
  await sameAsThen(t, earlier, '--data', 'restored');
  await nothingIsWrong(t, scene, 'restored');
});
