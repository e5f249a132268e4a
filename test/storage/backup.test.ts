// Backups: made of a gateway at work, read through, refused when a byte is wrong, restored into a new directory where
// everything goes on, and cut off at any moment without harm.

import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { pack } from 'tar-stream';
import { inspectReceiveLog } from '../../storage/apply-receive-log.ts';
import { copyReceiveLog, listContents } from '../../storage/backup-contents.ts';
import { restoreBackup, verifyBackup } from '../../storage/backup-restore.ts';
import { takeSnapshot } from '../../storage/backup-snapshot.ts';
import { writeBackup } from '../../storage/backup-writer.ts';
import { openDatabase } from '../../storage/database.ts';
import { inspectDatabase } from '../../storage/database-inspection.ts';
import { migrations } from '../../storage/migrate.ts';
import { openSqlite } from '../../storage/sqlite-driver.ts';
import { readClaims } from '../support/claims.ts';
import { run, whyNotBuilt } from '../support/command.ts';
import {
  addReadyUserByHand,
  answersTo,
  startTestGateway,
  type TestGateway,
  waitForAnswers,
} from '../support/gateway.ts';
import { sendAndAwait, sendFile } from '../support/send-file.ts';
import { at, partnerId, userId } from '../support/storage.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const skip = whyNotBuilt() ?? false;
const partner = 'acme-dental';
const user = 'mfranklin';
const actor = { kind: 'administrator', name: 'test' } as const;
const roles = { roles: ['intake', 'sftp'] };

async function start(t: Test, root: string): Promise<TestGateway> {
  return startTestGateway(t, { root, config: roles });
}

const send = (running: TestGateway, name: string, number: number) =>
  sendAndAwait(running.core, { partner, user, name, content: readClaims('p-00-valid', number) });

const backUp = ({ core }: TestGateway, path: string, passphrase?: string) =>
  writeBackup(
    { directory: core.directory, now: Date.now, version: 'test', advance: () => undefined },
    { path, passphrase },
  );

const restore = (path: string, to: string, passphrase?: string) =>
  restoreBackup({ now: Date.now, actor }, { path, to, passphrase });

/** Every name below a folder, but for what SQLite keeps beside the database and locks. */
const names = (root: string): readonly string[] =>
  (readdirSync(root, { recursive: true }) as string[])
    .filter((name) => !/claimgate\.db-|^locks|^staging/.test(name))
    .sort();

test('a backup of a running gateway is restored, and everything goes on in the new place', async (t) => {
  const root = makeTestFolder(t);
  const first = await start(t, root);
  await addReadyUserByHand(first.core, { partner, user });
  const id = await send(first, 'one.x12', 1);
  await until('its release', () =>
    existsSync(join(first.dataDirectory, `backend/accepted/${partner}/${id}.json`)),
  );
  const archive = join(root, 'backup.tar');
  const written = await backUp(first, archive);
  t.same(written.late, []);
  t.equal(lstatSync(archive).mode & 0o777, 0o600, 'it is as secret as what is in it');
  const verified = await verifyBackup({ path: archive, passphrase: undefined });
  t.match(verified, {
    files: written.files,
    manifestSha256: written.manifestSha256,
    audit: { kind: 'intact' },
  });
  const before = names(first.dataDirectory);
  const firstAnswer = answersTo(first.dataDirectory, partner, 'one.x12');
  await first.close();

  const moved = join(root, 'moved');
  const to = join(moved, 'data');
  await restore(archive, to);
  t.same(names(to), before, 'the same files');
  const original = lstatSync(join(to, readOriginal(to, id)));
  const entry = lstatSync(join(to, `mailboxes/${partner}/inbound/one.x12`));
  const released = lstatSync(join(to, `backend/accepted/${partner}/${id}`));
  t.equal(entry.ino, original.ino, 'hard links are hard links');
  t.equal(released.ino, original.ino);
  t.equal(original.mode & 0o777, 0o400);
  for (const name of readdirSync(join(to, 'keys')))
    t.equal(lstatSync(join(to, 'keys', name)).mode & 0o777, 0o600);

  const again = await start(t, moved);
  await send(again, 'two.x12', 2);
  const rows = await again.core.database.sql.selectFrom('transmissions').select(['name', 'source']).execute();
  t.strictSame(
    rows.sort((one, other) => (one.name < other.name ? -1 : 1)),
    [
      { name: 'one.x12', source: 'sftp' },
      { name: 'two.x12', source: 'sftp' },
    ],
    'nothing is adopted or answered again',
  );
  t.same(answersTo(to, partner, 'one.x12'), firstAnswer);
  const number = (text: string | undefined) => Number(/ISA(?:\*[^*]*){12}\*(\d{9})/.exec(text ?? '')?.[1]);
  const [second] = answersTo(to, partner, 'two.x12');
  t.ok(number(second?.text) > number(firstAnswer[0]?.text) + 1000, 'control numbers go on with a gap');
  const trail = await again.core.database.sql.selectFrom('audit_records').select('action').execute();
  t.ok(trail.some(({ action }) => action === 'backup.restore'));
});

function readOriginal(data: string, id: string): string {
  const file = openSqlite(join(data, 'claimgate.db'), { readonly: true });
  const row = file.prepare('select original_path as path from transmissions where id = ?').get(id);
  file.close();
  return (row as { readonly path: string }).path;
}

test('what comes in while a backup is made is named, kept, and taken up after a restore', async (t) => {
  const root = makeTestFolder(t);
  const running = await start(t, root);
  await addReadyUserByHand(running.core, { partner, user });
  await send(running, 'early.x12', 1);
  // The files of a time after the database's: its copy from before stands in for the moment in between.
  const archive = join(root, 'backup.tar');
  const before = join(root, 'before.db');
  const file = openSqlite(running.core.directory.database, { readonly: true });
  await file.backup(before);
  file.close();
  const late = await send(running, 'late.x12', 2);
  await running.close();
  for (const ending of ['-wal', '-shm'])
    rmSync(`${running.core.directory.database}${ending}`, { force: true });
  renameSync(before, running.core.directory.database);
  const written = await backUp(running, archive);
  t.same(written.late, [{ id: late, path: `mailboxes/${partner}/inbound/late.x12` }]);

  const moved = join(root, 'moved');
  const read = await restore(archive, join(moved, 'data'));
  t.same(read.late, written.late);
  const again = await start(t, moved);
  await waitForAnswers(again.dataDirectory, { partner, file: 'late.x12' });
  const rows = await again.core.database.sql
    .selectFrom('transmissions')
    .select(['name', 'source', 'verdict'])
    .execute();
  t.strictSame(
    rows.sort((one, other) => (one.name < other.name ? -1 : 1)),
    [
      { name: 'early.x12', source: 'sftp', verdict: 'accepted' },
      { name: 'late.x12', source: 'adopted', verdict: 'accepted' },
    ],
  );
});

test('an interrupted upload can be resumed after a restore', async (t) => {
  const root = makeTestFolder(t);
  const running = await start(t, root);
  await addReadyUserByHand(running.core, { partner, user });
  const staged = join(running.dataDirectory, 'staging');
  await sendFile(running.core, { partner, user, name: 'big.x12.filepart', content: 'half of it' });
  t.equal(readdirSync(staged).length, 1);
  const archive = join(root, 'backup.tar');
  await backUp(running, archive);
  const to = join(root, 'moved', 'data');
  await restore(archive, to);
  t.same(readdirSync(join(to, 'staging')), readdirSync(staged));
});

test('a sealed backup opens with its passphrase alone', async (t) => {
  const root = makeTestFolder(t);
  const running = await start(t, root);
  await addReadyUserByHand(running.core, { partner, user });
  const archive = join(root, 'backup.tar.age');
  const written = await backUp(running, archive, 'four words for tests');
  t.equal(written.encrypted, true);
  t.match(readFileSync(archive).subarray(0, 40).toString('latin1'), /^age-encryption\.org\/v1/);
  t.notMatch(readFileSync(archive).toString('latin1'), /acme-dental/);
  await t.rejects(verifyBackup({ path: archive, passphrase: undefined }), { code: 'storage.backup-sealed' });
  await t.rejects(verifyBackup({ path: archive, passphrase: 'wrong' }), { code: 'storage.backup-sealed' });
  t.match(await verifyBackup({ path: archive, passphrase: 'four words for tests' }), { encrypted: true });
  const bytes = readFileSync(archive);
  bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
  writeFileSync(archive, bytes);
  await t.rejects(verifyBackup({ path: archive, passphrase: 'four words for tests' }), {
    code: 'storage.backup-damaged',
  });
});

/** Sends a file without looking for it: it waits in the receive log. */
async function putUnseen({ core }: TestGateway, name: string, content: string): Promise<void> {
  const mailbox = await core.mailboxes.open({
    partnerId: partnerId(partner),
    userId: userId(user),
    source: 'sftp',
  });
  const options = { create: true, truncate: true, exclusive: false };
  const opened = await mailbox.openForWrite(at(`/inbound/${name}`), options);
  if (opened.kind === 'refused') throw new Error(opened.why);
  await opened.file.write(Buffer.from(content), 0);
  await opened.file.close();
}

test('small files that wait in the receive log are in a backup, and are answered once where it is restored', async (t) => {
  const root = makeTestFolder(t);
  const running = await startTestGateway(t, {
    root,
    config: { roles: ['sftp'], storage: { receiveLogFiles: 1 } },
  });
  await addReadyUserByHand(running.core, { partner, user });
  const contents = [1, 2].map((index) => readClaims('p-00-valid', index));
  await sendFile(running.core, { partner, user, name: 'before.x12', content: contents[0] ?? '' });
  await putUnseen(running, 'waiting.x12', contents[1] ?? '');
  t.match(await inspectReceiveLog(running.core), { waiting: 1 });
  const archive = join(root, 'backup.tar');
  const made = await backUp(running, archive);
  t.strictSame(made.late, [], 'nothing is to be adopted');
  await running.close();
  await verifyBackup({ path: archive, passphrase: undefined });
  const moved = join(root, 'moved');
  const to = join(moved, 'data');
  await restore(archive, to);
  t.equal(readdirSync(join(to, 'receive-log')).length, 1);
  const again = await start(t, moved);
  const rows = await again.core.database.sql
    .selectFrom('transmissions')
    .select(['name', 'source'])
    .orderBy('name')
    .execute();
  t.strictSame(rows, [
    { name: 'before.x12', source: 'sftp' },
    { name: 'waiting.x12', source: 'sftp' },
  ]);
  for (const [index, name] of ['before.x12', 'waiting.x12'].entries()) {
    await waitForAnswers(to, { partner, file: name });
    t.equal(readFileSync(join(to, `mailboxes/${partner}/inbound`, name), 'latin1'), contents[index]);
    t.equal(answersTo(to, partner, name).length, 1, 'and it has one answer');
  }
});

test('of what left the receive log while a backup was made nothing is taken twice', async (t) => {
  const root = makeTestFolder(t);
  const running = await startTestGateway(t, {
    root,
    config: { roles: ['sftp'], storage: { receiveLogFiles: 1 } },
  });
  const { core, dataDirectory } = running;
  await addReadyUserByHand(core, { partner, user });
  await putUnseen(running, 'waiting.x12', 'ISA');
  const log = await copyReceiveLog(core.directory);
  const snapshot = await takeSnapshot(core.directory, join(root, 'copy.db'));
  t.teardown(() => snapshot.close());
  const inbound = join(dataDirectory, `mailboxes/${partner}/inbound/waiting.x12`);
  await until('it has its name', () => existsSync(inbound));
  const contents = listContents(core.directory, { snapshot, log });
  const paths: string[] = [];
  for await (const { path } of contents.entries()) paths.push(path);
  t.strictSame(
    paths.filter((path) => /waiting|originals\/.*\/.*\/.*\/|receive-log/.test(path)),
    ['receive-log/00000001.log'],
  );
  t.strictSame(contents.late(), []);
});

test('a byte that is wrong, an end that is missing, a path that leads out: nothing is restored', async (t) => {
  const root = makeTestFolder(t);
  const running = await start(t, root);
  await addReadyUserByHand(running.core, { partner, user });
  await send(running, 'one.x12', 1);
  const archive = join(root, 'backup.tar');
  await backUp(running, archive);
  const whole = readFileSync(archive);
  const to = join(root, 'restored');
  const damaged = join(root, 'damaged.tar');
  const claim = whole.indexOf('CLM*');
  t.ok(claim > 0);
  const flipped = Buffer.from(whole);
  flipped[claim + 5] = (flipped[claim + 5] ?? 0) ^ 1;
  for (const [name, bytes] of Object.entries({
    flipped,
    cut: whole.subarray(0, whole.length - 4096),
    half: whole.subarray(0, Math.floor(whole.length / 2)),
    empty: Buffer.alloc(0),
    noise: Buffer.alloc(10_000, 'noise'),
    traversal: await hostile({ name: '../../outside', type: 'file' }),
    link: await hostile({ name: 'mailboxes/x', type: 'link', linkname: '/etc/passwd' }),
    symlink: await hostile({ name: 'mailboxes/x', type: 'symlink', linkname: '/etc' }),
  })) {
    writeFileSync(damaged, bytes);
    await t.rejects(restore(damaged, to), { code: 'storage.backup-damaged' }, name);
    t.notOk(existsSync(to), name);
    t.notOk(existsSync(`${to}.restoring`), name);
  }
  t.notOk(existsSync(join(root, '..', 'outside')));
  mkdirSync(to);
  writeFileSync(join(to, 'something'), '');
  await t.rejects(restore(archive, to), { code: 'storage.restore-target' });
});

/** An archive that begins as one of ours, and goes on as none of ours would. */
async function hostile(entry: {
  readonly name: string;
  readonly type: 'file' | 'link' | 'symlink';
  readonly linkname?: string;
}): Promise<Buffer> {
  const tar = pack();
  tar.entry(
    { name: 'backup.json' },
    JSON.stringify({ format: 1, version: 'x', schemaVersion: 1, madeAtMs: 0 }),
  );
  tar.entry(entry, entry.type === 'file' ? 'content' : '');
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A database as the version before this one left it. @returns the schema version that it has */
function makeOlderDatabase(path: string): number {
  const file = openSqlite(path);
  file.pragma('journal_mode = WAL');
  file.exec(
    'create table schema_migrations (version integer primary key, name text not null, applied_at_ms bigint not null)',
  );
  const older = migrations.slice(0, -1);
  for (const { version, name, sql, sqlite } of older) {
    file.exec(sql + (sqlite ?? ''));
    file
      .prepare('insert into schema_migrations (version, name, applied_at_ms) values (?, ?, 0)')
      .run(version, name);
  }
  file.close();
  return older.at(-1)?.version ?? 0;
}

const openPlain = (file: string) =>
  openDatabase({
    file,
    now: Date.now,
    randomBytes: (count) => Buffer.alloc(count),
    busyTimeoutMs: 1000,
    changePollMs: 0,
  });
const newest = migrations.at(-1)?.version ?? 0;

test('a database of an older schema is copied before it is upgraded, and the copy is the way back', async (t) => {
  const path = join(t.testdir(), 'claimgate.db');
  const older = makeOlderDatabase(path);
  const upgraded = openPlain(path);
  t.same(upgraded.migrated, { from: older, to: newest });
  await upgraded.close();
  t.match(inspectDatabase(`${path}.schema-${older}`), { kind: 'sound', schemaVersion: older });
  t.match(inspectDatabase(path), { kind: 'sound', schemaVersion: newest });
  // The way back: the copy takes the place of the database.
  for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
  cpSync(`${path}.schema-${older}`, path);
  t.match(inspectDatabase(path), { kind: 'sound', schemaVersion: older });
});

test('a new database needs no copy, and one that cannot be copied is not upgraded', async (t) => {
  const root = t.testdir();
  await openPlain(join(root, 'new.db')).close();
  t.same(
    readdirSync(root).filter((name) => name.includes('schema')),
    [],
  );
  const path = join(root, 'claimgate.db');
  const older = makeOlderDatabase(path);
  // A folder where the copy would be: nothing can be put in its place.
  mkdirSync(`${path}.schema-${older}/full`, { recursive: true });
  t.throws(() => openPlain(path), { code: 'storage.upgrade-copy' });
  t.match(inspectDatabase(path), { kind: 'sound', schemaVersion: older });
});

test('SIGKILL in the middle of an upgrade leaves one version or the other, and the copy', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const root = t.testdir({ data: {} });
  const path = join(root, 'data/claimgate.db');
  const older = makeOlderDatabase(path);
  // Enough pages that the copy takes a while.
  const file = openSqlite(path);
  file.exec('create table filling (bytes blob)');
  const fill = file.prepare('insert into filling values (zeroblob(1000000))');
  file.transaction(() => {
    for (let at = 0; at < 60; at += 1) fill.run();
  })();
  file.close();
  for (const delayMs of [250, 350, 450, 550, 700]) {
    await killAfter(root, ['partner', 'list'], delayMs);
    const found = inspectDatabase(path);
    t.match(found, { kind: 'sound' }, `${delayMs} ms`);
    if (found.kind === 'sound' && found.schemaVersion === newest)
      t.match(inspectDatabase(`${path}.schema-${older}`), { kind: 'sound', schemaVersion: older });
  }
  t.match(await run(root, ['partner', 'list']), { code: 0 });
  t.match(inspectDatabase(path), { kind: 'sound', schemaVersion: newest });
  t.match(inspectDatabase(`${path}.schema-${older}`), { kind: 'sound', schemaVersion: older });
});

/** Runs the command and kills it after a while. @returns whether it was still running */
function killAfter(cwd: string, args: readonly string[], delayMs: number): Promise<boolean> {
  const main = new URL('../../dist/admin/main.js', import.meta.url).pathname;
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: cwd },
      stdio: 'ignore',
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), delayMs);
    child.on('close', (_code, signal) => {
      clearTimeout(timer);
      resolve(signal === 'SIGKILL');
    });
  });
}

test('SIGKILL in the middle of a backup or a restore leaves what was there, and the next one is whole', {
  skip,
  timeout: 240_000,
}, async (t) => {
  const root = makeTestFolder(t);
  const running = await start(t, root);
  await addReadyUserByHand(running.core, { partner, user });
  await send(running, 'one.x12', 1);
  mkdirSync(join(running.dataDirectory, 'quarantine'), { recursive: true });
  // Large enough that a kill meets the middle.
  for (const at of [1, 2, 3, 4])
    writeFileSync(join(running.dataDirectory, `quarantine/large-${at}`), Buffer.alloc(30_000_000, at));
  const archive = join(root, 'backup.tar');
  await backUp(running, archive);
  const good = readFileSync(archive);
  await running.close();
  let met = 0;
  for (const delayMs of [350, 500, 650, 900]) {
    if (await killAfter(root, ['backup', 'create', archive, '--data', 'data'], delayMs)) met += 1;
    t.match(
      await verifyBackup({ path: archive, passphrase: undefined }),
      { audit: { kind: 'intact' } },
      `backup ${delayMs}`,
    );
    t.match(inspectDatabase(join(root, 'data/claimgate.db')), { kind: 'sound' });
  }
  writeFileSync(archive, good);
  for (const delayMs of [350, 500, 650, 900]) {
    const to = join(root, 'restored');
    if (await killAfter(root, ['backup', 'restore', archive, '--data', to], delayMs)) met += 1;
    if (existsSync(to))
      t.match(inspectDatabase(join(to, 'claimgate.db')), { kind: 'sound' }, `restore ${delayMs}`);
    else
      t.match(
        await run(root, ['backup', 'restore', archive, '--data', to]),
        { code: 0 },
        `restore ${delayMs}`,
      );
    t.notOk(existsSync(`${to}.restoring`));
    rmSync(to, { recursive: true, force: true });
  }
  t.ok(met > 0, `${met} of 8 kills met the command at work`);
});

test('the command makes, verifies, lists and restores, and says what is secret', { skip }, async (t) => {
  const cwd = t.testdir({ safe: {} });
  t.equal(
    (await run(cwd, ['partner', 'add', 'clinic', '--name', 'Clinic', '--submitter-id', 'TSN1'])).code,
    0,
  );
  t.match(await run(cwd, ['backup', 'list']), { code: 0, out: /No backup was ever made/ });
  t.match(await run(cwd, ['backup', 'create', 'nowhere']), { code: 2, err: /is not a directory/ });
  t.match(await run(cwd, ['backup', 'create', 'nowhere/x.tar']), { code: 2, err: /There is no directory/ });
  const made = await run(cwd, ['backup', 'create', 'safe', '--verify']);
  t.match(made, { code: 0, out: /verified: +yes/, err: /keep it as secret/ });
  const [name = ''] = readdirSync(join(cwd, 'safe'));
  t.match(name, /^claimgate-\d{8}T\d{6}Z\.tar$/);
  t.match(await run(cwd, ['backup', 'list']), { code: 0, out: new RegExp(`yes +.*${name}`) });
  t.match(
    JSON.parse((await run(cwd, ['doctor', '--json'])).out).checks.filter(
      ({ id }: { id: string }) => id === 'backup',
    ),
    [{ verdict: 'ok' }],
  );
  t.match(await run(cwd, ['backup', 'verify', join('safe', name)]), { code: 0, out: /verdict: +whole/ });
  t.match(await run(cwd, ['backup', 'restore', join('safe', name)]), { code: 2, err: /--data NEWDIR/ });
  t.match(await run(cwd, ['backup', 'restore', join('safe', name), '--data', 'data']), {
    code: 1,
    err: /not empty/,
  });
  t.match(await run(cwd, ['backup', 'restore', join('safe', name), '--data', 'second']), {
    code: 0,
    out: /Revoke again what was revoked since/,
  });
  t.match(await run(cwd, ['partner', 'list', '--data', 'second']), { code: 0, out: /clinic/ });
  t.match(await run(cwd, ['audit', 'verify', '--data', 'second']), { code: 0, out: /intact/ });
  writeFileSync(join(cwd, 'phrase'), 'quite a long passphrase\n');
  const sealed = await run(cwd, [
    'backup',
    'create',
    'safe/s.tar.age',
    '--encrypt',
    '--passphrase-file',
    'phrase',
  ]);
  t.match(sealed, { code: 0, out: /encrypted: +yes/, err: '' });
  t.match(await run(cwd, ['backup', 'verify', 'safe/s.tar.age'], 'wrong\n'), {
    code: 1,
    err: /not the right one/,
  });
  t.match(await run(cwd, ['backup', 'verify', 'safe/s.tar.age'], 'quite a long passphrase\n'), { code: 0 });
  t.notMatch(JSON.stringify(await run(cwd, ['audit', 'list', '--json'])), /passphrase/);
});
