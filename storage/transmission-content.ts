// What each transmission held, once it was read, and whose it was: by what a file of `inbound` is known again.

import type { ContentKind } from '../domain/content-kind.ts';
import type { PartnerId, TransmissionId } from '../domain/ids.ts';
import { prepareQuery } from './prepared-query.ts';
import type { Database, Transaction } from './transaction.ts';

/** Writes what a transmission holds; call it in the transaction of its answer. */
export async function noteContent(
  { sql }: Pick<Transaction, 'sql'>,
  input: { readonly id: TransmissionId; readonly kinds: readonly ContentKind[] },
): Promise<void> {
  const kinds = input.kinds.join(' ');
  await putContent(sql, { id: input.id, kinds });
}

const putContent = prepareQuery((sql, { id, kinds }: { id: string; kinds: string }) =>
  sql
    .insertInto('transmission_contents')
    .values({ transmission_id: id, kinds })
    .onConflict((conflict) => conflict.column('transmission_id').doUpdateSet({ kinds })),
);

export interface SentFile {
  readonly userId: string | undefined;
  readonly sizeBytes: number;
  /** None until it was read. */
  readonly kinds: readonly ContentKind[];
}

/**
 * @param input.inodes at most as many as a statement takes parameters
 * @returns what a partner's files are the names of, by inode; of several with the same number the newest
 */
export async function readSentFiles(
  { sql }: Pick<Database, 'sql'>,
  input: { readonly partnerId: PartnerId; readonly inodes: readonly string[] },
): Promise<ReadonlyMap<string, SentFile>> {
  if (input.inodes.length === 0) return new Map();
  const rows = await sql
    .selectFrom('transmissions')
    .leftJoin('transmission_contents', 'transmission_contents.transmission_id', 'transmissions.id')
    .select([
      'transmissions.inode',
      'transmissions.partner_id',
      'transmissions.user_id',
      'transmissions.size_bytes',
      'transmission_contents.kinds',
    ])
    .where('transmissions.inode', 'in', input.inodes)
    .orderBy('transmissions.id')
    .execute();
  // The partner is looked at here: asked for it, SQLite goes through everything that the partner ever sent.
  const own = rows.filter((row) => row.partner_id === input.partnerId);
  return new Map(
    own.map((row) => [
      row.inode ?? '',
      {
        userId: row.user_id ?? undefined,
        sizeBytes: Number(row.size_bytes),
        kinds: (row.kinds ?? '').split(' ').filter((kind) => kind !== ''),
      },
    ]),
  );
}
