// The journal's side of an upload: the states from `receiving` to `received` (see domain/transmission.ts). Every
// statement that an open handle makes names its `writer`, so that a handle whose upload was taken over by a later one
// changes nothing any more.

import type { Insertable } from 'kysely';
import type { PartnerId, TransmissionId, UserId } from '../domain/ids.ts';
import type { TransmissionSource } from '../domain/transmission.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import { storedPartnerId } from './partner-store.ts';
import { prepareQuery } from './prepared-query.ts';
import { keepBytes } from './small-original-bytes.ts';
import { storedUserId } from './stored-id.ts';
import type { TransmissionRow } from './tables.ts';
import type { Database, Sql, Transaction } from './transaction.ts';
import { unfinished } from './unfinished-uploads.ts';

/**
 * Writes the row of an upload that begins. After power loss it may be missing, and then its staging file is swept: of
 * what was not closed nothing was promised, and an upload of more than seconds has had a later commit.
 */
export async function beginUpload(
  database: Database,
  input: {
    readonly id: TransmissionId;
    readonly partnerId: PartnerId;
    readonly userId: UserId | undefined;
    readonly name: EntryName;
    readonly source: TransmissionSource;
    readonly writer: string;
    /** What is done with it in the place of reading it, once it is whole. */
    readonly decision?: { readonly verb: 'quarantine'; readonly reason: string };
  },
): Promise<void> {
  const { decision } = input;
  const row = (nowMs: number): Insertable<TransmissionRow> => ({
    ...newRow(input, nowMs),
    source: input.source,
    state: 'receiving',
    writer: input.writer,
    decision: decision?.verb ?? null,
    decision_reason: decision?.reason ?? null,
  });
  await database.transaction(({ sql, nowMs }) => insertUpload(sql, row(nowMs)), { survives: 'process-end' });
}

interface BegunUpload {
  readonly id: TransmissionId;
  readonly partnerId: PartnerId;
  readonly userId: UserId | undefined;
  readonly name: EntryName;
}

/** Every column of a row that is inserted: a prepared query is given the same ones each time. */
function newRow({ id, partnerId, userId, name }: BegunUpload, openedAtMs: number) {
  return {
    id,
    partner_id: partnerId,
    user_id: userId ?? null,
    name,
    writer: null,
    size_bytes: 0,
    sha256: null,
    original_path: null,
    inode: null,
    opened_at_ms: openedAtMs,
    received_at_ms: null,
    updated_at_ms: openedAtMs,
    claimed_by: null,
    lease_expires_at_ms: null,
    attempts: 0,
    next_attempt_at_ms: 0,
    verdict: null,
    reason: null,
    answered_at_ms: null,
    decision: null,
    decision_reason: null,
  };
}

const insertUpload = prepareQuery((sql, row: Insertable<TransmissionRow>) =>
  sql.insertInto('transmissions').values(row),
);

/** A handle takes an upload that is not whole yet. @returns false when it is no longer there to take */
export async function takeUpload(
  database: Database,
  input: { readonly id: TransmissionId; readonly writer: string },
): Promise<boolean> {
  const taken = await database.transaction(({ sql }) =>
    sql
      .updateTable('transmissions')
      .set({ state: 'receiving', writer: input.writer, updated_at_ms: database.now() })
      .where('id', '=', input.id)
      .where('state', 'in', unfinished)
      .returning('id')
      .executeTakeFirst(),
  );
  return taken !== undefined;
}

/** The handle ended without its upload being whole, or under a temporary name. @returns false when it was fenced off */
export async function parkUpload(
  database: Database,
  input: {
    readonly id: TransmissionId;
    readonly writer: string;
    readonly state: 'interrupted' | 'held';
    readonly sizeBytes: number;
    readonly sha256?: string | undefined;
  },
): Promise<boolean> {
  const parked = await database.transaction(({ sql }) =>
    sql
      .updateTable('transmissions')
      .set({
        state: input.state,
        writer: null,
        size_bytes: input.sizeBytes,
        sha256: input.sha256 ?? null,
        updated_at_ms: database.now(),
      })
      .where('id', '=', input.id)
      .where('writer', '=', input.writer)
      .returning('id')
      .executeTakeFirst(),
  );
  return parked !== undefined;
}

/** A held upload gets another temporary name. */
export async function renameHeldUpload(
  database: Database,
  input: { readonly id: TransmissionId; readonly name: EntryName },
): Promise<void> {
  await database.sql
    .updateTable('transmissions')
    .set({ name: input.name, updated_at_ms: database.now() })
    .where('id', '=', input.id)
    .where('state', '=', 'held')
    .execute();
}

/**
 * The upload will never be whole.
 * @param input.writer whose it must be still; anyone's when left out
 * @returns false when it was fenced off or is finished
 */
export async function discardUpload(
  database: Database,
  input: {
    readonly id: TransmissionId;
    readonly writer?: string;
    readonly reason: string;
    readonly state?: 'discarded' | 'expired';
  },
): Promise<boolean> {
  const { writer } = input;
  const discarded = await database.transaction(({ sql }) =>
    sql
      .updateTable('transmissions')
      .set({
        state: input.state ?? 'discarded',
        writer: null,
        reason: input.reason,
        updated_at_ms: database.now(),
      })
      .where('id', '=', input.id)
      .where('state', 'in', unfinished)
      .$if(writer !== undefined, (query) => query.where('writer', '=', writer ?? ''))
      .returning('id')
      .executeTakeFirst(),
  );
  return discarded !== undefined;
}

export interface ReceiveUploadInput {
  readonly id: TransmissionId;
  /** The open handle; undefined when a held upload gets its final name. */
  readonly writer: string | undefined;
  readonly partnerId: PartnerId;
  readonly userId: UserId | undefined;
  readonly name: EntryName;
  readonly source: TransmissionSource;
  readonly sizeBytes: number;
  /** undefined: it is computed later (late-digests.ts), and only then the event and the audit record are made. */
  readonly sha256: string | undefined;
  readonly originalPath: string;
  readonly inode: string;
  /** What the operator's gate has said against it. */
  readonly refusal: { readonly gate: string; readonly why: string } | undefined;
  /** All of them, when they ride in the journal; undefined when the file is durable by itself. */
  readonly bytes: Uint8Array | undefined;
}

/**
 * The upload is whole and durable: state, event and audit record in one transaction. From its commit on, the partner
 * gets an answer (invariant I2).
 * @returns false when the handle was fenced off meanwhile
 */
export async function receiveUpload(database: Database, input: ReceiveUploadInput): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const { sql, nowMs } = transaction;
    const { id, writer, name, sizeBytes, sha256, originalPath, inode } = input;
    const refusal = input.refusal === undefined ? null : JSON.stringify(input.refusal);
    const values = { id, name, sizeBytes, sha256: sha256 ?? null, originalPath, inode, refusal, nowMs };
    const received =
      writer === undefined ? await receiveHeld(sql, values) : await receiveOpen(sql, { ...values, writer });
    if (received.length === 0) return false;
    if (input.bytes !== undefined) await keepBytes(sql, { id, bytes: input.bytes });
    if (sha256 !== undefined) await tellReceived(transaction, { ...input, sha256 });
    return true;
  });
}

/**
 * The SHA-256 of an upload that was received without one. Doing it again changes nothing.
 * @returns false when it has one, or waits for its answer no more
 */
export async function completeDigest(
  database: Database,
  { id, sha256 }: { readonly id: TransmissionId; readonly sha256: string },
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const row = await transaction.sql
      .updateTable('transmissions')
      .set({ sha256, updated_at_ms: transaction.nowMs })
      .where('id', '=', id)
      .where('state', '=', 'received')
      .where('sha256', 'is', null)
      .returning(['partner_id', 'user_id', 'source', 'name', 'size_bytes'])
      .executeTakeFirst();
    if (row === undefined) return false;
    await tellReceived(transaction, {
      id,
      partnerId: storedPartnerId(row.partner_id),
      userId: row.user_id === null ? undefined : storedUserId(row.user_id),
      source: row.source,
      name: row.name,
      sizeBytes: Number(row.size_bytes),
      sha256,
      refusal: undefined,
    });
    return true;
  });
}

/** The event and the audit record of a transmission that is received, or refused by a gate. */
async function tellReceived(transaction: Transaction, input: ReceivedFacts): Promise<void> {
  const { partnerId, userId, source, name, sizeBytes, sha256, refusal } = input;
  const facts = { partnerId, transmissionId: input.id, userId, source, name, sizeBytes, sha256 };
  await transaction.event(
    refusal === undefined
      ? { kind: 'transmission.received', ...facts }
      : { kind: 'transmission.refused', ...facts, ...refusal },
  );
  await transaction.audit({
    actor: userId === undefined ? { kind: 'gateway' } : { kind: 'user', id: userId },
    action: refusal === undefined ? 'transmission.receive' : 'transmission.refuse',
    subject: `transmission:${input.id}`,
    detail: { partner: partnerId, name, sizeBytes, sha256, ...refusal },
  });
}

interface ReceivedFacts
  extends Pick<ReceiveUploadInput, 'id' | 'partnerId' | 'userId' | 'source' | 'sizeBytes' | 'refusal'> {
  readonly name: string;
  readonly sha256: string;
}

/** A small upload over SFTP of which there is no row yet (small-upload.ts). */
export interface ReceivedSmallUpload
  extends Pick<ReceiveUploadInput, 'id' | 'partnerId' | 'name' | 'originalPath' | 'inode'> {
  readonly sha256: string;
  readonly userId: UserId;
  /** When it was begun, in milliseconds since 1970. */
  readonly openedAtMs: number;
  /** When it was whole, in milliseconds since 1970. */
  readonly receivedAtMs: number;
  readonly sizeBytes: number;
  /** All of them, when they ride in the journal. */
  readonly bytes: Uint8Array | undefined;
}

/**
 * All that is to be said of small uploads, with their bytes, in one transaction. From its commit on, their partners get
 * answers (invariant I2).
 * @param options as for a transaction
 */
export async function receiveSmallUploads(
  database: Database,
  uploads: readonly ReceivedSmallUpload[],
  options?: { readonly survives: 'power-loss' | 'process-end' },
): Promise<void> {
  await database.transaction(async (transaction) => {
    for (const upload of uploads) await receiveSmallUpload(transaction, upload);
  }, options);
}

async function receiveSmallUpload(transaction: Transaction, input: ReceivedSmallUpload): Promise<void> {
  const { sql, nowMs } = transaction;
  const { id, bytes, sha256, sizeBytes } = input;
  await insertUpload(sql, {
    ...newRow(input, input.openedAtMs),
    source: 'sftp',
    state: 'received',
    size_bytes: sizeBytes,
    sha256,
    original_path: input.originalPath,
    inode: input.inode,
    received_at_ms: input.receivedAtMs,
    updated_at_ms: nowMs,
    next_attempt_at_ms: nowMs,
  });
  if (bytes !== undefined) await keepBytes(sql, { id, bytes });
  const { partnerId, userId, name } = input;
  const facts = { id, partnerId, userId, source: 'sftp', name, sizeBytes, sha256 } as const;
  await tellReceived(transaction, { ...facts, refusal: undefined });
}

/** Whether the same user has begun the same file again since, in whichever process. */
export async function isSuperseded(
  { sql }: Database,
  input: {
    readonly partnerId: PartnerId;
    readonly userId: UserId;
    readonly name: EntryName;
    readonly openedAtMs: number;
  },
): Promise<boolean> {
  const row = await sql
    .selectFrom('transmissions')
    .select('id')
    .where('partner_id', '=', input.partnerId)
    .where('user_id', '=', input.userId)
    .where('opened_at_ms', '>', input.openedAtMs)
    .where('name', '=', input.name)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

const receiveHeld = prepareQuery((sql, values: ReceivedValues) =>
  setReceived(sql, values).where('state', '=', 'held'),
);
const receiveOpen = prepareQuery((sql, values: ReceivedValues & { readonly writer: string }) =>
  setReceived(sql, values).where('writer', '=', values.writer),
);

type ReceivedValues = Pick<ReceiveUploadInput, 'id' | 'name' | 'sizeBytes' | 'originalPath' | 'inode'> & {
  readonly sha256: string | null;
  readonly refusal: string | null;
  readonly nowMs: number;
};

function setReceived(sql: Sql, values: ReceivedValues) {
  const { id, name, sizeBytes, sha256, originalPath, inode, refusal, nowMs } = values;
  return sql
    .updateTable('transmissions')
    .set({
      state: 'received',
      writer: null,
      name,
      size_bytes: sizeBytes,
      sha256,
      original_path: originalPath,
      inode,
      refusal,
      received_at_ms: nowMs,
      updated_at_ms: nowMs,
      next_attempt_at_ms: nowMs,
    })
    .where('id', '=', id)
    .returning('id');
}

/** At start: no handle of an earlier run is open any more. */
export async function interruptUpload(
  database: Database,
  input: { readonly id: TransmissionId; readonly sizeBytes: number },
): Promise<void> {
  await database.sql
    .updateTable('transmissions')
    .set({ state: 'interrupted', writer: null, size_bytes: input.sizeBytes, updated_at_ms: database.now() })
    .where('id', '=', input.id)
    .where('state', '=', 'receiving')
    .execute();
}
