import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { t as file, type Test, test } from 'tap';
import type { TransmissionId } from '../../domain/ids.ts';
import { readAcknowledgement } from '../../edi/explain.ts';
import { defaultProfile, type EdiProfile } from '../../edi/profile.ts';
import { answerName } from '../../intake/answer-name.ts';
import { startIntake } from '../../intake/intake.ts';
import { createValidatorPool } from '../../intake/validator-pool.ts';
import { searchEvents } from '../../storage/event-search.ts';
import { claimTransmission } from '../../storage/intake-queue.ts';
import { showTransmission } from '../../storage/transmission-store.ts';
import {
  addTestPartners,
  at,
  openTestStorage,
  partnerId,
  type TestStorage,
  userId,
} from '../support/storage.ts';

const oneFault = (name: string) =>
  readFileSync(new URL(`../fixtures/one-fault/${name}.x12`, import.meta.url), 'utf8');
const numbered = (content: string, number: string) => content.replaceAll('000000001', number);

async function open(t: Test, root?: string): Promise<TestStorage> {
  const storage = root === undefined ? openTestStorage(t) : openTestStorage(t, root);
  if (root === undefined) await addTestPartners(storage);
  return storage;
}

async function upload({ mailboxes }: TestStorage, name: string, content: string | Uint8Array): Promise<void> {
  const mailbox = await mailboxes.open({
    partnerId: partnerId('acme'),
    userId: userId('alice'),
    source: 'sftp',
  });
  const opened = await mailbox.openForWrite(at(`/inbound/${name}`), {
    create: true,
    truncate: true,
    exclusive: false,
  });
  if (opened.kind === 'refused') throw new Error(opened.why);
  await opened.file.write(Buffer.from(content), 0);
  const refused = await opened.file.close();
  if (refused !== undefined) throw new Error(refused.why);
}

const settings = {
  workers: 1,
  largeFileBytes: 1_000_000,
  leaseMs: 60_000,
  maxAttempts: 3,
  retryFirstMs: 1,
  retryMaxMs: 5,
  duplicateWindowMs: 365 * 24 * 3_600_000,
};

// One pool for the file: each thread compiles the engine anew.
const pool = createValidatorPool({ workers: 1 });
file.teardown(() => pool.close());

async function start(t: Test, storage: TestStorage, profile: Partial<EdiProfile> = {}) {
  const intake = await startIntake({
    database: storage.database,
    directory: storage.directory,
    pool,
    observe: (observation) => storage.observations.push(observation),
    settings,
    profileOf: async () => ({ ...defaultProfile, ...profile }),
  });
  t.teardown(() => intake.close());
  return intake;
}

/** Waits until nothing is received or being processed, and every answer is published. */
async function settled({ database }: TestStorage): Promise<void> {
  for (;;) {
    const changed = new Promise<void>((resolve) => {
      const unsubscribe = database.changes.subscribe(() => {
        unsubscribe();
        resolve();
      });
    });
    if (await isSettled(database)) return;
    await changed;
  }
}

async function isSettled({ sql }: TestStorage['database']): Promise<boolean> {
  const transmissions = sql
    .selectFrom('transmissions')
    .select('id')
    .where('state', 'in', ['received', 'processing']);
  const answers = sql.selectFrom('acknowledgements').select('id').where('state', '=', 'written');
  const releases = sql.selectFrom('releases').select('id').where('state', '=', 'due');
  for (const query of [transmissions, answers, releases])
    if ((await query.execute()).length > 0) return false;
  return true;
}

const outbound = ({ directory }: TestStorage) => join(directory.mailboxes, 'acme/outbound');

function answers(storage: TestStorage): { name: string; content: string }[] {
  return readdirSync(outbound(storage))
    .sort()
    .map((name) => ({ name, content: readFileSync(join(outbound(storage), name), 'utf8') }));
}

const transmissions = ({ database }: TestStorage) =>
  database.sql.selectFrom('transmissions').selectAll().orderBy('id').execute();

test('files are validated, answered once, and what is accepted goes to the back end with a manifest', async (t) => {
  const storage = await open(t);
  await start(t, storage);
  await upload(storage, 'good.x12', oneFault('p-00-valid'));
  await upload(storage, 'bad.x12', numbered(oneFault('ele-02-clm02-alpha'), '000000002'));
  await upload(storage, 'mixed.x12', numbered(oneFault('set-06-one-good-one-bad'), '000000003'));
  await settled(storage);
  const views = new Map(
    answers(storage).map(({ name, content }) => [
      name.split('.')[0],
      readAcknowledgement(Buffer.from(content)),
    ]),
  );
  t.match(views.get('good'), {
    ta1: { code: 'A', note: '000' },
    groups: [{ code: 'A', receivedSets: 1, acceptedSets: 1 }],
  });
  t.match(views.get('bad'), { groups: [{ code: 'R', acceptedSets: 0 }] });
  t.match(views.get('mixed'), { groups: [{ code: 'P', receivedSets: 2, acceptedSets: 1 }] });
  t.same(
    (await transmissions(storage)).map((row) => [row.name, row.state, row.verdict]),
    [
      ['good.x12', 'answered', 'accepted'],
      ['bad.x12', 'answered', 'rejected'],
      ['mixed.x12', 'answered', 'partially-accepted'],
    ],
  );
  const released = readdirSync(join(storage.directory.root, 'backend/accepted/acme')).sort();
  t.equal(released.length, 4, 'two files and their manifests');
  const manifests = released
    .filter((name) => name.endsWith('.json'))
    .map((name) =>
      JSON.parse(readFileSync(join(storage.directory.root, 'backend/accepted/acme', name), 'utf8')),
    );
  t.match(
    manifests.find((manifest) => manifest.name === 'mixed.x12'),
    {
      verdict: 'partially-accepted',
      interchanges: [{ groups: [{ sets: [{ verdict: 'accepted' }, { verdict: 'rejected' }] }] }],
    },
  );
  for (const manifest of manifests) {
    t.notMatch(JSON.stringify(manifest), /SMITH|JANE|JS00111223333|26463774/, 'no patient in a manifest');
  }
  const [, bad] = await transmissions(storage);
  const detail = await showTransmission(storage.database, (bad?.id ?? '') as TransmissionId);
  t.match(detail, {
    interchanges: [{ controlNumber: '000000002', verdict: 'rejected', groups: [{ ak901: 'R' }] }],
    findings: [{ segmentId: 'CLM', position: 19, loop: '2300' }],
    acknowledgements: [{ state: 'published' }],
  });
});

test('the same interchange twice is a duplicate, across files and restarts; a corrected envelope is not', async (t) => {
  const storage = await open(t);
  const first = await start(t, storage);
  await upload(storage, 'a.x12', oneFault('p-00-valid'));
  await settled(storage);
  await first.close();
  await start(t, storage);
  await upload(storage, 'b.x12', oneFault('p-00-valid'));
  await upload(storage, 'c.x12', numbered(oneFault('env-01-iea02-mismatch'), '000000001'));
  await settled(storage);
  const views = new Map(
    answers(storage).map(({ name, content }) => [
      name.split('.')[0],
      readAcknowledgement(Buffer.from(content)),
    ]),
  );
  t.match(views.get('a'), { ta1: { code: 'A' }, groups: [{ code: 'A' }] });
  t.match(views.get('b'), { ta1: { code: 'R', note: '025' }, groups: [] });
  t.match(views.get('c'), { ta1: { code: 'R', note: '001' } });
  t.equal(readdirSync(join(storage.directory.root, 'backend/accepted/acme')).length, 2, 'released once');
});

test('two alike interchanges in one file: the second is the duplicate', async (t) => {
  const storage = await open(t);
  await start(t, storage);
  const one = oneFault('p-00-valid');
  await upload(storage, 'twice.x12', `${one}${one}`);
  await settled(storage);
  const codes = answers(storage).map(({ content }) => readAcknowledgement(Buffer.from(content))?.ta1?.note);
  t.same(codes, ['000', '025']);
  t.match(await transmissions(storage), [{ state: 'answered', verdict: 'partially-accepted' }]);
});

test('what is no X12 is quarantined, and the partner gets a report in plain words', async (t) => {
  const storage = await open(t);
  await start(t, storage);
  await upload(storage, 'empty.x12', '');
  await upload(storage, 'claims.zip', Buffer.from('504b030414000000', 'hex'));
  await upload(storage, 'notes.txt', 'Please find attached our claims for Jane Smith.');
  await settled(storage);
  t.same(
    (await transmissions(storage)).map((row) => [row.name, row.state, row.reason]),
    [
      ['empty.x12', 'quarantined', 'empty-file'],
      ['claims.zip', 'quarantined', 'zip-archive'],
      ['notes.txt', 'quarantined', 'no-isa'],
    ],
  );
  const reports = answers(storage);
  t.same(
    reports.map(({ name }) => name.endsWith('.rejected.txt')),
    [true, true, true],
  );
  for (const { content } of reports) {
    t.match(content, /THIS FILE WAS NOT PROCESSED[\s\S]*Tracking id: {2}[0-9a-f-]{36}[\s\S]*Why: /);
    t.notMatch(content, /Jane Smith/);
  }
  t.equal(readdirSync(storage.directory.quarantine).length, 3);
});

test('an acknowledgement from the partner is consumed and never answered', async (t) => {
  const storage = await open(t);
  await start(t, storage);
  await upload(storage, 'ta1.x12', oneFault('env-19-ta1-only-inbound'));
  await settled(storage);
  t.same(answers(storage), []);
  t.match(await transmissions(storage), [{ state: 'answered' }]);
});

test('an original that was altered is not answered: it fails, visibly', async (t) => {
  const storage = await open(t);
  await upload(storage, 'a.x12', oneFault('p-00-valid'));
  const [row] = await transmissions(storage);
  const original = storage.directory.stored(row?.original_path ?? '');
  chmodSync(original, 0o600);
  writeFileSync(original, oneFault('p-00-valid').replace('100', '999'));
  await start(t, storage);
  await settled(storage);
  t.match(await transmissions(storage), [{ state: 'failed', reason: 'intake.altered-original' }]);
  t.same(answers(storage), []);
});

test('a row that has lost its original fails, visibly, and holds up none of those behind it', async (t) => {
  const storage = await open(t);
  const { database } = storage;
  for (const [index, name] of ['a.x12', 'b.x12', 'c.x12'].entries())
    await upload(storage, name, numbered(oneFault('p-00-valid'), `00000000${index + 1}`));
  await database.sql
    .updateTable('transmissions')
    .set({ original_path: null })
    .where('name', '=', 'a.x12')
    .execute();
  await start(t, storage);
  await settled(storage);
  const rows = await transmissions(storage);
  t.match(rows, [
    { name: 'a.x12', state: 'failed', reason: 'storage.original-missing' },
    { name: 'b.x12', state: 'answered' },
    { name: 'c.x12', state: 'answered' },
  ]);
  const order = 'oldest-first' as const;
  const told = await searchEvents(database, { limit: 9, order, kind: 'transmission.failed' });
  t.match(told, [{ payload: /storage\.original-missing/ }]);
  t.equal(told.length, 1);
});

test('a claim is a lease: it is not given twice, and what a dead process held is taken up at start', async (t) => {
  const storage = await open(t);
  await upload(storage, 'a.x12', oneFault('p-00-valid'));
  const { database, clock } = storage;
  t.match(await claimTransmission(database, { worker: 'one', leaseMs: 60_000 }), {
    name: 'a.x12',
    attempt: 1,
  });
  t.equal(await claimTransmission(database, { worker: 'two', leaseMs: 60_000 }), undefined);
  clock.advance(60_001);
  t.match(await claimTransmission(database, { worker: 'two', leaseMs: 60_000 }), {
    name: 'a.x12',
    attempt: 2,
  });
  await start(t, storage);
  await settled(storage);
  t.equal(answers(storage).length, 1);
  t.match(await transmissions(storage), [{ state: 'answered', attempts: 3 }]);
});

test('control numbers go on across restarts', async (t) => {
  const storage = await open(t);
  const first = await start(t, storage);
  await upload(storage, 'a.x12', oneFault('p-00-valid'));
  await settled(storage);
  await first.close();
  await start(t, storage);
  await upload(storage, 'b.x12', numbered(oneFault('p-00-valid'), '000000007'));
  await settled(storage);
  t.same(
    answers(storage).map(({ name }) => name),
    ['a.x12.000000001.999', 'b.x12.000000002.999'],
  );
});

test('an interchange under another partner’s submitter id is rejected', async (t) => {
  const storage = await open(t);
  await start(t, storage, { senderIds: ['TSNACME'] });
  await upload(storage, 'a.x12', oneFault('p-00-valid'));
  await settled(storage);
  t.match(readAcknowledgement(Buffer.from(answers(storage)[0]?.content ?? '')), {
    ta1: { code: 'R', note: '006' },
    groups: [],
  });
});

test('an answer’s name has room in any mailbox, however long the file’s own', (t) => {
  const name = answerName({ name: 'ä'.repeat(127), kinds: 'TA1 999', mark: '000000001' });
  t.ok(Buffer.byteLength(name) <= 255);
  t.ok(name.endsWith('.000000001.999'));
  t.equal(answerName({ name: 'a', kinds: 'TA1', mark: '000000002' }), 'a.000000002.ta1');
  t.end();
});
