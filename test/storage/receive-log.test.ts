import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Test, test } from 'tap';
import type { Mailbox, WritableFile } from '../../domain/mailbox.ts';
import { inspectReceiveLog } from '../../storage/apply-receive-log.ts';
import { applyReceived } from '../../storage/apply-received.ts';
import { verifyAuditTrail } from '../../storage/audit-trail.ts';
import { findMismatches } from '../../storage/find-mismatches.ts';
import { createMailboxes } from '../../storage/mailbox.ts';
import { ReceiveLog } from '../../storage/receive-log.ts';
import { type LogPiece, listLogFiles, readLogPiece } from '../../storage/receive-log-file.ts';
import { readLog } from '../../storage/receive-log-format.ts';
import { createReceivedThread } from '../../storage/received-thread.ts';
import { recoverUploads } from '../../storage/recovery.ts';
import { CommitNotSyncedError } from '../../storage/sqlite-log.ts';
import { beginUpload, parkUpload } from '../../storage/upload-journal.ts';
import { addTestPartners, at, openTestStorage, partnerId, userId } from '../support/storage.ts';
import { until } from '../support/until.ts';

const owner = { partnerId: partnerId('acme'), userId: userId('alice'), source: 'sftp' } as const;
const afresh = { create: true, truncate: true, exclusive: false };
const settings = { maxFileBytes: 1024 * 1024, minFreeBytes: 0 };
const expiry = { interruptedExpiryMs: 60_000 };

/** Storage whose small uploads all go by the log; `apply` may be held up, or made to fail. */
async function open(t: Test, { crowdFiles = 1 } = {}) {
  const storage = openTestStorage(t);
  await addTestPartners(storage);
  const { database, directory, observations } = storage;
  let held: Promise<void> | undefined;
  let release = () => {};
  let fault: Error | undefined;
  let refused: string | undefined;
  const pieces: LogPiece[] = [];
  const log = new ReceiveLog({
    folder: directory.receiveLog,
    observe: (observation) => observations.push(observation),
    randomBytes: database.randomBytes,
    crowdFiles,
    async apply(piece) {
      pieces.push(piece);
      await held;
      if (fault !== undefined) throw fault;
      const uploads = readLogPiece(piece);
      if (uploads.some(({ name }) => name === refused)) throw new Error(`${refused} is refused`);
      await applyReceived({ database, directory }, uploads);
    },
  });
  const mailboxes = createMailboxes({ database, directory, observe: () => undefined, settings });
  mailboxes.useLog(log);
  t.teardown(() => {
    release();
    return log.close();
  });
  return {
    ...storage,
    log,
    pieces,
    mailbox: await mailboxes.open(owner),
    colleague: await mailboxes.open({ ...owner, userId: userId('bob') }),
    rows: () =>
      database.sql
        .selectFrom('transmissions')
        .select(['name', 'state', 'size_bytes'])
        .orderBy('id')
        .execute(),
    inbound: (name: string) => directory.entry(owner.partnerId, 'inbound', name as never),
    /** Nothing is applied until the returned function is called. */
    hold() {
      held = new Promise<void>((resolve) => {
        release = resolve;
      });
      return release;
    },
    refuse(name: string) {
      refused = name;
    },
    fail(why: Error | undefined) {
      fault = why;
    },
  };
}

async function opened(mailbox: Mailbox, name = 'claim.edi', options = afresh): Promise<WritableFile> {
  const outcome = await mailbox.openForWrite(at(`/inbound/${name}`), options);
  if (outcome.kind === 'refused') throw new Error(`refused: ${outcome.why}`);
  return outcome.file;
}

async function put(mailbox: Mailbox, name: string, text: string): Promise<void> {
  const file = await opened(mailbox, name);
  for (const refused of [await file.write(Buffer.from(text), 0), await file.close()])
    if (refused !== undefined) throw new Error(`refused: ${JSON.stringify(refused)}`);
}

const logged = (scene: { readonly directory: { readonly receiveLog: string } }): number =>
  listLogFiles(scene.directory.receiveLog as never).length;

test('a small file of a crowd is answered from the log, and then is in the journal as any other', async (t) => {
  const scene = await open(t);
  const { mailbox, rows, inbound, database, directory } = scene;
  const file = await opened(mailbox);
  t.equal(await file.write(Buffer.from('ISA*'), 0), undefined);
  t.equal(await file.write(Buffer.from('00~'), 4), undefined);
  await file.setModifiedAt(1_000_000_000_000);
  t.strictSame(readdirSync(directory.staging), [], 'there is no file of it before');
  t.equal(await file.close(), undefined);
  t.strictSame([await rows(), existsSync(inbound('claim.edi'))], [[], false], 'CLOSE waits for neither');
  t.match(await inspectReceiveLog({ database, directory }), { waiting: 1, damaged: [] });
  await until('it is applied', async () => (await rows()).length === 1);
  t.strictSame(await rows(), [{ name: 'claim.edi', state: 'received', size_bytes: 7 }]);
  await until('it has its name', () => existsSync(inbound('claim.edi')));
  t.equal(readFileSync(inbound('claim.edi'), 'utf8'), 'ISA*00~');
  t.equal(statSync(inbound('claim.edi')).mode & 0o777, 0o400);
  t.equal(statSync(inbound('claim.edi')).mtimeMs, 1_000_000_000_000);
  t.equal(statSync(inbound('claim.edi')).nlink, 2, 'and an original');
  await until('the log has begun again', async () => (await scene.log.waiting) === 0);
  t.match(await inspectReceiveLog({ database, directory }), { waiting: 0, oldestAtMs: undefined });
  t.strictSame(await findMismatches({ database, directory, settleMs: 0 }), []);
  t.match(await verifyAuditTrail(database), { kind: 'intact' });
});

const looks: readonly (readonly [string, (mailbox: Mailbox) => Promise<unknown>])[] = [
  ['looks at it', (mailbox) => mailbox.stat(at('/inbound/claim.edi'))],
  ['opens it for reading', (mailbox) => mailbox.openForRead(at('/inbound/claim.edi'))],
  ['sets its time', (mailbox) => mailbox.setAttributes(at('/inbound/claim.edi'), { modifiedAtMs: 1000 })],
  [
    'lists the folder',
    async (mailbox) => {
      const listed = await mailbox.list(at('/inbound'));
      if (listed.kind === 'refused') return listed;
      const names: string[] = [];
      for await (const { name } of listed.entries) names.push(name);
      return names.includes('claim.edi') ? undefined : { kind: 'refused' };
    },
  ],
  [
    'renames it',
    (mailbox) => mailbox.rename(at('/inbound/claim.edi'), at('/inbound/other.edi'), { overwrite: false }),
  ],
  ['removes it', (mailbox) => mailbox.remove(at('/inbound/claim.edi'))],
];

for (const [what, look] of looks)
  for (const who of ['mailbox', 'colleague'] as const)
    test(`whoever ${what} finds it there at once (${who})`, async (t) => {
      const scene = await open(t);
      await put(scene.mailbox, 'claim.edi', 'abc');
      t.equal((await scene.rows()).length, 0);
      const found = await look(scene[who]);
      t.notMatch(found, { kind: 'refused' });
      t.match(await scene.rows(), [{ state: 'received' }]);
    });

test('a name that waits in the log is taken: for who may make a new file only, and for a rename', async (t) => {
  const { mailbox } = await open(t);
  await put(mailbox, 'claim.edi', 'abc');
  t.match(await mailbox.openForWrite(at('/inbound/claim.edi'), { ...afresh, exclusive: true }), {
    reason: 'already-exists',
  });
  await put(mailbox, 'second.edi', 'abc');
  await put(mailbox, 'third.edi', 'abc');
  t.match(await mailbox.rename(at('/inbound/second.edi'), at('/inbound/third.edi'), { overwrite: false }), {
    reason: 'already-exists',
  });
});

test('of one name that is sent again and again the last one stands, and each is a transmission', async (t) => {
  const { mailbox, colleague, rows, inbound, log } = await open(t);
  for (const text of ['one', 'two']) await put(mailbox, 'claim.edi', text);
  const files = [await opened(mailbox, 'x.edi'), await opened(colleague, 'x.edi')];
  for (const [index, file] of files.entries()) {
    await file.write(Buffer.from(`${index}`), 0);
    t.equal(await file.close(), undefined);
  }
  // One that is too large for the log, of the same name, closed after them.
  const large = await opened(mailbox, 'x.edi');
  t.equal(await large.write(Buffer.alloc(100_000, 'L'), 0), undefined);
  t.equal(await large.close(), undefined);
  await log.close();
  t.equal((await rows()).length, 5);
  t.equal(readFileSync(inbound('claim.edi'), 'utf8'), 'two');
  t.equal(statSync(inbound('x.edi')).size, 100_000);
});

test('a file that was open when a smaller one of its name was closed takes its place when it is closed', async (t) => {
  const { mailbox, colleague, inbound, log, hold } = await open(t);
  const large = await opened(mailbox, 'x.edi');
  await large.write(Buffer.alloc(100_000, 'L'), 0);
  const release = hold();
  const small = await opened(colleague, 'x.edi');
  await small.write(Buffer.from('small'), 0);
  t.equal(await small.close(), undefined);
  const closed = large.close();
  release();
  t.equal(await closed, undefined);
  await log.close();
  t.equal(statSync(inbound('x.edi')).size, 100_000);
});

for (const [what, more] of [
  ['grows beyond what the log takes', (file: WritableFile) => file.write(Buffer.alloc(64 * 1024, 'b'), 3)],
  ['is written out of order', (file: WritableFile) => file.write(Buffer.alloc(5, 'b'), 10)],
  ['is cut', (file: WritableFile) => file.truncate(2)],
  ['is read back', (file: WritableFile) => file.read(Buffer.alloc(3), 0)],
  ['is synced', (file: WritableFile) => file.sync()],
] as const) {
  test(`one that ${what} goes the common way, with what was in memory`, async (t) => {
    const { mailbox, inbound, pieces } = await open(t);
    const file = await opened(mailbox);
    t.equal(await file.write(Buffer.from('abc'), 0), undefined);
    await more(file);
    const { sizeBytes } = await file.attributes();
    t.equal(await file.close(), undefined);
    t.equal(statSync(inbound('claim.edi')).size, sizeBytes);
    t.equal(readFileSync(inbound('claim.edi'), 'utf8').slice(0, 2), 'ab');
    t.strictSame(pieces, []);
  });
}

test('one that is cut off is kept for its uploader to resume, and one that is begun again is not', async (t) => {
  const { mailbox, rows, inbound, log } = await open(t);
  const file = await opened(mailbox);
  await file.write(Buffer.from('abc'), 0);
  await file.abandon();
  t.match(await rows(), [{ state: 'interrupted', size_bytes: 3 }]);
  const again = await opened(mailbox, 'claim.edi', { ...afresh, truncate: false });
  await again.write(Buffer.from('def'), 3);
  t.equal(await again.close(), undefined);
  t.equal(readFileSync(inbound('claim.edi'), 'utf8'), 'abcdef');
  const piece = await opened(mailbox, 'other.edi');
  await piece.write(Buffer.from('ab'), 0);
  await put(mailbox, 'other.edi', 'whole');
  await piece.abandon();
  await log.close();
  t.match((await rows()).map(({ name, state }) => `${name} ${state}`).sort(), [
    'claim.edi received',
    'other.edi discarded',
    'other.edi received',
  ]);
});

test('without a crowd nothing is logged; in one it is, until it has passed', async (t) => {
  const { mailbox, rows, log } = await open(t, { crowdFiles: 3 });
  for (const index of [1, 2, 3]) await put(mailbox, `first-${index}.edi`, 'abc');
  t.equal((await rows()).length, 3, 'these were taken at once');
  await put(mailbox, 'fourth.edi', 'abc');
  t.equal(log.waiting, 1);
  t.equal((await rows()).length, 3);
  await until('the crowd has passed', () => !log.wants(owner.userId));
  await put(mailbox, 'late.edi', 'abc');
  t.equal((await rows()).filter(({ name }) => name === 'late.edi').length, 1);
});

test('files that are too large for the log are no crowd, and keep their turns', async (t) => {
  const { mailbox, log } = await open(t, { crowdFiles: 2 });
  for (const index of [1, 2, 3]) {
    const file = await opened(mailbox, `${index}.edi`);
    t.equal(await file.write(Buffer.alloc(100_000), 0), undefined);
    t.equal(await file.close(), undefined);
  }
  t.notOk(log.wants(owner.userId));
});

test('who looks at each file after he has sent it gets each at once after a while, and others do not', async (t) => {
  const { mailbox, log } = await open(t);
  for (const index of [1, 2, 3, 4]) {
    t.ok(log.wants(owner.userId));
    await put(mailbox, `${index}.edi`, 'abc');
    await mailbox.stat(at(`/inbound/${index}.edi`));
  }
  t.notOk(log.wants(owner.userId));
  t.ok(log.wants(userId('bob')));
});

test('when the log cannot be written, the file is taken at once, and it is told of', async (t) => {
  const { mailbox, rows, directory, observations, log } = await open(t);
  const file = await opened(mailbox);
  await file.write(Buffer.from('abc'), 0);
  rmSync(directory.receiveLog, { recursive: true });
  t.equal(await file.close(), undefined);
  t.match(await rows(), [{ state: 'received', size_bytes: 3 }]);
  t.match(observations, [{ kind: 'storage.receive-log-failed' }]);
  t.notOk(log.takes(), 'it rests');
  await put(mailbox, 'next.edi', 'abc');
  t.equal((await rows()).length, 2);
  mkdirSync(directory.receiveLog);
});

test('what cannot be applied now is kept, whoever asks for it hears of the fault, and the next start takes it', async (t) => {
  const scene = await open(t);
  const { mailbox, rows, database, directory, observations, fail, log } = scene;
  await put(mailbox, 'claim.edi', 'abc');
  fail(new Error('the disk is away'));
  await t.rejects(mailbox.stat(at('/inbound/claim.edi')), /the disk is away/);
  t.match(observations, [{ kind: 'storage.receive-log-failed', reason: 'the disk is away' }]);
  await log.close();
  t.strictSame([await rows(), logged(scene)], [[], 1]);
  const report = await recoverUploads({ database, directory, ...expiry });
  t.match(report, { applied: 1, orphans: 0, completed: 0 });
  t.match(await rows(), [{ state: 'received' }]);
  t.equal(readFileSync(scene.inbound('claim.edi'), 'utf8'), 'abc');
  t.equal(logged(scene), 0);
  t.match(await recoverUploads({ database, directory, ...expiry }), { applied: 0 });
});

test('what was committed and may not survive power loss is not forgotten, and the log is left alone from then on', async (t) => {
  const scene = await open(t);
  const { mailbox, rows, fail, log } = scene;
  await put(mailbox, 'claim.edi', 'abc');
  fail(new CommitNotSyncedError(new Error('EIO')));
  await t.rejects(mailbox.stat(at('/inbound/claim.edi')), { code: 'storage.commit-not-synced' });
  fail(undefined);
  t.notOk(log.takes());
  await t.rejects(mailbox.stat(at('/inbound/claim.edi')), 'a second sync would say nothing');
  await put(mailbox, 'next.edi', 'abc');
  t.match(await rows(), [{ name: 'next.edi' }], 'others are taken at once');
  await log.close();
  t.equal(logged(scene), 1);
});

test('one that cannot be applied keeps none of the others from it, and waits for the next start', async (t) => {
  const scene = await open(t);
  const { mailbox, colleague, rows, observations, database, log, directory, hold, refuse } = scene;
  const release = hold();
  await put(mailbox, 'first.edi', 'abc');
  await put(colleague, 'bad.edi', 'abc');
  await put(mailbox, 'last.edi', 'abc');
  refuse('bad.edi');
  release();
  await t.rejects(colleague.stat(at('/inbound/bad.edi')), /bad.edi/);
  t.match(await mailbox.stat(at('/inbound/last.edi')), { kind: 'ok' });
  t.match(observations, [{ kind: 'storage.receive-log-failed', reason: /bad.edi/ }]);
  await put(mailbox, 'more.edi', 'abc');
  await log.close();
  const names = async () => (await rows()).map(({ name }) => name);
  t.strictSame(await names(), ['first.edi', 'last.edi', 'more.edi']);
  t.match(await inspectReceiveLog({ database, directory }), { waiting: 1 });
  t.match(await recoverUploads({ database, directory, ...expiry }), { applied: 4 });
  t.strictSame(await names(), ['first.edi', 'bad.edi', 'last.edi', 'more.edi']);
});

/** The state after a crash at a step of apply, with the log as it was. */
const steps: readonly (readonly [string, (scene: Awaited<ReturnType<typeof open>>) => Promise<void>])[] = [
  ['before anything was done', async () => undefined],
  [
    'after files were written and not yet linked',
    async ({ directory, pieces }) => {
      const [upload] = readLogPiece(pieces[0] as LogPiece);
      if (upload !== undefined)
        writeFileSync(directory.staged(upload.id), upload.bytes.subarray(0, 2), { mode: 0o400 });
    },
  ],
  [
    'after files were linked and not yet committed',
    async ({ directory, database, pieces }) => {
      await applyReceived({ database, directory }, readLogPiece(pieces[0] as LogPiece));
      await undoRows(database);
      // The names in inbound are those of the staging files then.
      const [upload] = readLogPiece(pieces[0] as LogPiece);
      if (upload !== undefined) rmSync(directory.entry(upload.partnerId, 'inbound', upload.name));
    },
  ],
  [
    'after everything was done and the log not yet begun again',
    async ({ directory, database, pieces }) =>
      applyReceived({ database, directory }, readLogPiece(pieces[0] as LogPiece)),
  ],
];

async function undoRows(database: Awaited<ReturnType<typeof open>>['database']): Promise<void> {
  await database.sql.deleteFrom('transmissions').execute();
}

for (const [when, crash] of steps) {
  test(`after a crash ${when}, the next start has each file once`, async (t) => {
    const scene = await open(t);
    const { mailbox, rows, database, directory, hold, pieces, inbound } = scene;
    hold();
    for (const name of ['one.edi', 'two.edi']) await put(mailbox, name, name);
    await until('it is under way', () => pieces.length > 0);
    await crash(scene);
    await recoverUploads({ database, directory, ...expiry });
    t.match(await rows(), [
      { name: 'one.edi', state: 'received' },
      { name: 'two.edi', state: 'received' },
    ]);
    for (const name of ['one.edi', 'two.edi']) {
      t.equal(readFileSync(inbound(name), 'utf8'), name);
      t.equal(statSync(inbound(name)).nlink, 2);
    }
    t.strictSame(readdirSync(directory.staging), []);
    t.strictSame(await findMismatches({ database, directory, settleMs: 0 }), []);
    t.match(await recoverUploads({ database, directory, ...expiry }), {
      applied: 0,
      completed: 0,
      orphans: 0,
    });
    // The log of the process that died is gone from under the one of this test.
    scene.fail(new Error('dead'));
  });
}

test('what the log holds of an upload that is not whole in the journal is left to its uploader', async (t) => {
  const scene = await open(t);
  const { mailbox, rows, database, directory, inbound, fail, log } = scene;
  await put(mailbox, 'claim.edi', 'abc');
  fail(new Error('the disk is away'));
  await log.close();
  const [upload] = readLog(readFileSync(listLogFiles(directory.receiveLog)[0] ?? '')).uploads;
  if (upload === undefined) throw new Error('The log holds nothing.');
  // As when neither log nor journal took it, its client heard so, and the record is there all the same.
  await beginUpload(database, { ...upload, source: 'sftp', writer: 'someone' });
  await parkUpload(database, { id: upload.id, writer: 'someone', state: 'interrupted', sizeBytes: 3 });
  writeFileSync(directory.staged(upload.id), 'abc', { mode: 0o600 });
  await recoverUploads({ database, directory, ...expiry });
  t.match(await rows(), [{ state: 'interrupted', size_bytes: 3 }]);
  t.strictSame([existsSync(inbound('claim.edi')), readdirSync(directory.staging)], [false, [upload.id]]);
  t.equal(logged(scene), 0);
});

test('a file that waited through a fault does not take the place of one that was closed after it', async (t) => {
  const { mailbox, colleague, log, inbound, fail, database, directory, rows } = await open(t);
  const small = await opened(colleague, 'x.edi');
  const large = await opened(mailbox, 'x.edi');
  await small.write(Buffer.from('small'), 0);
  t.equal(await small.close(), undefined);
  await large.write(Buffer.alloc(100_000), 0);
  fail(new Error('the disk is away'));
  t.equal(await large.close(), undefined, 'others are taken');
  await log.close();
  t.match(await recoverUploads({ database, directory, ...expiry }), { applied: 1 });
  t.equal(statSync(inbound('x.edi')).size, 100_000);
  t.strictSame(
    (await rows()).map(({ state }) => state),
    ['received', 'received'],
  );
  t.strictSame(readdirSync(directory.staging), []);
});

test('a log that has lost bytes is kept aside and told of, and what can be read of it is taken', async (t) => {
  const scene = await open(t);
  const { mailbox, rows, database, directory, hold, pieces } = scene;
  hold();
  for (const name of ['one.edi', 'two.edi', 'three.edi']) await put(mailbox, name, name);
  await until('it is under way', () => pieces.length > 0);
  const [file = ''] = listLogFiles(directory.receiveLog);
  const bytes = readFileSync(file);
  const at = bytes.indexOf('two.edi');
  bytes.fill(0, at, at + 4);
  writeFileSync(file, bytes);
  const told: unknown[] = [];
  const report = await recoverUploads({ database, directory, ...expiry, observe: (one) => told.push(one) });
  t.match(report, { applied: 2 });
  t.match(
    (await rows()).map(({ name }) => name),
    ['one.edi', 'three.edi'],
  );
  t.match(told, [{ kind: 'storage.receive-log-damaged', path: /^receive-log\/.*\.damaged$/ }]);
  t.match(await inspectReceiveLog({ database, directory }), { damaged: [/\.damaged$/] });
  scene.fail(new Error('dead'));
});

test('the thread applies what several at once have sent, and the process that serves sees it', async (t) => {
  const storage = openTestStorage(t);
  await addTestPartners(storage);
  const { database, directory, observations } = storage;
  const thread = createReceivedThread({ database, directory, busyTimeoutMs: 5000 });
  const log = new ReceiveLog({
    folder: directory.receiveLog,
    observe: (observation) => observations.push(observation),
    randomBytes: database.randomBytes,
    crowdFiles: 1,
    apply: thread.apply,
  });
  const mailboxes = createMailboxes({ database, directory, observe: () => undefined, settings });
  mailboxes.useLog(log);
  let woken = 0;
  database.changes.subscribe(() => {
    woken += 1;
  });
  const senders = await Promise.all(
    ['alice', 'bob'].map((user) => mailboxes.open({ ...owner, userId: userId(user) })),
  );
  const names = Array.from({ length: 100 }, (_, index) => `f${index}.edi`);
  await Promise.all(
    senders.map(async (mailbox, sender) => {
      for (const name of names) await put(mailbox, `${sender}-${name}`, name);
    }),
  );
  // Others write meanwhile, on the connection of this process.
  const written = database.transaction(({ sql }) =>
    sql.updateTable('counters').set({ value: 7 }).where('name', '=', 'nobody').execute(),
  );
  await log.close();
  await written;
  await thread.close();
  const rows = await database.sql.selectFrom('transmissions').select(['name', 'state']).execute();
  t.equal(rows.length, 200);
  t.ok(rows.every(({ state }) => state === 'received'));
  for (const name of names)
    t.equal(readFileSync(directory.entry(owner.partnerId, 'inbound', `1-${name}` as never), 'utf8'), name);
  t.ok(woken > 0, 'whoever waits for changes was told');
  t.strictSame(observations, []);
  t.strictSame(readdirSync(directory.receiveLog), [], 'nothing of the log is left');
  t.match(await verifyAuditTrail(database), { kind: 'intact' });
  t.strictSame(await findMismatches({ database, directory, settleMs: 0 }), []);
  t.ok(existsSync(dirname(directory.receiveLog)));
});
