// Joining a trading partner and leaving it: everything that hangs on belonging to one changes in the one transaction.

import type { Role } from '../domain/account.ts';
import { type Actor, printActor } from '../domain/audit.ts';
import type { PartnerId, UserId } from '../domain/ids.ts';
import type { Right } from '../domain/right.ts';
import { mayManage } from '../domain/role.ts';
import { noteAccountChange } from './account-changes.ts';
import { changeGrants } from './grant-store.ts';
import { findMember } from './member-store.ts';
import { changeOfficeRole, isLastOfficeAdministrator } from './role-store.ts';
import type { Database, Transaction } from './transaction.ts';

/** Who acts for the partner, and for whom. */
interface OfficeAct {
  readonly partnerId: PartnerId;
  readonly editor: UserId;
  readonly userId: UserId;
  readonly address: string;
}

export type OfficeActOutcome = {
  readonly kind:
    | 'done'
    | 'unchanged'
    /** The editor may not do this to this user, or it belongs to another partner. */
    | 'not-allowed'
    | 'last-office-administrator';
};

/** A user gets another role from one who may manage both the one before and the new one. */
export async function nameMember(
  database: Database,
  input: OfficeAct & { readonly role: Role },
): Promise<OfficeActOutcome> {
  return database.transaction(async (transaction): Promise<OfficeActOutcome> => {
    const { editor, role } = input;
    const rank = await rankOf(transaction, input);
    if (rank === undefined || !mayManage(rank, role)) return { kind: 'not-allowed' };
    const outcome = await changeOfficeRole(transaction, { ...input, actor: { kind: 'user', id: editor } });
    switch (outcome.kind) {
      case 'changed':
        return { kind: 'done' };
      case 'no-such-user':
        return { kind: 'not-allowed' };
      default:
        return { kind: outcome.kind };
    }
  });
}

/** @returns the editor's role, when it may manage the user as the user is now */
async function rankOf(transaction: Transaction, act: OfficeAct): Promise<Role | undefined> {
  const { partnerId } = act;
  const editor = await findMember(transaction, { partnerId, userId: act.editor });
  const member = await findMember(transaction, { partnerId, userId: act.userId });
  return member !== undefined && mayManage(editor?.role, member.role) ? editor?.role : undefined;
}

/**
 * Removes a user from its partner: role and grants go, the SFTP account is disabled, live sessions of SFTP and of the
 * portal end. The user itself stays, and may be invited again.
 */
export async function removeMember(database: Database, input: OfficeAct): Promise<OfficeActOutcome> {
  return database.transaction(async (transaction): Promise<OfficeActOutcome> => {
    const { partnerId, userId, address } = input;
    if ((await rankOf(transaction, input)) === undefined) return { kind: 'not-allowed' };
    if (await isLastOfficeAdministrator(transaction, input)) return { kind: 'last-office-administrator' };
    const actor: Actor = { kind: 'user', id: input.editor };
    const change = { partnerId, userId, rights: [], expectedVersion: undefined, actor, address };
    await changeGrants(transaction, change);
    const { sql } = transaction;
    await sql
      .deleteFrom('roles')
      .where('user_id', '=', userId)
      .where('role', '!=', 'administrator')
      .execute();
    await sql.updateTable('users').set({ partner_id: null }).where('id', '=', userId).execute();
    await sql.deleteFrom('portal_sessions').where('user_id', '=', userId).execute();
    await disableAccount(transaction, { partnerId, userId, actor, address });
    await noteAccountChange(transaction);
    await transaction.event({ kind: 'user.left-partner', partnerId, userId });
    await transaction.audit({
      actor,
      action: 'user.remove',
      subject: `user:${userId}`,
      address,
      detail: { partner: partnerId },
    });
    return { kind: 'done' };
  });
}

async function disableAccount(
  transaction: Transaction,
  input: {
    readonly partnerId: PartnerId;
    readonly userId: UserId;
    readonly actor: Actor;
    readonly address: string;
  },
): Promise<void> {
  const { sql, nowMs } = transaction;
  const { partnerId, userId, actor, address } = input;
  // One that an administrator has disabled stays the administrator's: joining again does not bring it back.
  const disabled = await sql
    .updateTable('sftp_accounts')
    .set((value) => ({
      status: 'disabled' as const,
      version: value('version', '+', 1),
      updated_at_ms: nowMs,
    }))
    .where('user_id', '=', userId)
    .where('status', '!=', 'disabled')
    .returning('user_id')
    .executeTakeFirst();
  if (disabled === undefined) return;
  await sql.insertInto('removed_accounts').values({ user_id: userId, removed_at_ms: nowMs }).execute();
  await transaction.event({ kind: 'account.disabled', partnerId, userId });
  await transaction.audit({
    actor,
    action: 'account.disable',
    subject: `account:${userId}`,
    address,
    detail: { by: printActor(actor), why: 'removed from the trading partner' },
  });
}

/**
 * Makes a user of no trading partner one of this partner, with a role and rights; called within the transaction of what
 * allows it.
 */
export async function joinPartner(
  transaction: Transaction,
  input: {
    readonly partnerId: PartnerId;
    readonly userId: UserId;
    readonly role: Role;
    readonly rights: readonly Right[];
    /** Who has invited the user. */
    readonly actor: Actor;
    readonly address: string;
  },
): Promise<void> {
  const { sql, nowMs } = transaction;
  const { partnerId, userId, rights, actor, address } = input;
  await sql.updateTable('users').set({ partner_id: partnerId }).where('id', '=', userId).execute();
  await changeOfficeRole(transaction, input);
  await changeGrants(transaction, { partnerId, userId, rights, expectedVersion: undefined, actor, address });
  await sql
    .updateTable('sftp_accounts')
    .set({ partner_id: partnerId })
    .where('user_id', '=', userId)
    .execute();
  const removed = await sql
    .deleteFrom('removed_accounts')
    .where('user_id', '=', userId)
    .returning('user_id')
    .executeTakeFirst();
  if (removed !== undefined) {
    // The step must be done again: what it attested to was another office.
    await sql
      .updateTable('sftp_accounts')
      .set((value) => ({
        status: 'update-required' as const,
        version: value('version', '+', 1),
        updated_at_ms: nowMs,
      }))
      .where('user_id', '=', userId)
      .execute();
    await transaction.event({ kind: 'account.update-required', partnerId, userId });
  }
  await noteAccountChange(transaction);
  await transaction.event({ kind: 'user.joined-partner', partnerId, userId });
  await transaction.audit({
    actor: { kind: 'user', id: userId },
    action: 'user.join',
    subject: `user:${userId}`,
    address,
    detail: { partner: partnerId, role: input.role, invitedBy: printActor(actor) },
  });
}
