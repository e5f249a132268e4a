// The credential store: what the SFTP daemon knows. A row appears here by the step SFTP Account Setup/Update and by
// nothing else (invariant I5); the daemon reads only these tables, never the directory's.

import { type Actor, printActor } from '../domain/audit.ts';
import { type PartnerId, parseUserId, type UserId, uuidV7 } from '../domain/ids.ts';
import { noteAccountChange, tellAccountOwner } from './account-changes.ts';
import { storedPartnerId } from './partner-store.ts';
import { type NewSession, takeSessionPlace } from './sftp-session-store.ts';
import type { SftpAccountRow, StoredAccountKeyRow } from './tables.ts';
import type { Database, Transaction } from './transaction.ts';

export interface AccountKey {
  readonly id: string;
  readonly algorithm: string;
  readonly blobBase64: string;
  /** `SHA256:...` as ssh-keygen prints it. */
  readonly fingerprint: string;
  readonly comment: string;
  readonly addedAtMs: number;
  readonly lastUsedAtMs: number | undefined;
  /** From then on it signs nobody in; undefined: never. */
  readonly expiresAtMs: number | undefined;
}

export interface SftpAccount {
  readonly userId: UserId;
  readonly partnerId: PartnerId;
  readonly status: 'active' | 'update-required' | 'disabled';
  readonly version: number;
  readonly passwordHash: string;
  /** The identity password's version that the step was done with. */
  readonly passwordVersion: number;
  readonly setUpAtMs: number;
  readonly updatedAtMs: number;
  readonly lastLoginAtMs: number | undefined;
  readonly keys: readonly AccountKey[];
}

/** @returns the account with its keys, or undefined when the step has never been done */
export async function findAccount(database: Database, userId: UserId): Promise<SftpAccount | undefined> {
  const row = await database.sql
    .selectFrom('sftp_accounts')
    .selectAll()
    .where('user_id', '=', userId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const keys = await database.sql
    .selectFrom('sftp_account_keys')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('added_at_ms')
    .execute();
  return accountOf(row, keys);
}

/** @returns every account, by user id */
export async function listAccounts(database: Database): Promise<readonly SftpAccount[]> {
  const rows = await database.sql.selectFrom('sftp_accounts').selectAll().orderBy('user_id').execute();
  const keys = await database.sql
    .selectFrom('sftp_account_keys')
    .selectAll()
    .orderBy('added_at_ms')
    .execute();
  return rows.map((row) =>
    accountOf(
      row,
      keys.filter((key) => key.user_id === row.user_id),
    ),
  );
}

export type SetUpAccountOutcome =
  | { readonly kind: 'set-up' | 'updated' }
  /** An administrator disabled the account; the step does not bring it back. */
  | { readonly kind: 'disabled' }
  /** The identity password was changed while the step was being done. */
  | { readonly kind: 'outdated' };

export interface SetUpAccountInput {
  readonly userId: UserId;
  readonly partnerId: PartnerId;
  readonly passwordHash: string;
  readonly passwordVersion: number;
  readonly attestation: { readonly version: string; readonly text: string };
  readonly address: string;
  /** A public key to register with the step. */
  readonly key?: {
    readonly algorithm: string;
    readonly blobBase64: string;
    readonly fingerprint: string;
    readonly comment: string;
  };
}

/**
 * Does the step: writes the account, the attestation, the key, the event and the audit records in one transaction.
 * The caller has verified the identity password of `passwordVersion`.
 */
export async function setUpAccount(
  database: Database,
  input: SetUpAccountInput,
): Promise<SetUpAccountOutcome> {
  return database.transaction(async (transaction): Promise<SetUpAccountOutcome> => {
    const { sql, nowMs } = transaction;
    const user = await sql
      .selectFrom('users')
      .select('password_version')
      .where('id', '=', input.userId)
      .where('status', '=', 'active')
      .executeTakeFirst();
    if (user?.password_version !== input.passwordVersion) return { kind: 'outdated' };
    const existing = await sql
      .selectFrom('sftp_accounts')
      .select(['status', 'version'])
      .where('user_id', '=', input.userId)
      .executeTakeFirst();
    if (existing?.status === 'disabled') return { kind: 'disabled' };
    const changed = {
      status: 'active' as const,
      version: (existing?.version ?? 0) + 1,
      password_hash: input.passwordHash,
      password_version: input.passwordVersion,
      updated_at_ms: nowMs,
    };
    if (existing === undefined) {
      await sql
        .insertInto('sftp_accounts')
        .values({
          ...changed,
          user_id: input.userId,
          partner_id: input.partnerId,
          set_up_at_ms: nowMs,
          last_login_at_ms: null,
        })
        .execute();
    } else {
      await sql
        .updateTable('sftp_accounts')
        .set({ ...changed, partner_id: input.partnerId })
        .where('user_id', '=', input.userId)
        .execute();
    }
    await noteAccountChange(transaction);
    await recordStep(transaction, input, existing === undefined ? 'set-up' : 'updated');
    return { kind: existing === undefined ? 'set-up' : 'updated' };
  });
}

async function recordStep(
  transaction: Transaction,
  input: SetUpAccountInput,
  kind: 'set-up' | 'updated',
): Promise<void> {
  const { sql, nowMs } = transaction;
  const actor: Actor = { kind: 'user', id: input.userId };
  const subject = `account:${input.userId}`;
  await sql
    .insertInto('attestations')
    .values({
      id: uuidV7(nowMs, transaction.randomBytes(10)),
      user_id: input.userId,
      text_version: input.attestation.version,
      text: input.attestation.text,
      agreed_at_ms: nowMs,
      address: input.address,
      password_version: input.passwordVersion,
    })
    .execute();
  await transaction.event({
    kind: kind === 'set-up' ? 'account.set-up' : 'account.updated',
    partnerId: input.partnerId,
    userId: input.userId,
  });
  await transaction.audit({
    actor,
    action: kind === 'set-up' ? 'account.set-up' : 'account.update',
    subject,
    address: input.address,
    detail: { passwordVersion: input.passwordVersion, attestationVersion: input.attestation.version },
  });
  await tellAccountOwner(transaction, { ...input, change: kind });
  if (input.key === undefined) return;
  const added = await sql
    .insertInto('sftp_account_keys')
    .values({
      id: uuidV7(nowMs, transaction.randomBytes(10)),
      user_id: input.userId,
      algorithm: input.key.algorithm,
      blob_base64: input.key.blobBase64,
      fingerprint: input.key.fingerprint,
      comment: input.key.comment,
      added_at_ms: nowMs,
      last_used_at_ms: null,
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'blob_base64']).doNothing())
    .executeTakeFirst();
  if (Number(added.numInsertedOrUpdatedRows ?? 0) === 0) return;
  await transaction.audit({
    actor,
    action: 'account.key-add',
    subject,
    address: input.address,
    detail: { fingerprint: input.key.fingerprint },
  });
  const { fingerprint } = input.key;
  await tellAccountOwner(transaction, { ...input, change: 'key-added', fingerprint });
}

/**
 * Turns an active account `update-required`; called within the transaction that changes the identity password.
 * @returns whether there is an account that needs the step now
 */
export async function requireAccountUpdate(
  transaction: Transaction,
  input: { readonly userId: UserId; readonly actor: Actor },
): Promise<boolean> {
  const updated = await transaction.sql
    .updateTable('sftp_accounts')
    .set((value) => ({
      status: 'update-required' as const,
      version: value('version', '+', 1),
      updated_at_ms: transaction.nowMs,
    }))
    .where('user_id', '=', input.userId)
    .where('status', '=', 'active')
    .returning('partner_id')
    .executeTakeFirst();
  if (updated === undefined) return isUpdateRequired(transaction, input.userId);
  // Live sessions of the old password end (invariant I5).
  await noteAccountChange(transaction);
  await transaction.event({
    kind: 'account.update-required',
    partnerId: storedPartnerId(updated.partner_id),
    userId: input.userId,
  });
  await transaction.audit({
    actor: input.actor,
    action: 'account.update-required',
    subject: `account:${input.userId}`,
  });
  return true;
}

async function isUpdateRequired({ sql }: Transaction, userId: UserId): Promise<boolean> {
  const row = await sql
    .selectFrom('sftp_accounts')
    .select('status')
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.status === 'update-required';
}

export type SwitchAccountOutcome = { readonly kind: 'switched' | 'unchanged' | 'no-account' };

/**
 * An administrator disables an account, or allows it again. Allowed again, it needs the step once more before it works.
 */
export async function switchAccount(
  database: Database,
  input: { readonly userId: UserId; readonly to: 'disabled' | 'update-required'; readonly actor: Actor },
): Promise<SwitchAccountOutcome> {
  return database.transaction(async (transaction): Promise<SwitchAccountOutcome> => {
    const { sql, nowMs } = transaction;
    const existing = await sql
      .selectFrom('sftp_accounts')
      .select(['status', 'version', 'partner_id'])
      .where('user_id', '=', input.userId)
      .executeTakeFirst();
    if (existing === undefined) return { kind: 'no-account' };
    const disabling = input.to === 'disabled';
    if (disabling === (existing.status === 'disabled')) return { kind: 'unchanged' };
    await sql
      .updateTable('sftp_accounts')
      .set({ status: input.to, version: existing.version + 1, updated_at_ms: nowMs })
      .where('user_id', '=', input.userId)
      .execute();
    await noteAccountChange(transaction);
    await transaction.event({
      kind: disabling ? 'account.disabled' : 'account.enabled',
      partnerId: storedPartnerId(existing.partner_id),
      userId: input.userId,
    });
    await transaction.audit({
      actor: input.actor,
      action: disabling ? 'account.disable' : 'account.enable',
      subject: `account:${input.userId}`,
      detail: { by: printActor(input.actor) },
    });
    return { kind: 'switched' };
  });
}

export type RecordLoginOutcome =
  | { readonly kind: 'recorded'; readonly sessionId: string | undefined }
  | { readonly kind: 'too-many-sessions' };

/**
 * Records a login: the time on the account, and on the key where one was used; with its audit record and, where
 * sessions are kept, the row of its session.
 */
export async function recordLogin(
  database: Database,
  input: {
    readonly userId: UserId;
    readonly partnerId: PartnerId;
    readonly address: string;
    readonly method: string;
    readonly keyId?: string | undefined;
    readonly session?: NewSession | undefined;
  },
): Promise<RecordLoginOutcome> {
  const { userId, address, method, keyId, session } = input;
  return database.transaction(async (transaction): Promise<RecordLoginOutcome> => {
    const { sql, nowMs } = transaction;
    const sessionId =
      session === undefined ? undefined : await takeSessionPlace(transaction, { ...session, ...input });
    if (session !== undefined && sessionId === undefined) return { kind: 'too-many-sessions' };
    await sql
      .updateTable('sftp_accounts')
      .set({ last_login_at_ms: nowMs })
      .where('user_id', '=', userId)
      .execute();
    if (keyId !== undefined) {
      await sql
        .updateTable('sftp_account_keys')
        .set({ last_used_at_ms: nowMs })
        .where('id', '=', keyId)
        .execute();
    }
    await transaction.audit({
      actor: { kind: 'user', id: userId },
      action: 'sftp.login',
      subject: `account:${userId}`,
      address,
      detail: { method },
    });
    return { kind: 'recorded', sessionId };
  });
}

function accountOf(row: SftpAccountRow, keys: readonly StoredAccountKeyRow[]): SftpAccount {
  const userId = parseUserId(row.user_id);
  if (userId.kind === 'invalid')
    throw new Error(`The database holds ${JSON.stringify(row.user_id)} as a user id.`);
  return {
    userId: userId.id,
    partnerId: storedPartnerId(row.partner_id),
    status: row.status,
    version: row.version,
    passwordHash: row.password_hash,
    passwordVersion: row.password_version,
    setUpAtMs: Number(row.set_up_at_ms),
    updatedAtMs: Number(row.updated_at_ms),
    lastLoginAtMs: row.last_login_at_ms === null ? undefined : Number(row.last_login_at_ms),
    keys: keys.map((key) => ({
      id: key.id,
      algorithm: key.algorithm,
      blobBase64: key.blob_base64,
      fingerprint: key.fingerprint,
      comment: key.comment,
      addedAtMs: Number(key.added_at_ms),
      lastUsedAtMs: key.last_used_at_ms === null ? undefined : Number(key.last_used_at_ms),
      expiresAtMs: key.expires_at_ms === null ? undefined : Number(key.expires_at_ms),
    })),
  };
}
