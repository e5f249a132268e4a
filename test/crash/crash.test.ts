// SIGKILL at any moment: what CLOSE was answered OK for is answered exactly once (I2), what was not closed is never
// processed (I1). CRASH_KILLS says how many kills (npm run test:crash sets many), CRASH_SEED repeats a run.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Core, openCore } from '../../core.ts';
import { verifyAuditTrail } from '../../storage/audit-trail.ts';
import { readClaims } from '../support/claims.ts';
import {
  addReadyUserByHand,
  answersTo,
  firstPassword,
  testConfig,
  waitForAnswers,
} from '../support/gateway.ts';
import { type SeededRandom, seededRandom } from '../support/seeded-random.ts';
import { readLog, type ServeProcess, startServe, whyNotBuilt } from '../support/serve-process.ts';
import { call, connectSsh, putFile } from '../support/ssh-client.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const partner = 'acme-dental';
const user = 'mfranklin';
const kills = Number(process.env['CRASH_KILLS'] ?? 4);
/** A start, an upload and an answer take about two seconds; a busy machine takes several times as long. */
const perKillMs = 20_000;
t.setTimeout(60_000 + kills * 2 * perKillMs);

interface House {
  readonly root: string;
  readonly dataDirectory: string;
  /** The database, looked at from this process. */
  readonly core: Core;
  readonly random: SeededRandom;
  /** Starts the gateway again on the same data directory. */
  start(): Promise<ServeProcess>;
  /** The log files of all starts so far. */
  readonly logs: readonly string[];
}

async function openHouse(t: Test): Promise<House> {
  const root = makeTestFolder(t);
  const random = seededRandom(process.env['CRASH_SEED']);
  t.comment(`CRASH_SEED=${random.seed}`);
  const dataDirectory = join(root, 'data');
  const core = openCore({ config: testConfig(dataDirectory), observe: () => undefined });
  t.teardown(() => core.close());
  await addReadyUserByHand(core, { partner, user });
  const logs: string[] = [];
  return {
    root,
    dataDirectory,
    core,
    random,
    logs,
    async start() {
      // Every second start has each small upload go by the receive log.
      const storage = { receiveLogFiles: logs.length % 2 };
      const serve = await startServe(t, { root, name: `serve-${logs.length + 1}`, config: { storage } });
      logs.push(serve.logFile);
      return serve;
    },
  };
}

interface SentFile {
  readonly name: string;
  readonly content: string;
}

/** How long after CLOSE at most a kill by the clock comes, in milliseconds: an answer is out by then. */
const latestKillMs = 400;

/** The moments of intake that can be seen from outside, by which row says that it has come. */
const seenMoments: Readonly<Record<string, (core: Core, name: string) => Promise<unknown>>> = {
  claimed: (core, name) =>
    core.database.sql
      .selectFrom('transmissions')
      .select('id')
      .where('name', '=', name)
      .where('state', '!=', 'received')
      .executeTakeFirst(),
  'answer written': (core, name) =>
    core.database.sql
      .selectFrom('acknowledgements')
      .select('id')
      .where('name', 'like', `${name}.%`)
      .executeTakeFirst(),
  published: (core, name) =>
    core.database.sql
      .selectFrom('acknowledgements')
      .select('id')
      .where('name', 'like', `${name}.%`)
      .where('state', '=', 'published')
      .executeTakeFirst(),
  released: (core, name) =>
    core.database.sql
      .selectFrom('releases')
      .innerJoin('transmissions', 'transmissions.id', 'releases.transmission_id')
      .select('releases.id')
      .where('transmissions.name', '=', name)
      .where('releases.state', '=', 'released')
      .executeTakeFirst(),
};

/** Waits for a moment of intake, chosen by the seed. @returns which it was */
async function waitForMoment({ core, random }: House, name: string): Promise<string> {
  const chosen = random.pick(['at once', 'by the clock', 'by the clock', ...Object.keys(seenMoments)]);
  const seen = seenMoments[chosen];
  if (seen !== undefined) {
    // As fast as the database answers: the moment is shorter than a pause would be.
    const giveUpAtMs = performance.now() + perKillMs;
    while ((await seen(core, name)) === undefined) {
      if (performance.now() > giveUpAtMs) throw new Error(`${name} was never ${chosen}.`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return chosen;
  }
  if (chosen === 'at once') return chosen;
  const delayMs = random.below(latestKillMs);
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  return `${delayMs} ms after`;
}

async function waitUntilSettled({ core }: House): Promise<void> {
  await until('everything is answered, published and released', async () => {
    const { sql } = core.database;
    const open = await sql
      .selectFrom('transmissions')
      .select('id')
      .where('state', 'in', ['received', 'processing'])
      .execute();
    const unpublished = await sql
      .selectFrom('acknowledgements')
      .select('id')
      .where('state', '=', 'written')
      .execute();
    const due = await sql.selectFrom('releases').select('id').where('state', '=', 'due').execute();
    return open.length + unpublished.length + due.length === 0;
  });
}

/** Every file was answered exactly once, its original is what was sent, and the back end got it once. */
async function checkAnsweredOnce(t: Test, house: House, files: readonly SentFile[]): Promise<void> {
  const { core, dataDirectory } = house;
  const { sql } = core.database;
  const wrong: string[] = [];
  const check = (holds: boolean, what: string) => {
    if (!holds) wrong.push(what);
  };
  for (const { name, content } of files) {
    const rows = await sql.selectFrom('transmissions').selectAll().where('name', '=', name).execute();
    const [row] = rows;
    check(rows.length === 1 && row?.state === 'answered', `${name}: one transmission, answered`);
    if (row === undefined) continue;
    check(row.verdict === 'accepted', `${name}: accepted, not ${row.verdict}`);
    const sha256 = createHash('sha256').update(content).digest('hex');
    check(row.sha256 === sha256, `${name}: its SHA-256 in the journal`);
    const original = readFileSync(join(dataDirectory, row.original_path ?? ''), 'latin1');
    check(original === content, `${name}: its original`);
    const acknowledgements = await sql
      .selectFrom('acknowledgements')
      .selectAll()
      .where('transmission_id', '=', row.id)
      .execute();
    check(
      acknowledgements.length === 1 && acknowledgements[0]?.state === 'published',
      `${name}: one acknowledgement, published`,
    );
    const answers = answersTo(dataDirectory, partner, name);
    check(answers.length === 1 && (answers[0]?.text.includes('IK5*A') ?? false), `${name}: one 999, IK5 A`);
    const events = await sql
      .selectFrom('events')
      .select('kind')
      .where('payload', 'like', `%${row.id}%`)
      .execute();
    const kinds = events.map(({ kind }) => kind);
    check(kinds.length === new Set(kinds).size, `${name}: each event once, not ${kinds.join(', ')}`);
    const accepted = join(dataDirectory, 'backend', 'accepted', partner);
    check(readFileSync(join(accepted, row.id), 'latin1') === content, `${name}: released`);
    check(readFileSync(join(accepted, `${row.id}.json`), 'utf8').includes(sha256), `${name}: its manifest`);
  }
  t.strictSame(wrong, [], `all of ${files.length} files are right`);
  const accepted = readdirSync(join(dataDirectory, 'backend', 'accepted', partner));
  t.equal(accepted.length, files.length * 2, 'one original and one manifest a file for the back end');
  const outbound = readdirSync(join(dataDirectory, 'mailboxes', partner, 'outbound'));
  t.equal(outbound.length, files.length, 'one answer a file in outbound');
  const inbound = readdirSync(join(dataDirectory, 'mailboxes', partner, 'inbound'));
  t.strictSame(inbound.sort(), files.map(({ name }) => name).sort(), 'each file under its name in inbound');
  const controlNumbers = await sql.selectFrom('acknowledgements').select('control_number').execute();
  t.equal(new Set(controlNumbers.map((row) => row.control_number)).size, files.length, 'no number twice');
  t.match(await verifyAuditTrail(core.database), { kind: 'intact' });
  t.strictSame(readdirSync(join(dataDirectory, 'staging')), [], 'nothing is left in staging');
}

/** What went wrong inside, of all starts. */
function faultsOf(house: House): readonly unknown[] {
  return house.logs
    .flatMap(readLog)
    .filter(({ event }) => event === 'fault' || event === 'intake.attempt-failed');
}

t.test(
  `killed ${kills} times after CLOSE was answered OK: each file is answered exactly once`,
  {
    skip: whyNotBuilt(),
  },
  async (t) => {
    const house = await openHouse(t);
    const files: SentFile[] = [];
    for (let kill = 1; kill <= kills; kill += 1) {
      const serve = await house.start();
      const { sftp } = await connectSsh(t, serve.target(user), firstPassword);
      let last = '';
      for (let more = house.random.below(3); more >= 0; more -= 1) {
        const controlNumber = files.length + 1;
        last = `claims-${String(controlNumber).padStart(4, '0')}.x12`;
        const file = { name: last, content: readClaims('p-00-valid', controlNumber) };
        files.push(file);
        await putFile(sftp, `/inbound/${file.name}`, file.content);
      }
      const moment = await waitForMoment(house, last);
      await serve.kill();
      t.comment(`kill ${kill}: ${moment}, ${files.length} files sent`);
    }
    const serve = await house.start();
    await waitUntilSettled(house);
    t.equal(await serve.stop(), 0, 'the last one stops as it should');
    await checkAnsweredOnce(t, house, files);
    t.strictSame(faultsOf(house), [], 'no start logged a fault');
  },
);

t.test(
  'killed while CLOSE is under way: the file is answered once, or there to be resumed or sent again',
  {
    skip: whyNotBuilt(),
  },
  async (t) => {
    const house = await openHouse(t);
    const files: SentFile[] = [];
    for (let kill = 1; kill <= Math.ceil(kills / 3); kill += 1) {
      const serve = await house.start();
      const { sftp } = await connectSsh(t, serve.target(user), firstPassword);
      const file = { name: `closing-${kill}.x12`, content: readClaims('p-00-valid', kill) };
      files.push(file);
      const bytes = Buffer.from(file.content);
      const handle = await call<Buffer>((done) => sftp.open(`/inbound/${file.name}`, 'w', done));
      await call((done) => sftp.write(handle, bytes, 0, bytes.length, 0, done));
      const closing = call((done) => sftp.close(handle, done)).then(
        () => 'answered OK',
        () => 'not answered',
      );
      const delayMs = house.random.below(30);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await serve.kill();
      t.comment(`kill ${kill}: ${delayMs} ms after CLOSE was sent, which was ${await closing}`);

      const again = await house.start();
      const row = await house.core.database.sql
        .selectFrom('transmissions')
        .select('state')
        .where('name', '=', file.name)
        .executeTakeFirst();
      if (row === undefined) {
        t.not(await closing, 'answered OK', 'only what was not answered may be gone');
        const resent = await connectSsh(t, again.target(user), firstPassword);
        await putFile(resent.sftp, `/inbound/${file.name}`, file.content);
      }
      if (row?.state === 'interrupted') {
        t.not(await closing, 'answered OK', 'only a CLOSE that was not answered may be taken back');
        const resumed = await connectSsh(t, again.target(user), firstPassword);
        const reopened = await call<Buffer>((done) => resumed.sftp.open(`/inbound/${file.name}`, 'r+', done));
        await call((done) => resumed.sftp.close(reopened, done));
      }
      await waitForAnswers(house.dataDirectory, { partner, file: file.name });
      await waitUntilSettled(house);
      t.equal(await again.stop(), 0);
    }
    await checkAnsweredOnce(t, house, files);
    t.strictSame(faultsOf(house), []);
  },
);

t.test(
  'killed in mid-upload: the file is never processed until its uploader resumes it',
  {
    skip: whyNotBuilt(),
  },
  async (t) => {
    const house = await openHouse(t);
    const file = { name: 'cut.x12', content: readClaims('p-00-valid', 1) };
    const bytes = Buffer.from(file.content);
    const half = Math.floor(bytes.length / 2);
    const serve = await house.start();
    const { sftp } = await connectSsh(t, serve.target(user), firstPassword);
    const handle = await call<Buffer>((done) => sftp.open(`/inbound/${file.name}`, 'w', done));
    await call((done) => sftp.write(handle, bytes, 0, half, 0, done));
    // So small a beginning is in memory alone until more is asked of it.
    await call((done) => sftp.ext_openssh_fsync(handle, done));
    const lost = await call<Buffer>((done) => sftp.open('/inbound/lost.x12', 'w', done));
    await call((done) => sftp.write(lost, bytes, 0, half, 0, done));
    await serve.kill();

    const again = await house.start();
    const resumed = await connectSsh(t, again.target(user), firstPassword);
    const other = { name: 'other.x12', content: readClaims('p-00-valid', 2) };
    await putFile(resumed.sftp, `/inbound/${other.name}`, other.content);
    await waitForAnswers(house.dataDirectory, { partner, file: other.name });
    const [row] = await house.core.database.sql
      .selectFrom('transmissions')
      .selectAll()
      .where('name', '=', file.name)
      .execute();
    t.match(row, { state: 'interrupted', size_bytes: half, attempts: 0, original_path: null });

    const { size } = await call<{ size: number }>((done) => resumed.sftp.stat(`/inbound/${file.name}`, done));
    t.equal(size, half, 'its uploader sees what arrived');
    await t.rejects(
      call<unknown>((done) => resumed.sftp.stat('/inbound/lost.x12', done)),
      'of what nobody asked for more there is nothing',
    );
    const reopened = await call<Buffer>((done) => resumed.sftp.open(`/inbound/${file.name}`, 'r+', done));
    await call((done) => resumed.sftp.write(reopened, bytes, half, bytes.length - half, half, done));
    await call((done) => resumed.sftp.close(reopened, done));
    await waitForAnswers(house.dataDirectory, { partner, file: file.name });
    await waitUntilSettled(house);
    t.equal(await again.stop(), 0);
    await checkAnsweredOnce(t, house, [file, other]);
  },
);
