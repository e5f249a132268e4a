// Which files' bytes ride in the journal, and writing them down; small-originals.ts has the rest of their way.

import type { TransmissionId } from '../domain/ids.ts';
import { prepareQuery } from './prepared-query.ts';
import type { SmallOriginalRow } from './tables.ts';
import type { Sql } from './transaction.ts';

/** The largest file whose bytes ride in the journal: to here a second wait for the disk costs more than the copy. */
export const smallOriginalBytes = 64 * 1024;

/** Writes the bytes down; call it within the transaction that receives the upload. */
export async function keepBytes(
  sql: Sql,
  input: { readonly id: TransmissionId; readonly bytes: Uint8Array },
): Promise<void> {
  await insertBytes(sql, { transmission_id: input.id, bytes: input.bytes });
}

const insertBytes = prepareQuery((sql, row: SmallOriginalRow) =>
  sql.insertInto('small_originals').values(row),
);
