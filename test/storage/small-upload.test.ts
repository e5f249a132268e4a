import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Test, test } from 'tap';
import type { Mailbox, WritableFile } from '../../domain/mailbox.ts';
import { createMailboxes } from '../../storage/mailbox.ts';
import { recoverUploads } from '../../storage/recovery.ts';
import { addTestPartners, at, openTestStorage, partnerId, userId } from '../support/storage.ts';
import { until } from '../support/until.ts';

const owner = { partnerId: partnerId('acme'), userId: userId('alice'), source: 'sftp' } as const;
const afresh = { create: true, truncate: true, exclusive: false };
const goingOn = { create: true, truncate: false, exclusive: false };

async function open(t: Test) {
  const storage = openTestStorage(t);
  await addTestPartners(storage);
  const { database, directory } = storage;
  const rows = () =>
    database.sql.selectFrom('transmissions').select(['name', 'state', 'size_bytes']).orderBy('id').execute();
  const settings = { maxFileBytes: 1024 * 1024, minFreeBytes: 0 };
  /** Mailboxes of another process. */
  const elsewhere = createMailboxes({ database, directory, observe: () => undefined, settings });
  return {
    ...storage,
    rows,
    mailbox: await storage.mailboxes.open(owner),
    elsewhere: await elsewhere.open(owner),
    staged: () => readdirSync(directory.staging),
    inbound: directory.entry(owner.partnerId, 'inbound', 'claim.edi' as never),
  };
}

async function opened(
  mailbox: Mailbox,
  options = afresh,
  path = '/inbound/claim.edi',
): Promise<WritableFile> {
  const outcome = await mailbox.openForWrite(at(path), options);
  if (outcome.kind === 'refused') throw new Error(`refused: ${outcome.why}`);
  return outcome.file;
}

async function write(file: WritableFile, text: string, offsetBytes = 0): Promise<void> {
  accepted(await file.write(Buffer.from(text), offsetBytes));
}
function accepted(refused: unknown): void {
  if (refused !== undefined) throw new Error(`refused: ${JSON.stringify(refused)}`);
}

const sizeOf = async (mailbox: Mailbox): Promise<number | string> => {
  const found = await mailbox.stat(at('/inbound/claim.edi'));
  return found.kind === 'ok' ? found.attributes.sizeBytes : found.reason;
};

test('a small upload is in the journal from its CLOSE on, and whole', async (t) => {
  const { mailbox, rows, staged, inbound } = await open(t);
  const file = await opened(mailbox);
  await write(file, 'ISA*', 0);
  await write(file, '00~', 4);
  await file.setModifiedAt(1_000_000_000_000);
  t.strictSame([await rows(), staged().length], [[], 1], 'until then the journal does not know of it');
  t.equal(await file.close(), undefined);
  t.strictSame(await rows(), [{ name: 'claim.edi', state: 'received', size_bytes: 7 }]);
  t.equal(readFileSync(inbound, 'utf8'), 'ISA*00~');
  t.equal(statSync(inbound).mode & 0o777, 0o400);
  t.equal(statSync(inbound).mtimeMs, 1_000_000_000_000);
  t.strictSame(staged(), []);
});

test('the packet that bytes came in may be used again', async (t) => {
  const { mailbox, inbound } = await open(t);
  const file = await opened(mailbox);
  const packet = Buffer.from('first');
  await file.write(packet, 0);
  packet.fill('x');
  await file.close();
  t.equal(readFileSync(inbound, 'utf8'), 'first');
});

for (const [what, more] of [
  ['grows beyond what is small', (file: WritableFile) => file.write(Buffer.alloc(128 * 1024, 'b'), 3)],
  ['is written out of order', (file: WritableFile) => file.write(Buffer.alloc(5, 'b'), 10)],
  ['is cut', (file: WritableFile) => file.truncate(2)],
  ['is synced', (file: WritableFile) => file.sync()],
  ['is read back', (file: WritableFile) => file.read(Buffer.alloc(3), 0)],
] as const) {
  test(`an upload that ${what} has a staging file and a row from then on, and is published the same`, async (t) => {
    const { mailbox, rows, staged, inbound } = await open(t);
    const file = await opened(mailbox);
    await write(file, 'abc');
    await more(file);
    t.match(await rows(), [{ name: 'claim.edi', state: 'receiving' }]);
    t.equal(staged().length, 1);
    const { sizeBytes } = await file.attributes();
    t.equal(await file.close(), undefined);
    t.match(await rows(), [{ state: 'received', size_bytes: sizeBytes }]);
    t.equal(statSync(inbound).size, sizeBytes);
    t.equal(readFileSync(inbound, 'utf8').slice(0, 2), 'ab');
  });
}

test('one that takes its time is told to the journal, and published the same', async (t) => {
  const { mailbox, rows, inbound } = await open(t);
  const file = await opened(mailbox);
  await write(file, 'abc');
  await until('it has a row', async () => (await rows()).length === 1);
  await write(file, 'def', 3);
  t.equal(await file.close(), undefined);
  t.match(await rows(), [{ state: 'received', size_bytes: 6 }]);
  t.equal(readFileSync(inbound, 'utf8'), 'abcdef');
});

test('writes under way while it grows keep their order', async (t) => {
  const { mailbox, inbound } = await open(t);
  const file = await opened(mailbox);
  const pieces = Array.from({ length: 12 }, (_, index) => Buffer.alloc(10_000, 97 + index));
  await Promise.all(pieces.map((piece, index) => file.write(piece, index * 10_000)));
  t.equal(await file.close(), undefined);
  t.ok(readFileSync(inbound).equals(Buffer.concat(pieces)));
});

test('whoever looks for it by its name or in its folder finds it, and its uploader alone', async (t) => {
  const { mailbox, mailboxes } = await open(t);
  const bob = await mailboxes.open({ ...owner, userId: userId('bob') });
  const file = await opened(mailbox);
  await write(file, 'abc');
  t.equal(await sizeOf(bob), 'no-such-file');
  t.equal(await sizeOf(mailbox), 3);
  const second = await opened(mailbox, afresh, '/inbound/second.edi');
  await write(second, 'abcd');
  const listed = await mailbox.list(at('/inbound'));
  const names: string[] = [];
  if (listed.kind === 'ok') for await (const { name } of listed.entries) names.push(name);
  t.strictSame(names.sort(), ['claim.edi', 'second.edi']);
  for (const one of [file, second]) t.equal(await one.close(), undefined);
});

test('a second connection takes it over, and the first one publishes nothing', async (t) => {
  const { mailbox, rows, inbound } = await open(t);
  const first = await opened(mailbox);
  await write(first, 'abc');
  const second = await opened(mailbox, goingOn);
  await write(second, 'def', 3);
  t.match(await first.close(), { kind: 'refused' });
  t.equal(await second.close(), undefined);
  t.equal(readFileSync(inbound, 'utf8'), 'abcdef');
  t.match(await rows(), [{ state: 'received', size_bytes: 6 }]);
});

test('cut off it is kept for its uploader to resume; without a byte nothing is', async (t) => {
  const { mailbox, rows, inbound } = await open(t);
  await (await opened(mailbox)).abandon();
  t.strictSame(await rows(), []);
  const file = await opened(mailbox);
  await write(file, 'abc');
  await file.abandon();
  t.match(await rows(), [{ state: 'interrupted', size_bytes: 3 }]);
  const again = await opened(mailbox, goingOn);
  await write(again, 'def', 3);
  t.equal(await again.close(), undefined);
  t.equal(readFileSync(inbound, 'utf8'), 'abcdef');
});

test('a piece that is cut off late does not stand before the file that came whole through another process', async (t) => {
  const { mailbox, elsewhere, rows, inbound } = await open(t);
  const piece = await opened(mailbox);
  await write(piece, 'ab');
  const whole = await opened(elsewhere);
  await write(whole, 'abcdef');
  t.equal(await whole.close(), undefined);
  await piece.abandon();
  t.match(await rows(), [{ state: 'received', size_bytes: 6 }]);
  t.equal(await sizeOf(mailbox), 6);
  t.equal(readFileSync(inbound, 'utf8'), 'abcdef');
});

test('whoever opens a file and sends nothing keeps nobody waiting', async (t) => {
  const { mailbox } = await open(t);
  const idle: WritableFile[] = [];
  for (let index = 0; index < 20; index += 1)
    idle.push(await opened(mailbox, afresh, `/inbound/idle-${index}.edi`));
  const file = await opened(mailbox);
  await write(file, 'abc');
  t.equal(await file.close(), undefined);
  for (const [index, one] of idle.entries()) {
    await write(one, `${index}`);
    t.equal(await one.close(), undefined, 'and nobody has lost his file');
  }
});

test('when the journal refuses it, CLOSE says so, and nothing is left but what its uploader may resume', async (t) => {
  const { mailbox, rows, database, directory, staged } = await open(t);
  const file = await opened(mailbox);
  await write(file, 'abc');
  await database.sql.schema.alterTable('small_originals').renameTo('elsewhere').execute();
  await t.rejects(file.close());
  await database.sql.schema.alterTable('elsewhere').renameTo('small_originals').execute();
  t.match(await rows(), [{ state: 'interrupted', size_bytes: 3 }]);
  t.equal(staged().length, 1);
  const day = dirname(directory.stored(directory.originalPath('x' as never, database.now())));
  t.strictSame(existsSync(day) ? readdirSync(day) : [], []);
});

test('one that the journal does not take when it grows is refused from then on, and never published in part', async (t) => {
  const { mailbox, rows, database, staged, inbound } = await open(t);
  const file = await opened(mailbox);
  await write(file, 'abc');
  await database.sql.schema.alterTable('transmissions').renameTo('elsewhere').execute();
  await t.rejects(file.sync());
  await database.sql.schema.alterTable('elsewhere').renameTo('transmissions').execute();
  t.match(await file.write(Buffer.from('def'), 3), { kind: 'refused', why: /Send the file again/ });
  t.match(await file.truncate(1), { kind: 'refused' });
  await t.rejects(file.read(Buffer.alloc(3), 0));
  t.match(await file.close(), { kind: 'refused', why: /Send the file again/ });
  await file.abandon();
  t.strictSame([await rows(), staged(), existsSync(inbound)], [[], [], false]);
});

test('after a crash between its file and its row, the next start leaves nothing of it', async (t) => {
  const { mailbox, database, directory, rows, staged, inbound } = await open(t);
  const file = await opened(mailbox);
  await write(file, 'abc');
  // As power loss leaves it: the names are there, and the row that was written last is not.
  rmSync(dirname(inbound), { recursive: true });
  await t.rejects(
    file.close().then((refused) => (refused === undefined ? undefined : Promise.reject(refused))),
  );
  mkdirSync(dirname(inbound), { mode: 0o700 });
  await database.sql.deleteFrom('small_originals').execute();
  await database.sql.deleteFrom('transmissions').execute();
  for (const name of staged()) chmodSync(directory.staged(name), 0o400);
  const report = await recoverUploads({ database, directory, interruptedExpiryMs: 60_000 });
  t.match(report, { orphans: 1, completed: 0 });
  t.strictSame([await rows(), staged()], [[], []]);
  const day = dirname(directory.stored(directory.originalPath('x' as never, database.now())));
  t.strictSame(readdirSync(day), []);
});

test('after a crash between its row and its name, the next start gives it the name', async (t) => {
  const { mailbox, database, directory, rows, inbound } = await open(t);
  const file = await opened(mailbox);
  await write(file, 'abc');
  rmSync(dirname(inbound), { recursive: true });
  await t.rejects(
    file.close().then((refused) => (refused === undefined ? undefined : Promise.reject(refused))),
  );
  mkdirSync(dirname(inbound), { mode: 0o700 });
  const report = await recoverUploads({ database, directory, interruptedExpiryMs: 60_000 });
  t.match(report, { completed: 1 });
  t.match(await rows(), [{ state: 'received' }]);
  t.equal(readFileSync(inbound, 'utf8'), 'abc');
});

test('what another process has begun for a user is found, although there was nothing a moment ago', async (t) => {
  const root = t.testdir();
  const here = openTestStorage(t, root);
  await addTestPartners(here);
  const there = openTestStorage(t, root);
  const mailbox = await here.mailboxes.open(owner);
  t.equal(await sizeOf(mailbox), 'no-such-file');
  const file = await opened(await there.mailboxes.open(owner));
  await write(file, 'abc');
  await file.sync();
  await until('it is found', async () => (await sizeOf(mailbox)) === 3);
  t.equal(await file.close(), undefined);
  await until('it is whole', () =>
    existsSync(here.directory.entry(owner.partnerId, 'inbound', 'claim.edi' as never)),
  );
});
