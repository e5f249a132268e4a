// Several SFTP processes behind one port: what holds for one process holds for all of them together.

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Core, openCore } from '../../core.ts';
import { listSftpSessions, requestSessionEnd } from '../../storage/sftp-session-store.ts';
import { countFailure } from '../../storage/throttle-store.ts';
import { addReadyUserByHand, administrator, firstPassword, testConfig } from '../support/gateway.ts';
import { readLog, type ServeProcess, startServe, whyNotBuilt } from '../support/serve-process.ts';
import { call, connectSsh, type SshSession } from '../support/ssh-client.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const partner = 'acme-dental';
const user = 'mfranklin';
/** More than what is small: other processes know of it at once (storage/small-upload.ts). */
const part = Buffer.alloc(200_000, 'a');

interface House {
  readonly core: Core;
  readonly serve: ServeProcess;
  readonly dataDirectory: string;
  signIn(): Promise<SshSession>;
}

async function open(t: Test): Promise<House> {
  const root = makeTestFolder(t);
  const dataDirectory = join(root, 'data');
  const core = openCore({ config: testConfig(dataDirectory), observe: () => undefined });
  t.teardown(() => core.close());
  await addReadyUserByHand(core, { partner, user });
  const sftp = { port: 0, workers: 2, drainMs: 3000 };
  const serve = await startServe(t, { root, name: 'serve', config: { roles: ['sftp'], sftp } });
  const signIn = () => connectSsh(t, serve.target(user), firstPassword);
  return { core, serve, dataDirectory, signIn };
}

/** The process of each live session, as its row says. */
async function processesOf({ core }: House): Promise<readonly string[]> {
  const rows = await core.database.sql.selectFrom('sftp_sessions').select('process').execute();
  return rows.map(({ process }) => process);
}

function workersOf({ serve }: House): readonly number[] {
  const children = readFileSync(`/proc/${serve.pid}/task/${serve.pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

/** Uploads a part and leaves the file open. */
async function begin({ sftp }: SshSession, name: string): Promise<Buffer> {
  const handle = await call<Buffer>((done) => sftp.open(`/inbound/${name}`, 'w', done));
  await call((done) => sftp.write(handle, part, 0, part.length, 0, done));
  return handle;
}

/** Goes on with an upload from where it is, with other bytes, and closes it. */
async function finish({ sftp }: SshSession, name: string): Promise<void> {
  const { size } = await call<{ size: number }>((done) => sftp.stat(`/inbound/${name}`, done));
  if (size !== part.length) throw new Error(`${size} bytes of ${name} are there.`);
  const handle = await call<Buffer>((done) => sftp.open(`/inbound/${name}`, 'r+', done));
  await call((done) => sftp.write(handle, Buffer.from('the end'), 0, 7, size, done));
  await call((done) => sftp.close(handle, done));
}

const contentOf = ({ dataDirectory }: House, name: string): string =>
  readFileSync(join(dataDirectory, 'mailboxes', partner, 'inbound', name), 'latin1');
const whole = `${part.toString('latin1')}the end`;

t.test('two workers', { skip: whyNotBuilt() }, async (t) => {
  const house = await open(t);
  const { core, serve } = house;

  await t.test('logins land on both, and all sessions are listed', async (t) => {
    const sessions = await Promise.all([1, 2, 3, 4].map(() => house.signIn()));
    t.equal((await listSftpSessions(core.database)).length, 4);
    t.equal(new Set(await processesOf(house)).size, 2);
    t.equal(workersOf(house).length, 2);
    for (const { id } of await listSftpSessions(core.database))
      await requestSessionEnd(core.database, { id, actor: administrator });
    await Promise.all(sessions.map(({ closed }) => closed));
    t.pass('a session that is asked to end ends, whichever worker has it');
    await until('their rows are gone', async () => (await listSftpSessions(core.database)).length === 0);
  });

  await t.test(
    'an upload taken over from a worker that still has it open is the new one’s alone',
    async (t) => {
      const [one, other] = [await house.signIn(), await house.signIn()];
      t.equal(new Set(await processesOf(house)).size, 2, 'they are in different workers');
      const handle = await begin(one, 'taken.x12');
      await finish(other, 'taken.x12');
      const late = Buffer.from('too late');
      await call((done) => one.sftp.write(handle, late, 0, late.length, 0, done)).catch(() => undefined);
      await t.rejects(call((done) => one.sftp.close(handle, done)));
      t.equal(contentOf(house, 'taken.x12'), whole);
      const { original_path: path } = await core.database.sql
        .selectFrom('transmissions')
        .select('original_path')
        .where('state', '=', 'received')
        .executeTakeFirstOrThrow();
      t.equal(readFileSync(join(house.dataDirectory, path ?? ''), 'latin1'), whole);
      for (const session of [one, other]) session.cut();
      await until('their rows are gone', async () => (await listSftpSessions(core.database)).length === 0);
    },
  );

  await t.test('a worker that is killed is started again, and its transfers can be resumed', async (t) => {
    const sessions = await Promise.all([1, 2].map(() => house.signIn()));
    t.equal(new Set(await processesOf(house)).size, 2);
    for (const [index, session] of sessions.entries()) await begin(session, `cut-${index}.x12`);
    const [victim] = workersOf(house);
    if (victim === undefined) throw new Error('There is no worker.');
    process.kill(victim, 'SIGKILL');
    const gone = await Promise.race(sessions.map(({ closed }, index) => closed.then(() => index)));
    await until('its row is gone', async () => (await listSftpSessions(core.database)).length === 1);
    await until(
      'there are two again',
      () => workersOf(house).length === 2 && !workersOf(house).includes(victim),
    );
    t.match(
      readLog(serve.logFile).filter(({ event }) => event === 'sftp.worker-ended'),
      [{ pid: victim, how: 'SIGKILL' }],
    );
    await finish(await house.signIn(), `cut-${gone}.x12`);
    t.equal(contentOf(house, `cut-${gone}.x12`), whole);
    await until('the new one serves too', async () => {
      const more = await house.signIn();
      const processes = new Set(await processesOf(house)).size;
      more.cut();
      return processes === 2;
    });
  });

  await t.test('when the parent is told to end, every worker drains', async (t) => {
    const session = await house.signIn();
    const handle = await begin(session, 'drained.x12');
    const stopped = serve.stop();
    await call((done) => session.sftp.write(handle, Buffer.from('the end'), 0, 7, part.length, done));
    await call((done) => session.sftp.close(handle, done));
    t.equal(await stopped, 0);
    t.equal(contentOf(house, 'drained.x12'), whole);
    t.same(await listSftpSessions(core.database), []);
  });
});

t.test('a ban reaches every worker at once', { skip: whyNotBuilt() }, async (t) => {
  const house = await open(t);
  await countFailure(house.core.database, {
    scope: 'address:127.0.0.1',
    next: (_before, nowMs) => ({ failures: 50, lastFailureAtMs: nowMs, blockedUntilMs: nowMs + 60_000 }),
  });
  const { host, port } = house.serve.target(user);
  const said = await Promise.all(
    [1, 2, 3, 4].map(
      () =>
        new Promise<string>((resolve) => {
          let text = '';
          const socket = connect(port, host);
          socket.on('data', (chunk) => {
            text += chunk.toString('latin1');
          });
          socket.once('close', () => resolve(text));
        }),
    ),
  );
  t.same(said, ['', '', '', '']);
});
