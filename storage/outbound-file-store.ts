// What each file of a partner's `outbound` holds, so that a listing can leave out what a user may not receive without
// looking into any of them. A row counts for the inode that it was written for: another file under the same name is
// another file.

import type { Stats } from 'node:fs';
import type { ContentKind } from '../domain/content-kind.ts';
import type { PartnerId } from '../domain/ids.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import { prepareQuery } from './prepared-query.ts';
import type { OutboundFileRow } from './tables.ts';
import type { Database, Transaction } from './transaction.ts';

/** `device:inode`, by which a file is known under any name. */
export const inodeOf = (stats: Pick<Stats, 'dev' | 'ino'>): string => `${stats.dev}:${stats.ino}`;

/** Writes what a file that is put into `outbound` holds; call it in the transaction that says that it is there. */
export async function noteOutboundFile(
  { sql }: Pick<Transaction, 'sql'>,
  input: {
    readonly partnerId: PartnerId;
    readonly name: EntryName;
    /** As `inodeOf` has it. */
    readonly inode: string;
    readonly kinds: readonly ContentKind[];
    /** Whose own file it tells of. */
    readonly userId?: string | undefined;
  },
): Promise<void> {
  const facts = { inode: input.inode, kinds: input.kinds.join(' '), user_id: input.userId ?? null };
  await putOutboundFile(sql, { partner_id: input.partnerId, name: input.name, ...facts });
}

const putOutboundFile = prepareQuery((sql, row: OutboundFileRow) => {
  const { inode, kinds, user_id } = row;
  return sql
    .insertInto('outbound_files')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['partner_id', 'name']).doUpdateSet({ inode, kinds, user_id }),
    );
});

/** A file of `outbound` was removed on purpose; call it in the transaction that says so. */
export async function forgetOutboundFile(
  { sql }: Pick<Transaction, 'sql'>,
  input: { readonly partnerId: PartnerId; readonly name: EntryName },
): Promise<void> {
  await sql
    .deleteFrom('outbound_files')
    .where('partner_id', '=', input.partnerId)
    .where('name', '=', input.name)
    .execute();
}

export interface OutboundFile {
  /** undefined: any file of this name. */
  readonly inode: string | undefined;
  readonly kinds: readonly ContentKind[];
  readonly userId: string | undefined;
}

/** @returns what is known of a partner's `outbound`, by name; of one name where one is given */
export async function readOutboundFiles(
  database: Database,
  input: { readonly partnerId: PartnerId; readonly name?: EntryName | undefined },
): Promise<ReadonlyMap<string, OutboundFile>> {
  let query = database.sql.selectFrom('outbound_files').selectAll().where('partner_id', '=', input.partnerId);
  if (input.name !== undefined) query = query.where('name', '=', input.name);
  return new Map(
    (await query.execute()).map((row) => [
      row.name,
      {
        inode: row.inode ?? undefined,
        kinds: row.kinds.split(' ').filter((kind) => kind !== ''),
        userId: row.user_id ?? undefined,
      },
    ]),
  );
}
