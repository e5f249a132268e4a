// Links and codes that people are sent, as rows: what for, for whom, until when, and whether it was used. The row has no
// secret in it, not even as a hash: auth/one-time-secret.ts computes the secret from the row's id and a key on disk.
//
// A row is made whether or not there is such a user, so that asking costs the same for both.

import { type UserId, uuidV7 } from '../domain/ids.ts';
import { storedUserId } from './stored-id.ts';
import type { OneTimeSecretRow } from './tables.ts';
import type { Database, Transaction } from './transaction.ts';

/** What a link or code lets its holder do; other rooms may have more of their own. */
export type SecretPurpose =
  | 'partner-invitation'
  | 'confirm-email'
  | 'email-code'
  | 'invitation'
  | 'reset-password'
  | 'unlock';

export interface OneTimeSecret {
  readonly id: string;
  readonly purpose: string;
  /** There need not be such a user. */
  readonly userId: UserId;
  readonly expiresAtMs: number;
  readonly codeExpiresAtMs: number;
  /** How many wrong codes were given. */
  readonly tries: number;
  readonly used: boolean;
}

/**
 * Makes a secret.
 * @param input.lifeMs how long its link is good
 * @param input.codeLifeMs how long its code is good; 0 where it has none
 * @returns its id
 */
export async function makeOneTimeSecret(
  transaction: Transaction,
  input: {
    readonly purpose: SecretPurpose;
    readonly userId: UserId;
    readonly lifeMs: number;
    readonly codeLifeMs: number;
  },
): Promise<string> {
  const { nowMs } = transaction;
  const id = uuidV7(nowMs, transaction.randomBytes(10));
  await transaction.sql
    .insertInto('one_time_secrets')
    .values({
      id,
      purpose: input.purpose,
      user_id: input.userId,
      created_at_ms: nowMs,
      expires_at_ms: nowMs + input.lifeMs,
      code_expires_at_ms: nowMs + input.codeLifeMs,
      tries: 0,
      used_at_ms: null,
    })
    .execute();
  return id;
}

/** @returns the secret of this id, used and expired ones too */
export async function findOneTimeSecret(database: Database, id: string): Promise<OneTimeSecret | undefined> {
  const row = await database.sql
    .selectFrom('one_time_secrets')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : secretOf(row);
}

/** @returns the last one that was made for a user; only its code counts, so that asking often does not help guessing */
export async function newestOneTimeSecret(
  database: Database,
  input: { readonly purpose: SecretPurpose; readonly userId: UserId },
): Promise<OneTimeSecret | undefined> {
  const row = await database.sql
    .selectFrom('one_time_secrets')
    .selectAll()
    .where('user_id', '=', input.userId)
    .where('purpose', '=', input.purpose)
    .orderBy('created_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : secretOf(row);
}

/**
 * Takes one of the tries that a code has, before it is compared: two at once cannot share one.
 * @returns false when there is none left, or the code's time is over
 */
export async function takeTry(
  database: Database,
  input: { readonly id: string; readonly maxTries: number },
): Promise<boolean> {
  const row = await database.sql
    .updateTable('one_time_secrets')
    .set((value) => ({ tries: value('tries', '+', 1) }))
    .where('id', '=', input.id)
    .where('tries', '<', input.maxTries)
    .where('used_at_ms', 'is', null)
    .where('code_expires_at_ms', '>', database.now())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Uses a secret up, within the transaction of what it was for.
 * @returns false when it was used before or its time is over: then nothing may be done
 */
export async function useOneTimeSecret(
  transaction: Transaction,
  input: { readonly id: string; readonly userId: UserId },
): Promise<boolean> {
  const row = await transaction.sql
    .updateTable('one_time_secrets')
    .set({ used_at_ms: transaction.nowMs })
    .where('id', '=', input.id)
    .where('user_id', '=', input.userId)
    .where('used_at_ms', 'is', null)
    .where('expires_at_ms', '>', transaction.nowMs)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Makes every link and code of a user worthless: a password change ends what was sent before it. */
export async function voidOneTimeSecrets(transaction: Transaction, userId: UserId): Promise<void> {
  await transaction.sql
    .updateTable('one_time_secrets')
    .set({ used_at_ms: transaction.nowMs })
    .where('user_id', '=', userId)
    .where('used_at_ms', 'is', null)
    .execute();
}

/** Removes secrets whose time was over before `beforeMs`. */
export async function pruneOneTimeSecrets(database: Database, beforeMs: number): Promise<void> {
  await database.sql.deleteFrom('one_time_secrets').where('expires_at_ms', '<', beforeMs).execute();
}

function secretOf(row: OneTimeSecretRow): OneTimeSecret {
  return {
    id: row.id,
    purpose: row.purpose,
    userId: storedUserId(row.user_id),
    expiresAtMs: Number(row.expires_at_ms),
    codeExpiresAtMs: Number(row.code_expires_at_ms),
    tries: row.tries,
    used: row.used_at_ms !== null,
  };
}
