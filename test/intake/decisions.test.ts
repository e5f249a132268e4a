// What an administrator decides of a file is done once, by intake, and the partner has one answer.

import { chmodSync, existsSync, linkSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { t as file, type Test, test } from 'tap';
import type { TransmissionId } from '../../domain/ids.ts';
import { defaultProfile } from '../../edi/profile.ts';
import { startIntake } from '../../intake/intake.ts';
import { createValidatorPool } from '../../intake/validator-pool.ts';
import { type DecisionVerb, decideTransmission } from '../../storage/decide-transmission.ts';
import { findMismatches } from '../../storage/find-mismatches.ts';
import { claimTransmission, failTransmission, retryTransmission } from '../../storage/intake-queue.ts';
import { settleOriginals } from '../../storage/small-originals.ts';
import { readClaims } from '../support/claims.ts';
import {
  addTestPartners,
  at,
  openTestStorage,
  partnerId,
  type TestStorage,
  userId,
} from '../support/storage.ts';
import { until } from '../support/until.ts';

const acme = partnerId('acme');
const actor = { kind: 'administrator', name: 'test' } as const;
const settings = {
  workers: 1,
  largeFileBytes: 1_000_000,
  leaseMs: 60_000,
  maxAttempts: 3,
  retryFirstMs: 1,
  retryMaxMs: 5,
  duplicateWindowMs: 365 * 24 * 3_600_000,
};
const pool = createValidatorPool({ workers: 1 });
file.teardown(() => pool.close());

async function open(t: Test): Promise<TestStorage> {
  const storage = openTestStorage(t);
  await addTestPartners(storage);
  return storage;
}

async function upload(
  { mailboxes, database, directory }: TestStorage,
  name: string,
  content: string,
): Promise<TransmissionId> {
  const mailbox = await mailboxes.open({ partnerId: acme, userId: userId('alice'), source: 'sftp' });
  const options = { create: true, truncate: true, exclusive: false };
  const opened = await mailbox.openForWrite(at(`/inbound/${name}`), options);
  if (opened.kind === 'refused') throw new Error(opened.why);
  await opened.file.write(Buffer.from(content), 0);
  await opened.file.close();
  await settleOriginals({ database, directory });
  const row = await database.sql
    .selectFrom('transmissions')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return row.id as TransmissionId;
}

async function start(t: Test, storage: TestStorage) {
  const intake = await startIntake({
    ...storage,
    pool,
    observe: (observation) => storage.observations.push(observation),
    settings,
    profileOf: async () => defaultProfile,
  });
  t.teardown(() => intake.close());
  return intake;
}

const row = ({ database }: TestStorage, id: TransmissionId) =>
  database.sql.selectFrom('transmissions').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

const waitFor = (storage: TestStorage, id: TransmissionId, state: string) =>
  until(
    `${id} is ${state}, and its answers are published`,
    async () => {
      const open = await storage.database.sql
        .selectFrom('acknowledgements')
        .select('id')
        .where('state', '=', 'written')
        .execute();
      const due = await storage.database.sql
        .selectFrom('releases')
        .select('id')
        .where('state', '=', 'due')
        .execute();
      return open.length + due.length === 0 && (await row(storage, id)).state === state;
    },
    120_000,
  );

const outbound = ({ directory }: TestStorage): readonly string[] =>
  readdirSync(join(directory.mailboxes, 'acme/outbound')).sort();

const decide = (
  storage: TestStorage,
  id: TransmissionId,
  verb: DecisionVerb,
  reason = 'support asked for it',
) => decideTransmission(storage, { id, verb, reason, actor });

const events = async ({ database }: TestStorage, id: TransmissionId) =>
  (await database.sql.selectFrom('events').select(['kind', 'payload']).orderBy('sequence').execute())
    .filter(({ payload }) => payload.includes(id))
    .map(({ kind }) => kind);

/** The transmission has failed, as after the last of its attempts. */
async function fail(storage: TestStorage, id: TransmissionId): Promise<void> {
  await claimTransmission(storage.database, { worker: 'w', leaseMs: 60_000 });
  await failTransmission(storage.database, { id, partnerId: acme, worker: 'w', reason: 'EIO' });
}

test('a failed file is read again when an administrator says so, and answered once', async (t) => {
  const storage = await open(t);
  const id = await upload(storage, 'a.x12', readClaims('p-00-valid', 1));
  await fail(storage, id);
  t.match(await decide(storage, id, 'retry'), { kind: 'decided', state: 'received' });
  t.match(await decide(storage, id, 'retry'), { kind: 'unchanged' }, 'again changes nothing');
  await start(t, storage);
  await waitFor(storage, id, 'answered');
  t.equal(outbound(storage).length, 1);
  t.same(await events(storage, id), [
    'transmission.received',
    'transmission.failed',
    'transmission.reopened',
    'transmission.answered',
    'transmission.released',
  ]);
  t.match(await decide(storage, id, 'retry'), { kind: 'refused', why: /exactly one/ });
  t.match(await decide(storage, id, 'quarantine'), { kind: 'refused' });
  t.match(await decide(storage, id, 'discard'), { kind: 'refused' });
  t.match(await decide(storage, id, 'release'), { kind: 'refused' });
});

test('a file that waits for its next attempt is due at once when it is retried', async (t) => {
  const storage = await open(t);
  const id = await upload(storage, 'a.x12', 'x');
  await claimTransmission(storage.database, { worker: 'w', leaseMs: 60_000 });
  await retryTransmission(storage.database, { id, worker: 'w', delayMs: 3_600_000, reason: 'EIO' });
  t.match(await decide(storage, id, 'retry'), { kind: 'decided' });
  t.match(await claimTransmission(storage.database, { worker: 'w', leaseMs: 1 }), { id, attempt: 2 });
});

test('a file goes into quarantine with a report that says why, out of it again, and is answered', async (t) => {
  const storage = await open(t);
  const id = await upload(storage, 'a.x12', readClaims('p-00-valid', 1));
  t.match(await decide(storage, id, 'quarantine', 'sent for the wrong year'), { kind: 'decided' });
  await start(t, storage);
  await waitFor(storage, id, 'quarantined');
  const [report = ''] = outbound(storage);
  t.match(report, /^a\.x12\..*\.rejected\.txt$/);
  const text = readFileSync(join(storage.directory.mailboxes, 'acme/outbound', report), 'utf8');
  t.match(text, /sent for the wrong year[\s\S]*kept in quarantine[\s\S]*What to do:\r\n- /);
  t.ok(existsSync(join(storage.directory.quarantine, id)));
  t.match(await decide(storage, id, 'quarantine'), { kind: 'unchanged' });

  t.match(await decide(storage, id, 'release'), { kind: 'decided', state: 'received' });
  await waitFor(storage, id, 'answered');
  t.match(outbound(storage), [/^a\.x12\.\d{9}\.999$/], 'the report is gone, the 999 is there');
  t.equal(readdirSync(storage.directory.quarantine).length, 0);
  t.same(await findMismatches({ ...storage, settleMs: 0 }), []);
  t.match(await events(storage, id), [
    'transmission.received',
    'transmission.quarantined',
    'transmission.reopened',
    'transmission.answered',
    'transmission.released',
  ]);
});

test('a file that is discarded gets a report and nothing else, and its number may be sent again', async (t) => {
  const storage = await open(t);
  const id = await upload(storage, 'a.x12', readClaims('p-00-valid', 1));
  t.match(await decide(storage, id, 'discard', 'a test file'), { kind: 'decided' });
  t.match(await decide(storage, id, 'discard', 'a test file'), { kind: 'unchanged' });
  await start(t, storage);
  await waitFor(storage, id, 'discarded');
  t.match(outbound(storage), [/rejected\.txt$/]);
  t.equal(readdirSync(join(storage.directory.root, 'backend/accepted/acme')).length, 0);
  const again = await upload(storage, 'b.x12', readClaims('p-00-valid', 1));
  await waitFor(storage, again, 'answered');
  t.match(await row(storage, again), { verdict: 'accepted' });
  t.same(await findMismatches({ ...storage, settleMs: 0 }), []);
});

test('a decision while intake is reading the file takes it out of its hands: one answer, the report', async (t) => {
  const storage = await open(t);
  const id = await upload(storage, 'a.x12', readClaims('p-00-valid', 1));
  let reading: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    reading = resolve;
  });
  let go: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  const intake = await startIntake({
    ...storage,
    pool,
    observe: () => undefined,
    settings,
    profileOf: async () => {
      reading();
      await held;
      return defaultProfile;
    },
  });
  t.teardown(() => intake.close());
  await begun;
  t.match(await decide(storage, id, 'quarantine'), { kind: 'decided' });
  go();
  await waitFor(storage, id, 'quarantined');
  t.match(outbound(storage), [/rejected\.txt$/]);
  await intake.close();
  t.same(await findMismatches({ ...storage, settleMs: 0 }), [], 'the other attempt leaves nothing behind');
});

test('what is discarded while it was about to be quarantined leaves no name in quarantine', async (t) => {
  const storage = await open(t);
  const { directory, database } = storage;
  const id = await upload(storage, 'junk.txt', 'This is no X12.\n');
  const { original_path } = await row(storage, id);
  // An attempt that ended between the name and its answer: killed, or since someone has decided meanwhile.
  linkSync(directory.stored(original_path ?? ''), join(directory.quarantine, id));
  t.match(await decide(storage, id, 'discard'), { kind: 'decided' });
  await start(t, storage);
  await waitFor(storage, id, 'discarded');
  await until('the name is gone', () => !existsSync(join(directory.quarantine, id)));
  t.strictSame(await findMismatches({ database, directory }), []);
});

test('an interrupted upload may be discarded, one that is arriving may not, and there must be such a file', async (t) => {
  const storage = await open(t);
  const mailbox = await storage.mailboxes.open({ partnerId: acme, userId: userId('alice'), source: 'sftp' });
  const options = { create: true, truncate: true, exclusive: false };
  const opened = await mailbox.openForWrite(at('/inbound/a.x12'), options);
  if (opened.kind === 'refused') throw new Error(opened.why);
  await opened.file.write(Buffer.from('ISA'), 0);
  const id = opened.transmissionId;
  if (id === undefined) throw new Error('It has no id.');
  // Whoever looks at a file that has just begun has it told to the journal.
  await mailbox.stat(at('/inbound/a.x12'));
  t.match(await decide(storage, id, 'discard'), { kind: 'refused', why: /still arriving/ });
  await opened.file.abandon();
  t.match(await decide(storage, id, 'discard'), { kind: 'decided', state: 'discarded' });
  t.same(readdirSync(storage.directory.staging), []);
  t.match(await decide(storage, '0190c0de-0000-7000-8000-000000000000' as TransmissionId, 'retry'), {
    kind: 'unknown',
  });
});

test('attempts have growing pauses between them, the last one fails the file with its reason, and no thread is lost', async (t) => {
  const storage = await open(t);
  const id = await upload(storage, 'a.x12', readClaims('p-00-valid', 1));
  const { original_path: original } = await row(storage, id);
  const path = storage.directory.stored(original ?? '');
  const fault = new Error('The disk reported a fault.');
  const intake = await startIntake({
    ...storage,
    pool: {
      ...pool,
      validate: () => Promise.reject(Object.assign(fault, { code: 'EIO' })),
    },
    observe: (observation) => storage.observations.push(observation),
    settings: { ...settings, retryFirstMs: 20, retryMaxMs: 30 },
    profileOf: async () => defaultProfile,
  });
  t.teardown(() => intake.close());
  await waitFor(storage, id, 'failed');
  t.match(await row(storage, id), { reason: 'EIO', attempts: 3 });
  t.match(
    storage.observations.filter(({ kind }) => kind === 'intake.attempt-failed'),
    [
      { attempt: 1, retryInMs: 20 },
      { attempt: 2, retryInMs: 30 },
      { attempt: 3, retryInMs: undefined },
    ],
  );
  t.same(outbound(storage), [], 'nothing was answered');
  await intake.close();
  chmodSync(path, 0o600);
  writeFileSync(path, 'altered');
  await decide(storage, id, 'retry');
  await start(t, storage);
  await waitFor(storage, id, 'failed');
  t.match(
    await row(storage, id),
    { reason: 'intake.altered-original', attempts: 1 },
    'what is hopeless fails at once',
  );
});
