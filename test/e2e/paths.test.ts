// Paths of every shape that the security record names (rules R7, R10 and R15), spoken in raw packets: each gets the
// right status, and nothing outside the user's own mailbox is read or touched (invariant I4).

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { openFlag, packetType, statusCode } from '../../server/protocol-numbers.ts';
import { handleOf, namesOf, type WireReply } from '../server/support/wire-session.ts';
import { addReadyUser, firstPassword, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { fingerprintTree } from '../support/list-files.ts';
import { openRawSftp, type RawSftp } from '../support/raw-sftp.ts';
import { makeTestFolder } from '../support/test-folder.ts';

const secret = 'a secret of somebody else';

/** Everything that one can do with a path, in packets. */
type Operation =
  | 'open-read'
  | 'open-write'
  | 'open-update'
  | 'stat'
  | 'opendir'
  | 'remove'
  | 'rename-from'
  | 'rename-to'
  | 'posix-rename-to'
  | 'truncate'
  | 'set-times'
  | 'mkdir'
  | 'rmdir'
  | 'symlink-to'
  | 'symlink-at'
  | 'readlink';

const noAttributes = 0;
const sizeAttribute = 1;
const timesAttribute = 8;
const write = openFlag.write | openFlag.create | openFlag.truncate;

const requests: Readonly<Record<Operation, (sftp: RawSftp, path: Buffer) => Promise<WireReply>>> = {
  'open-read': (sftp, path) => sftp.ask(packetType.open, path, openFlag.read, noAttributes),
  'open-write': (sftp, path) => sftp.ask(packetType.open, path, write, noAttributes),
  'open-update': (sftp, path) =>
    sftp.ask(packetType.open, path, openFlag.read | openFlag.write, noAttributes),
  stat: (sftp, path) => sftp.ask(packetType.stat, path),
  opendir: (sftp, path) => sftp.ask(packetType.opendir, path),
  remove: (sftp, path) => sftp.ask(packetType.remove, path),
  'rename-from': (sftp, path) => sftp.ask(packetType.rename, path, '/inbound/free.x12'),
  'rename-to': (sftp, path) => sftp.ask(packetType.rename, '/inbound/own.x12', path),
  'posix-rename-to': (sftp, path) =>
    sftp.ask(packetType.extended, 'posix-rename@openssh.com', '/inbound/own.x12', path),
  truncate: (sftp, path) => sftp.ask(packetType.setstat, path, sizeAttribute, 0n),
  'set-times': (sftp, path) => sftp.ask(packetType.setstat, path, timesAttribute, 1, 1),
  mkdir: (sftp, path) => sftp.ask(packetType.mkdir, path, noAttributes),
  rmdir: (sftp, path) => sftp.ask(packetType.rmdir, path),
  'symlink-to': (sftp, path) => sftp.ask(packetType.symlink, path, '/inbound/link'),
  'symlink-at': (sftp, path) => sftp.ask(packetType.symlink, '/inbound/own.x12', path),
  readlink: (sftp, path) => sftp.ask(packetType.readlink, path),
};

const { noSuchFile, permissionDenied, failure, badMessage } = statusCode;

/** What no mailbox does, whatever the path. */
const neverDone = {
  mkdir: permissionDenied,
  rmdir: permissionDenied,
  'symlink-to': permissionDenied,
  'symlink-at': permissionDenied,
  readlink: permissionDenied,
} as const;

/** A path that cannot name anything. */
const unreadable: Readonly<Record<Operation, number>> = {
  'open-read': badMessage,
  'open-write': badMessage,
  'open-update': badMessage,
  stat: badMessage,
  opendir: badMessage,
  remove: badMessage,
  'rename-from': badMessage,
  'rename-to': badMessage,
  'posix-rename-to': badMessage,
  truncate: badMessage,
  'set-times': badMessage,
  ...neverDone,
  // A path is read before anything is decided about it; a link's text is none.
  mkdir: badMessage,
  rmdir: badMessage,
  'symlink-at': badMessage,
  readlink: badMessage,
};

/** A well-formed path to a place that no mailbox has. */
const nowhere: Readonly<Record<Operation, number>> = {
  'open-read': noSuchFile,
  'open-write': permissionDenied,
  'open-update': permissionDenied,
  stat: noSuchFile,
  opendir: noSuchFile,
  remove: noSuchFile,
  'rename-from': noSuchFile,
  'rename-to': permissionDenied,
  'posix-rename-to': permissionDenied,
  truncate: noSuchFile,
  'set-times': noSuchFile,
  ...neverDone,
};

/** Something in the mailbox that was put there by hand and is no file. */
const notAFile: Readonly<Record<Operation, number>> = {
  ...nowhere,
  truncate: permissionDenied,
};

/** A name in `outbound` that is no file's: there one may read and remove, and nothing else. */
const noFileInOutbound: Readonly<Record<Operation, number>> = {
  ...notAFile,
  'rename-from': permissionDenied,
};

/** The mailbox itself and its two folders. */
const folder: Readonly<Record<Operation, number | 'works'>> = {
  'open-read': failure,
  'open-write': failure,
  'open-update': failure,
  stat: 'works',
  opendir: 'works',
  remove: permissionDenied,
  'rename-from': permissionDenied,
  'rename-to': failure,
  'posix-rename-to': failure,
  truncate: 'works',
  'set-times': 'works',
  ...neverDone,
};

const bytes = (...values: readonly number[]) => Buffer.from(values);
const after = (folderName: string, tail: Buffer) => Buffer.concat([Buffer.from(folderName), tail]);

const shapes: readonly (readonly [
  title: string,
  path: string | Buffer,
  expected: Readonly<Record<Operation, number | 'works'>>,
])[] = [
  ['a chain of .. to a file of the system', '../../../../../../etc/passwd', nowhere],
  ['a chain of .. from inbound', '/inbound/../../../../keys/pepper', nowhere],
  ['.. in the middle of a name that exists', '/inbound/own.x12/../../../keys/pepper', nowhere],
  ['.. and doubled slashes', '//..//inbound//..//..//keys//pepper', nowhere],
  ['an absolute path of the host', '/etc/passwd', nowhere],
  ['the host path of the mailbox', '<data>/mailboxes/ab/inbound/own.x12', nowhere],
  ['the host path of another mailbox', '<data>/mailboxes/abc/inbound/theirs.x12', nowhere],
  ['the prefix twin from the root', '/abc/inbound/theirs.x12', nowhere],
  ['the prefix twin by ..', '/../abc/inbound/theirs.x12', nowhere],
  ['the prefix twin from inbound', '/inbound/../../abc/inbound/theirs.x12', nowhere],
  ['the prefix twin appended to the root', '/c/inbound/theirs.x12', nowhere],
  ['a folder whose name begins like inbound', '/inboundx/own.x12', nowhere],
  ['a folder in other letters', '/INBOUND/own.x12', nowhere],
  ['a folder below inbound', '/inbound/deep/file.x12', nowhere],
  ['a folder made by hand', '/inbound/deep', notAFile],
  ['escapes as the web has them', '/%2e%2e/%2e%2e/keys/pepper', nowhere],
  ['a symlink made by hand to a secret', '/inbound/link-to-secret', notAFile],
  ['a symlink made by hand to another mailbox', '/inbound/link-to-theirs', notAFile],
  ['below a symlink made by hand to a folder', '/inbound/link-to-folder/theirs.x12', nowhere],
  ['a symlink made by hand to a folder', '/inbound/link-to-folder', notAFile],
  ['a symlink made by hand that leads nowhere', '/inbound/link-to-nothing', notAFile],
  ['a symlink made by hand in outbound', '/outbound/link-to-secret', noFileInOutbound],
  ['outbound by way of inbound', '/inbound/../outbound/x', noFileInOutbound],
  ['NUL in the name', Buffer.from('/inbound/own.x12\0.txt'), unreadable],
  ['NUL before ..', Buffer.from('/inbound/\0/../../keys/pepper'), unreadable],
  ['a backslash', '/inbound\\..\\..\\keys\\pepper', unreadable],
  ['backslashes after a slash', '/inbound/..\\..\\keys\\pepper', unreadable],
  ['a drive letter', 'C:\\inbound\\own.x12', unreadable],
  ['a line end', '/inbound/own.x12\r\nx', unreadable],
  ['an escape sequence', '/inbound/\u001b[2Jx', unreadable],
  ['a C1 control', '/inbound/\u009bx', unreadable],
  ['a right-to-left override', '/inbound/\u202e21x.nwo', unreadable],
  ['a zero-width space', '/inbound/own\u200b.x12', unreadable],
  ['a line separator', '/inbound/own\u2028.x12', unreadable],
  ['bytes that are no UTF-8', after('/inbound/', bytes(0xff, 0xfe)), unreadable],
  ['.. in overlong UTF-8', after('/inbound/', bytes(0xc0, 0xae, 0xc0, 0xae, 0x2f)), unreadable],
  ['a slash in overlong UTF-8', after('/inbound/..', bytes(0xc0, 0xaf)), unreadable],
  ['a lone surrogate', after('/inbound/', bytes(0xed, 0xa0, 0x80)), unreadable],
  ['a name of 256 bytes', `/inbound/${'n'.repeat(256)}`, unreadable],
  ['a name of 256 bytes in 128 characters', `/inbound/${'é'.repeat(128)}`, unreadable],
  ['a path of 4097 bytes', `/inbound/${'d/'.repeat(2044)}`, unreadable],
  ['a path of 4096 bytes', `/${'d/'.repeat(2047)}d`, nowhere],
  ['the root', '/', folder],
  ['nothing', '', folder],
  ['the root by ..', '/inbound/../..', folder],
  ['inbound with dots and slashes', '/./inbound//.', folder],
  ['outbound', '/outbound', folder],
];

/** A gateway with the partners `ab`, whose user is the attacker, and `abc`, whose files it must not reach. */
async function openTwoMailboxes(
  t: Test,
): Promise<{ readonly running: TestGateway; readonly sftp: RawSftp; readonly root: string }> {
  const root = makeTestFolder(t);
  // Without intake nothing but these requests changes a file.
  const running = await startTestGateway(t, { root, config: { roles: ['sftp', 'portal'] } });
  const target = await addReadyUser(running, { partner: 'ab', user: 'mallory', submitterId: 'TSNAB' });
  await addReadyUser(running, { partner: 'abc', user: 'alice', submitterId: 'TSNABC' });
  const mailboxes = join(running.dataDirectory, 'mailboxes');
  const own = join(mailboxes, 'ab');
  const sftp = await openRawSftp(t, target, firstPassword);
  const handle = handleOf(await sftp.ask(packetType.open, '/inbound/own.x12', write, noAttributes));
  await sftp.ask(packetType.write, handle, 0n, 'own bytes');
  await sftp.ask(packetType.close, handle);
  writeFileSync(join(own, 'inbound', 'taken.x12'), 'taken');
  writeFileSync(join(own, 'outbound', 'answer.999'), 'an answer');
  mkdirSync(join(own, 'inbound', 'deep'));
  writeFileSync(join(own, 'inbound', 'deep', 'file.x12'), secret);
  for (const folderName of ['inbound', 'outbound']) {
    writeFileSync(join(mailboxes, 'abc', folderName, 'theirs.x12'), secret);
  }
  writeFileSync(join(root, 'outside.txt'), secret);
  symlinkSync('../../../../outside.txt', join(own, 'inbound', 'link-to-secret'));
  symlinkSync('../../../../outside.txt', join(own, 'outbound', 'link-to-secret'));
  symlinkSync('../../abc/inbound/theirs.x12', join(own, 'inbound', 'link-to-theirs'));
  symlinkSync(join(mailboxes, 'abc', 'inbound'), join(own, 'inbound', 'link-to-folder'));
  symlinkSync('nothing', join(own, 'inbound', 'link-to-nothing'));
  return { running, sftp, root };
}

/** All that is on disk but the journal, which notes what was refused. */
function everythingOnDisk(root: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fingerprintTree(root)).filter(([path]) => !path.startsWith('data/claimgate.db')),
  );
}

/** A status code; `works` for anything that is none, its handle closed again. */
async function outcomeOf(sftp: RawSftp, reply: WireReply): Promise<number | 'works'> {
  if (reply.type === packetType.handle) {
    await sftp.ask(packetType.close, handleOf(reply));
    return 'works';
  }
  if (reply.type !== packetType.status) return 'works';
  const code = reply.reader.uint32();
  return code === statusCode.ok ? 'works' : code;
}

test('paths of every shape get the right status and touch nothing', async (t) => {
  const { running, sftp, root } = await openTwoMailboxes(t);
  const before = everythingOnDisk(root);
  t.ok(Object.keys(before).length > 20, 'there is something to compare');
  for (const [title, shape, expected] of shapes) {
    const path =
      typeof shape === 'string' ? Buffer.from(shape.replace('<data>', running.dataDirectory)) : shape;
    const found: Record<string, number | 'works'> = {};
    for (const [operation, request] of Object.entries(requests)) {
      const reply = await request(sftp, path);
      found[operation] = await outcomeOf(sftp, reply);
    }
    t.strictSame(found, expected, title);
    t.strictSame(everythingOnDisk(root), before, `${title}: nothing on disk has changed`);
  }
  const rows = await running.core.database.sql.selectFrom('transmissions').select('name').execute();
  t.strictSame(rows, [{ name: 'own.x12' }], 'and nothing was received');
});

test('REALPATH answers in the words of the mailbox, never of the host', async (t) => {
  const { running, sftp } = await openTwoMailboxes(t);
  for (const [path, expected] of [
    ['', '/'],
    ['.', '/'],
    ['/..', '/'],
    ['inbound', '/inbound'],
    ['/inbound/../outbound/x', '/outbound/x'],
    ['../../../etc/passwd', '/etc/passwd'],
    ['/inbound//./own.x12/', '/inbound/own.x12'],
    ['/inbound/link-to-folder', '/inbound/link-to-folder'],
  ] as const) {
    const names = namesOf(await sftp.ask(packetType.realpath, path));
    t.strictSame(names, [expected], path);
    t.notOk(names.join().includes(running.dataDirectory));
  }
  for (const [title, shape, expected] of shapes) {
    if (expected !== unreadable) continue;
    t.equal(await outcomeOf(sftp, await sftp.ask(packetType.realpath, shape)), badMessage, title);
  }
});

test('a listing shows files and nothing that was put there by hand to lead elsewhere', async (t) => {
  const { sftp } = await openTwoMailboxes(t);
  for (const [folderName, expected] of [
    ['/inbound', ['own.x12', 'taken.x12']],
    ['/outbound', ['answer.999']],
    ['/', ['inbound', 'outbound']],
  ] as const) {
    const handle = handleOf(await sftp.ask(packetType.opendir, folderName));
    const names = namesOf(await sftp.ask(packetType.readdir, handle));
    t.strictSame(names.filter((name) => !/^\.{1,2}$/.test(name)).sort(), expected, folderName);
  }
});

test('the own mailbox may be reached by ways round about', async (t) => {
  const { sftp } = await openTwoMailboxes(t);
  for (const path of ['/inbound/../outbound/answer.999', 'outbound/answer.999', '//outbound/./answer.999']) {
    const handle = handleOf(await sftp.ask(packetType.open, path, openFlag.read, noAttributes));
    const reply = await sftp.ask(packetType.read, handle, 0n, 100);
    t.equal(reply.type, packetType.data);
    t.equal(Buffer.from(reply.reader.bytes()).toString(), 'an answer', path);
  }
  const refused = await sftp.ask(packetType.open, '/inbound/../outbound/answer.999', write, noAttributes);
  t.equal(await outcomeOf(sftp, refused), permissionDenied, 'outbound is for reading');
});
