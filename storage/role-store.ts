// A user's place in its trading partner's office, and who administers the gateway itself. A user has one office role at
// a time; an office that has an office administrator is never left without one.

import type { Role } from '../domain/account.ts';
import { type Actor, printActor } from '../domain/audit.ts';
import type { PartnerId, UserId } from '../domain/ids.ts';
import { administratorRole, officeRoles } from '../domain/role.ts';
import type { Database, Sql, Transaction } from './transaction.ts';

/** @returns the office role of a user: the highest, should rows name several; undefined when there is none */
export async function readOfficeRole(
  { sql }: { readonly sql: Sql },
  userId: UserId,
): Promise<Role | undefined> {
  const rows = await sql.selectFrom('roles').select('role').where('user_id', '=', userId).execute();
  return officeRoles.find((role) => rows.some((row) => row.role === role));
}

/** @returns whether a user is one of those who run the gateway */
export async function isAdministrator({ sql }: { readonly sql: Sql }, userId: UserId): Promise<boolean> {
  const row = await sql
    .selectFrom('roles')
    .select('role')
    .where('user_id', '=', userId)
    .where('role', '=', administratorRole)
    .executeTakeFirst();
  return row !== undefined;
}

export interface RoleHolder {
  readonly userId: string;
  readonly partnerId: string | undefined;
  readonly role: string;
  readonly grantedAtMs: number;
  readonly grantedBy: string;
}

/** @returns who has which role, by user; of one partner where one is named */
export async function listRoles(
  database: Database,
  input: { readonly partnerId?: PartnerId | undefined } = {},
): Promise<readonly RoleHolder[]> {
  let query = database.sql
    .selectFrom('roles')
    .innerJoin('users', 'users.id', 'roles.user_id')
    .select(['roles.user_id', 'users.partner_id', 'roles.role', 'roles.granted_at_ms', 'roles.granted_by'])
    .orderBy('roles.user_id')
    .orderBy('roles.role');
  if (input.partnerId !== undefined) query = query.where('users.partner_id', '=', input.partnerId);
  return (await query.execute()).map((row) => ({
    userId: row.user_id,
    partnerId: row.partner_id ?? undefined,
    role: row.role,
    grantedAtMs: Number(row.granted_at_ms),
    grantedBy: row.granted_by,
  }));
}

export type ChangeRoleOutcome = {
  readonly kind:
    | 'changed'
    | 'unchanged'
    /** The office would be left without one. */
    | 'last-office-administrator'
    /** The user does not belong to this partner. */
    | 'no-such-user';
};

/** Gives a user of a partner another office role: row, event and audit record in this transaction. */
export async function changeOfficeRole(
  transaction: Transaction,
  input: {
    readonly partnerId: PartnerId;
    readonly userId: UserId;
    readonly role: Role;
    readonly actor: Actor;
    readonly address?: string;
  },
): Promise<ChangeRoleOutcome> {
  const { sql, nowMs } = transaction;
  const { partnerId, userId, role, actor, address } = input;
  const user = await sql
    .selectFrom('users')
    .select('id')
    .where('id', '=', userId)
    .where('partner_id', '=', partnerId)
    .executeTakeFirst();
  if (user === undefined) return { kind: 'no-such-user' };
  const before = await readOfficeRole(transaction, userId);
  if (before === role) return { kind: 'unchanged' };
  if (await isLastOfficeAdministrator(transaction, input)) return { kind: 'last-office-administrator' };
  await sql.deleteFrom('roles').where('user_id', '=', userId).where('role', 'in', officeRoles).execute();
  await sql
    .insertInto('roles')
    .values({ user_id: userId, role, granted_at_ms: nowMs, granted_by: printActor(actor) })
    .execute();
  await transaction.event({ kind: 'user.role-changed', partnerId, userId, role });
  await transaction.audit({
    actor,
    action: 'user.role',
    subject: `user:${userId}`,
    ...(address === undefined ? {} : { address }),
    detail: { partner: partnerId, before: before ?? 'none', after: role },
  });
  return { kind: 'changed' };
}

/** Whether this user is an office administrator, and the partner has no other one who can sign in. */
export async function isLastOfficeAdministrator(
  { sql }: { readonly sql: Sql },
  input: { readonly partnerId: PartnerId; readonly userId: UserId },
): Promise<boolean> {
  const rows = await sql
    .selectFrom('roles')
    .innerJoin('users', 'users.id', 'roles.user_id')
    .select('users.id')
    .where('users.partner_id', '=', input.partnerId)
    .where('users.status', '=', 'active')
    .where('roles.role', '=', 'office-administrator')
    .execute();
  return rows.every((row) => row.id === input.userId) && rows.length > 0;
}

/** Whether someone runs the gateway from now on, or no longer. */
export interface SwitchAdministratorInput {
  readonly userId: UserId;
  readonly to: 'given' | 'taken';
  readonly actor: Actor;
}

export interface SwitchAdministratorOutcome {
  readonly kind: 'changed' | 'unchanged' | 'no-such-user';
}

/** Gives or takes the role of those who run the gateway. Only the command does this. */
export async function switchAdministrator(
  database: Database,
  input: SwitchAdministratorInput,
): Promise<SwitchAdministratorOutcome> {
  return database.transaction((transaction) => switchAdministratorWithin(transaction, input));
}

/** The same in a transaction that has more to do. */
export async function switchAdministratorWithin(
  transaction: Transaction,
  { userId, to, actor }: SwitchAdministratorInput,
): Promise<SwitchAdministratorOutcome> {
  const { sql, nowMs } = transaction;
  const user = await sql.selectFrom('users').select('id').where('id', '=', userId).executeTakeFirst();
  if (user === undefined) return { kind: 'no-such-user' };
  const has = await isAdministrator(transaction, userId);
  if (has === (to === 'given')) return { kind: 'unchanged' };
  if (to === 'given') {
    await sql
      .insertInto('roles')
      .values({
        user_id: userId,
        role: administratorRole,
        granted_at_ms: nowMs,
        granted_by: printActor(actor),
      })
      .execute();
  } else {
    await sql
      .deleteFrom('roles')
      .where('user_id', '=', userId)
      .where('role', '=', administratorRole)
      .execute();
  }
  await transaction.audit({
    actor,
    action: 'user.role',
    subject: `user:${userId}`,
    detail: { [administratorRole]: to },
  });
  return { kind: 'changed' };
}
