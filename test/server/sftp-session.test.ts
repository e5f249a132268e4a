import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'tap';
import { ByteBudget } from '../../server/byte-budget.ts';
import { extensionRows, requestRows } from '../../server/requests.ts';
import { openFolderMailbox } from './support/folder-mailbox.ts';
import {
  handleOf,
  namesOf,
  packet,
  startWireSession,
  statusOf,
  type WireSession,
} from './support/wire-session.ts';

const OPEN = 3;
const CLOSE = 4;
const READ = 5;
const WRITE = 6;
const LSTAT = 7;
const FSTAT = 8;
const SETSTAT = 9;
const FSETSTAT = 10;
const OPENDIR = 11;
const READDIR = 12;
const REMOVE = 13;
const MKDIR = 14;
const REALPATH = 16;
const STAT = 17;
const RENAME = 18;
const EXTENDED = 200;
const flags = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 };
const upload = flags.write | flags.create | flags.truncate;
const ok = { code: 0, message: 'OK' };

async function openForWrite(wire: WireSession, name: string, pflags = upload): Promise<Buffer> {
  return handleOf(await wire.ask(OPEN, `/inbound/${name}`, pflags, 0));
}

function fileText(wire: WireSession, name: string): string {
  return readFileSync(join(wire.mailbox.root, 'inbound', name), 'utf8');
}

test('a reply for which no other can come leaves at once, and those of a burst leave together', async (t) => {
  const wire = await startWireSession(t);
  let turnIsOver = false;
  setImmediate(() => {
    turnIsOver = true;
  });
  await wire.ask(REALPATH, '.');
  t.equal(turnIsOver, false);
  const writesOf = t.capture(wire.stream, 'write', wire.stream.write);
  for (const id of [71, 72, 73]) wire.send(REALPATH, id, '.');
  await wire.replyTo(73);
  t.equal(writesOf().length, 1);
});

test('VERSION says 3 and announces what the table holds', async (t) => {
  const wire = await startWireSession(t, { greet: false });
  wire.feed(packet(1, 3));
  await wire.stream.until(() => wire.stream.replies.length > 0);
  const [version] = wire.stream.replies;
  t.equal(version?.type, 2);
  t.equal(version?.id, 3, 'the version stands where other packets have an id');
  const announced: Record<string, string> = {};
  while ((version?.reader.remaining ?? 0) > 0) {
    const name = version?.reader.bytes().toString() ?? '';
    announced[name] = version?.reader.bytes().toString() ?? '';
  }
  t.same(announced, {
    'posix-rename@openssh.com': '1',
    'statvfs@openssh.com': '2',
    'fstatvfs@openssh.com': '2',
    'fsync@openssh.com': '1',
    'lsetstat@openssh.com': '1',
    'limits@openssh.com': '1',
    'expand-path@openssh.com': '1',
  });
});

test('a session begins with INIT, once', async (t) => {
  const early = await startWireSession(t, { greet: false });
  early.send(STAT, 1, '/');
  t.equal(early.stream.end, 'destroyed');
  const twice = await startWireSession(t);
  twice.feed(packet(1, 3));
  t.equal(twice.stream.end, 'destroyed');
  t.match(twice.protocolErrors, ['A session begins with INIT, once.']);
});

test('an upload is published when CLOSE is answered, and not before', async (t) => {
  const wire = await startWireSession(t);
  const handle = await openForWrite(wire, 'claims.x12');
  wire.send(WRITE, 1, handle, 5n, 'world');
  wire.send(WRITE, 2, handle, 0n, 'hello');
  t.same(statusOf(await wire.replyTo(1)), ok);
  t.same(statusOf(await wire.replyTo(2)), ok);
  t.same(wire.mailbox.published, []);
  t.same(statusOf(await wire.ask(CLOSE, handle)), ok);
  t.same(wire.mailbox.published, ['claims.x12']);
  t.equal(fileText(wire, 'claims.x12'), 'helloworld');
  t.same(wire.transfers, [
    { direction: 'upload', path: '/inbound/claims.x12', bytes: 10, outcome: 'complete' },
  ]);
  t.match(statusOf(await wire.ask(WRITE, handle, 0n, 'more')), { code: 4 }, 'the handle is gone');
  t.match(statusOf(await wire.ask(CLOSE, handle)), { code: 4 });
});

test('a download gives the bytes, short reads at the end, then EOF', async (t) => {
  const wire = await startWireSession(t);
  writeFileSync(join(wire.mailbox.root, 'outbound', 'a.999'), 'ST*999*0001~');
  const handle = handleOf(await wire.ask(OPEN, '/outbound/a.999', flags.read, 0));
  const first = await wire.ask(READ, handle, 0n, 6);
  t.equal(first.reader.bytes().toString(), 'ST*999');
  const rest = await wire.ask(READ, handle, 6n, 0xffffffff);
  t.equal(rest.reader.bytes().toString(), '*0001~');
  t.match(statusOf(await wire.ask(READ, handle, 12n, 100)), { code: 1 });
  t.match(statusOf(await wire.ask(READ, handle, 2n ** 53n - 1n, 100)), { code: 1 });
  t.match(statusOf(await wire.ask(WRITE, handle, 0n, 'x')), { code: 3 });
  t.equal((await wire.ask(FSTAT, handle)).type, 105);
  t.same(statusOf(await wire.ask(FSETSTAT, handle, 8, 1, 2)), ok, 'times of a file that is read are ignored');
  t.match(statusOf(await wire.ask(FSETSTAT, handle, 1, 0n)), { code: 3 });
  t.same(statusOf(await wire.ask(CLOSE, handle)), ok);
  t.match(wire.transfers, [{ direction: 'download', bytes: 12, outcome: 'complete' }]);
});

test('open flags mean what the draft says', async (t) => {
  const wire = await startWireSession(t);
  t.match(statusOf(await wire.ask(OPEN, '/inbound/none', flags.write, 0)), { code: 2 }, 'no CREAT, no file');
  t.match(
    statusOf(await wire.ask(OPEN, '/inbound/none', flags.create, 0)),
    { code: 4 },
    'neither READ nor WRITE',
  );
  const first = await openForWrite(wire, 'a', upload | flags.exclusive);
  await wire.ask(WRITE, first, 0n, 'one');
  await wire.ask(CLOSE, first);
  t.match(statusOf(await wire.ask(OPEN, '/inbound/a', upload | flags.exclusive, 0)), { code: 4 }, 'EXCL');
  const more = await openForWrite(wire, 'a', flags.write | flags.append);
  wire.send(WRITE, 1, more, 0n, '-two');
  wire.send(WRITE, 2, more, 0n, '-three');
  await wire.replyTo(2);
  t.match(statusOf(await wire.ask(READ, more, 0n, 3)), { code: 3 }, 'not opened for reading');
  await wire.ask(CLOSE, more);
  t.equal(fileText(wire, 'a'), 'one-two-three', 'APPEND ignores the offset');
  const both = await openForWrite(wire, 'a', flags.read | flags.write);
  t.equal((await wire.ask(READ, both, 4n, 3)).reader.bytes().toString(), 'two');
  t.same(statusOf(await wire.ask(FSETSTAT, both, 1 | 4 | 8, 3n, 0o600, 7, 9)), ok);
  t.same(statusOf(await wire.ask(EXTENDED, 'fsync@openssh.com', both)), ok);
  await wire.ask(CLOSE, both);
  t.equal(fileText(wire, 'a'), 'one', 'the size was set');
});

test('names: stat, setstat, rename with and without overwriting, remove, realpath', async (t) => {
  const wire = await startWireSession(t);
  for (const name of ['a', 'b']) writeFileSync(join(wire.mailbox.root, 'inbound', name), name);
  t.equal((await wire.ask(STAT, 'inbound/a')).type, 105);
  t.equal((await wire.ask(LSTAT, '/inbound/a')).type, 105);
  t.same(statusOf(await wire.ask(SETSTAT, '/inbound/a', 4, 0o600)), ok, 'chmod is accepted');
  t.same(statusOf(await wire.ask(SETSTAT, '/inbound/a', 2, 1000, 1000)), ok, 'chown is accepted');
  t.match(statusOf(await wire.ask(SETSTAT, '/inbound/c', 4, 0o600)), { code: 2 });
  t.same(statusOf(await wire.ask(SETSTAT, '/inbound/a', 8, 5, 5)), ok);
  t.same(statusOf(await wire.ask(EXTENDED, 'lsetstat@openssh.com', '/inbound/a', 8, 5, 5)), ok);
  t.match(statusOf(await wire.ask(RENAME, '/inbound/a', '/inbound/b')), { code: 4 }, 'taken');
  t.same(statusOf(await wire.ask(EXTENDED, 'posix-rename@openssh.com', '/inbound/a', '/inbound/b')), ok);
  t.equal(fileText(wire, 'b'), 'a');
  t.same(statusOf(await wire.ask(RENAME, '/inbound/b', '/inbound/c')), ok);
  t.same(statusOf(await wire.ask(REMOVE, '/inbound/c')), ok);
  t.match(statusOf(await wire.ask(REMOVE, '/inbound/c')), { code: 2 });
  for (const [asked, real] of [
    ['.', '/'],
    ['', '/'],
    ['inbound/../outbound/./x/', '/outbound/x'],
    ['../..', '/'],
  ]) {
    t.same(namesOf(await wire.ask(REALPATH, asked ?? '')), [real], `REALPATH of ${asked}`);
  }
});

test('extensions answer with numbers', async (t) => {
  const wire = await startWireSession(t);
  const limits = await wire.ask(EXTENDED, 'limits@openssh.com');
  t.equal(limits.type, 201);
  t.same(
    [1, 2, 3, 4].map(() => limits.reader.uint64()),
    [262_144, 261_120, 261_120, 100],
  );
  for (const asked of [
    await wire.ask(EXTENDED, 'statvfs@openssh.com', '/'),
    await wire.ask(EXTENDED, 'fstatvfs@openssh.com', await openForWrite(wire, 'a')),
  ]) {
    t.equal(asked.type, 201);
    t.ok(asked.reader.uint64() > 0);
    t.equal(asked.reader.remaining, 80, 'eleven numbers');
  }
});

test('what a mailbox does not do is refused with a sentence, what nobody knows is unsupported', async (t) => {
  const wire = await startWireSession(t);
  t.match(statusOf(await wire.ask(MKDIR, '/inbound/x', 0)), {
    code: 3,
    message: /^A mailbox has the folders/,
  });
  t.match(statusOf(await wire.ask(15, '/inbound')), { code: 3, message: /^A mailbox has the folders/ });
  t.match(statusOf(await wire.ask(19, '/inbound/a')), { code: 3, message: 'A mailbox has no links.' });
  t.match(statusOf(await wire.ask(20, '/a', '/b')), { code: 3, message: 'A mailbox has no links.' });
  t.match(statusOf(await wire.ask(EXTENDED, 'hardlink@openssh.com', '/a', '/b')), { code: 3 });
  t.match(statusOf(await wire.ask(EXTENDED, 'copy-data', '/a')), { code: 8 });
  t.match(statusOf(await wire.ask(99)), { code: 8 });
  t.match(statusOf(await wire.ask(2)), { code: 8 }, 'VERSION from a client');
  t.match(wire.refusals[0], { request: 'MKDIR', path: '/inbound/x' });
});

test('every request that writes is refused in a session that may only read', async (t) => {
  const wire = await startWireSession(t, { readOnly: true });
  for (const row of requestRows.filter(({ writes }) => writes)) {
    t.match(statusOf(await wire.ask(row.type, '/inbound/a', '/inbound/b')), { code: 3 }, row.request);
  }
  for (const row of extensionRows.filter(({ writes }) => writes)) {
    t.match(statusOf(await wire.ask(EXTENDED, row.request, '/inbound/a')), { code: 3 }, row.request);
  }
  t.match(statusOf(await wire.ask(OPEN, '/inbound/a', upload, 0)), { code: 3 }, 'OPEN for writing');
  t.match(statusOf(await wire.ask(OPEN, '/inbound/a', flags.read, 0)), { code: 2 }, 'OPEN for reading may');
});

test('paths of every shape get a status and touch nothing outside the mailbox', async (t) => {
  const wire = await startWireSession(t);
  const outside = join(wire.mailbox.root, '..');
  writeFileSync(join(outside, 'secret'), 'secret');
  const before = readdirSync(outside);
  const rows: [string, string | Uint8Array, number][] = [
    ['above the root', '/../secret', 2],
    ['far above the root', '../../../../../../etc/passwd', 2],
    ['absolute', '/etc/passwd', 2],
    ['a twin of a folder', '/inbound2/a', 2],
    ['deeper than there is', '/inbound/a/b', 2],
    ['a NUL', '/inbound/a\0.x12', 5],
    ['a backslash', '/inbound/..\\..\\secret', 5],
    ['a control character', '/inbound/a\nb', 5],
    ['a right-to-left override', '/inbound/a\u202egpj.exe', 5],
    ['over-long name', `/inbound/${'a'.repeat(256)}`, 5],
    ['over-long path', '/a'.repeat(3000), 5],
    ['not UTF-8', Buffer.from([0x2f, 0xff, 0xfe]), 5],
  ];
  for (const [title, path, code] of rows) {
    t.match(statusOf(await wire.ask(OPEN, path, upload, 0)), { code }, title);
    t.match(statusOf(await wire.ask(REMOVE, path)), { code }, title);
    t.match(statusOf(await wire.ask(OPENDIR, path)), { code }, title);
    const message = statusOf(await wire.ask(STAT, path));
    t.match(message, { code }, title);
    t.notMatch(JSON.stringify(message), wire.mailbox.root, 'no host path');
  }
  t.same(readdirSync(outside), before);
  t.same(readdirSync(join(wire.mailbox.root, 'inbound')), []);
});

test('a large folder comes in pages, each under the size that clients must take', async (t) => {
  const wire = await startWireSession(t);
  const names = Array.from(
    { length: 250 },
    (_, index) => `${String(index).padStart(3, '0')}-${'ä'.repeat(100)}`,
  );
  for (const name of names) writeFileSync(join(wire.mailbox.root, 'inbound', name), '');
  const handle = handleOf(await wire.ask(OPENDIR, '/inbound'));
  const found: string[] = [];
  let pages = 0;
  for (;;) {
    const reply = await wire.ask(READDIR, handle);
    if (reply.type === 101) {
      t.match(statusOf(reply), { code: 1 });
      break;
    }
    pages += 1;
    t.ok(reply.bytes <= 34_000, `${reply.bytes} bytes`);
    const page = namesOf(reply);
    t.ok(page.length <= 100);
    found.push(...page);
  }
  t.same(found.sort(), names);
  t.ok(pages >= 3);
  t.same(statusOf(await wire.ask(CLOSE, handle)), ok);
});

test('requests on the same thing take effect in the order in which they came', async (t) => {
  const wire = await startWireSession(t);
  const handle = await openForWrite(wire, 'a', upload | flags.read);
  let release = () => {};
  wire.mailbox.stall = new Promise((resolve) => {
    release = resolve;
  });
  wire.send(WRITE, 1, handle, 0n, 'aaaa');
  wire.send(WRITE, 2, handle, 2n, 'bbbb');
  wire.send(READ, 3, handle, 0n, 100);
  wire.send(FSTAT, 4, handle);
  wire.send(CLOSE, 5, handle);
  wire.send(RENAME, 6, '/inbound/a', '/inbound/b');
  wire.send(STAT, 7, '/inbound/b');
  wire.send(STAT, 8, '/outbound');
  t.equal((await wire.replyTo(8)).type, 105, 'what is elsewhere does not wait');
  t.notOk(wire.stream.replies.some(({ id }) => id < 8));
  release();
  t.equal((await wire.replyTo(7)).type, 105);
  t.equal((await wire.replyTo(3)).reader.bytes().toString(), 'aabbbb');
  const attributes = (await wire.replyTo(4)).reader;
  attributes.uint32();
  t.equal(attributes.uint64(), 6);
  t.equal(fileText(wire, 'b'), 'aabbbb');
});

test('at the end of input everything is answered, open uploads are kept as interrupted, and the exit status is 0', async (t) => {
  const wire = await startWireSession(t);
  const handle = await openForWrite(wire, 'a');
  wire.send(WRITE, 1, handle, 0n, 'partial');
  wire.stream.receiver?.end();
  await wire.session.ended;
  t.equal(wire.stream.end, 'finished');
  t.equal(wire.stream.exitStatus, 0);
  t.same(statusOf(await wire.replyTo(1)), ok);
  t.same(wire.mailbox.abandoned, ['a']);
  t.same(wire.mailbox.published, []);
  t.match(wire.transfers, [{ direction: 'upload', bytes: 7, outcome: 'interrupted' }]);
  t.equal(wire.budget.usedBytes, 0);
});

test('a cut connection abandons every open upload, even one whose CLOSE waits for the disk', async (t) => {
  const wire = await startWireSession(t);
  const handle = await openForWrite(wire, 'a');
  await openForWrite(wire, 'b');
  let release = () => {};
  wire.mailbox.stall = new Promise((resolve) => {
    release = resolve;
  });
  wire.send(WRITE, 1, handle, 0n, 'partial');
  wire.send(CLOSE, 2, handle);
  wire.stream.receiver?.closed();
  release();
  await wire.session.ended;
  t.same(wire.mailbox.abandoned.sort(), ['a', 'b']);
  t.same(wire.mailbox.published, []);
  t.equal(wire.budget.usedBytes, 0);
});

test('end() answers what is under way, takes nothing more, and closes', async (t) => {
  const wire = await startWireSession(t);
  const handle = await openForWrite(wire, 'a');
  let release = () => {};
  wire.mailbox.stall = new Promise((resolve) => {
    release = resolve;
  });
  wire.send(WRITE, 1, handle, 0n, 'x');
  wire.send(CLOSE, 2, handle);
  const ended = wire.session.end();
  wire.send(STAT, 3, '/');
  release();
  await ended;
  t.same(wire.mailbox.published, ['a'], 'the client said that it was whole');
  t.same(statusOf(await wire.replyTo(2)), ok);
  t.notOk(wire.stream.replies.some(({ id }) => id === 3));
  t.equal(wire.stream.end, 'finished');
});

test('a slow disk and a client that pipelines stay within the bytes in flight', async (t) => {
  const limits = { bytesInFlightPerSession: 256 * 1024, maxRequestsInFlight: 64 };
  const wire = await startWireSession(t, { limits });
  const handle = await openForWrite(wire, 'big');
  let release = () => {};
  wire.mailbox.stall = new Promise((resolve) => {
    release = resolve;
  });
  const payload = Buffer.alloc(32 * 1024, 7);
  const count = 400;
  let sent = 0;
  let mostHeld = 0;
  // As the window of an SSH channel would: nothing is delivered while the session has paused.
  const sendWhileOpen = () => {
    while (!wire.stream.paused && sent < count) {
      wire.send(WRITE, sent, handle, BigInt(sent * payload.length), payload);
      sent += 1;
      mostHeld = Math.max(mostHeld, wire.session.heldBytes);
    }
  };
  sendWhileOpen();
  t.ok(wire.stream.paused, 'the session has stopped reading');
  t.ok(sent < 12, `${sent} requests were taken`);
  release();
  wire.mailbox.stall = undefined;
  while (sent < count) {
    await wire.stream.until(() => !wire.stream.paused);
    sendWhileOpen();
  }
  t.same(statusOf(await wire.ask(CLOSE, handle)), ok);
  t.ok(mostHeld < limits.bytesInFlightPerSession + 2 * 33 * 1024, `at most ${mostHeld} bytes were held`);
  t.equal(fileText(wire, 'big').length, count * payload.length);
  t.equal(wire.budget.usedBytes, 0);
});

test('a client that does not read its replies is not served until it does', async (t) => {
  const wire = await startWireSession(t, { limits: { maxOutputBytes: 100_000 } });
  writeFileSync(join(wire.mailbox.root, 'outbound', 'a'), Buffer.alloc(50_000));
  const handle = handleOf(await wire.ask(OPEN, '/outbound/a', flags.read, 0));
  wire.stream.unsent = 100_000;
  for (let id = 0; id < 50; id += 1) wire.send(READ, id, handle, 0n, 50_000);
  t.ok(wire.stream.paused);
  t.equal(wire.session.requestsInFlight, 0);
  t.ok(wire.session.heldBytes < 200_000);
  wire.stream.unsent = 0;
  wire.stream.receiver?.drained();
  await wire.replyTo(49);
  t.notOk(wire.stream.paused);
});

test('sessions share one budget, and a greedy one does not starve the others', async (t) => {
  const budget = new ByteBudget(100_000);
  const mailbox = await openFolderMailbox(join(t.testdir(), 'mailbox'));
  const greedy = await startWireSession(t, { budget, mailbox });
  const modest = await startWireSession(t, { budget, mailbox });
  const one = await openForWrite(greedy, 'greedy');
  const other = await openForWrite(modest, 'modest');
  let release = () => {};
  mailbox.stall = new Promise((resolve) => {
    release = resolve;
  });
  for (let id = 0; id < 20; id += 1) greedy.send(WRITE, id, one, BigInt(id * 30_000), Buffer.alloc(30_000));
  t.ok(greedy.stream.paused);
  modest.send(WRITE, 1, other, 0n, 'x');
  t.equal(modest.session.requestsInFlight, 1, 'one request is always let through');
  t.ok(budget.usedBytes < 100_000 + 2 * 31_000, `${budget.usedBytes} bytes in use`);
  release();
  mailbox.stall = undefined;
  t.same(statusOf(await modest.replyTo(1)), ok);
  t.same(statusOf(await greedy.replyTo(19)), ok);
  t.equal(budget.usedBytes, 0);
});

test('handles are counted and checked', async (t) => {
  const wire = await startWireSession(t, { limits: { maxHandlesPerSession: 3 } });
  const handles = [await openForWrite(wire, 'a'), await openForWrite(wire, 'b')];
  handles.push(handleOf(await wire.ask(OPENDIR, '/')));
  t.match(statusOf(await wire.ask(OPEN, '/inbound/c', upload, 0)), { code: 4, message: /Too many files/ });
  t.match(statusOf(await wire.ask(OPENDIR, '/')), { code: 4 });
  t.match(statusOf(await wire.ask(OPEN, '/inbound/none', flags.read, 0)), { code: 4 });
  await wire.ask(CLOSE, handles[0] ?? '');
  t.match(
    statusOf(await wire.ask(OPEN, '/inbound/none', flags.read, 0)),
    { code: 2 },
    'a refusal takes no place',
  );
  await openForWrite(wire, 'c');
  const forged = Buffer.from(handles[1] ?? '');
  forged[4] = (forged[4] ?? 0) ^ 1;
  for (const wrong of [forged, Buffer.alloc(0), Buffer.alloc(8), Buffer.alloc(300)]) {
    t.match(statusOf(await wire.ask(READ, wrong, 0n, 1)), { code: 4 });
    t.match(statusOf(await wire.ask(CLOSE, wrong)), { code: 4 });
  }
  t.match(statusOf(await wire.ask(READ, handles[2] ?? '', 0n, 1)), { code: 4 }, 'a folder is not read');
  t.match(statusOf(await wire.ask(READDIR, handles[1] ?? '')), { code: 4 }, 'a file is not listed');
});

test('a fault inside says nothing to the client and everything to the log', async (t) => {
  const wire = await startWireSession(t);
  wire.mailbox.broken = new Error(`EIO: ${wire.mailbox.root}`);
  t.same(statusOf(await wire.ask(STAT, '/')), {
    code: 4,
    message: 'The operation failed; the cause was logged.',
  });
  t.match(statusOf(await wire.ask(OPEN, '/inbound/a', upload, 0)), { code: 4 });
  t.equal(wire.faults.length, 2);
  wire.mailbox.broken = undefined;
  t.equal((await wire.ask(STAT, '/')).type, 105, 'and the session goes on');
});

test('a full disk refuses the write and then the close', async (t) => {
  const wire = await startWireSession(t);
  const handle = await openForWrite(wire, 'a');
  wire.mailbox.full = { kind: 'refused', reason: 'no-space', why: 'The disk is full.' };
  t.same(statusOf(await wire.ask(WRITE, handle, 0n, 'x')), { code: 4, message: 'The disk is full.' });
  t.same(statusOf(await wire.ask(CLOSE, handle)), { code: 4, message: 'The disk is full.' });
  t.same(wire.mailbox.published, []);
  t.match(wire.transfers, [{ outcome: 'refused' }]);
});

test('a malformed request is a bad message, and the session goes on', async (t) => {
  const wire = await startWireSession(t);
  for (const type of [OPEN, CLOSE, READ, WRITE, LSTAT, FSTAT, SETSTAT, OPENDIR, READDIR, RENAME, REALPATH]) {
    t.match(statusOf(await wire.ask(type)), { code: 5 }, `type ${type} without fields`);
  }
  t.match(statusOf(await wire.ask(STAT, '/inbound')), 105);
});

test('random bytes and broken packets never throw, never hang, and never leave anything behind', async (t) => {
  const type = fc.oneof(
    fc.constantFrom(...requestRows.map((row) => row.type), EXTENDED),
    fc.nat({ max: 255 }),
  );
  const field = fc.oneof(
    fc.constantFrom<string | number>('/', '/inbound/fuzz', 'limits@openssh.com', 0, 1, 0x1a, 0xffffffff),
    fc.uint8Array({ maxLength: 40 }),
  );
  const request = fc
    .tuple(type, fc.nat({ max: 99 }), fc.array(field, { maxLength: 6 }))
    .map(([kind, id, fields]) => packet(kind, id, ...fields));
  const noise = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
  const mailbox = await openFolderMailbox(join(t.testdir(), 'mailbox'));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 9, arbitrary: request }, noise), { maxLength: 30 }),
      async (chunks) => {
        const wire = await startWireSession(t, { mailbox });
        for (const chunk of chunks) wire.feed(chunk);
        wire.stream.receiver?.end();
        await wire.session.ended;
        return wire.budget.usedBytes === 0 && wire.stream.end !== 'open';
      },
    ),
    { numRuns: 150 },
  );
});
