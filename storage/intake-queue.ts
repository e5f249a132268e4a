// The queue that intake works from: transmissions in `received`, and those in `processing` whose lease has run out.
// A claim is a lease with an end, so that a crashed or hung attempt is taken up again by someone else.

import type { ExpressionBuilder, Selectable } from 'kysely';
import { type PartnerId, parseTransmissionId, type TransmissionId, type UserId } from '../domain/ids.ts';
import type { Verdict } from '../domain/transmission.ts';
import { freeInterchangeKeys } from './interchange-keys.ts';
import { literals } from './literals.ts';
import { OriginalMissingError } from './lost-file-store.ts';
import { storedPartnerId } from './partner-store.ts';
import { prepareQuery } from './prepared-query.ts';
import { storedUserId } from './stored-id.ts';
import type { Tables } from './tables.ts';
import type { Database, Transaction } from './transaction.ts';

export interface ClaimedTransmission {
  readonly id: TransmissionId;
  readonly partnerId: PartnerId;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Below the data directory. */
  readonly originalPath: string;
  readonly receivedAtMs: number;
  readonly userId: UserId | undefined;
  readonly source: string;
  /** What the operator's gate has said against it at CLOSE, for its sender. */
  readonly refusal: string | undefined;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** What an administrator decided of it: this is done in the place of reading it. */
  readonly decision: { readonly verb: 'quarantine' | 'discard'; readonly reason: string } | undefined;
}

/** Files of some sizes: small ones have a lane of their own, so that none of them waits for a large one. */
export interface Lane {
  /** In bytes, both inclusive. */
  readonly minBytes: number;
  readonly maxBytes: number;
}

const anySize: Lane = { minBytes: 0, maxBytes: Number.MAX_SAFE_INTEGER };

interface DueTimes {
  readonly nowMs: number;
  readonly horizonAtMs: number;
}

/** A file that nobody has tried is due, whatever the clock says: it may have been set back since it came. */
const isDue = (where: ExpressionBuilder<Tables, 'transmissions'>, { nowMs, horizonAtMs }: DueTimes) =>
  where.or([
    where('next_attempt_at_ms', '<=', nowMs),
    where('next_attempt_at_ms', '>', horizonAtMs),
    where.and([where('attempts', '=', 0), where('state', '=', 'received')]),
  ]);

/**
 * What has no SHA-256 yet is not read (late-digests.ts): it could not be told whether it is what was received. To be discarded
 * it need not be read, and what knows no original never will be.
 */
const isReady = (where: ExpressionBuilder<Tables, 'transmissions'>) =>
  where.or([
    where('sha256', 'is not', null),
    where('decision', '=', 'discard'),
    where('original_path', 'is', null),
  ]);

const dueInLane = prepareQuery((sql, values: DueTimes & Lane & { readonly limit: number }) =>
  sql
    .selectFrom('transmissions')
    .select('id')
    .where('state', 'in', literals('received', 'processing'))
    .where((where) => isDue(where, values))
    .where(isReady)
    .where('size_bytes', '>=', values.minBytes)
    .where('size_bytes', '<=', values.maxBytes)
    .orderBy('next_attempt_at_ms')
    .limit(values.limit),
);

const claimDue = prepareQuery(
  (sql, values: DueTimes & { id: string; worker: string; leaseEndsAtMs: number }) =>
    sql
      .updateTable('transmissions')
      .set((value) => ({
        state: 'processing' as const,
        claimed_by: values.worker,
        lease_expires_at_ms: values.leaseEndsAtMs,
        // While the lease holds, the next attempt is not due.
        next_attempt_at_ms: values.leaseEndsAtMs,
        attempts: value('attempts', '+', 1),
        updated_at_ms: values.nowMs,
      }))
      .where('id', '=', values.id)
      .where('state', 'in', literals('received', 'processing'))
      .where((where) => isDue(where, values))
      .where(isReady)
      .returningAll(),
);

/**
 * Claims those that have waited longest, in one transaction. A claim that does not survive power loss is no loss: the file
 * is due at the next start.
 * @param input.workers who claims them: a name for each claim, as many as are wanted
 * @param input.leaseMs how long the claims hold
 * @param input.lane of these sizes only
 */
export async function claimTransmissions(
  database: Database,
  input: Omit<ClaimInput, 'worker'> & { readonly workers: readonly string[] },
): Promise<readonly Claim[]> {
  const { workers, ...rest } = input;
  return database.transaction((transaction) => claimNext(transaction, { ...rest, workers }), notForPowerLoss);
}

/**
 * Claims the transmission that has waited longest.
 * @param input.worker who claims it: a name for each claim
 * @returns undefined when nothing is due
 */
export async function claimTransmission(
  database: Database,
  { worker, ...input }: ClaimInput,
): Promise<ClaimedTransmission | undefined> {
  const [claim] = await claimTransmissions(database, { ...input, workers: [worker] });
  return claim?.claimed;
}

export interface Claim {
  readonly claimed: ClaimedTransmission;
  readonly worker: string;
}

interface ClaimInput {
  readonly worker: string;
  readonly leaseMs: number;
  readonly lane?: Lane;
  /** Nothing is put off by more than this, in milliseconds: what seems to be, the clock was set back since. */
  readonly horizonMs?: number;
}

async function claimNext(
  transaction: Transaction,
  input: Omit<ClaimInput, 'worker'> & { readonly workers: readonly string[] },
): Promise<readonly Claim[]> {
  const { sql, nowMs } = transaction;
  const { lane = anySize, horizonMs = Number.MAX_SAFE_INTEGER, leaseMs } = input;
  const dueTimes = { nowMs, horizonAtMs: nowMs + horizonMs };
  const workers = [...input.workers];
  const claims: Claim[] = [];
  for (;;) {
    let failed = 0;
    for (const { id } of await dueInLane(sql, { ...dueTimes, ...lane, limit: workers.length })) {
      const [worker = ''] = workers;
      const [row] = await claimDue(sql, { ...dueTimes, id, worker, leaseEndsAtMs: nowMs + leaseMs });
      if (row === undefined) continue;
      const claimed = claimedOf(row);
      if (claimed === undefined) {
        await failWithoutOriginal(transaction, row, worker);
        failed += 1;
      } else {
        claims.push({ claimed, worker });
        workers.shift();
      }
    }
    // What failed has left its place to one behind it.
    if (failed === 0 || workers.length === 0) return claims;
  }
}

/** No attempt can get it right, and those behind it are not to wait for it. */
async function failWithoutOriginal(
  transaction: Transaction,
  { id, partner_id }: { readonly id: string; readonly partner_id: string },
  worker: string,
): Promise<void> {
  const reason = new OriginalMissingError(id).code;
  await failClaim(transaction, {
    id: id as TransmissionId,
    partnerId: storedPartnerId(partner_id),
    worker,
    reason,
  });
}

/** @returns undefined for a row that knows no original of its own */
function claimedOf(row: Selectable<Tables['transmissions']>): ClaimedTransmission | undefined {
  const id = parseTransmissionId(row.id);
  const decision =
    row.decision === null ? undefined : { verb: row.decision, reason: row.decision_reason ?? '' };
  // To be discarded a file need not be there.
  const needed = row.decision === 'discard' ? '' : row.original_path;
  const sha256 = row.decision === 'discard' ? (row.sha256 ?? '') : row.sha256;
  if (id.kind === 'invalid' || sha256 === null || needed === null) return undefined;
  return {
    id: id.id,
    partnerId: storedPartnerId(row.partner_id),
    name: row.name,
    sizeBytes: Number(row.size_bytes),
    sha256,
    originalPath: row.original_path ?? '',
    decision,
    receivedAtMs: Number(row.received_at_ms),
    userId: row.user_id === null ? undefined : storedUserId(row.user_id),
    source: row.source,
    refusal: refusalOf(row.refusal),
    attempt: row.attempts,
  };
}

function refusalOf(stored: string | null): string | undefined {
  return stored === null ? undefined : (JSON.parse(stored) as { readonly why: string }).why;
}

const notForPowerLoss = { survives: 'process-end' } as const;

/** @returns when the next transmission will be due, in milliseconds since 1970; undefined when none waits */
export async function nextDueAt(database: Database): Promise<number | undefined> {
  const [row] = await nextInQueue(database.sql, {});
  return row === undefined ? undefined : Number(row.next_attempt_at_ms);
}

const nextInQueue = prepareQuery((sql, _nothing: object) =>
  sql
    .selectFrom('transmissions')
    .select('next_attempt_at_ms')
    .where('state', 'in', literals('received', 'processing'))
    .where(isReady)
    .orderBy('next_attempt_at_ms')
    .limit(1),
);

/** The attempt failed; another one is made after `delayMs`. */
export async function retryTransmission(
  database: Database,
  input: {
    readonly id: TransmissionId;
    readonly worker: string;
    readonly delayMs: number;
    readonly reason: string;
  },
): Promise<void> {
  await database.transaction(async ({ sql, nowMs }) => {
    await sql
      .updateTable('transmissions')
      .set({
        state: 'received',
        claimed_by: null,
        lease_expires_at_ms: null,
        next_attempt_at_ms: nowMs + input.delayMs,
        reason: input.reason,
        updated_at_ms: nowMs,
      })
      .where('id', '=', input.id)
      .where('claimed_by', '=', input.worker)
      .where('state', '=', 'processing')
      .execute();
  });
}

/** The last attempt failed: an administrator must look. The interchange numbers it held are free again. */
export async function failTransmission(
  database: Database,
  input: {
    readonly id: TransmissionId;
    readonly partnerId: PartnerId;
    readonly worker: string;
    readonly reason: string;
  },
): Promise<void> {
  await database.transaction((transaction) => failClaim(transaction, input));
}

async function failClaim(
  transaction: Transaction,
  input: {
    readonly id: TransmissionId;
    readonly partnerId: PartnerId;
    readonly worker: string;
    readonly reason: string;
  },
): Promise<void> {
  if (!(await endClaim(transaction, { ...input, state: 'failed' }))) return;
  await freeInterchangeKeys(transaction, input.id);
  await transaction.event({
    kind: 'transmission.failed',
    partnerId: input.partnerId,
    transmissionId: input.id,
    reason: input.reason,
  });
  await transaction.audit({
    actor: { kind: 'gateway' },
    action: 'transmission.fail',
    subject: `transmission:${input.id}`,
    detail: { reason: input.reason },
  });
}

/**
 * Ends a claim within a transaction.
 * @returns false when the claim is no longer this worker's: then nothing of its outcome may be written
 */
export async function endClaim(
  transaction: Transaction,
  input: {
    readonly id: TransmissionId;
    readonly worker: string;
    readonly state: 'answered' | 'quarantined' | 'discarded' | 'failed';
    readonly verdict?: Verdict;
    readonly reason?: string;
  },
): Promise<boolean> {
  const { nowMs, sql } = transaction;
  const [ended] = await endClaimOf(sql, {
    id: input.id,
    worker: input.worker,
    state: input.state,
    verdict: input.verdict ?? null,
    reason: input.reason ?? null,
    nowMs,
    answeredAtMs: input.state === 'failed' ? null : nowMs,
  });
  return ended !== undefined;
}

const endClaimOf = prepareQuery(
  (
    sql,
    values: {
      id: string;
      worker: string;
      state: 'answered' | 'quarantined' | 'discarded' | 'failed';
      verdict: Verdict | null;
      reason: string | null;
      nowMs: number;
      answeredAtMs: number | null;
    },
  ) =>
    sql
      .updateTable('transmissions')
      .set({
        state: values.state,
        claimed_by: null,
        lease_expires_at_ms: null,
        verdict: values.verdict,
        reason: values.reason,
        updated_at_ms: values.nowMs,
        answered_at_ms: values.answeredAtMs,
        decision: null,
      })
      .where('id', '=', values.id)
      .where('claimed_by', '=', values.worker)
      .where('state', '=', 'processing')
      .returning('id'),
);

/**
 * At start of the one process that has the intake role: whatever an earlier run had claimed is due at once.
 * @returns how many
 */
export async function reclaimTransmissions(database: Database): Promise<number> {
  const nowMs = database.now();
  const reclaimed = await database.sql
    .updateTable('transmissions')
    .set({ state: 'received', claimed_by: null, lease_expires_at_ms: null, next_attempt_at_ms: nowMs })
    .where('state', '=', 'processing')
    .returning('id')
    .execute();
  return reclaimed.length;
}
