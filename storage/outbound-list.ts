// What the gateway has put into a partner's `outbound`: acknowledgements, reports, and what the back end dispatched, the
// newest first. Whether a file is still there, and whether a user may have it, only the mailbox knows.

import type { PartnerId } from '../domain/ids.ts';
import { type EntryName, parseEntryName } from '../domain/virtual-path.ts';
import type { Database } from './transaction.ts';

export interface OutboundFile {
  readonly id: string;
  readonly name: EntryName;
  /** `TA1`, `999`, `TA1 999`, `report`, or the transaction of a dispatch. */
  readonly kinds: string;
  readonly sizeBytes: number;
  readonly publishedAtMs: number;
  /** The transmission that it answers; absent for a dispatch. */
  readonly transmissionId: string | undefined;
  /** Absent while nobody has taken it. */
  readonly collected: { readonly userId: string; readonly atMs: number } | undefined;
}

/** Where a page ends: the last file on it. */
export type OutboundPosition = Pick<OutboundFile, 'publishedAtMs' | 'id'>;

interface OutboundRow {
  readonly id: string;
  readonly name: string;
  readonly kinds: string;
  readonly size_bytes: number;
  readonly at_ms: number | null;
  readonly transmission_id: string | null;
  readonly user_id: string | null;
  readonly collected_at_ms: number | null;
}

/** @returns the partner's outbound files, the newest first */
export async function listOutbound(
  database: Database,
  input: {
    readonly partnerId: PartnerId;
    readonly after?: OutboundPosition | undefined;
    readonly limit: number;
  },
): Promise<readonly OutboundFile[]> {
  const rows = [...(await answers(database, input)), ...(await dispatches(database, input))];
  return rows
    .map(outboundFileOf)
    .sort((one, other) => other.publishedAtMs - one.publishedAtMs || (one.id < other.id ? 1 : -1))
    .slice(0, input.limit);
}

type ListInput = Parameters<typeof listOutbound>[1];

async function answers(database: Database, input: ListInput): Promise<readonly OutboundRow[]> {
  let query = database.sql
    .selectFrom('acknowledgements as file')
    .leftJoin('collections', 'collections.file_id', 'file.id')
    .select(['file.id', 'file.name', 'file.kinds', 'file.size_bytes', 'file.published_at_ms as at_ms'])
    .select(['file.transmission_id', 'collections.user_id', 'collections.collected_at_ms'])
    .where('file.partner_id', '=', input.partnerId)
    .where('file.published_at_ms', 'is not', null)
    .orderBy('file.published_at_ms', 'desc')
    .orderBy('file.id', 'desc')
    .limit(input.limit);
  const { after } = input;
  if (after !== undefined) {
    query = query
      .where('file.published_at_ms', '<=', after.publishedAtMs)
      .where((where) =>
        where.or([where('file.published_at_ms', '<', after.publishedAtMs), where('file.id', '<', after.id)]),
      );
  }
  return query.execute();
}

async function dispatches(database: Database, input: ListInput): Promise<readonly OutboundRow[]> {
  let query = database.sql
    .selectFrom('dispatches as file')
    .leftJoin('collections', 'collections.file_id', 'file.id')
    .select(['file.id', 'file.name', 'file.transaction_name as kinds', 'file.size_bytes'])
    .select(['file.dispatched_at_ms as at_ms', 'collections.user_id', 'collections.collected_at_ms'])
    .where('file.partner_id', '=', input.partnerId)
    .where('file.state', 'in', ['published', 'collected'])
    .orderBy('file.dispatched_at_ms', 'desc')
    .orderBy('file.id', 'desc')
    .limit(input.limit);
  const { after } = input;
  if (after !== undefined) {
    query = query
      .where('file.dispatched_at_ms', '<=', after.publishedAtMs)
      .where((where) =>
        where.or([where('file.dispatched_at_ms', '<', after.publishedAtMs), where('file.id', '<', after.id)]),
      );
  }
  return (await query.execute()).map((row) => ({ ...row, transmission_id: null }));
}

/** @returns one of the partner's outbound files; undefined when the partner has none of this id */
export async function findOutboundFile(
  database: Database,
  input: { readonly partnerId: PartnerId; readonly id: string },
): Promise<EntryName | undefined> {
  for (const table of ['acknowledgements', 'dispatches'] as const) {
    const row = await database.sql
      .selectFrom(table)
      .select('name')
      .where('id', '=', input.id)
      .where('partner_id', '=', input.partnerId)
      .executeTakeFirst();
    if (row !== undefined) return parseEntryName(row.name);
  }
  return undefined;
}

function outboundFileOf(row: OutboundRow): OutboundFile {
  const name = parseEntryName(row.name);
  if (name === undefined) throw new Error(`Outbound file ${row.id} has a name that no mailbox can hold.`);
  return {
    id: row.id,
    name,
    kinds: row.kinds,
    sizeBytes: Number(row.size_bytes),
    publishedAtMs: Number(row.at_ms),
    transmissionId: row.transmission_id ?? undefined,
    collected: row.user_id === null ? undefined : { userId: row.user_id, atMs: Number(row.collected_at_ms) },
  };
}
