import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { Mailbox, MailboxEntry } from '../../domain/mailbox.ts';
import { expireUploads } from '../../storage/upload-expiry.ts';
import {
  addTestPartners,
  at,
  opened,
  openTestStorage,
  partnerId,
  type TestStorage,
  userId,
} from '../support/storage.ts';

const acme = partnerId('acme');

async function open(t: Test): Promise<TestStorage & { alice: Mailbox; bob: Mailbox; mallory: Mailbox }> {
  const storage = openTestStorage(t);
  await addTestPartners(storage);
  const mailboxOf = (partner: string, user: string) =>
    storage.mailboxes.open({ partnerId: partnerId(partner), userId: userId(user), source: 'sftp' });
  return {
    ...storage,
    alice: await mailboxOf('acme', 'alice'),
    bob: await mailboxOf('acme', 'bob'),
    mallory: await mailboxOf('other', 'mallory'),
  };
}

async function put(mailbox: Mailbox, path: string, content: string): Promise<void> {
  const file = await opened(mailbox, path);
  await file.write(Buffer.from(content), 0);
  const refused = await file.close();
  if (refused !== undefined) throw new Error(`refused: ${refused.why}`);
}

async function names(mailbox: Mailbox, path: string): Promise<string[]> {
  const outcome = await mailbox.list(at(path));
  if (outcome.kind === 'refused') throw new Error(outcome.why);
  const found: MailboxEntry[] = [];
  for await (const entry of outcome.entries) found.push(entry);
  return found.map((entry) => `${entry.name}:${entry.attributes.sizeBytes}`).sort();
}

async function content(mailbox: Mailbox, path: string): Promise<string> {
  const outcome = await mailbox.openForRead(at(path));
  if (outcome.kind === 'refused') return `refused: ${outcome.reason}`;
  const target = Buffer.alloc(1000);
  const length = await outcome.file.read(target, 0);
  await outcome.file.close();
  return target.subarray(0, length).toString();
}

const rows = ({ database }: TestStorage) =>
  database.sql
    .selectFrom('transmissions')
    .select(['name', 'state', 'size_bytes', 'sha256'])
    .orderBy('id')
    .execute();

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('a closed upload is a received transmission with an original that no one can write to', async (t) => {
  const storage = await open(t);
  await put(storage.alice, '/inbound/claims.x12', 'ISA*00*');
  t.same(await names(storage.bob, '/inbound'), ['claims.x12:7'], 'the whole partner sees it');
  t.match(await rows(storage), [
    { name: 'claims.x12', state: 'received', size_bytes: 7, sha256: sha256('ISA*00*') },
  ]);
  const row = await storage.database.sql.selectFrom('transmissions').selectAll().executeTakeFirstOrThrow();
  const original = storage.directory.stored(row.original_path ?? '');
  t.equal(statSync(original).mode & 0o777, 0o400);
  t.equal(row.inode, `${statSync(original).dev}:${statSync(original).ino}`);
  t.equal(statSync(join(storage.directory.mailboxes, 'acme/inbound/claims.x12')).ino, statSync(original).ino);
  t.same(readdirSync(storage.directory.staging), []);
});

test('until CLOSE an upload is seen by its uploader alone, and by no one of another partner ever', async (t) => {
  const storage = await open(t);
  const file = await opened(storage.alice, '/inbound/claims.x12');
  await file.write(Buffer.from('ISA'), 0);
  t.same(await names(storage.alice, '/inbound'), ['claims.x12:3']);
  t.same(await names(storage.bob, '/inbound'), []);
  t.equal((await storage.bob.stat(at('/inbound/claims.x12'))).kind, 'refused');
  t.equal(await content(storage.bob, '/inbound/claims.x12'), 'refused: no-such-file');
  t.match(await storage.bob.remove(at('/inbound/claims.x12')), { reason: 'no-such-file' });
  await file.close();
  t.same(await names(storage.mallory, '/inbound'), []);
  t.equal(await content(storage.mallory, '/inbound/claims.x12'), 'refused: no-such-file');
});

test('an upload that no one resumes is given up while the gateway runs; one that is open or resumed is not', async (t) => {
  const storage = await open(t);
  const { database, directory, clock, alice } = storage;
  const cut = async (name: string) => {
    const file = await opened(alice, `/inbound/${name}`);
    await file.write(Buffer.from('first '), 0);
    await file.abandon();
  };
  await cut('old.x12');
  await cut('resumed.x12');
  await put(alice, '/inbound/held.x12.part', 'whole');
  const slow = await opened(alice, '/inbound/slow.x12');
  await slow.write(Buffer.from('first '), 0);
  const interruptedExpiryMs = 60_000;
  clock.advance(interruptedExpiryMs - 1000);
  const expire = () => expireUploads({ database, directory, interruptedExpiryMs });
  t.equal(await expire(), 0, 'not before its time');
  const again = { create: true, truncate: false, exclusive: false };
  const resumed = await opened(alice, '/inbound/resumed.x12', again);
  await cut('new.x12');
  clock.advance(1000);
  t.equal(await expire(), 2);
  t.equal(await expire(), 0);
  t.same(await names(alice, '/inbound'), ['new.x12:6', 'resumed.x12:6', 'slow.x12:6']);
  t.equal(readdirSync(directory.staging).length, 3, 'its bytes are gone too');
  t.equal(await resumed.close(), undefined);
  t.equal(await slow.close(), undefined);
  t.same((await rows(storage)).map(({ state }) => state).sort(), [
    'expired',
    'expired',
    'interrupted',
    'received',
    'received',
  ]);
});

test('a cut-off upload is kept for its uploader, who resumes it, and its bytes are whole', async (t) => {
  const storage = await open(t);
  const file = await opened(storage.alice, '/inbound/claims.x12');
  await file.write(Buffer.from('first '), 0);
  await file.abandon();
  t.match(await rows(storage), [{ state: 'interrupted', size_bytes: 6 }]);
  t.same(await names(storage.alice, '/inbound'), ['claims.x12:6']);
  t.same(await names(storage.bob, '/inbound'), []);
  const again = await opened(storage.alice, '/inbound/claims.x12', {
    create: true,
    truncate: false,
    exclusive: false,
  });
  await again.write(Buffer.from('second'), 6);
  t.equal(await again.close(), undefined);
  t.match(await rows(storage), [{ state: 'received', size_bytes: 12, sha256: sha256('first second') }]);
  t.equal(await content(storage.bob, '/inbound/claims.x12'), 'first second');
});

test('a second connection takes a running upload over, and the first one writes nothing any more', async (t) => {
  const storage = await open(t);
  const first = await opened(storage.alice, '/inbound/claims.x12');
  await first.write(Buffer.from('one'), 0);
  const second = await opened(storage.alice, '/inbound/claims.x12', {
    create: true,
    truncate: false,
    exclusive: false,
  });
  t.match(await first.write(Buffer.from('XXX'), 0), { kind: 'refused' });
  await second.write(Buffer.from('two'), 3);
  t.match(await first.close(), { kind: 'refused', why: /taken over/ });
  t.equal(await second.close(), undefined);
  t.equal(await content(storage.alice, '/inbound/claims.x12'), 'onetwo');
  t.match(await rows(storage), [{ state: 'received' }]);
});

test('bytes that arrive out of order, or in pieces of any size, have the right hash', async (t) => {
  const storage = await open(t);
  const file = await opened(storage.alice, '/inbound/a.x12');
  await Promise.all([
    file.write(Buffer.from('world'), 6),
    file.write(Buffer.from('hello '), 0),
    file.write(Buffer.from('!'), 11),
  ]);
  await file.close();
  t.match(await rows(storage), [{ sha256: sha256('hello world!') }]);
});

test('a temporary name is held until it is renamed to a final one', async (t) => {
  const storage = await open(t);
  await put(storage.alice, '/inbound/claims.x12.filepart', 'ISA*');
  t.match(await rows(storage), [{ state: 'held' }]);
  t.same(await names(storage.bob, '/inbound'), []);
  t.same(await names(storage.alice, '/inbound'), ['claims.x12.filepart:4']);
  t.equal(
    await storage.alice.rename(at('/inbound/claims.x12.filepart'), at('/inbound/claims.x12'), {
      overwrite: false,
    }),
    undefined,
  );
  t.match(await rows(storage), [{ name: 'claims.x12', state: 'received', sha256: sha256('ISA*') }]);
  t.same(await names(storage.bob, '/inbound'), ['claims.x12:4']);
});

test('a cut-off upload under a temporary name cannot be made whole by a rename', async (t) => {
  const storage = await open(t);
  const file = await opened(storage.alice, '/inbound/claims.part');
  await file.write(Buffer.from('ISA'), 0);
  await file.abandon();
  t.match(
    await storage.alice.rename(at('/inbound/claims.part'), at('/inbound/claims.x12'), { overwrite: false }),
    { kind: 'refused', why: /cut off/ },
  );
  t.match(await rows(storage), [{ state: 'interrupted' }]);
});

test('opening a finished file for update makes a new transmission from a copy, and unchanged it makes none', async (t) => {
  const storage = await open(t);
  await put(storage.alice, '/inbound/claims.x12', 'one');
  const update = { create: true, truncate: false, exclusive: false };
  const untouched = await opened(storage.alice, '/inbound/claims.x12', update);
  t.equal(await untouched.close(), undefined);
  const changed = await opened(storage.alice, '/inbound/claims.x12', update);
  await changed.write(Buffer.from('two'), 3);
  t.equal(await changed.close(), undefined);
  const states = await rows(storage);
  t.match(states, [
    { state: 'received', sha256: sha256('one') },
    { state: 'discarded' },
    { state: 'received', sha256: sha256('onetwo') },
  ]);
  const first = await storage.database.sql
    .selectFrom('transmissions')
    .selectAll()
    .orderBy('id')
    .executeTakeFirstOrThrow();
  t.equal(
    readFileSync(storage.directory.stored(first.original_path ?? ''), 'utf8'),
    'one',
    'the original stays',
  );
});

test('the partner may overwrite, rename and delete what it sees, and no original changes', async (t) => {
  const storage = await open(t);
  await put(storage.alice, '/inbound/a.x12', 'one');
  await put(storage.bob, '/inbound/a.x12', 'two');
  await put(storage.bob, '/inbound/b.x12', 'three');
  t.match(await storage.alice.rename(at('/inbound/a.x12'), at('/inbound/b.x12'), { overwrite: false }), {
    reason: 'already-exists',
  });
  t.equal(
    await storage.alice.rename(at('/inbound/a.x12'), at('/inbound/b.x12'), { overwrite: true }),
    undefined,
  );
  t.equal(await content(storage.alice, '/inbound/b.x12'), 'two');
  t.equal(await storage.alice.remove(at('/inbound/b.x12')), undefined);
  t.same(await names(storage.alice, '/inbound'), []);
  const originals = await storage.database.sql
    .selectFrom('transmissions')
    .selectAll()
    .orderBy('id')
    .execute();
  t.same(
    originals.map((row) => readFileSync(storage.directory.stored(row.original_path ?? ''), 'utf8')),
    ['one', 'two', 'three'],
  );
});

test('outbound can be read and emptied, and not written, renamed or linked', async (t) => {
  const storage = await open(t);
  writeFileSync(join(storage.directory.mailboxes, 'acme/outbound/a.999'), 'ISA*');
  t.same(await names(storage.alice, '/outbound'), ['a.999:4']);
  t.equal(await content(storage.alice, '/outbound/a.999'), 'ISA*');
  const create = { create: true, truncate: true, exclusive: false };
  t.match(await storage.alice.openForWrite(at('/outbound/b.999'), create), { reason: 'permission-denied' });
  t.match(await storage.alice.openForWrite(at('/elsewhere/b'), create), { reason: 'permission-denied' });
  t.match(await storage.alice.openForWrite(at('/inbound/sub/b'), create), { reason: 'permission-denied' });
  t.match(await storage.alice.openForWrite(at('/inbound'), create), { reason: 'failure' });
  t.match(await storage.alice.rename(at('/outbound/a.999'), at('/inbound/a.999'), { overwrite: true }), {
    reason: 'permission-denied',
  });
  t.match(await storage.alice.remove(at('/outbound')), { reason: 'permission-denied' });
  t.equal(await storage.alice.remove(at('/outbound/a.999')), undefined);
});

test('links and directories that someone put into a mailbox by hand are not followed and not shown', async (t) => {
  const storage = await open(t);
  const root = storage.directory.mailboxes;
  const secret = join(storage.directory.root, 'secret.txt');
  writeFileSync(secret, 'secret');
  symlinkSync(secret, join(root, 'acme/inbound/link.x12'));
  symlinkSync(join(root, 'other/inbound'), join(root, 'acme/inbound/folder'));
  mkdirSync(join(root, 'acme/inbound/real-folder'));
  t.same(await names(storage.alice, '/inbound'), []);
  t.equal(await content(storage.alice, '/inbound/link.x12'), 'refused: no-such-file');
  t.equal((await storage.alice.stat(at('/inbound/link.x12'))).kind, 'refused');
  t.match(await storage.alice.remove(at('/inbound/link.x12')), { reason: 'no-such-file' });
  t.match(
    await storage.alice.openForWrite(at('/inbound/link.x12'), {
      create: true,
      truncate: true,
      exclusive: false,
    }),
    { reason: 'permission-denied' },
  );
  t.match(await storage.alice.setAttributes(at('/inbound/link.x12'), { sizeBytes: 0 }), { kind: 'refused' });
  t.equal(readFileSync(secret, 'utf8'), 'secret');
  t.ok(existsSync(secret));
});

test('a mailbox whose folder was replaced by a link is not opened', async (t) => {
  const storage = await open(t);
  const root = storage.directory.mailboxes;
  const { renameSync } = await import('node:fs');
  renameSync(join(root, 'acme/outbound'), join(root, 'acme/moved'));
  symlinkSync(join(root, 'other/outbound'), join(root, 'acme/outbound'));
  await t.rejects(
    storage.mailboxes.open({ partnerId: acme, userId: userId('alice'), source: 'sftp' }),
    /not a directory/,
  );
});

test('a file larger than the limit is refused, and what arrived is not published', async (t) => {
  const storage = await open(t);
  const file = await opened(storage.alice, '/inbound/big.x12');
  await file.write(Buffer.from('ISA'), 0);
  t.match(await file.write(Buffer.from('x'), 100 * 1024 * 1024), { reason: 'no-space', why: /at most/ });
  t.match(await file.close(), { kind: 'refused' });
  t.match(await rows(storage), [{ state: 'interrupted' }]);
});

test('setstat after the upload changes the time that is shown, and setting the size it has changes nothing', async (t) => {
  const storage = await open(t);
  await put(storage.alice, '/inbound/a.x12', 'one');
  const modifiedAtMs = Date.UTC(2020, 0, 2);
  t.equal(await storage.alice.setAttributes(at('/inbound/a.x12'), { modifiedAtMs }), undefined);
  t.match(await storage.alice.stat(at('/inbound/a.x12')), { attributes: { modifiedAtMs } });
  t.equal(await storage.alice.setAttributes(at('/inbound/a.x12'), { sizeBytes: 3 }), undefined);
  t.equal((await rows(storage)).filter((row) => row.state === 'received').length, 1);
});
