// The public keys of SFTP accounts, one by one: when they end, and their removal. They are added by the portal's step.

import type { Actor } from '../domain/audit.ts';
import type { UserId } from '../domain/ids.ts';
import { noteAccountChange } from './account-changes.ts';
import type { Database } from './transaction.ts';

export interface KeyChange {
  readonly userId: UserId;
  readonly fingerprint: string;
  readonly actor: Actor;
}

/**
 * Says when a key ends; sessions that it opened end with it.
 * @param input.expiresAtMs milliseconds since 1970; undefined: never
 * @returns false when the account has no such key
 */
export async function expireAccountKey(
  database: Database,
  input: KeyChange & { readonly expiresAtMs: number | undefined },
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const changed = await transaction.sql
      .updateTable('sftp_account_keys')
      .set({ expires_at_ms: input.expiresAtMs ?? null })
      .where('user_id', '=', input.userId)
      .where('fingerprint', '=', input.fingerprint)
      .returning('id')
      .executeTakeFirst();
    if (changed === undefined) return false;
    await noteAccountChange(transaction);
    await transaction.audit({
      actor: input.actor,
      action: 'account.key-expire',
      subject: `account:${input.userId}`,
      detail: { fingerprint: input.fingerprint, expiresAtMs: input.expiresAtMs ?? 'never' },
    });
    return true;
  });
}

/** Removes a key; sessions that it opened end. @returns false when the account has no such key */
export async function revokeAccountKey(database: Database, input: KeyChange): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const removed = await transaction.sql
      .deleteFrom('sftp_account_keys')
      .where('user_id', '=', input.userId)
      .where('fingerprint', '=', input.fingerprint)
      .returning('id')
      .executeTakeFirst();
    if (removed === undefined) return false;
    await noteAccountChange(transaction);
    await transaction.audit({
      actor: input.actor,
      action: 'account.key-revoke',
      subject: `account:${input.userId}`,
      detail: { fingerprint: input.fingerprint },
    });
    return true;
  });
}
