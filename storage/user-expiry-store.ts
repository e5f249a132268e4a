// Who has stayed away for how long. The last use is the last sign-in to the portal and, where the operator says so, to
// SFTP; a warning is remembered together with the use that it was reckoned from, so that each is sent once.

import { sql as raw } from 'kysely';
import type { UserId } from '../domain/ids.ts';
import { queueMail } from './mail-store.ts';
import { storedUserId } from './stored-id.ts';
import type { Database, Transaction } from './transaction.ts';

export interface IdleUser {
  readonly id: UserId;
  /** Milliseconds since 1970. */
  readonly lastUseMs: number;
  /** How many days ahead the last warning since that use was; undefined: there was none. */
  readonly warnedDays: number | undefined;
}

/**
 * Finds active users who were last seen before a time.
 * @param input.sftpCounts whether a login by SFTP is a use
 */
export async function listIdleUsers(
  database: Database,
  input: { readonly usedBeforeMs: number; readonly sftpCounts: boolean },
): Promise<readonly IdleUser[]> {
  const rows = await database.sql
    .selectFrom('users')
    .leftJoin('sftp_accounts', 'sftp_accounts.user_id', 'users.id')
    .select([
      'users.id',
      'users.active_at_ms',
      'users.expiry_warned_days',
      'users.expiry_warned_base_ms',
      'sftp_accounts.last_login_at_ms',
    ])
    .where('users.status', '=', 'active')
    .where('users.active_at_ms', '<=', input.usedBeforeMs)
    .where((where) =>
      input.sftpCounts
        ? where(raw<number>`coalesce(sftp_accounts.last_login_at_ms, 0)`, '<=', input.usedBeforeMs)
        : where.lit(true),
    )
    .orderBy('users.id')
    .execute();
  return rows.map((row) => {
    const loginMs = input.sftpCounts ? Number(row.last_login_at_ms ?? 0) : 0;
    const lastUseMs = Math.max(Number(row.active_at_ms), loginMs);
    const warned = Number(row.expiry_warned_base_ms ?? -1) === lastUseMs;
    return {
      id: storedUserId(row.id),
      lastUseMs,
      warnedDays: warned && row.expiry_warned_days !== null ? row.expiry_warned_days : undefined,
    };
  });
}

/** Remembers a warning and queues its mail, unless the same or a later one was sent meanwhile. */
export async function warnOfExpiry(
  database: Database,
  input: { readonly user: IdleUser; readonly days: number; readonly expiresAtMs: number },
): Promise<boolean> {
  const { user, days, expiresAtMs } = input;
  return database.transaction(async (transaction) => {
    const row = await transaction.sql
      .updateTable('users')
      .set({ expiry_warned_days: days, expiry_warned_base_ms: user.lastUseMs })
      .where('id', '=', user.id)
      .where('status', '=', 'active')
      .where((where) =>
        where.or([
          where('expiry_warned_base_ms', 'is', null),
          where('expiry_warned_base_ms', '!=', user.lastUseMs),
          where('expiry_warned_days', '>', days),
        ]),
      )
      .returning('id')
      .executeTakeFirst();
    if (row === undefined) return false;
    await queueMail(transaction, {
      content: { kind: 'expiry-warning', days, expiresAtMs },
      userId: user.id,
    });
    await transaction.audit({
      actor: { kind: 'gateway' },
      action: 'user.expiry-warning',
      subject: `user:${user.id}`,
      detail: { days },
    });
    return true;
  });
}

/** The mail that goes with a user's expiry; for `changeUserStatus`. */
export const queueExpiredMail =
  (userId: UserId) =>
  (transaction: Transaction): Promise<void> =>
    queueMail(transaction, { content: { kind: 'expired' }, userId });
