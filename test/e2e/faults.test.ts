// What goes wrong around a gateway, provoked for real: each time the client is told in words, nothing that was
// acknowledged is lost, and the gateway goes on by itself when the cause is gone.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { openCore } from '../../core.ts';
import { defaultProfile } from '../../edi/profile.ts';
import { startIntake } from '../../intake/intake.ts';
import { createValidatorPool } from '../../intake/validator-pool.ts';
import { claimTransmission } from '../../storage/intake-queue.ts';
import { sqliteDriverName } from '../../storage/sqlite-driver.ts';
import { readClaims } from '../support/claims.ts';
import {
  addReadyUserByHand,
  answersTo,
  firstPassword,
  startTestGateway,
  type TestGateway,
  testConfig,
  waitForAnswers,
} from '../support/gateway.ts';
import { runServe, startServe, whyNotBuilt } from '../support/serve-process.ts';
import { mountBreakableDisk, mountSmallDisk } from '../support/small-disk.ts';
import { call, connectSsh, putFile } from '../support/ssh-client.ts';
import { addTestPartners, at, openTestStorage, partnerId, testClock, userId } from '../support/storage.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const partner = 'acme-dental';
const user = 'mfranklin';
const roles = ['sftp', 'intake'];

async function answersOnce(
  t: Test,
  running: Pick<TestGateway, 'dataDirectory'>,
  file: string,
): Promise<void> {
  await waitForAnswers(running.dataDirectory, { partner, file });
  const answers = answersTo(running.dataDirectory, partner, file);
  t.equal(answers.length, 1, `${file} has one answer`);
  t.match(answers[0]?.text, /IK5\*A/);
}

test('a full disk: uploads are refused in words, and go on when there is room again', async (t) => {
  const root = makeTestFolder(t);
  const disk = mountSmallDisk(t, join(root, 'data'), 48);
  if (disk === undefined) {
    t.pass('left out', { skip: 'only an administrator of the machine may mount a small disk' });
    return;
  }
  const running = await startTestGateway(t, { root, config: { roles } });
  await addReadyUserByHand(running.core, { partner, user });
  const { sftp } = await connectSsh(t, running.target(user), firstPassword);
  await putFile(sftp, '/inbound/before.x12', readClaims('p-00-valid', 1));
  await answersOnce(t, running, 'before.x12');
  disk.fill();
  const during = readClaims('p-00-valid', 2);
  await t.rejects(putFile(sftp, '/inbound/during.x12', Buffer.alloc(2_000_000, during)), {
    message: /The gateway has no room for this now/,
  });
  disk.free();
  await putFile(sftp, '/inbound/during.x12', during);
  await answersOnce(t, running, 'during.x12');
  await answersOnce(t, running, 'before.x12');
});

test('the disk fills up while a file is being answered: it is answered once, when there is room again', async (t) => {
  const root = makeTestFolder(t);
  const disk = mountSmallDisk(t, join(root, 'data'), 48);
  if (disk === undefined) {
    t.pass('left out', { skip: 'only an administrator of the machine may mount a small disk' });
    return;
  }
  const core = openCore({ config: testConfig(join(root, 'data')), observe: () => undefined });
  t.teardown(() => core.close());
  await addReadyUserByHand(core, { partner, user });
  const mailbox = await core.mailboxes.open({
    partnerId: partnerId(partner),
    userId: userId(user),
    source: 'sftp',
  });
  const opened = await mailbox.openForWrite(at('/inbound/a.x12'), {
    create: true,
    truncate: true,
    exclusive: false,
  });
  if (opened.kind === 'refused') throw new Error(opened.why);
  await opened.file.write(Buffer.from(readClaims('p-00-valid', 1)), 0);
  t.equal(await opened.file.close(), undefined, 'CLOSE was answered OK');
  const pool = createValidatorPool({ workers: 1 });
  t.teardown(() => pool.close());
  let attempts = 0;
  const intake = await startIntake({
    ...core,
    observe: () => undefined,
    pool,
    settings: { ...core.config.intake, leaseMs: 2_000, retryFirstMs: 100, maxAttempts: 50 },
    profileOf: async () => {
      attempts += 1;
      if (attempts === 1) disk.fill();
      return defaultProfile;
    },
  });
  t.teardown(() => intake.close());
  await until(
    'a second attempt, or a wait for it',
    () => attempts >= 1 && existsSync(join(root, 'data/filler')),
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.same(answersTo(join(root, 'data'), partner, 'a.x12'), [], 'nothing is answered meanwhile');
  disk.free();
  await answersOnce(t, { dataDirectory: join(root, 'data') }, 'a.x12');
});

test('a disk that the kernel made read-only: refused in words; after its repair nothing is lost', {
  skip: whyNotBuilt(),
}, async (t) => {
  const root = makeTestFolder(t);
  const disk = mountBreakableDisk(t, { folder: join(root, 'data'), image: join(root, 'disk.img') });
  if (disk === undefined) {
    t.pass('left out', {
      skip: 'only an administrator of the machine may mount a disk, and there must be loop devices',
    });
    return;
  }
  const core = openCore({ config: testConfig(join(root, 'data')), observe: () => undefined });
  await addReadyUserByHand(core, { partner, user });
  await core.close();
  const serve = await startServe(t, { root, name: 'first' });
  const { sftp } = await connectSsh(t, serve.target(user), firstPassword);
  await putFile(sftp, '/inbound/before.x12', readClaims('p-00-valid', 1));
  await answersOnce(t, { dataDirectory: join(root, 'data') }, 'before.x12');
  if (!disk.breakIt()) {
    t.pass('left out', { skip: 'this kernel does not break a disk when asked to' });
    return;
  }
  await t.rejects(putFile(sftp, '/inbound/during.x12', readClaims('p-00-valid', 2)), {
    message: /read-only|reported a fault|journal/,
  });
  await serve.kill();
  t.ok(disk.repair());
  const again = await startServe(t, { root, name: 'again' });
  const second = await connectSsh(t, again.target(user), firstPassword);
  await putFile(second.sftp, '/inbound/after.x12', readClaims('p-00-valid', 3));
  for (const file of ['before.x12', 'after.x12'])
    await answersOnce(t, { dataDirectory: join(root, 'data') }, file);
  await again.kill();
});

/** Holds the database's write lock in a process of its own. @returns ends it */
async function lockDatabase(t: Test, file: string): Promise<() => Promise<void>> {
  const driver = createRequire(import.meta.url).resolve(sqliteDriverName(process.versions['napi']));
  const program = `const db = new (require(${JSON.stringify(driver)}))(${JSON.stringify(file)});
    db.exec('begin immediate'); console.log('locked'); setInterval(() => {}, 1000);`;
  const child: ChildProcess = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  t.teardown(end);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return end;
}

test('a database that another program has locked: refused in words, and served when it lets go', async (t) => {
  const running = await startTestGateway(t, { config: { roles, storage: { busyTimeoutMs: 200 } } });
  await addReadyUserByHand(running.core, { partner, user });
  const { sftp } = await connectSsh(t, running.target(user), firstPassword);
  const release = await lockDatabase(t, join(running.dataDirectory, 'claimgate.db'));
  await t.rejects(putFile(sftp, '/inbound/a.x12', readClaims('p-00-valid', 1)), {
    message: /another program/,
  });
  await release();
  await putFile(sftp, '/inbound/a.x12', readClaims('p-00-valid', 1));
  await answersOnce(t, running, 'a.x12');
});

test('a damaged database is not served, with the cure in the message; with the backup it goes on', {
  skip: whyNotBuilt(),
}, async (t) => {
  const root = makeTestFolder(t);
  const file = join(root, 'data/claimgate.db');
  const core = openCore({ config: testConfig(join(root, 'data')), observe: () => undefined });
  await addReadyUserByHand(core, { partner, user });
  await core.close();
  copyFileSync(file, join(root, 'backup.db'));
  writeFileSync(file, 'This is no database. '.repeat(1000));
  const refused = await runServe({ root, name: 'damaged' });
  t.not(refused.code, 0);
  t.match(refused.out, /is damaged[\s\S]*restore the last backup/);
  copyFileSync(join(root, 'backup.db'), file);
  const serve = await startServe(t, { root, name: 'restored' });
  const { sftp } = await connectSsh(t, serve.target(user), firstPassword);
  await putFile(sftp, '/inbound/a.x12', readClaims('p-00-valid', 1));
  await answersOnce(t, { dataDirectory: join(root, 'data') }, 'a.x12');
  await serve.kill();
});

test('a clock that is set back by a day keeps no file waiting', async (t) => {
  const clock = testClock();
  const storage = openTestStorage(t, t.testdir(), clock);
  await addTestPartners(storage);
  const mailbox = await storage.mailboxes.open({
    partnerId: partnerId('acme'),
    userId: userId('alice'),
    source: 'sftp',
  });
  const send = async (name: string) => {
    const opened = await mailbox.openForWrite(at(`/inbound/${name}`), {
      create: true,
      truncate: true,
      exclusive: false,
    });
    if (opened.kind === 'refused') throw new Error(opened.why);
    await opened.file.write(Buffer.from('ISA'), 0);
    await opened.file.close();
  };
  const day = 24 * 60 * 60 * 1000;
  const claim = { worker: 'w', leaseMs: 60_000, horizonMs: 600_000 };
  await send('fresh.x12');
  clock.advance(-day);
  t.match(
    await claimTransmission(storage.database, claim),
    { name: 'fresh.x12' },
    'one that nobody has tried',
  );
  t.equal(await claimTransmission(storage.database, claim), undefined, 'its lease holds');
  clock.advance(-day);
  t.match(
    await claimTransmission(storage.database, claim),
    { name: 'fresh.x12', attempt: 2 },
    'a lease from the future',
  );
});

test('a validating thread that dies: the file is read by a new one, and answered once', async (t) => {
  const root = makeTestFolder(t);
  const core = openCore({ config: testConfig(join(root, 'data')), observe: () => undefined });
  t.teardown(() => core.close());
  await addReadyUserByHand(core, { partner, user });
  const mailbox = await core.mailboxes.open({
    partnerId: partnerId(partner),
    userId: userId(user),
    source: 'sftp',
  });
  const opened = await mailbox.openForWrite(at('/inbound/a.x12'), {
    create: true,
    truncate: true,
    exclusive: false,
  });
  if (opened.kind === 'refused') throw new Error(opened.why);
  await opened.file.write(Buffer.from(readClaims('p-00-valid', 1)), 0);
  await opened.file.close();
  const pool = createValidatorPool({ workers: 1 });
  t.teardown(() => pool.close());
  let deaths = 0;
  const intake = await startIntake({
    ...core,
    observe: () => undefined,
    settings: { ...core.config.intake, retryFirstMs: 10 },
    pool: {
      ...pool,
      async validate(task, timeoutMs) {
        const reading = pool.validate(task, timeoutMs);
        if (deaths === 0) {
          deaths += 1;
          await pool.threads.end();
        }
        return reading;
      },
    },
    profileOf: async () => defaultProfile,
  });
  t.teardown(() => intake.close());
  await answersOnce(t, { dataDirectory: join(root, 'data') }, 'a.x12');
  t.equal(deaths, 1);
  const [row] = await core.database.sql.selectFrom('transmissions').select('attempts').execute();
  t.equal(row?.attempts, 2, 'it took a second attempt');
});

test('no file descriptors left: refused in words, and served when there are some again', {
  skip: whyNotBuilt(),
}, async (t) => {
  const root = makeTestFolder(t);
  const core = openCore({ config: testConfig(join(root, 'data')), observe: () => undefined });
  await addReadyUserByHand(core, { partner, user });
  await core.close();
  const serve = await startServe(t, { root, name: 'serve' });
  const limit = (files: number) =>
    spawnSync('prlimit', ['--pid', String(serve.pid), `--nofile=${files}:4096`]).status === 0;
  if (!limit(4096)) {
    t.pass('left out', { skip: 'prlimit is not there or may not' });
    return;
  }
  const { sftp } = await connectSsh(t, serve.target(user), firstPassword);
  await putFile(sftp, '/inbound/before.x12', readClaims('p-00-valid', 1));
  await answersOnce(t, { dataDirectory: join(root, 'data') }, 'before.x12');
  t.ok(limit(8));
  await t.rejects(
    call<Buffer>((done) => sftp.open('/inbound/during.x12', 'w', done)),
    { message: /too many files open/ },
  );
  t.ok(limit(4096));
  await putFile(sftp, '/inbound/during.x12', readClaims('p-00-valid', 2));
  for (const file of ['before.x12', 'during.x12'])
    await answersOnce(t, { dataDirectory: join(root, 'data') }, file);
  await serve.kill();
});
