// Rows that have had their time: events with their deliveries, the journal of files whose originals are gone, and
// uploads that nobody resumed.

import { unlink } from 'node:fs/promises';
import type { RetentionStep } from '../domain/retention.ts';
import type { DataDirectory } from './data-directory.ts';
import { unlessMissing } from './disk-fault.ts';
import type { Database } from './transaction.ts';
import { storedTransmissionId } from './transmission-store.ts';

export interface PurgeRowsDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly dryRun: boolean;
}

/** Rows that one transaction removes: the database is not held for longer than a blink. */
const rowsAtOnce = 200;

/** Events older than `beforeMs` that no hook waits for any more. */
export async function purgeEvents(
  { database, dryRun }: PurgeRowsDeps,
  beforeMs: number,
): Promise<readonly RetentionStep[]> {
  let purged = 0;
  for (;;) {
    const rows = await database.sql
      .selectFrom('events')
      .select('sequence')
      .where('created_at_ms', '<=', beforeMs)
      .where('sequence', 'not in', (inner) =>
        inner.selectFrom('deliveries').select('event_sequence').where('state', '=', 'waiting'),
      )
      .orderBy('sequence')
      .limit(dryRun ? 1_000_000 : rowsAtOnce)
      .execute();
    purged += rows.length;
    if (rows.length === 0 || dryRun) break;
    const sequences = rows.map((row) => row.sequence);
    await database.transaction(async ({ sql }) => {
      await sql.deleteFrom('deliveries').where('event_sequence', 'in', sequences).execute();
      await sql.deleteFrom('events').where('sequence', 'in', sequences).execute();
    });
  }
  if (purged > 0 && !dryRun) await record(database, { what: 'events', rows: purged });
  return purged === 0
    ? []
    : [{ what: 'events', done: 'purged', partnerId: undefined, subject: `${purged} events` }];
}

/** Transmissions that ended before `beforeMs` and have no original any more, with all that was found in them. */
export async function purgeJournal(
  { database, dryRun }: PurgeRowsDeps,
  beforeMs: number,
): Promise<readonly RetentionStep[]> {
  let purged = 0;
  for (let after = ''; ; ) {
    const rows = await database.sql
      .selectFrom('transmissions')
      .select('id')
      .where('id', '>', after)
      .where('original_path', 'is', null)
      .where('state', 'in', ['answered', 'quarantined', 'discarded', 'expired'])
      .where('updated_at_ms', '<=', beforeMs)
      .orderBy('id')
      .limit(rowsAtOnce)
      .execute();
    purged += rows.length;
    after = rows.at(-1)?.id ?? after;
    if (!dryRun && rows.length > 0)
      await removeTransmissions(
        database,
        rows.map((row) => row.id),
      );
    if (rows.length < rowsAtOnce) break;
  }
  if (purged > 0 && !dryRun) await record(database, { what: 'journal', rows: purged });
  return purged === 0
    ? []
    : [{ what: 'journal', done: 'purged', partnerId: undefined, subject: `${purged} transmissions` }];
}

async function removeTransmissions(database: Database, ids: readonly string[]): Promise<void> {
  await database.transaction(async ({ sql }) => {
    const interchanges = sql.selectFrom('interchanges').select('id').where('transmission_id', 'in', ids);
    const groups = sql
      .selectFrom('functional_groups')
      .select('id')
      .where('interchange_id', 'in', interchanges);
    const answers = sql.selectFrom('acknowledgements').select('id').where('transmission_id', 'in', ids);
    await sql.deleteFrom('findings').where('transmission_id', 'in', ids).execute();
    await sql.deleteFrom('transaction_sets').where('group_id', 'in', groups).execute();
    await sql.deleteFrom('functional_groups').where('interchange_id', 'in', interchanges).execute();
    await sql.deleteFrom('collections').where('file_id', 'in', answers).execute();
    for (const table of [
      'interchanges',
      'interchange_keys',
      'acknowledgements',
      'releases',
      'transmission_contents',
    ] as const)
      await sql.deleteFrom(table).where('transmission_id', 'in', ids).execute();
    await sql.deleteFrom('transmissions').where('id', 'in', ids).execute();
  });
}

const record = (
  database: Database,
  detail: { readonly what: string; readonly rows: number },
): Promise<void> =>
  database.transaction((transaction) =>
    transaction.audit({ actor: { kind: 'gateway' }, action: 'retention.purge', subject: 'gateway', detail }),
  );

/** Uploads that nobody has resumed or renamed since `beforeMs`. One that is being resumed now is left alone. */
export async function expireUploads(
  { database, directory, dryRun }: PurgeRowsDeps,
  beforeMs: number,
): Promise<readonly RetentionStep[]> {
  const rows = await database.sql
    .selectFrom('transmissions')
    .select(['id', 'name', 'partner_id'])
    .where('state', 'in', ['interrupted', 'held'])
    .where('updated_at_ms', '<=', beforeMs)
    .execute();
  const steps: RetentionStep[] = [];
  for (const { id: text, name, partner_id: partnerId } of rows) {
    const id = storedTransmissionId(text);
    const expired =
      dryRun ||
      (await database.transaction(({ sql, nowMs }) =>
        sql
          .updateTable('transmissions')
          .set({ state: 'expired', writer: null, reason: 'no one resumed it in time', updated_at_ms: nowMs })
          .where('id', '=', id)
          .where('state', 'in', ['interrupted', 'held'])
          .where('updated_at_ms', '<=', beforeMs)
          .returning('id')
          .executeTakeFirst(),
      )) !== undefined;
    if (!expired) continue;
    if (!dryRun) await unlessMissing(() => unlink(directory.staged(id)), undefined);
    steps.push({ what: 'interrupted', done: 'purged', partnerId, subject: name });
  }
  return steps;
}
