// What happens to a user as a whole: the e-mail address is confirmed, a lock is lifted, the user expires, is brought
// back, disabled, or vanishes unconfirmed. Each change with its event and audit record in one transaction.

import type { Actor, AuditAction } from '../domain/audit.ts';
import type { UserId } from '../domain/ids.ts';
import type { UserStatus } from '../domain/user.ts';
import { requireAccountUpdate } from './account-store.ts';
import { useOneTimeSecret, voidOneTimeSecrets } from './one-time-secret-store.ts';
import { maybePartnerId, storedUserId } from './stored-id.ts';
import type { Database, Transaction } from './transaction.ts';
import { activateUser } from './user-activation.ts';

/**
 * Confirms the e-mail address of one who registered, which makes the user active.
 * @returns false when the link was used before, has run out, or there is nothing to confirm
 */
export async function confirmUser(
  database: Database,
  input: { readonly userId: UserId; readonly secretId: string; readonly address: string },
): Promise<boolean> {
  const { userId, secretId, address } = input;
  return database.transaction(async (transaction) => {
    if (!(await useOneTimeSecret(transaction, { id: secretId, userId }))) return false;
    // Further mails of the same registration have nothing left to confirm.
    await voidOneTimeSecrets(transaction, userId);
    return activateUser(transaction, { userId, address });
  });
}

/**
 * Forgets the failures of a user's sign-ins, and with them the lock.
 * @param input.scopes the throttles that they are counted in
 * @param input.secretId the link that it is done with, which is used up; absent for an administrator
 * @returns false when the link was used before or has run out
 */
export async function unlockUser(
  database: Database,
  input: {
    readonly userId: UserId;
    readonly scopes: readonly string[];
    readonly secretId?: string;
    readonly actor: Actor;
    readonly address?: string;
  },
): Promise<boolean> {
  const { userId, scopes, secretId, actor, address } = input;
  return database.transaction(async (transaction) => {
    if (secretId !== undefined && !(await useOneTimeSecret(transaction, { id: secretId, userId })))
      return false;
    await transaction.sql
      .deleteFrom('throttles')
      .where('scope', 'in', [...scopes])
      .execute();
    await transaction.audit({
      actor,
      action: 'user.unlock',
      subject: `user:${userId}`,
      ...(address === undefined ? {} : { address }),
    });
    return true;
  });
}

/** An administrator locks a user as too many wrong passwords would, and ends the portal sessions. */
export async function lockUser(
  database: Database,
  input: {
    readonly userId: UserId;
    readonly scope: string;
    readonly failures: number;
    readonly untilMs: number;
    readonly actor: Actor;
  },
): Promise<void> {
  const { userId, scope, failures, untilMs, actor } = input;
  await database.transaction(async (transaction) => {
    const columns = { failures, last_failure_at_ms: transaction.nowMs, blocked_until_ms: untilMs };
    await transaction.sql
      .insertInto('throttles')
      .values({ scope, ...columns })
      .onConflict((conflict) => conflict.column('scope').doUpdateSet(columns))
      .execute();
    await transaction.sql.deleteFrom('portal_sessions').where('user_id', '=', userId).execute();
    await transaction.audit({ actor, action: 'user.lock', subject: `user:${userId}`, detail: { untilMs } });
  });
}

export type StatusVerb = 'expire' | 'reactivate' | 'disable' | 'enable';

interface StatusChange {
  readonly from: readonly UserStatus[];
  readonly to: UserStatus;
  readonly action: AuditAction;
  readonly event: 'user.expired' | 'user.reactivated' | 'user.disabled' | 'user.enabled';
}

const changes: Readonly<Record<StatusVerb, StatusChange>> = {
  expire: { from: ['active'], to: 'expired', action: 'user.expire', event: 'user.expired' },
  reactivate: { from: ['expired'], to: 'active', action: 'user.reactivate', event: 'user.reactivated' },
  disable: {
    from: ['active', 'expired', 'unconfirmed'],
    to: 'disabled',
    action: 'user.disable',
    event: 'user.disabled',
  },
  enable: { from: ['disabled'], to: 'active', action: 'user.enable', event: 'user.enabled' },
};

/**
 * Changes a user's status. Whoever loses the portal loses its sessions, its links, and SFTP until the update step.
 * @param also what belongs to it, in the same transaction
 * @returns whether anything was changed
 */
export async function changeUserStatus(
  database: Database,
  input: { readonly userId: UserId; readonly verb: StatusVerb; readonly actor: Actor },
  also: (transaction: Transaction) => Promise<void> = async () => undefined,
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const changed = await changeStatusWithin(transaction, input);
    if (changed) await also(transaction);
    return changed;
  });
}

/** The same in a transaction that has more to do. */
export async function changeStatusWithin(
  transaction: Transaction,
  input: { readonly userId: UserId; readonly verb: StatusVerb; readonly actor: Actor },
): Promise<boolean> {
  const { userId, verb, actor } = input;
  const { from, to, action, event } = changes[verb];
  const row = await transaction.sql
    .updateTable('users')
    .set(
      to === 'active'
        ? { status: to, active_at_ms: transaction.nowMs, confirm_by_ms: null }
        : { status: to, confirm_by_ms: null },
    )
    .where('id', '=', userId)
    .where('status', 'in', [...from])
    .returning('partner_id')
    .executeTakeFirst();
  if (row === undefined) return false;
  if (to !== 'active') {
    await transaction.sql.deleteFrom('portal_sessions').where('user_id', '=', userId).execute();
    await voidOneTimeSecrets(transaction, userId);
    await requireAccountUpdate(transaction, { userId, actor });
  }
  await transaction.event({ kind: event, partnerId: maybePartnerId(row.partner_id), userId });
  await transaction.audit({ actor, action, subject: `user:${userId}` });
  return true;
}

/**
 * Removes those who registered and never confirmed, their time being over; their user ids are free again.
 * @returns how many
 */
export async function removeUnconfirmed(database: Database): Promise<number> {
  const due = await database.sql
    .selectFrom('users')
    .select('id')
    .where('status', '=', 'unconfirmed')
    .where('confirm_by_ms', '<=', database.now())
    // Whom a trading partner has taken in meanwhile, others rely on.
    .where('partner_id', 'is', null)
    .execute();
  let removed = 0;
  for (const { id } of due) if (await removeOne(database, storedUserId(id))) removed += 1;
  return removed;
}

async function removeOne(database: Database, userId: UserId): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const { sql, nowMs } = transaction;
    // Looked at again inside the transaction: the person may be confirming at this moment.
    const still = await sql
      .selectFrom('users')
      .select('id')
      .where('id', '=', userId)
      .where('status', '=', 'unconfirmed')
      .where('confirm_by_ms', '<=', nowMs)
      .where('partner_id', 'is', null)
      .executeTakeFirst();
    if (still === undefined) return false;
    await sql.deleteFrom('mails').where('user_id', '=', userId).execute();
    await sql.deleteFrom('one_time_secrets').where('user_id', '=', userId).execute();
    await sql.deleteFrom('password_history').where('user_id', '=', userId).execute();
    await sql.deleteFrom('roles').where('user_id', '=', userId).execute();
    await sql.deleteFrom('users').where('id', '=', userId).execute();
    await transaction.audit({
      actor: { kind: 'gateway' },
      action: 'user.vanish',
      subject: `user:${userId}`,
      detail: { why: 'the e-mail address was not confirmed in time' },
    });
    return true;
  });
}
