// The users of a trading partner with their office roles: who may manage whom, and what pages show of them.

import type { Role } from '../domain/account.ts';
import type { PartnerId, UserId } from '../domain/ids.ts';
import { officeRoles } from '../domain/role.ts';
import type { UserStatus } from '../domain/user.ts';
import { storedUserId } from './stored-id.ts';
import type { Sql } from './transaction.ts';

export interface Member {
  readonly userId: UserId;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly status: UserStatus;
  readonly role: Role;
  readonly lastSignInAtMs: number | undefined;
}

interface MemberSearch {
  readonly partnerId: PartnerId;
  readonly userId?: UserId | undefined;
  readonly offset?: number;
  readonly limit?: number;
}

/** @returns users of a partner, by id, each with the highest role that rows name; a user without one is a general user */
export async function listMembers(
  { sql }: { readonly sql: Sql },
  search: MemberSearch,
): Promise<readonly Member[]> {
  let query = sql
    .selectFrom('users')
    .select(['id', 'first_name', 'last_name', 'email', 'status', 'last_sign_in_at_ms'])
    .where('partner_id', '=', search.partnerId)
    .orderBy('id');
  if (search.userId !== undefined) query = query.where('id', '=', search.userId);
  if (search.limit !== undefined) query = query.limit(search.limit).offset(search.offset ?? 0);
  const users = await query.execute();
  if (users.length === 0) return [];
  const ids = users.map((user) => user.id);
  const roles = await sql
    .selectFrom('roles')
    .select(['user_id', 'role'])
    .where('user_id', 'in', ids)
    .execute();
  return users.map((user) => ({
    userId: storedUserId(user.id),
    firstName: user.first_name,
    lastName: user.last_name,
    email: user.email,
    status: user.status,
    role:
      officeRoles.find((role) => roles.some((row) => row.user_id === user.id && row.role === role)) ??
      'general-user',
    lastSignInAtMs: user.last_sign_in_at_ms === null ? undefined : Number(user.last_sign_in_at_ms),
  }));
}

/** @returns the user when it belongs to this partner; another partner's user is no one */
export async function findMember(
  database: { readonly sql: Sql },
  member: { readonly partnerId: PartnerId; readonly userId: UserId },
): Promise<Member | undefined> {
  const [found] = await listMembers(database, member);
  return found;
}

/** @returns how many users a partner has */
export async function countMembers({ sql }: { readonly sql: Sql }, partnerId: PartnerId): Promise<number> {
  const row = await sql
    .selectFrom('users')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('partner_id', '=', partnerId)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
