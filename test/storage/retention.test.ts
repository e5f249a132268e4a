// What has had its time goes, and nothing else: answered before purged, warned before what nobody fetched is removed, and
// a run that is cut off anywhere is finished by the next one.

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { newTransmissionId } from '../../domain/ids.ts';
import { adoptFile } from '../../storage/adopt.ts';
import { writeAnswer } from '../../storage/answer-store.ts';
import { verifyAuditTrail } from '../../storage/audit-trail.ts';
import { writeDurably } from '../../storage/durable-file.ts';
import { findMismatches } from '../../storage/find-mismatches.ts';
import { claimTransmission, failTransmission } from '../../storage/intake-queue.ts';
import { publishAnswers, quarantineOriginal, releaseOriginals } from '../../storage/outbound.ts';
import { purge } from '../../storage/purge.ts';
import { reconcile } from '../../storage/reconcile.ts';
import { setRetentionDays } from '../../storage/retention-store.ts';
import {
  addTestPartners,
  at,
  openTestStorage,
  partnerId,
  type TestStorage,
  userId,
} from '../support/storage.ts';

const acme = partnerId('acme');
const owner = { partnerId: acme, userId: userId('alice'), source: 'sftp' } as const;
const dayMs = 24 * 60 * 60 * 1000;
const actor = { kind: 'administrator', name: 'test' } as const;

const settings = {
  days: {
    originals: 1000,
    inbound: 30,
    'outbound-collected': 90,
    'outbound-uncollected': 365,
    quarantine: 200,
  },
  graceDays: 30,
  eventsDays: 3000,
  journalDays: 3000,
  interruptedExpiryMs: 7 * dayMs,
};

async function open(t: Test): Promise<TestStorage> {
  const storage = openTestStorage(t);
  await addTestPartners(storage);
  return storage;
}

async function upload({ mailboxes }: TestStorage, name: string): Promise<void> {
  const mailbox = await mailboxes.open(owner);
  const opened = await mailbox.openForWrite(at(`/inbound/${name}`), {
    create: true,
    truncate: true,
    exclusive: false,
  });
  if (opened.kind === 'refused') throw new Error(opened.why);
  await opened.file.write(Buffer.from('ISA*1~'), 0);
  await opened.file.close();
}

/** Sends a file and answers it, as intake does. */
async function answered(storage: TestStorage, name: string, state: 'answered' | 'quarantined' = 'answered') {
  await upload(storage, name);
  const { database, directory } = storage;
  const claimed = await claimTransmission(database, { worker: 'w', leaseMs: 60_000 });
  if (claimed === undefined) throw new Error('Nothing is due.');
  const id = newTransmissionId(database.now(), randomBytes(10));
  const path = directory.acknowledgementPath(id, database.now());
  await writeDurably(directory, { id, to: directory.stored(path), content: Buffer.from('TA1') });
  if (state === 'quarantined') await quarantineOriginal(directory, claimed);
  const file = {
    id,
    interchangeOrdinal: 1,
    kinds: 'TA1',
    name: `${name}.ta1`,
    path,
    sizeBytes: 3,
    sha256: 'x',
  };
  await writeAnswer(database, {
    id: claimed.id,
    partnerId: acme,
    worker: 'w',
    outcome: state === 'answered' ? { state, verdict: 'accepted' } : { state, reason: 'no-isa' },
    files: [{ ...file, controlNumber: '1' }],
    kinds: [],
    interchanges: [],
    manifest: state === 'answered' ? '{}' : undefined,
  });
  await publishAnswers(storage);
  await releaseOriginals(storage);
  return { id: claimed.id, original: directory.stored(claimed.originalPath), copy: directory.stored(path) };
}

async function collect({ mailboxes }: TestStorage, name: string): Promise<void> {
  const mailbox = await mailboxes.open(owner);
  const opened = await mailbox.openForRead(at(`/outbound/${name}`));
  if (opened.kind === 'refused') throw new Error(opened.why);
  await opened.file.read(Buffer.alloc(10), 0);
  await opened.file.close();
}

async function run(storage: TestStorage, more: { readonly dryRun?: boolean } = {}) {
  const steps = await purge({ ...storage, settings, dryRun: more.dryRun ?? false });
  return steps.map(({ what, done, subject }) => `${done} ${what} ${subject}`);
}

const names = ({ directory }: TestStorage, folder: 'inbound' | 'outbound') =>
  readdirSync(join(directory.mailboxes, 'acme', folder));

const eventsOf = async ({ database }: TestStorage, kind: string) =>
  (await database.sql.selectFrom('events').selectAll().where('kind', '=', kind).execute()).map(
    ({ payload }) => JSON.parse(payload),
  );

test('names in inbound go first, collected answers next, originals last; each is told of and nothing is left over', async (t) => {
  const storage = await open(t);
  const { original, copy } = await answered(storage, 'a.x12');
  await collect(storage, 'a.x12.ta1');
  t.same(await run(storage), [], 'nothing has had its time');
  storage.clock.advance(31 * dayMs);
  t.same(await run(storage, { dryRun: true }), ['purged inbound a.x12']);
  t.same(names(storage, 'inbound'), ['a.x12'], 'a dry run changes nothing');
  t.same(await run(storage), ['purged inbound a.x12']);
  t.same(names(storage, 'inbound'), []);
  storage.clock.advance(60 * dayMs);
  t.same(await run(storage), ['purged outbound-collected a.x12.ta1']);
  t.same(names(storage, 'outbound'), []);
  t.ok(existsSync(copy), 'the durable copy of the answer stays as long as the original');
  storage.clock.advance(1000 * dayMs);
  t.same(await run(storage), ['purged originals a.x12']);
  t.notOk(existsSync(original) || existsSync(copy));
  t.same(await findMismatches({ ...storage, settleMs: 0 }), []);
  t.match(await eventsOf(storage, 'retention.purged'), [
    { what: 'outbound-collected' },
    { what: 'originals' },
  ]);
  storage.clock.advance(3001 * dayMs);
  const rows = await run(storage);
  t.ok(rows.includes('purged journal 1 transmissions'));
  t.same(await storage.database.sql.selectFrom('transmissions').select('id').execute(), []);
  t.same(await run(storage), [], 'a second run finds nothing more');
  t.match(await verifyAuditTrail(storage.database), { kind: 'intact' });
});

test('what nobody fetched is warned of, by event and by mail to the office administrator, and goes after the grace', async (t) => {
  const storage = await open(t);
  const { database } = storage;
  await database.sql
    .updateTable('roles')
    .set({ role: 'office-administrator' })
    .where('user_id', '=', 'alice')
    .execute();
  const { original } = await answered(storage, 'a.x12');
  storage.clock.advance(1001 * dayMs);
  t.same(await run(storage), ['purged inbound a.x12', 'warned outbound-uncollected a.x12.ta1']);
  t.same(await run(storage), [], 'it is warned of once');
  t.match(await eventsOf(storage, 'retention.warned'), [{ what: 'outbound-uncollected', name: 'a.x12.ta1' }]);
  const mails = await database.sql.selectFrom('mails').select(['kind', 'user_id']).execute();
  t.match(
    mails.filter(({ kind }) => kind === 'uncollected-files'),
    [{ user_id: 'alice' }],
  );
  t.ok(existsSync(original), 'an original stays while an answer to it stands in outbound, however old');
  storage.clock.advance(31 * dayMs);
  t.same(await run(storage), ['purged outbound-uncollected a.x12.ta1', 'purged originals a.x12']);
});

test('what was never answered is not purged at all', async (t) => {
  const storage = await open(t);
  await upload(storage, 'a.x12');
  const claimed = await claimTransmission(storage.database, { worker: 'w', leaseMs: 60_000 });
  if (claimed === undefined) throw new Error('Nothing is due.');
  await failTransmission(storage.database, { ...claimed, worker: 'w', reason: 'EIO' });
  storage.clock.advance(20_000 * dayMs);
  t.same(
    (await run(storage)).filter((step) => !step.includes('events')),
    [],
  );
  t.same(names(storage, 'inbound'), ['a.x12']);
});

test('a trading partner may have days of its own; quarantine has its own too', async (t) => {
  const storage = await open(t);
  await setRetentionDays(storage.database, { partnerId: acme, kind: 'inbound', days: 2, actor });
  const { original, id } = await answered(storage, 'a.x12', 'quarantined');
  await collect(storage, 'a.x12.ta1');
  storage.clock.advance(3 * dayMs);
  t.same(await run(storage), ['purged inbound a.x12']);
  await setRetentionDays(storage.database, { partnerId: acme, kind: 'inbound', days: undefined, actor });
  storage.clock.advance(200 * dayMs);
  t.same(await run(storage), ['purged outbound-collected a.x12.ta1', 'purged quarantine a.x12']);
  t.notOk(existsSync(original) || existsSync(join(storage.directory.quarantine, id)));
  t.same(await findMismatches({ ...storage, settleMs: 0 }), []);
});

test('an upload that nobody resumes expires while the gateway runs', async (t) => {
  const storage = await open(t);
  const mailbox = await storage.mailboxes.open(owner);
  const opened = await mailbox.openForWrite(at('/inbound/a.x12'), {
    create: true,
    truncate: true,
    exclusive: false,
  });
  if (opened.kind === 'refused') throw new Error(opened.why);
  await opened.file.write(Buffer.from('ISA'), 0);
  await opened.file.abandon();
  storage.clock.advance(6 * dayMs);
  t.same(await run(storage), []);
  storage.clock.advance(2 * dayMs);
  t.same(await run(storage), ['purged interrupted a.x12']);
  t.same(readdirSync(storage.directory.staging), []);
});

test('events go with their deliveries, but none that a hook waits for', async (t) => {
  const storage = await open(t);
  const { database } = storage;
  await answered(storage, 'a.x12');
  const [first, second] = await database.sql
    .selectFrom('events')
    .select('sequence')
    .orderBy('sequence')
    .execute();
  for (const [event, state] of [
    [first, 'waiting'],
    [second, 'delivered'],
  ] as const) {
    const values = {
      event_sequence: event?.sequence ?? 0,
      hook: 'h',
      state,
      attempts: 1,
      next_attempt_at_ms: 0,
    };
    await database.sql
      .insertInto('deliveries')
      .values({ ...values, last_error: null })
      .execute();
  }
  storage.clock.advance(3001 * dayMs);
  await run(storage);
  const left = await database.sql
    .selectFrom('events')
    .select(['sequence', 'kind'])
    .orderBy('sequence')
    .execute();
  t.equal(left[0]?.sequence, first?.sequence);
  t.same(
    left.slice(1).filter(({ kind }) => !kind.startsWith('retention.')),
    [],
  );
});

test('a purge that was cut off between two steps is finished by the next start and run', async (t) => {
  const storage = await open(t);
  const { original, copy } = await answered(storage, 'a.x12');
  await collect(storage, 'a.x12.ta1');
  storage.clock.advance(100 * dayMs);
  const outbound = join(storage.directory.mailboxes, 'acme/outbound/a.x12.ta1');
  // The name went and its row did not.
  unlinkSync(outbound);
  t.match(await findMismatches({ ...storage, settleMs: 0 }), [{ kind: 'outbound-missing' }]);
  await reconcile({ ...storage, observe: () => undefined });
  t.same(await findMismatches({ ...storage, settleMs: 0 }), []);
  await run(storage);
  t.notOk(existsSync(outbound));
  // The files went and the rows did not.
  unlinkSync(original);
  unlinkSync(copy);
  storage.clock.advance(1000 * dayMs);
  await reconcile({ ...storage, observe: () => undefined });
  t.same(await run(storage), ['purged originals a.x12']);
  t.same(await findMismatches({ ...storage, settleMs: 0 }), []);
  t.match(await stateOf(storage), [{ original_path: null }]);
});

const stateOf = ({ database }: TestStorage) =>
  database.sql.selectFrom('transmissions').select(['original_path', 'original_purged_at_ms']).execute();

test('a purged original’s file is never taken for a new one', async (t) => {
  const storage = await open(t);
  await answered(storage, 'a.x12');
  await collect(storage, 'a.x12.ta1');
  const mailbox = await storage.mailboxes.open(owner);
  // Its partner gave it another name meanwhile.
  await mailbox.rename(at('/inbound/a.x12'), at('/inbound/sent.x12'), { overwrite: false });
  storage.clock.advance(3000 * dayMs);
  await run(storage);
  t.same(names(storage, 'inbound'), []);
  const adopting = { ...storage, observe: () => undefined, maxFileBytes: 1e6 };
  t.equal(await adoptFile(adopting, { partnerId: acme, name: 'sent.x12' as never }), undefined);
});
