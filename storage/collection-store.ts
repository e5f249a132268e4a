// Who has taken what out of a mailbox. Each download is on record in the audit trail, whatever way it went; of files in
// `outbound` the first one who took the whole of it is kept beside them, so that lists can say «collected».

import type { PartnerId } from '../domain/ids.ts';
import type { EntryName, MailboxFolder } from '../domain/virtual-path.ts';
import type { MailboxOwner } from './mailbox-entry.ts';
import type { Database, Sql, Transaction } from './transaction.ts';

export interface Download {
  readonly owner: MailboxOwner;
  readonly folder: MailboxFolder;
  readonly name: EntryName;
  /** Whether it was read to its end. */
  readonly whole: boolean;
}

/** Records a download, after its last byte was read. */
export async function recordDownload(database: Database, download: Download): Promise<void> {
  const { owner, folder, name, whole } = download;
  await database.transaction(async (transaction) => {
    const file =
      folder === 'outbound' ? await findOutbound(transaction.sql, owner.partnerId, name) : undefined;
    if (file !== undefined && whole) await noteCollected(transaction, file, download);
    await transaction.audit({
      actor: { kind: 'user', id: owner.userId },
      action: 'file.download',
      subject: file?.subject ?? `mailbox:${owner.partnerId}`,
      detail: { folder, name, whole, source: owner.source },
    });
  });
}

interface CollectedFile {
  readonly id: string;
  /** For the audit trail. */
  readonly subject: string;
}

/** The first who took the whole of it stays on record; every further time is counted, with who it was. */
async function noteCollected(
  transaction: Transaction,
  file: CollectedFile,
  { owner, name }: Download,
): Promise<void> {
  const { sql, nowMs } = transaction;
  const { partnerId, userId, source } = owner;
  const { downloads } = await sql
    .insertInto('collections')
    .values({
      file_id: file.id,
      partner_id: partnerId,
      user_id: userId,
      source,
      collected_at_ms: nowMs,
    })
    .onConflict((conflict) =>
      conflict.column('file_id').doUpdateSet((value) => ({
        downloads: value('collections.downloads', '+', 1),
        last_user_id: userId,
        last_collected_at_ms: nowMs,
      })),
    )
    .returning('downloads')
    .executeTakeFirstOrThrow();
  if (downloads > 1) return;
  const dispatch = await sql
    .updateTable('dispatches')
    .set({ state: 'collected' })
    .where('id', '=', file.id)
    .returning('id')
    .executeTakeFirst();
  if (dispatch === undefined) return;
  await transaction.event({ kind: 'dispatch.collected', partnerId, dispatchId: file.id, name, userId });
}

export interface Collection {
  readonly firstBy: string;
  readonly firstAtMs: number;
  readonly source: string;
  /** How often it was taken as a whole. */
  readonly downloads: number;
  readonly lastBy: string;
  readonly lastAtMs: number;
}

/** @returns who has taken an outbound file; undefined while nobody has */
export async function readCollection(database: Database, fileId: string): Promise<Collection | undefined> {
  const row = await database.sql
    .selectFrom('collections')
    .selectAll()
    .where('file_id', '=', fileId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    firstBy: row.user_id,
    firstAtMs: Number(row.collected_at_ms),
    source: row.source,
    downloads: row.downloads,
    lastBy: row.last_user_id ?? row.user_id,
    lastAtMs: Number(row.last_collected_at_ms ?? row.collected_at_ms),
  };
}

async function findOutbound(
  sql: Sql,
  partnerId: PartnerId,
  name: EntryName,
): Promise<CollectedFile | undefined> {
  const answer = await sql
    .selectFrom('acknowledgements')
    .select(['id', 'transmission_id'])
    .where('partner_id', '=', partnerId)
    .where('name', '=', name)
    .executeTakeFirst();
  if (answer !== undefined) return { id: answer.id, subject: `transmission:${answer.transmission_id}` };
  const dispatch = await sql
    .selectFrom('dispatches')
    .select('id')
    .where('partner_id', '=', partnerId)
    .where('name', '=', name)
    .where('state', 'in', ['published', 'collected'])
    .orderBy('id', 'desc')
    .executeTakeFirst();
  return dispatch === undefined ? undefined : { id: dispatch.id, subject: `dispatch:${dispatch.id}` };
}
