// Users as rows: the directory's side. What the SFTP daemon knows of a user is in account-store.ts alone.

import type { Role } from '../domain/account.ts';
import type { Actor } from '../domain/audit.ts';
import { type PartnerId, parseUserId, type UserId } from '../domain/ids.ts';
import type { Right } from '../domain/right.ts';
import { requireAccountUpdate } from './account-store.ts';
import { changeGrants } from './grant-store.ts';
import { storedPartnerId } from './partner-store.ts';
import type { UserRow } from './tables.ts';
import type { Database } from './transaction.ts';

export interface User {
  readonly id: UserId;
  readonly partnerId: PartnerId;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly status: 'active' | 'disabled';
  readonly passwordHash: string;
  /** Goes up with every change of the identity password. */
  readonly passwordVersion: number;
  readonly passwordChangedAtMs: number;
  readonly createdAtMs: number;
  readonly lastSignInAtMs: number | undefined;
}

export type AddUserOutcome =
  | { readonly kind: 'added'; readonly user: User }
  | { readonly kind: 'exists'; readonly user: User }
  | { readonly kind: 'no-such-partner' };

/** Adds a user to the directory. The SFTP daemon does not know of it: that takes the setup step (invariant I5). */
export async function addUser(
  database: Database,
  input: {
    readonly id: UserId;
    readonly partnerId: PartnerId;
    readonly firstName: string;
    readonly lastName: string;
    readonly email: string;
    readonly role: Role;
    /** What the user may send and receive from the first day; left out: nothing. */
    readonly rights?: readonly Right[];
    readonly passwordHash: string;
    readonly actor: Actor;
  },
): Promise<AddUserOutcome> {
  return database.transaction(async (transaction): Promise<AddUserOutcome> => {
    const { sql, nowMs } = transaction;
    const existing = await sql.selectFrom('users').selectAll().where('id', '=', input.id).executeTakeFirst();
    if (existing !== undefined) return { kind: 'exists', user: userOf(existing) };
    const partner = await sql
      .selectFrom('partners')
      .select('id')
      .where('id', '=', input.partnerId)
      .executeTakeFirst();
    if (partner === undefined) return { kind: 'no-such-partner' };
    const row: UserRow = {
      id: input.id,
      partner_id: input.partnerId,
      first_name: input.firstName,
      last_name: input.lastName,
      email: input.email,
      status: 'active',
      password_hash: input.passwordHash,
      password_version: 1,
      password_changed_at_ms: nowMs,
      created_at_ms: nowMs,
      last_sign_in_at_ms: null,
    };
    await sql.insertInto('users').values(row).execute();
    await sql
      .insertInto('password_history')
      .values({ user_id: row.id, password_version: 1, password_hash: row.password_hash, set_at_ms: nowMs })
      .execute();
    const by =
      input.actor.kind === 'gateway'
        ? 'gateway'
        : input.actor.kind === 'user'
          ? input.actor.id
          : input.actor.name;
    await sql
      .insertInto('roles')
      .values({ user_id: row.id, role: input.role, granted_at_ms: nowMs, granted_by: by })
      .execute();
    await transaction.event({ kind: 'user.created', partnerId: input.partnerId, userId: input.id });
    await transaction.audit({
      actor: input.actor,
      action: 'user.add',
      subject: `user:${input.id}`,
      detail: { partner: input.partnerId, role: input.role },
    });
    const { partnerId, rights = [], actor } = input;
    await changeGrants(transaction, { partnerId, userId: input.id, rights, expectedVersion: 0, actor });
    return { kind: 'added', user: userOf(row) };
  });
}

/** @returns the user, or undefined when the directory has none of this id */
export async function findUser(database: Database, id: UserId): Promise<User | undefined> {
  const row = await database.sql.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : userOf(row);
}

/** @returns the users, by id; of one partner where one is named */
export async function listUsers(
  database: Database,
  input: { readonly partnerId?: PartnerId } = {},
): Promise<readonly User[]> {
  let query = database.sql.selectFrom('users').selectAll().orderBy('id');
  if (input.partnerId !== undefined) query = query.where('partner_id', '=', input.partnerId);
  return (await query.execute()).map(userOf);
}

/** @returns the roles that a user has */
export async function rolesOfUser(database: Database, id: UserId): Promise<readonly string[]> {
  const rows = await database.sql
    .selectFrom('roles')
    .select('role')
    .where('user_id', '=', id)
    .orderBy('role')
    .execute();
  return rows.map((row) => row.role);
}

/** @returns the hashes of every password that the user has had, the newest first */
export async function passwordHistory(database: Database, id: UserId): Promise<readonly string[]> {
  const rows = await database.sql
    .selectFrom('password_history')
    .select('password_hash')
    .where('user_id', '=', id)
    .orderBy('password_version', 'desc')
    .execute();
  return rows.map((row) => row.password_hash);
}

export type ReplacePasswordOutcome =
  | { readonly kind: 'replaced'; readonly passwordVersion: number }
  /** Someone else changed it meanwhile. */
  | { readonly kind: 'outdated' };

/**
 * Gives a user a new identity password. In the same transaction the SFTP account becomes `update-required`
 * (invariant I5), and every portal session but the one named ends.
 * @param input.expectedVersion the password version that the caller has verified or seen
 * @param input.keepSession the hash of the session token that may go on
 */
export async function replacePassword(
  database: Database,
  input: {
    readonly userId: UserId;
    readonly passwordHash: string;
    readonly expectedVersion: number;
    readonly actor: Actor;
    readonly address?: string;
    readonly keepSession?: string;
  },
): Promise<ReplacePasswordOutcome> {
  return database.transaction(async (transaction): Promise<ReplacePasswordOutcome> => {
    const { sql, nowMs } = transaction;
    const passwordVersion = input.expectedVersion + 1;
    const updated = await sql
      .updateTable('users')
      .set({
        password_hash: input.passwordHash,
        password_version: passwordVersion,
        password_changed_at_ms: nowMs,
      })
      .where('id', '=', input.userId)
      .where('password_version', '=', input.expectedVersion)
      .returning('partner_id')
      .executeTakeFirst();
    if (updated === undefined) return { kind: 'outdated' };
    await sql
      .insertInto('password_history')
      .values({
        user_id: input.userId,
        password_version: passwordVersion,
        password_hash: input.passwordHash,
        set_at_ms: nowMs,
      })
      .execute();
    await sql
      .deleteFrom('portal_sessions')
      .where('user_id', '=', input.userId)
      .where('token_hash', '!=', input.keepSession ?? '')
      .execute();
    await sql
      .updateTable('portal_sessions')
      .set({ password_version: passwordVersion })
      .where('user_id', '=', input.userId)
      .execute();
    const partnerId = storedPartnerId(updated.partner_id);
    await transaction.event({
      kind: 'user.password-changed',
      partnerId,
      userId: input.userId,
      passwordVersion,
    });
    await transaction.audit({
      actor: input.actor,
      action: input.actor.kind === 'user' ? 'user.password-change' : 'user.password-set',
      subject: `user:${input.userId}`,
      ...(input.address === undefined ? {} : { address: input.address }),
      detail: { passwordVersion },
    });
    await requireAccountUpdate(transaction, { userId: input.userId, partnerId, actor: input.actor });
    return { kind: 'replaced', passwordVersion };
  });
}

function userOf(row: UserRow): User {
  return {
    id: storedUserId(row.id),
    partnerId: storedPartnerId(row.partner_id),
    firstName: row.first_name,
    lastName: row.last_name,
    email: row.email,
    status: row.status,
    passwordHash: row.password_hash,
    passwordVersion: row.password_version,
    passwordChangedAtMs: Number(row.password_changed_at_ms),
    createdAtMs: Number(row.created_at_ms),
    lastSignInAtMs: row.last_sign_in_at_ms === null ? undefined : Number(row.last_sign_in_at_ms),
  };
}

/**
 * Reads back an id that a row holds.
 * @throws Error when the row was not written by Claimgate
 */
export function storedUserId(text: string): UserId {
  const parsed = parseUserId(text);
  if (parsed.kind === 'invalid') throw new Error(`The database holds ${JSON.stringify(text)} as a user id.`);
  return parsed.id;
}
