// The uploads that are not whole yet, as the journal knows them. These are asked about with every request: each question is
// put so that SQLite answers it from the index of those alone (`transmissions_unfinished`), and not from all there ever were.

import { type PartnerId, parseTransmissionId, type TransmissionId, type UserId } from '../domain/ids.ts';
import type { TransmissionSource } from '../domain/transmission.ts';
import { type EntryName, parseEntryName } from '../domain/virtual-path.ts';
import { literals } from './literals.ts';
import { prepareQuery } from './prepared-query.ts';
import type { TransmissionRow } from './tables.ts';
import type { Database, Sql } from './transaction.ts';

export interface UnfinishedUpload {
  readonly id: TransmissionId;
  readonly name: EntryName;
  readonly state: 'receiving' | 'interrupted' | 'held';
  readonly sizeBytes: number;
  readonly sha256: string | undefined;
  readonly updatedAtMs: number;
}

const unfinishedStates = ['receiving', 'interrupted', 'held'] as const;
/** The words of the partial index `transmissions_unfinished`. */
export const unfinished = literals(...unfinishedStates);

/** @returns the user's uploads that are not whole yet, the newest first */
export async function findUnfinished(
  database: Database,
  input: { readonly partnerId: PartnerId; readonly userId: UserId; readonly name?: EntryName },
): Promise<readonly UnfinishedUpload[]> {
  const { name, ...whose } = input;
  const rows =
    name === undefined
      ? await unfinishedOf(database.sql, whose)
      : await unfinishedNamed(database.sql, { ...whose, name });
  return rows.map(uploadOf);
}

/** Whether a user has any upload that is not whole yet. */
export async function hasUnfinished(database: Database, whose: WhoseUploads): Promise<boolean> {
  const { partnerId, userId } = whose;
  return (await firstUnfinishedOf(database.sql, { partnerId, userId })).length > 0;
}

const firstUnfinishedOf = prepareQuery((sql, { partnerId, userId }: WhoseUploads) =>
  sql
    .selectFrom('transmissions')
    .select('id')
    .where('partner_id', '=', partnerId)
    .where('user_id', '=', userId)
    .where('state', 'in', unfinished)
    // Without an order by it SQLite takes an index of everything that the user ever sent, and looks through that.
    .orderBy('name')
    .limit(1),
);

const unfinishedOf = prepareQuery(selectUnfinished);
const unfinishedNamed = prepareQuery((sql, values: WhoseUploads & { readonly name: EntryName }) =>
  selectUnfinished(sql, values).where('name', '=', values.name),
);

interface WhoseUploads {
  readonly partnerId: PartnerId;
  readonly userId: UserId;
}

function selectUnfinished(sql: Sql, { partnerId, userId }: WhoseUploads) {
  return sql
    .selectFrom('transmissions')
    .select(['id', 'name', 'state', 'size_bytes', 'sha256', 'updated_at_ms'])
    .where('partner_id', '=', partnerId)
    .where('user_id', '=', userId)
    .where('state', 'in', unfinished)
    .orderBy('id', 'desc');
}

/** @returns every upload from these sources that is not whole yet, of whomever: for the recovery at start */
export async function listUnfinished(
  database: Database,
  sources: readonly TransmissionSource[],
): Promise<readonly UnfinishedUpload[]> {
  const rows = await database.sql
    .selectFrom('transmissions')
    .select(['id', 'name', 'state', 'size_bytes', 'sha256', 'updated_at_ms'])
    .where('state', 'in', unfinished)
    .where('source', 'in', sources)
    .execute();
  return rows.map(uploadOf);
}

function uploadOf(
  row: Pick<TransmissionRow, 'id' | 'name' | 'state' | 'size_bytes' | 'sha256' | 'updated_at_ms'>,
): UnfinishedUpload {
  const name = parseEntryName(row.name);
  const id = parseTransmissionId(row.id);
  const state = unfinishedStates.find((candidate) => candidate === row.state);
  if (name === undefined || id.kind === 'invalid' || state === undefined) {
    throw new Error(`The database holds an upload ${JSON.stringify(row.id)} that Claimgate did not write.`);
  }
  return {
    id: id.id,
    name,
    state,
    sizeBytes: Number(row.size_bytes),
    sha256: row.sha256 ?? undefined,
    updatedAtMs: Number(row.updated_at_ms),
  };
}
