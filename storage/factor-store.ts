// Second factors as rows. A factor's counter only goes up: what it has accepted once it never accepts again.

import type { Actor } from '../domain/audit.ts';
import { type UserId, uuidV7 } from '../domain/ids.ts';
import type { FactorChange } from '../domain/mail.ts';
import { queueMail } from './mail-store.ts';
import type { FactorRow } from './tables.ts';
import type { Database, Transaction } from './transaction.ts';

export interface Factor {
  readonly id: string;
  readonly kind: 'totp' | 'passkey';
  /** What the user calls it. */
  readonly name: string;
  /** TOTP: the shared secret, sealed. Passkey: the public key (COSE), base64url. */
  readonly secret: string;
  /** Undefined for TOTP. */
  readonly credentialId: string | undefined;
  /** The site that a passkey was made for; empty for TOTP. */
  readonly rpId: string;
  readonly transports: readonly string[];
  /** TOTP: the last time step accepted. Passkey: the authenticator's own counter. */
  readonly counter: number;
  readonly addedAtMs: number;
  readonly lastUsedAtMs: number | undefined;
}

/** A user has no more factors than this: each is compared at a sign-in. */
const maxFactors = 10;

/** @returns a user's factors, the oldest first */
export async function listFactors(database: Database, userId: UserId): Promise<readonly Factor[]> {
  const rows = await database.sql
    .selectFrom('factors')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('added_at_ms')
    .orderBy('id')
    .execute();
  return rows.map(factorOf);
}

export interface NewFactor extends Pick<Factor, 'kind' | 'name' | 'secret' | 'rpId' | 'counter'> {
  readonly credentialId?: string;
  readonly transports?: readonly string[];
}

export type AddFactorOutcome =
  | { readonly kind: 'added'; readonly id: string; readonly first: boolean }
  /** The passkey belongs to someone already, or the user has as many factors as one may. */
  | { readonly kind: 'taken' | 'too-many' | 'not-first' };

/**
 * Adds a factor; with a user's first one, the hashes of its recovery codes.
 * @param input.recoveryHashes written only when this is the first factor
 * @param input.onlyFirst whether it is refused when the user has one already: who has given the password alone may make
 *   the first factor, never a second
 */
export async function addFactor(
  database: Database,
  input: {
    readonly userId: UserId;
    readonly factor: NewFactor;
    readonly recoveryHashes: readonly string[];
    readonly onlyFirst: boolean;
    readonly address: string;
  },
): Promise<AddFactorOutcome> {
  return database.transaction(async (transaction): Promise<AddFactorOutcome> => {
    const { sql, nowMs } = transaction;
    const { userId, factor } = input;
    const present = await sql.selectFrom('factors').select('id').where('user_id', '=', userId).execute();
    if (input.onlyFirst && present.length > 0) return { kind: 'not-first' };
    if (present.length >= maxFactors) return { kind: 'too-many' };
    const id = uuidV7(nowMs, transaction.randomBytes(10));
    const added = await sql
      .insertInto('factors')
      .values({
        id,
        user_id: userId,
        kind: factor.kind,
        name: factor.name,
        secret: factor.secret,
        credential_id: factor.credentialId ?? null,
        rp_id: factor.rpId,
        transports: JSON.stringify(factor.transports ?? []),
        counter: factor.counter,
        added_at_ms: nowMs,
        last_used_at_ms: null,
      })
      .onConflict((conflict) => conflict.column('credential_id').doNothing())
      .executeTakeFirst();
    if (Number(added.numInsertedOrUpdatedRows ?? 0) === 0) return { kind: 'taken' };
    const first = present.length === 0;
    await recordOwn(transaction, { ...input, action: 'factor.add', id, kind: factor.kind });
    await tellOwner(transaction, { ...input, change: `${factor.kind}-added` });
    if (first) await writeRecoveryCodes(transaction, input);
    return { kind: 'added', id, first };
  });
}

/** Writes new recovery codes in the place of all that there were, within the caller's transaction. */
export async function writeRecoveryCodes(
  transaction: Transaction,
  input: { readonly userId: UserId; readonly recoveryHashes: readonly string[]; readonly address: string },
): Promise<void> {
  const { sql, nowMs } = transaction;
  await sql.deleteFrom('recovery_codes').where('user_id', '=', input.userId).execute();
  await sql
    .insertInto('recovery_codes')
    .values(
      input.recoveryHashes.map((hash) => ({
        user_id: input.userId,
        code_hash: hash,
        made_at_ms: nowMs,
        used_at_ms: null,
      })),
    )
    .execute();
  await transaction.audit({
    actor: { kind: 'user', id: input.userId },
    action: 'factor.recovery-codes',
    subject: `user:${input.userId}`,
    address: input.address,
    detail: { codes: input.recoveryHashes.length },
  });
}

/**
 * Notes that a factor was used, if what it brought is new.
 * @param input.counter the time step of a code, or a passkey's counter
 * @param input.known what the counter was when the proof was checked
 * @returns false when the same proof, or a later one, has been accepted meanwhile
 */
export async function advanceFactor(
  database: Database,
  input: { readonly id: string; readonly known: number; readonly counter: number },
): Promise<boolean> {
  const updated = await database.sql
    .updateTable('factors')
    .set({ counter: input.counter, last_used_at_ms: database.now() })
    .where('id', '=', input.id)
    .where('counter', '=', input.known)
    .returning('id')
    .executeTakeFirst();
  return updated !== undefined;
}

interface OwnFactor {
  readonly userId: UserId;
  readonly id: string;
  readonly address: string;
}

/** @returns false when the user has no such factor */
export async function renameFactor(
  database: Database,
  input: OwnFactor & { readonly name: string },
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const renamed = await transaction.sql
      .updateTable('factors')
      .set({ name: input.name })
      .where('id', '=', input.id)
      .where('user_id', '=', input.userId)
      .returning('kind')
      .executeTakeFirst();
    if (renamed === undefined) return false;
    await recordOwn(transaction, { ...input, action: 'factor.rename', kind: renamed.kind });
    return true;
  });
}

export type RemoveFactorOutcome = { readonly kind: 'removed' | 'no-factor' | 'last' };

/**
 * A user takes a factor away. With the last one, the recovery codes go too: they stand in for a factor.
 * @param input.keepOne whether the last factor stays
 */
export async function removeFactor(
  database: Database,
  input: OwnFactor & { readonly keepOne: boolean },
): Promise<RemoveFactorOutcome> {
  return database.transaction(async (transaction): Promise<RemoveFactorOutcome> => {
    const { sql } = transaction;
    const own = await sql
      .selectFrom('factors')
      .select(['id', 'kind'])
      .where('user_id', '=', input.userId)
      .execute();
    const removed = own.find(({ id }) => id === input.id);
    if (removed === undefined) return { kind: 'no-factor' };
    if (own.length === 1 && input.keepOne) return { kind: 'last' };
    await sql.deleteFrom('factors').where('id', '=', input.id).execute();
    if (own.length === 1)
      await sql.deleteFrom('recovery_codes').where('user_id', '=', input.userId).execute();
    await recordOwn(transaction, { ...input, action: 'factor.remove', kind: removed.kind });
    await tellOwner(transaction, { ...input, change: `${removed.kind}-removed` });
    return { kind: 'removed' };
  });
}

/**
 * An administrator takes all factors and recovery codes of a user away, and ends the user's sessions: whoever has a
 * lost device must not go on with it.
 * @returns how many factors there were
 */
export async function resetFactors(
  database: Database,
  input: { readonly userId: UserId; readonly actor: Actor },
): Promise<number> {
  return database.transaction(async (transaction) => {
    const { sql } = transaction;
    const { userId } = input;
    const removed = await sql.deleteFrom('factors').where('user_id', '=', userId).returning('id').execute();
    for (const table of [
      'recovery_codes',
      'factor_challenges',
      'pending_sign_ins',
      'portal_sessions',
    ] as const) {
      await sql.deleteFrom(table).where('user_id', '=', userId).execute();
    }
    await transaction.audit({
      actor: input.actor,
      action: 'factor.reset',
      subject: `user:${userId}`,
      detail: { factors: removed.length },
    });
    await tellOwner(transaction, { userId, change: 'reset', address: '' });
    return removed.length;
  });
}

/** Has the user told by mail: whoever did it may not be the user. */
export function tellOwner(
  transaction: Transaction,
  input: { readonly userId: UserId; readonly change: FactorChange; readonly address: string },
): Promise<void> {
  const { userId, change, address } = input;
  const content = { kind: 'factors-changed', change, atMs: transaction.nowMs, address } as const;
  return queueMail(transaction, { content, userId });
}

function recordOwn(
  transaction: Transaction,
  input: OwnFactor & {
    readonly action: 'factor.add' | 'factor.rename' | 'factor.remove';
    readonly kind: Factor['kind'];
  },
): Promise<void> {
  return transaction.audit({
    actor: { kind: 'user', id: input.userId },
    action: input.action,
    subject: `user:${input.userId}`,
    address: input.address,
    detail: { factor: input.id, kind: input.kind },
  });
}

function factorOf(row: FactorRow): Factor {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    secret: row.secret,
    credentialId: row.credential_id ?? undefined,
    rpId: row.rp_id,
    // Written by addFactor alone.
    transports: JSON.parse(row.transports) as readonly string[],
    counter: Number(row.counter),
    addedAtMs: Number(row.added_at_ms),
    lastUsedAtMs: row.last_used_at_ms === null ? undefined : Number(row.last_used_at_ms),
  };
}
