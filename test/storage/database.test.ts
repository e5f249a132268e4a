import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { test } from 'tap';
import { parsePartnerId } from '../../domain/ids.ts';
import { readAuditRecords, verifyAuditTrail } from '../../storage/audit-trail.ts';
import { openDatabase } from '../../storage/database.ts';
import { migrations, NewerSchemaError } from '../../storage/migrate.ts';
import { readEvents } from '../../storage/outbox.ts';

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
  const raw = new SqliteFile(file);
  raw.exec("insert into schema_migrations (version, name, applied_at_ms) values (99, 'from the future', 0)");
  raw.close();
  t.throws(() => open(file), NewerSchemaError);
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
  t.same(await readEvents(database, { after: 0, limit: 10 }), []);
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

  const raw = new SqliteFile(file);
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
  const events = await readEvents(one, { after: 0, limit: 100 });
  t.same(
    events.map((event) => event.sequence),
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
  await woken;
});
