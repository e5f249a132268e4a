// The public keys of SFTP accounts, one by one: when they end, and their removal. They are added by the portal's step.

import type { Actor } from '../domain/audit.ts';
import { type UserId, uuidV7 } from '../domain/ids.ts';
import { noteAccountChange, tellAccountOwner } from './account-changes.ts';
import type { Database } from './transaction.ts';

/** A public key as it is registered. */
export interface NewAccountKey {
  readonly algorithm: string;
  readonly blobBase64: string;
  readonly fingerprint: string;
  /** What the user calls it. */
  readonly comment: string;
}

export interface KeyChange {
  readonly userId: UserId;
  readonly fingerprint: string;
  readonly actor: Actor;
  /** The network address that it came from; left out by the command. */
  readonly address?: string;
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
    await tellAccountOwner(transaction, { ...input, change: 'key-last-day-changed' });
    return true;
  });
}

export type AddKeyOutcome = { readonly kind: 'added' | 'there-already' | 'no-account' | 'too-many' };

/** An account has no more keys than this: each is compared at a login. */
const maxKeys = 20;

/** A user adds a key to the own account. @param input.expiresAtMs milliseconds since 1970; undefined: never */
export async function addAccountKey(
  database: Database,
  input: {
    readonly userId: UserId;
    readonly key: NewAccountKey;
    readonly expiresAtMs: number | undefined;
    readonly address: string;
  },
): Promise<AddKeyOutcome> {
  return database.transaction(async (transaction): Promise<AddKeyOutcome> => {
    const { sql, nowMs } = transaction;
    const { userId, key } = input;
    const account = await sql
      .selectFrom('sftp_accounts')
      .select('status')
      .where('user_id', '=', userId)
      .executeTakeFirst();
    if (account === undefined || account.status === 'disabled') return { kind: 'no-account' };
    const present = await sql
      .selectFrom('sftp_account_keys')
      .select('blob_base64')
      .where('user_id', '=', userId)
      .execute();
    if (present.some((one) => one.blob_base64 === key.blobBase64)) return { kind: 'there-already' };
    if (present.length >= maxKeys) return { kind: 'too-many' };
    await sql
      .insertInto('sftp_account_keys')
      .values({
        id: uuidV7(nowMs, transaction.randomBytes(10)),
        user_id: userId,
        algorithm: key.algorithm,
        blob_base64: key.blobBase64,
        fingerprint: key.fingerprint,
        comment: key.comment,
        added_at_ms: nowMs,
        last_used_at_ms: null,
        expires_at_ms: input.expiresAtMs ?? null,
      })
      .execute();
    await transaction.audit({
      actor: { kind: 'user', id: userId },
      action: 'account.key-add',
      subject: `account:${userId}`,
      address: input.address,
      detail: { fingerprint: key.fingerprint, expiresAtMs: input.expiresAtMs ?? 'never' },
    });
    const { fingerprint } = key;
    await tellAccountOwner(transaction, { ...input, change: 'key-added', fingerprint });
    return { kind: 'added' };
  });
}

/** Names a key. @returns false when the account has no such key */
export async function renameAccountKey(
  database: Database,
  input: KeyChange & { readonly name: string },
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const renamed = await transaction.sql
      .updateTable('sftp_account_keys')
      .set({ comment: input.name })
      .where('user_id', '=', input.userId)
      .where('fingerprint', '=', input.fingerprint)
      .returning('id')
      .executeTakeFirst();
    if (renamed === undefined) return false;
    await transaction.audit({
      actor: input.actor,
      action: 'account.key-rename',
      subject: `account:${input.userId}`,
      detail: { fingerprint: input.fingerprint },
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
      ...(input.address === undefined ? {} : { address: input.address }),
      detail: { fingerprint: input.fingerprint },
    });
    await tellAccountOwner(transaction, { ...input, change: 'key-revoked' });
    return true;
  });
}
