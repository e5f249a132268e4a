import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { type PartnerId, parsePartnerId } from '../../domain/ids.ts';
import { parseEntryName } from '../../domain/virtual-path.ts';
import { listOfPartner, listStanding } from '../../storage/administrator-list.ts';
import { listDueReleases, listUnpublished } from '../../storage/answer-store.ts';
import { readAuditRecords, verifyAuditTrail } from '../../storage/audit-trail.ts';
import { openDatabase } from '../../storage/database.ts';
import { listDeliveries } from '../../storage/delivery-list.ts';
import { searchEvents } from '../../storage/event-search.ts';
import { migrations, NewerSchemaError } from '../../storage/migrate.ts';
import { readQueueDepths } from '../../storage/queue-depths.ts';
import { shareSync } from '../../storage/shared-sync.ts';
import { openSqlite } from '../../storage/sqlite-driver.ts';
import { searchTransmissions } from '../../storage/transmission-search.ts';
import { findUnfinished } from '../../storage/unfinished-uploads.ts';
import { planOf, recordStatements } from '../support/statements.ts';
import { userId } from '../support/storage.ts';

const partner = parsePartnerId('acme');
const partnerId =
  partner.kind === 'ok'
    ? partner.id
    : (() => {
        throw new Error('unreachable');
      })();

const open = (file: string) =>
  openDatabase({ file, now: () => 1_700_000_000_000, randomBytes, busyTimeoutMs: 5000, changePollMs: 10 });

test('a fresh database is migrated, and opening it again migrates nothing', async (t) => {
  const file = join(t.testdir(), 'claimgate.db');
  const first = open(file);
  t.match(first.migrated, { from: 0, to: migrations.at(-1)?.version });
  await first.close();
  const second = open(file);
  t.match(second.migrated, { from: migrations.at(-1)?.version, to: migrations.at(-1)?.version });
  await second.close();
});

test('a database of a newer Claimgate is left alone, with a sentence that says what to do', async (t) => {
  const file = join(t.testdir(), 'claimgate.db');
  await open(file).close();
  const raw = openSqlite(file);
  raw.exec("insert into schema_migrations (version, name, applied_at_ms) values (99, 'from the future', 0)");
  raw.close();
  t.throws(() => open(file), NewerSchemaError);
});

test('a migration that came late is applied too, below the newest, and after a copy was made', async (t) => {
  const file = join(t.testdir(), 'claimgate.db');
  await open(file).close();
  // As a database stands that has had the newest alone, from a branch without the one below it.
  const raw = openSqlite(file);
  raw.exec('delete from schema_migrations where version = 14; drop index transmissions_in_trouble');
  raw.close();
  const again = open(file);
  await again.close();
  const look = openSqlite(file, { readonly: true });
  t.teardown(() => look.close());
  const applied = look.prepare('select version from schema_migrations order by version').pluck().all();
  t.same(
    applied,
    migrations.map(({ version }) => version),
  );
  t.ok(look.prepare("select 1 from sqlite_master where name = 'transmissions_in_trouble'").get());
  t.ok(existsSync(`${file}.schema-${migrations.at(-1)?.version}`), 'the way back');
});

test('what waits is found by an index that holds little else, however many transmissions there were', async (t) => {
  const file = join(t.testdir(), 'claimgate.db');
  const database = open(file);
  t.teardown(() => database.close());
  const asked = recordStatements(t);
  await readQueueDepths(database);
  for (const list of ['arriving', 'unanswered', 'failed', 'quarantined'] as const)
    await listStanding(database, { list, limit: 20 });
  await listUnpublished(database, 10);
  await listDueReleases(database, 10);
  await listDeliveries(database, { state: 'dead', limit: 10 });
  const viewer = { partnerId: undefined, userId: undefined };
  for (const filter of [{ states: ['failed'] }, { verdict: 'rejected' }] as const)
    await searchTransmissions(database, { viewer, filter, limit: 10 });
  const partnerId = 'clinic' as PartnerId;
  await listOfPartner(database, { partnerId, verdict: 'rejected', limit: 10 });
  await searchTransmissions(database, {
    viewer: { partnerId, userId: undefined },
    filter: { verdict: 'rejected' },
    limit: 10,
  });
  const raw = openSqlite(file);
  t.teardown(() => raw.close());
  const texts = [...asked];
  const ofPartner = texts.filter((text) => /coalesce\("verdict"/.test(text));
  t.equal(ofPartner.length, 2);
  for (const text of ofPartner)
    t.match(planOf(raw, text)[0], /partner_id=\?/, 'a partner’s are looked for among its own');
  const plans = texts
    .filter((text) => /from "(transmissions|acknowledgements|releases|deliveries)"/.test(text))
    .map((text) => planOf(raw, text, 'failed'));
  t.ok(plans.length >= 10);
  // All of a table, or all of an index that has every row of it.
  const everything =
    /^SCAN (?!.*(to_claim|unsettled|to_publish|_due|deliveries_next|unfinished|waiting|dead))/;
  t.same(
    plans.flat().filter((step) => everything.test(step)),
    [],
  );
});

test('a transaction that fails leaves neither its event nor its audit record', async (t) => {
  const database = open(join(t.testdir(), 'claimgate.db'));
  t.teardown(() => database.close());
  await t.rejects(
    database.transaction(async (transaction) => {
      await transaction.event({ kind: 'partner.created', partnerId });
      await transaction.audit({ actor: { kind: 'gateway' }, action: 'partner.add', subject: 'partner:acme' });
      throw new Error('the power went out');
    }),
    /power/,
  );
  t.same(await searchEvents(database, { order: 'oldest-first', limit: 10 }), []);
  t.match(await verifyAuditTrail(database), { kind: 'intact', records: 0 });
});

test('the audit trail proves itself, and shows a changed, a removed and a cut-off record', async (t) => {
  const file = join(t.testdir(), 'claimgate.db');
  const database = open(file);
  t.teardown(() => database.close());
  for (let count = 0; count < 5; count += 1) {
    await database.transaction((transaction) =>
      transaction.audit({ actor: { kind: 'gateway' }, action: 'partner.add', subject: `partner:p${count}` }),
    );
  }
  t.match(await verifyAuditTrail(database), { kind: 'intact', records: 5 });
  t.equal((await readAuditRecords(database, { limit: 2 }))[0]?.subject, 'partner:p4');

  const raw = openSqlite(file);
  t.teardown(() => raw.close());
  t.throws(
    () => raw.exec("update audit_records set actor = 'someone else' where sequence = 3"),
    /append-only/,
  );
  t.throws(() => raw.exec('delete from audit_records where sequence = 3'), /append-only/);
  raw.exec('drop trigger audit_records_keep; drop trigger audit_records_stay');
  raw.exec("update audit_records set subject = 'partner:x' where sequence = 3");
  t.match(await verifyAuditTrail(database), { kind: 'broken', atSequence: 3, why: /changed/ });
  raw.exec("update audit_records set subject = 'partner:p2' where sequence = 3");
  t.match(await verifyAuditTrail(database), { kind: 'intact' });
  raw.exec('delete from audit_records where sequence = 5');
  t.match(await verifyAuditTrail(database), { kind: 'broken', atSequence: 5, why: /cut off/ });
  raw.exec('delete from audit_records where sequence = 2');
  t.match(await verifyAuditTrail(database), { kind: 'broken', atSequence: 2, why: /missing/ });
});

test('two connections take one row of numbers, and the commits of one wake the other', async (t) => {
  const file = join(t.testdir(), 'claimgate.db');
  const one = open(file);
  const two = open(file);
  t.teardown(() => Promise.all([one.close(), two.close()]));
  const woken = new Promise<void>((resolve) => {
    two.changes.subscribe(resolve);
  });
  const write = (database: typeof one) =>
    database.transaction((transaction) => transaction.event({ kind: 'partner.created', partnerId }));
  for (let index = 0; index < 20; index += 1) await write(index % 2 === 0 ? one : two);
  const events = await searchEvents(one, { order: 'oldest-first', limit: 100 });
  t.same(
    events.map((event) => event.sequence),
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
  await woken;
});

test('looking for the uploads of one name reads no other row, however many transmissions there were', async (t) => {
  const file = join(t.testdir(), 'claimgate.db');
  const database = open(file);
  t.teardown(() => database.close());
  const asked = recordStatements(t);
  const name = parseEntryName('claim.edi');
  if (name === undefined) throw new Error('unreachable');
  await findUnfinished(database, { partnerId, userId: userId('jo.doe'), name });
  const text = [...asked].find((one) => one.includes('"transmissions"'));
  const raw = openSqlite(file);
  t.teardown(() => raw.close());
  t.match(
    planOf(raw, text ?? '').join(),
    /USING INDEX transmissions_unfinished \(partner_id=\? AND user_id=\? AND name=\?\)/,
  );
});

test('who asks for a sync while one runs gets one that began after the question, together with the others', async (t) => {
  const begun: { end: (failure?: Error) => void }[] = [];
  const sync = shareSync(
    () =>
      new Promise((resolve, reject) => {
        begun.push({ end: (failure) => (failure === undefined ? resolve() : reject(failure)) });
      }),
  );
  const first = sync();
  let late = 0;
  const others = [sync(), sync(), sync()].map((one) => one.then(() => (late += 1)));
  t.equal(begun.length, 1);
  begun[0]?.end(new Error('a broken disk'));
  await t.rejects(first, /a broken disk/);
  t.equal(late, 0, 'what began before the question does not count, nor does its failure');
  t.equal(begun.length, 2);
  begun[1]?.end();
  await Promise.all(others);
  t.equal(begun.length, 2, 'one for all of them');
});

test('a transaction is answered when its log is synced, and not when the disk reports a fault', async (t) => {
  const file = join(t.testdir(), 'claimgate.db');
  const database = open(file);
  t.teardown(() => database.close());
  const write = () =>
    database.transaction((transaction) => transaction.event({ kind: 'partner.created', partnerId }));
  await write();
  const probe = await openFile(`${file}-wal`, 'r');
  const handles = Object.getPrototypeOf(probe) as { datasync: () => Promise<void> };
  await probe.close();
  let fails = true;
  t.intercept(handles, 'datasync', {
    value: async () => {
      if (fails) throw new Error('EIO: the disk is broken');
    },
  });
  await t.rejects(write(), { code: 'storage.commit-not-synced' });
  fails = false;
  await write();
  t.equal((await searchEvents(database, { order: 'oldest-first', limit: 10 })).length, 3);
});

test('of transactions that are asked for at once one that fails is undone alone, and the others stand', async (t) => {
  const database = open(join(t.testdir(), 'claimgate.db'));
  t.teardown(() => database.close());
  const add = (name: string, fails: boolean) =>
    database.transaction(async ({ sql }) => {
      await sql.insertInto('counters').values({ name, value: 1 }).execute();
      if (fails) throw new Error(`${name} is refused`);
      return name;
    });
  const outcomes = await Promise.allSettled([
    add('one', false),
    add('two', true),
    add('three', false),
    add('one', false),
    add('four', false),
  ]);
  t.same(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message)),
    ['one', 'two is refused', 'three', 'UNIQUE constraint failed: counters.name', 'four'],
  );
  const rows = await database.sql.selectFrom('counters').select('name').orderBy('name').execute();
  t.same(
    rows.map(({ name }) => name),
    ['four', 'one', 'three'],
  );
});

test('a transaction that cannot begin fails with its reason, and so do those that wait behind it', async (t) => {
  const file = join(t.testdir(), 'claimgate.db');
  const database = openDatabase({ file, now: Date.now, randomBytes, busyTimeoutMs: 1, changePollMs: 0 });
  t.teardown(() => database.close());
  const other = openSqlite(file);
  other.exec('begin immediate');
  const work = () => database.transaction(async () => 'done');
  for (const outcome of await Promise.allSettled([work(), work(), work()]))
    t.match(outcome, { status: 'rejected', reason: { code: 'SQLITE_BUSY' } });
  other.exec('rollback');
  other.close();
  t.equal(await work(), 'done', 'and the next one finds the way free');
});
