// Partners and users as they are, read in few statements however many there are: what `claimgate apply` compares with.

import type { Role } from '../domain/account.ts';
import type { ProfileTexts } from '../domain/partner-profile.ts';
import { parseRight, type Right } from '../domain/right.ts';
import { administratorRole, officeRoles } from '../domain/role.ts';
import { listPartners, type Partner } from './partner-store.ts';
import type { Database } from './transaction.ts';
import { listUsers, type User } from './user-store.ts';

export interface ProvisionedState {
  readonly partners: ReadonlyMap<string, Partner>;
  readonly users: ReadonlyMap<string, User>;
  /** By partner: what it has agreed on. */
  readonly agreed: ReadonlyMap<string, readonly Right[]>;
  /** By user: what it was granted. */
  readonly granted: ReadonlyMap<string, readonly Right[]>;
  /** By user: the office role. */
  readonly roles: ReadonlyMap<string, Role>;
  /** Users who run the gateway, whether they belong to a partner or not. */
  readonly administrators: ReadonlySet<string>;
  /** By partner: what is set in its profile; one without anything set is not in it. */
  readonly profiles: ReadonlyMap<string, ProfileTexts>;
}

/** Reads all of it, as of one moment. */
export async function readProvisionedState(database: Database): Promise<ProvisionedState> {
  const { sql } = database;
  const agreements = await sql
    .selectFrom('partner_transactions')
    .select(['partner_id as owner', 'transaction_name', 'direction'])
    .execute();
  const grants = await sql
    .selectFrom('grants')
    .select(['user_id as owner', 'transaction_name', 'direction'])
    .execute();
  const roles = await sql.selectFrom('roles').select(['user_id', 'role']).execute();
  const profiles = await sql.selectFrom('partner_profiles').select(['partner_id', 'profile']).execute();
  return {
    partners: new Map((await listPartners(database)).map((partner) => [partner.id, partner])),
    users: new Map((await listUsers(database)).map((user) => [user.id, user])),
    agreed: byOwner(agreements),
    granted: byOwner(grants),
    roles: highest(roles),
    administrators: new Set(roles.flatMap((row) => (row.role === administratorRole ? [row.user_id] : []))),
    profiles: new Map(profiles.map((row) => [row.partner_id, JSON.parse(row.profile) as ProfileTexts])),
  };
}

interface OwnedRight {
  readonly owner: string;
  readonly transaction_name: string;
  readonly direction: 'send' | 'receive';
}

function byOwner(rows: readonly OwnedRight[]): ReadonlyMap<string, readonly Right[]> {
  const found = new Map<string, Right[]>();
  for (const row of rows) {
    const right = parseRight(row.direction, row.transaction_name);
    if (right === undefined) continue;
    const own = found.get(row.owner);
    if (own === undefined) found.set(row.owner, [right]);
    else own.push(right);
  }
  return found;
}

function highest(
  rows: readonly { readonly user_id: string; readonly role: string }[],
): ReadonlyMap<string, Role> {
  const found = new Map<string, Role>();
  // From the least to the most: the last one set stays.
  for (const role of [...officeRoles].reverse())
    for (const row of rows) if (row.role === role) found.set(row.user_id, role);
  return found;
}
