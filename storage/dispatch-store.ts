// Files for a partner that answer no transmission: what the back end sends, and messages of our own. States:
//
//   accepted   it passed; its bytes are durable, and `outbound` gets it           -> published
//   published  it is in `outbound`, under the name in the row                     -> collected
//   collected  someone at the partner took the whole of it
//   refused    it would not pass; `reason` is a code and `report` says it in words
//
// Each is one row for one file, by `source_key`: taking the same file again, after a crash, is the same dispatch.

import type { Actor } from '../domain/audit.ts';
import type { ContentKind } from '../domain/content-kind.ts';
import type { PartnerId } from '../domain/ids.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import { literal } from './literals.ts';
import { noteOutboundFile } from './outbound-file-store.ts';
import { storedPartnerId } from './partner-store.ts';
import { prepareQuery } from './prepared-query.ts';
import type { DispatchRow } from './tables.ts';
import type { Database, Sql, Transaction } from './transaction.ts';

export interface Dispatch {
  readonly id: string;
  readonly partnerId: PartnerId;
  readonly source: DispatchRow['source'];
  readonly originalName: string;
  /** In `outbound`. */
  readonly name: string;
  /** Such as `835`; several with a space between. */
  readonly transactions: string;
  readonly kinds: readonly ContentKind[];
  readonly controlNumber: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Below the data directory: its durable copy; undefined where there is none. */
  readonly path: string | undefined;
  readonly sourceKey: string | undefined;
  readonly state: DispatchRow['state'];
  readonly reason: string | undefined;
  readonly report: string | undefined;
  readonly dispatchedAtMs: number;
}

export type NewDispatch = Omit<Dispatch, 'state' | 'reason' | 'report' | 'dispatchedAtMs'>;

export type AcceptOutcome =
  | { readonly kind: 'accepted' }
  /** This very file was taken before; that is how it went. */
  | { readonly kind: 'known'; readonly dispatch: Dispatch }
  /** The same bytes went to this partner before. */
  | { readonly kind: 'duplicate'; readonly of: Dispatch };

/**
 * Takes a file as a dispatch: from here on it will be in `outbound` exactly once.
 * @param input.duplicateWindowMs for so long the same bytes are a duplicate; 0: never
 */
export async function acceptDispatch(
  database: Database,
  input: { readonly dispatch: NewDispatch; readonly actor: Actor; readonly duplicateWindowMs: number },
): Promise<AcceptOutcome> {
  const { dispatch, actor, duplicateWindowMs } = input;
  return database.transaction(async (transaction): Promise<AcceptOutcome> => {
    const known = await findBySource(transaction.sql, dispatch.sourceKey);
    if (known !== undefined) return { kind: 'known', dispatch: known };
    const sinceMs = transaction.nowMs - duplicateWindowMs;
    const earlier = duplicateWindowMs === 0 ? undefined : await findSame(transaction.sql, dispatch, sinceMs);
    if (earlier !== undefined) return { kind: 'duplicate', of: earlier };
    await insert(transaction, dispatch, { state: 'accepted' });
    await transaction.event({ kind: 'dispatch.accepted', ...factsOf(dispatch) });
    await transaction.audit({
      actor,
      action: 'dispatch.accept',
      subject: `dispatch:${dispatch.id}`,
      detail: { partner: dispatch.partnerId, name: dispatch.originalName, sha256: dispatch.sha256 },
    });
    return { kind: 'accepted' };
  });
}

const factsOf = (dispatch: NewDispatch) => ({
  partnerId: dispatch.partnerId,
  dispatchId: dispatch.id,
  name: dispatch.name,
  transactions: dispatch.transactions.split(' '),
  controlNumber: dispatch.controlNumber,
  sizeBytes: dispatch.sizeBytes,
  sha256: dispatch.sha256,
});

/**
 * Refuses a file.
 * @returns the dispatch as it is: what was refused before stays as it was
 */
export async function refuseDispatch(
  database: Database,
  input: {
    readonly dispatch: NewDispatch;
    readonly reason: string;
    readonly report: string;
    readonly actor: Actor;
  },
): Promise<Dispatch> {
  const { dispatch, reason, report, actor } = input;
  return database.transaction(async (transaction) => {
    const known = await findBySource(transaction.sql, dispatch.sourceKey);
    if (known !== undefined) return known;
    const refused = { state: 'refused', reason, report } as const;
    await insert(transaction, { ...dispatch, path: undefined }, refused);
    const { id: dispatchId, partnerId, originalName } = dispatch;
    await transaction.event({ kind: 'dispatch.refused', partnerId, dispatchId, originalName, reason });
    await transaction.audit({
      actor,
      action: 'dispatch.refuse',
      subject: `dispatch:${dispatchId}`,
      detail: { partner: partnerId, name: originalName, reason },
    });
    return { ...dispatch, ...refused, path: undefined, dispatchedAtMs: transaction.nowMs };
  });
}

async function insert(
  { sql, nowMs }: Transaction,
  dispatch: NewDispatch,
  outcome: { readonly state: DispatchRow['state']; readonly reason?: string; readonly report?: string },
): Promise<void> {
  await sql
    .insertInto('dispatches')
    .values({
      id: dispatch.id,
      partner_id: dispatch.partnerId,
      source: dispatch.source,
      original_name: dispatch.originalName,
      name: dispatch.name,
      transaction_name: dispatch.transactions,
      kinds: dispatch.kinds.join(' '),
      control_number: dispatch.controlNumber,
      sha256: dispatch.sha256,
      size_bytes: dispatch.sizeBytes,
      path: dispatch.path ?? null,
      source_key: dispatch.sourceKey ?? null,
      state: outcome.state,
      reason: outcome.reason ?? null,
      report: outcome.report ?? null,
      dispatched_at_ms: nowMs,
    })
    .execute();
}

/**
 * A dispatch is in `outbound`. Saying it again changes nothing.
 * @param input.name the name that it has there
 * @param input.inode as `inodeOf` has it
 */
export async function markDispatched(
  database: Database,
  input: { readonly dispatch: Dispatch; readonly name: EntryName; readonly inode: string },
): Promise<boolean> {
  const { dispatch, name, inode } = input;
  return database.transaction(async (transaction) => {
    const marked = await transaction.sql
      .updateTable('dispatches')
      .set({ state: 'published', name })
      .where('id', '=', dispatch.id)
      .where('state', '=', literal('accepted'))
      .returning('id')
      .executeTakeFirst();
    if (marked === undefined) return false;
    await notePublished(transaction, { dispatch, name, inode });
    return true;
  });
}

async function notePublished(
  transaction: Transaction,
  input: { readonly dispatch: NewDispatch; readonly name: EntryName; readonly inode: string },
): Promise<void> {
  const { dispatch, name, inode } = input;
  const { partnerId, kinds } = dispatch;
  await noteOutboundFile(transaction, { partnerId, name, inode, kinds });
  await transaction.event({ kind: 'dispatch.published', ...factsOf({ ...dispatch, name }) });
  await transaction.audit({
    actor: { kind: 'gateway' },
    action: 'dispatch.publish',
    subject: `dispatch:${dispatch.id}`,
    detail: { partner: partnerId, name },
  });
}

/**
 * A file that a program put into `outbound` itself is on record from now on; it is neither moved nor judged.
 * @returns false when it was on record already
 */
export async function adoptDispatch(
  database: Database,
  input: { readonly dispatch: NewDispatch; readonly name: EntryName; readonly inode: string },
): Promise<boolean> {
  const { dispatch, name, inode } = input;
  return database.transaction(async (transaction) => {
    if ((await findBySource(transaction.sql, dispatch.sourceKey)) !== undefined) return false;
    await insert(transaction, dispatch, { state: 'published' });
    await notePublished(transaction, { dispatch, name, inode });
    return true;
  });
}

async function findBySource(sql: Sql, sourceKey: string | undefined): Promise<Dispatch | undefined> {
  if (sourceKey === undefined) return undefined;
  const row = await sql
    .selectFrom('dispatches')
    .selectAll()
    .where('source_key', '=', sourceKey)
    .executeTakeFirst();
  return row === undefined ? undefined : dispatchOf(row);
}

/** @returns the dispatch that was made of this very file */
export function findDispatchBySource(database: Database, sourceKey: string): Promise<Dispatch | undefined> {
  return findBySource(database.sql, sourceKey);
}

async function findSame(
  sql: Sql,
  { partnerId, sha256 }: NewDispatch,
  sinceMs: number,
): Promise<Dispatch | undefined> {
  const row = await sql
    .selectFrom('dispatches')
    .selectAll()
    .where('partner_id', '=', partnerId)
    .where('sha256', '=', sha256)
    .where('state', '!=', 'refused')
    .where('source', '!=', 'message')
    .where('dispatched_at_ms', '>=', sinceMs)
    .orderBy('id', 'desc')
    .executeTakeFirst();
  return row === undefined ? undefined : dispatchOf(row);
}

/** @returns dispatches that are not in `outbound` yet, the oldest first */
export async function listUndispatched(database: Database, limit: number): Promise<readonly Dispatch[]> {
  return (await undispatched(database.sql, { limit })).map(dispatchOf);
}

const undispatched = prepareQuery((sql, { limit }: { limit: number }) =>
  sql
    .selectFrom('dispatches')
    .selectAll()
    .where('state', '=', literal('accepted'))
    .orderBy('dispatched_at_ms')
    .limit(limit),
);

/**
 * @param input.after only those after the one with this id
 * @returns dispatches, the newest first
 */
export async function listDispatches(
  database: Database,
  input: {
    readonly partnerId?: PartnerId | undefined;
    readonly state?: DispatchRow['state'] | undefined;
    readonly after?: string | undefined;
    readonly limit: number;
  },
): Promise<readonly Dispatch[]> {
  let query = database.sql.selectFrom('dispatches').selectAll().orderBy('id', 'desc').limit(input.limit);
  if (input.partnerId !== undefined) query = query.where('partner_id', '=', input.partnerId);
  if (input.state !== undefined) query = query.where('state', '=', input.state);
  if (input.after !== undefined) query = query.where('id', '<', input.after);
  return (await query.execute()).map(dispatchOf);
}

/** @returns undefined when there is none of this id */
export async function findDispatch(database: Database, id: string): Promise<Dispatch | undefined> {
  const row = await database.sql.selectFrom('dispatches').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : dispatchOf(row);
}

function dispatchOf(row: DispatchRow): Dispatch {
  return {
    id: row.id,
    partnerId: storedPartnerId(row.partner_id),
    source: row.source,
    originalName: row.original_name,
    name: row.name,
    transactions: row.transaction_name,
    kinds: row.kinds.split(' ').filter((kind) => kind !== ''),
    controlNumber: row.control_number,
    sha256: row.sha256,
    sizeBytes: Number(row.size_bytes),
    path: row.path ?? undefined,
    sourceKey: row.source_key ?? undefined,
    state: row.state,
    reason: row.reason ?? undefined,
    report: row.report ?? undefined,
    dispatchedAtMs: Number(row.dispatched_at_ms),
  };
}
