// Who has taken what out of a mailbox. Each download is on record in the audit trail, whatever way it went; of files in
// `outbound` the first one who took the whole of it is kept beside them, so that lists can say «collected».

import type { PartnerId } from '../domain/ids.ts';
import type { EntryName, MailboxFolder } from '../domain/virtual-path.ts';
import type { MailboxOwner } from './mailbox-entry.ts';
import type { Database, Sql } from './transaction.ts';

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
    if (file !== undefined && whole) {
      await transaction.sql
        .insertInto('collections')
        .values({
          file_id: file.id,
          partner_id: owner.partnerId,
          user_id: owner.userId,
          source: owner.source,
          collected_at_ms: transaction.nowMs,
        })
        .onConflict((conflict) => conflict.column('file_id').doNothing())
        .execute();
    }
    await transaction.audit({
      actor: { kind: 'user', id: owner.userId },
      action: 'file.download',
      subject:
        file?.transmissionId === undefined
          ? `mailbox:${owner.partnerId}`
          : `transmission:${file.transmissionId}`,
      detail: { folder, name, whole, source: owner.source },
    });
  });
}

async function findOutbound(
  sql: Sql,
  partnerId: PartnerId,
  name: EntryName,
): Promise<{ readonly id: string; readonly transmissionId: string | undefined } | undefined> {
  const answer = await sql
    .selectFrom('acknowledgements')
    .select(['id', 'transmission_id'])
    .where('partner_id', '=', partnerId)
    .where('name', '=', name)
    .executeTakeFirst();
  if (answer !== undefined) return { id: answer.id, transmissionId: answer.transmission_id };
  const dispatch = await sql
    .selectFrom('dispatches')
    .select('id')
    .where('partner_id', '=', partnerId)
    .where('name', '=', name)
    .orderBy('dispatched_at_ms', 'desc')
    .executeTakeFirst();
  return dispatch === undefined ? undefined : { id: dispatch.id, transmissionId: undefined };
}
