// Sign-ins whose password was right and whose second factor has not been given: rows of their own, under tokens of
// their own, so that nothing that looks for a session can take one for it.

import type { UserId } from '../domain/ids.ts';
import { storedUserId } from './stored-id.ts';
import type { PendingSignInRow } from './tables.ts';
import type { Database } from './transaction.ts';

export interface PendingSignIn {
  readonly tokenHash: string;
  readonly userId: UserId;
  readonly csrfToken: string;
  /** The page to be led on to. */
  readonly nextPath: string;
  /** When the user proved who it is: by the password here, or at the identity provider. */
  readonly authenticatedAtMs: number;
  /** The identity provider's token, sealed. */
  readonly idToken: string | undefined;
}

export async function beginPendingSignIn(
  database: Database,
  input: PendingSignIn & { readonly address: string; readonly passwordVersion: number },
): Promise<void> {
  await database.sql
    .insertInto('pending_sign_ins')
    .values({
      token_hash: input.tokenHash,
      user_id: input.userId,
      csrf_token: input.csrfToken,
      address: input.address,
      password_version: input.passwordVersion,
      next_path: input.nextPath,
      authenticated_at_ms: input.authenticatedAtMs,
      id_token: input.idToken ?? null,
      created_at_ms: database.now(),
    })
    .execute();
}

/**
 * @param input.lifeMs how long the factor may take
 * @returns undefined when there is none, it took too long, the user is disabled, or the password has changed since
 */
export async function findPendingSignIn(
  database: Database,
  input: { readonly tokenHash: string; readonly lifeMs: number },
): Promise<PendingSignIn | undefined> {
  const row = await database.sql
    .selectFrom('pending_sign_ins')
    .innerJoin('users', 'users.id', 'pending_sign_ins.user_id')
    .selectAll('pending_sign_ins')
    .where('token_hash', '=', input.tokenHash)
    .where('pending_sign_ins.created_at_ms', '>=', database.now() - input.lifeMs)
    .whereRef('users.password_version', '=', 'pending_sign_ins.password_version')
    .where('users.status', '=', 'active')
    .executeTakeFirst();
  return row === undefined ? undefined : pendingOf(row);
}

/** Ends one; it can be ended once. @returns whether it was there */
export async function endPendingSignIn(database: Database, tokenHash: string): Promise<boolean> {
  const ended = await database.sql
    .deleteFrom('pending_sign_ins')
    .where('token_hash', '=', tokenHash)
    .returning('token_hash')
    .executeTakeFirst();
  return ended !== undefined;
}

/** Forgets those that nobody has finished. */
export async function prunePendingSignIns(database: Database, beforeMs: number): Promise<void> {
  await database.sql.deleteFrom('pending_sign_ins').where('created_at_ms', '<', beforeMs).execute();
}

function pendingOf(row: PendingSignInRow): PendingSignIn {
  return {
    tokenHash: row.token_hash,
    userId: storedUserId(row.user_id),
    csrfToken: row.csrf_token,
    nextPath: row.next_path,
    authenticatedAtMs: Number(row.authenticated_at_ms),
    idToken: row.id_token ?? undefined,
  };
}
