import { execFileSync } from 'node:child_process';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { hostFileSystem } from '../../server/host-file-system.ts';
import { hostRefusal } from '../../server/host-refusal.ts';
import { HostTree } from '../../server/host-tree.ts';
import { handleOf, namesOf, startWireSession, statusOf } from './support/wire-session.ts';

const OPEN = 3;
const CLOSE = 4;
const READ = 5;
const WRITE = 6;
const LSTAT = 7;
const SETSTAT = 9;
const OPENDIR = 11;
const READDIR = 12;
const REMOVE = 13;
const MKDIR = 14;
const RMDIR = 15;
const REALPATH = 16;
const STAT = 17;
const RENAME = 18;
const READLINK = 19;
const SYMLINK = 20;
const EXTENDED = 200;
const flags = { read: 1, write: 2, create: 8, truncate: 16, exclusive: 32 };
const upload = flags.write | flags.create | flags.truncate;
const ok = { code: 0, message: 'OK' };

/** A folder `root` that is served, and a folder `outside` beside it that must not be reached. */
async function serveFolder(t: Test, start: readonly string[] = []) {
  const home = t.testdir({ root: { docs: { a: 'one' } }, outside: { secret: 'secret' } });
  const root = join(home, 'root');
  const tree = await HostTree.open(root);
  const wire = await startWireSession({ testdir: () => home, teardown: t.teardown.bind(t) } as never, {
    files: hostFileSystem(tree, { start }),
  });
  t.teardown(async () => {
    await wire.session.end();
    await tree.close();
  });
  return { ...wire, root, outside: join(home, 'outside') };
}

test('folders and links are made, read and removed', async (t) => {
  const { ask, root } = await serveFolder(t);
  t.same(statusOf(await ask(MKDIR, '/new', 4, 0o750)), ok);
  t.equal(statSync(join(root, 'new')).mode & 0o777, 0o750);
  t.match(statusOf(await ask(MKDIR, '/new', 0)), { code: 4, message: /of that name already/ });
  t.same(statusOf(await ask(SYMLINK, '../docs/a', '/new/link')), ok, 'the target first, as OpenSSH has it');
  t.equal(readlinkSync(join(root, 'new', 'link')), '../docs/a');
  t.same(namesOf(await ask(READLINK, '/new/link')), ['../docs/a']);
  t.same(namesOf(await ask(REALPATH, '/new/link')), ['/docs/a']);
  t.match(statusOf(await ask(RMDIR, '/new')), { code: 4, message: 'The folder is not empty.' });
  t.same(statusOf(await ask(REMOVE, '/new/link')), ok);
  t.same(statusOf(await ask(RMDIR, '/new')), ok);
  t.same(statusOf(await ask(EXTENDED, 'hardlink@openssh.com', '/docs/a', '/docs/b')), ok);
  t.equal(lstatSync(join(root, 'docs', 'b')).nlink, 2);
  t.match(statusOf(await ask(REMOVE, '/docs')), { code: 4, message: 'This is a folder.' });
  t.match(statusOf(await ask(OPEN, '/docs', flags.read, 0)), { code: 4, message: 'This is a folder.' });
});

test('STAT follows a link and LSTAT does not, unless a slash at the end says so', async (t) => {
  const { ask, root } = await serveFolder(t);
  symlinkSync('docs', join(root, 'way'));
  const modeOf = async (type: number, path: string) => {
    const { reader } = await ask(type, path);
    reader.skip(4 + 8 + 8);
    return reader.uint32() & 0o170000;
  };
  t.equal(await modeOf(STAT, '/way'), 0o040000);
  t.equal(await modeOf(LSTAT, '/way'), 0o120000);
  t.equal(await modeOf(LSTAT, '/way/'), 0o040000, 'as lstat(2) does (pkg/sftp lists /bin/ that way)');
});

test('RENAME refuses a taken name, posix-rename replaces', async (t) => {
  const { ask, root } = await serveFolder(t);
  writeFileSync(join(root, 'docs', 'b'), 'two');
  t.match(statusOf(await ask(RENAME, '/docs/a', '/docs/b')), { code: 4, message: /of that name already/ });
  t.equal(readFileSync(join(root, 'docs', 'b'), 'utf8'), 'two');
  t.same(statusOf(await ask(EXTENDED, 'posix-rename@openssh.com', '/docs/a', '/docs/b')), ok);
  t.equal(readFileSync(join(root, 'docs', 'b'), 'utf8'), 'one');
  mkdirSync(join(root, 'empty'));
  t.match(statusOf(await ask(RENAME, '/docs', '/empty')), { code: 4 }, 'a folder neither');
  t.same(statusOf(await ask(RENAME, '/docs', '/papers')), ok);
  t.match(statusOf(await ask(RENAME, '/none', '/x')), { code: 2 });
});

test('attributes are applied, to a file by its name, by its handle, and to a link itself', async (t) => {
  const { ask, root } = await serveFolder(t);
  const file = join(root, 'docs', 'a');
  t.same(statusOf(await ask(SETSTAT, '/docs/a', 1 | 4 | 8, 2n, 0o640, 100, 200)), ok);
  t.equal(readFileSync(file, 'utf8'), 'on');
  t.match(statSync(file), { mode: 0o100640, mtimeMs: 200_000, atimeMs: 100_000 });
  symlinkSync('a', join(root, 'docs', 'link'));
  t.same(statusOf(await ask(EXTENDED, 'lsetstat@openssh.com', '/docs/link', 8, 1, 2)), ok);
  t.equal(lstatSync(join(root, 'docs', 'link')).mtimeMs, 2000);
  t.equal(statSync(file).mtimeMs, 200_000, 'what it leads to is left alone');
  const handle = handleOf(await ask(OPEN, '/docs/a', flags.read, 0));
  t.same(statusOf(await ask(10, handle, 4, 0o600)), ok);
  t.equal(statSync(file).mode & 0o777, 0o600);
});

test('copy-data copies from one open file to another', async (t) => {
  const { ask, root } = await serveFolder(t);
  const from = handleOf(await ask(OPEN, '/docs/a', flags.read, 0));
  const to = handleOf(await ask(OPEN, '/docs/copy', upload, 4, 0o600));
  t.same(statusOf(await ask(EXTENDED, 'copy-data', from, 1n, 0n, to, 2n)), ok);
  t.match(statusOf(await ask(EXTENDED, 'copy-data', to, 0n, 0n, to, 0n)), { code: 4 }, 'not onto itself');
  t.same(statusOf(await ask(CLOSE, to)), ok);
  t.equal(readFileSync(join(root, 'docs', 'copy'), 'utf8'), '\0\0ne');
});

test('nothing leads out of the root: not dots, not links, not links in the middle of a path', async (t) => {
  const { ask, root, outside } = await serveFolder(t);
  symlinkSync('../../outside', join(root, 'docs', 'relative'));
  symlinkSync(outside, join(root, 'docs', 'absolute'));
  symlinkSync('/', join(root, 'docs', 'slash'));
  symlinkSync('loop', join(root, 'docs', 'loop'));
  for (const way of ['../outside', 'docs/relative', 'docs/absolute', 'docs/../../outside', 'docs/loop']) {
    for (const type of [STAT, OPENDIR]) t.match(statusOf(await ask(type, `/${way}`)), { code: 2 }, way);
    t.match(statusOf(await ask(OPEN, `/${way}/secret`, flags.read, 0)), { code: 2 }, `${way}/secret`);
    t.match(statusOf(await ask(OPEN, `/${way}/new`, upload, 0)), { code: 2 }, `${way}/new`);
    t.match(statusOf(await ask(RENAME, '/docs/a', `/${way}/a`)), { code: 2 }, `rename into ${way}`);
    t.match(statusOf(await ask(SETSTAT, `/${way}/secret`, 4, 0o777)), { code: 2 }, `chmod of ${way}/secret`);
  }
  t.same(namesOf(await ask(REALPATH, '/docs/slash/docs')), ['/docs'], 'a link to / leads to the root');
  t.match(
    statusOf(await ask(OPEN, '/docs/absolute', upload, 0)),
    { code: 2 },
    'nor is a dangling link made good',
  );
  t.equal(execFileSync('ls', [outside], { encoding: 'utf8' }), 'secret\n');
});

test('a folder that is swapped for a link out while it is used stays the folder that was opened', async (t) => {
  const { ask, root, outside } = await serveFolder(t);
  const listing = handleOf(await ask(OPENDIR, '/docs'));
  const file = handleOf(await ask(OPEN, '/docs/b', upload, 0));
  renameSync(join(root, 'docs'), join(root, 'was'));
  symlinkSync(outside, join(root, 'docs'));
  t.same(namesOf(await ask(READDIR, listing)).sort(), ['a', 'b']);
  t.same(statusOf(await ask(WRITE, file, 0n, 'x')), ok);
  t.equal(readFileSync(join(root, 'was', 'b'), 'utf8'), 'x');
  t.match(statusOf(await ask(STAT, '/docs/secret')), { code: 2 });
});

test('relative paths and ~ begin where the session was started', async (t) => {
  const { ask } = await serveFolder(t, ['docs']);
  t.same(namesOf(await ask(REALPATH, '.')), ['/docs']);
  t.same(namesOf(await ask(EXTENDED, 'expand-path@openssh.com', '~/a')), ['/docs/a']);
  t.same(namesOf(await ask(EXTENDED, 'expand-path@openssh.com', '/x')), ['/x']);
  t.match(statusOf(await ask(EXTENDED, 'expand-path@openssh.com', '~root')), { code: 2 });
  const handle = handleOf(await ask(OPEN, 'a', flags.read, 0));
  t.equal((await ask(READ, handle, 0n, 10)).reader.bytes().toString(), 'one');
});

test('a folder of 10,000 entries comes in pages, and only as it is asked for', async (t) => {
  const { ask, root, session } = await serveFolder(t);
  const folder = join(root, 'many');
  mkdirSync(folder);
  writeFileSync(join(folder, 'name-0'), '');
  for (let index = 1; index < 10_000; index += 1)
    linkSync(join(folder, 'name-0'), join(folder, `name-${index}`));
  const handle = handleOf(await ask(OPENDIR, '/many'));
  const found = new Set<string>();
  for (;;) {
    const reply = await ask(READDIR, handle);
    if (reply.type === 101) break;
    t.ok(reply.bytes <= 34_000, { diagnostic: false });
    for (const name of namesOf(reply)) found.add(name);
    t.ok(session.heldBytes < 100_000, { diagnostic: false });
  }
  t.equal(found.size, 10_000);
  t.same(statusOf(await ask(CLOSE, handle)), ok);
});

test('what the disk says is told in a sentence, and never with a path', async (t) => {
  const rows = [
    ['ENOSPC', 'no-space', 'The disk is full.'],
    ['EDQUOT', 'no-space', 'The quota for this account is used up.'],
    ['EROFS', 'permission-denied', 'This place may only be read.'],
    ['EACCES', 'permission-denied', 'The system does not allow this here.'],
    ['EBUSY', 'failure', 'The file is in use by another program; try again later.'],
    ['ENAMETOOLONG', 'bad-name', 'The name is too long.'],
  ] as const;
  for (const [code, reason, why] of rows) {
    t.same(hostRefusal(Object.assign(new Error('/srv/x'), { code })), { kind: 'refused', reason, why }, code);
  }
  t.throws(
    () => hostRefusal(Object.assign(new Error(), { code: 'EIO' })),
    { code: 'EIO' },
    'a fault is logged',
  );
});
