// Users as rows: the directory's side. What the SFTP daemon knows of a user is in account-store.ts alone.

import type { Role } from '../domain/account.ts';
import type { Actor } from '../domain/audit.ts';
import type { PartnerId, UserId } from '../domain/ids.ts';
import type { Right } from '../domain/right.ts';
import type { UserKind, UserStatus } from '../domain/user.ts';
import { requireAccountUpdate } from './account-store.ts';
import { changeGrants } from './grant-store.ts';
import { queueMail } from './mail-store.ts';
import { useOneTimeSecret, voidOneTimeSecrets } from './one-time-secret-store.ts';
import { storedPartnerId } from './partner-store.ts';
import { storedUserId } from './stored-id.ts';
import type { StoredUserRow } from './tables.ts';
import type { Database, Transaction } from './transaction.ts';
import { activateUser } from './user-activation.ts';

export interface User {
  readonly id: UserId;
  /** Undefined for a user of no trading partner: one who registered and was not added to one yet. */
  readonly partnerId: PartnerId | undefined;
  readonly kind: UserKind;
  readonly prefix: string;
  readonly firstName: string;
  readonly middleInitial: string;
  readonly lastName: string;
  readonly suffix: string;
  /** Empty for everyone but users of kind `business`. */
  readonly businessName: string;
  readonly email: string;
  readonly mobilePhone: string;
  readonly status: UserStatus;
  readonly passwordHash: string;
  /** Goes up with every change of the identity password. */
  readonly passwordVersion: number;
  readonly passwordChangedAtMs: number;
  readonly createdAtMs: number;
  readonly lastSignInAtMs: number | undefined;
  /** Until when one who registered must confirm the e-mail address. */
  readonly confirmByMs: number | undefined;
  /** The last sign-in, or what counts as one; expiry by inactivity is reckoned from here. */
  readonly activeAtMs: number;
}

/** What a user may tell of itself beside its names and address. */
export interface UserParticulars {
  readonly kind?: UserKind;
  readonly prefix?: string;
  readonly middleInitial?: string;
  readonly suffix?: string;
  readonly businessName?: string;
  readonly mobilePhone?: string;
}

export interface NewUser extends UserParticulars {
  readonly id: UserId;
  /** Undefined for a user of no trading partner; such a one has no role either. */
  readonly partnerId: PartnerId | undefined;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly role: Role | undefined;
  /** What it may send and receive from the first day; left out: nothing. */
  readonly rights?: readonly Right[];
  readonly passwordHash: string;
  readonly actor: Actor;
  /** `active` when left out. */
  readonly status?: UserStatus;
  readonly confirmByMs?: number;
}

export type AddUserOutcome =
  | { readonly kind: 'added'; readonly user: User }
  | { readonly kind: 'exists'; readonly user: User }
  | { readonly kind: 'no-such-partner' };

/**
 * Adds a user to the directory. The SFTP daemon does not know of it: that takes the setup step (invariant I5).
 * @param also what belongs to it, in the same transaction
 */
export async function addUser(
  database: Database,
  input: NewUser,
  also: (transaction: Transaction) => Promise<void> = async () => undefined,
): Promise<AddUserOutcome> {
  return database.transaction(async (transaction) => {
    const outcome = await addUserWithin(transaction, input);
    if (outcome.kind === 'added') await also(transaction);
    return outcome;
  });
}

/** The same in a transaction that has more to do. */
export async function addUserWithin(transaction: Transaction, input: NewUser): Promise<AddUserOutcome> {
  const { sql } = transaction;
  const existing = await sql.selectFrom('users').selectAll().where('id', '=', input.id).executeTakeFirst();
  if (existing !== undefined) return { kind: 'exists', user: userOf(existing) };
  if (input.partnerId !== undefined) {
    const { partnerId } = input;
    const partner = await sql
      .selectFrom('partners')
      .select('id')
      .where('id', '=', partnerId)
      .executeTakeFirst();
    if (partner === undefined) return { kind: 'no-such-partner' };
  }
  const user = await insertUser(transaction, input);
  const { id: userId, partnerId, rights = [], actor } = input;
  if (partnerId !== undefined)
    await changeGrants(transaction, { partnerId, userId, rights, expectedVersion: 0, actor });
  return { kind: 'added', user };
}

/** What an administrator may say of a user anew. */
export interface UserFacts {
  readonly id: UserId;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  /** Undefined: as it is. */
  readonly kind: UserKind | undefined;
}

/** Gives a user other names, another address or kind. Links that were mailed to another address are worth nothing then. */
export async function changeUserFacts(
  transaction: Transaction,
  input: UserFacts & { readonly actor: Actor },
): Promise<void> {
  const { id, firstName, lastName, kind, actor } = input;
  const email = input.email.toLowerCase();
  const before = await transaction.sql
    .selectFrom('users')
    .select(['email', 'partner_id'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  await transaction.sql
    .updateTable('users')
    .set({ first_name: firstName, last_name: lastName, email, ...(kind === undefined ? {} : { kind }) })
    .where('id', '=', id)
    .execute();
  if (before.email !== email) await voidOneTimeSecrets(transaction, id);
  const partnerId = before.partner_id === null ? undefined : storedPartnerId(before.partner_id);
  await transaction.event({ kind: 'user.changed', partnerId, userId: id });
  await transaction.audit({
    actor,
    action: 'user.change',
    subject: `user:${id}`,
    detail: { addressChanged: before.email !== email },
  });
}

/** What is left out when a user is added. */
const plainUser = {
  kind: 'business',
  prefix: '',
  middleInitial: '',
  suffix: '',
  businessName: '',
  mobilePhone: '',
  status: 'active',
} as const satisfies Partial<NewUser>;

async function insertUser(transaction: Transaction, input: NewUser): Promise<User> {
  const { sql, nowMs } = transaction;
  const user = { ...plainUser, ...input };
  const row = await sql
    .insertInto('users')
    .values({
      id: user.id,
      partner_id: user.partnerId ?? null,
      kind: user.kind,
      prefix: user.prefix,
      first_name: user.firstName,
      middle_initial: user.middleInitial,
      last_name: user.lastName,
      suffix: user.suffix,
      business_name: user.businessName,
      // In lower case: who has forgotten a user id is found by it.
      email: user.email.toLowerCase(),
      mobile_phone: user.mobilePhone,
      status: user.status,
      password_hash: user.passwordHash,
      password_version: 1,
      password_changed_at_ms: nowMs,
      created_at_ms: nowMs,
      last_sign_in_at_ms: null,
      confirm_by_ms: user.confirmByMs ?? null,
      active_at_ms: nowMs,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await sql
    .insertInto('password_history')
    .values({ user_id: row.id, password_version: 1, password_hash: row.password_hash, set_at_ms: nowMs })
    .execute();
  await recordNewUser(transaction, user);
  return userOf(row);
}

async function recordNewUser(
  transaction: Transaction,
  { id, partnerId, kind, role, actor }: NewUser,
): Promise<void> {
  if (role !== undefined) {
    const by = actor.kind === 'gateway' ? 'gateway' : actor.kind === 'user' ? actor.id : actor.name;
    await transaction.sql
      .insertInto('roles')
      .values({ user_id: id, role, granted_at_ms: transaction.nowMs, granted_by: by })
      .execute();
  }
  await transaction.event({ kind: 'user.created', partnerId, userId: id });
  await transaction.audit({
    actor,
    action: 'user.add',
    subject: `user:${id}`,
    detail: {
      kind: kind ?? plainUser.kind,
      ...(partnerId === undefined ? {} : { partner: partnerId }),
      ...(role === undefined ? {} : { role }),
    },
  });
}

/** @returns the user, or undefined when the directory has none of this id */
export async function findUser(database: Database, id: UserId): Promise<User | undefined> {
  const row = await database.sql.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : userOf(row);
}

/**
 * @param input.after only those after this id
 * @returns the users, by id; of one partner where one is named
 */
export async function listUsers(
  database: Database,
  input: {
    readonly partnerId?: PartnerId | undefined;
    readonly after?: string | undefined;
    readonly limit?: number;
  } = {},
): Promise<readonly User[]> {
  let query = database.sql.selectFrom('users').selectAll().orderBy('id');
  if (input.after !== undefined) query = query.where('id', '>', input.after);
  if (input.limit !== undefined) query = query.limit(input.limit);
  if (input.partnerId !== undefined) query = query.where('partner_id', '=', input.partnerId);
  return (await query.execute()).map(userOf);
}

/**
 * Finds the users of one person by what the person knows: names and e-mail address, in any case.
 * @returns them, by id; those who have never confirmed the address are not among them
 */
export async function findUsersByPerson(
  database: Database,
  input: { readonly firstName: string; readonly lastName: string; readonly email: string },
): Promise<readonly User[]> {
  const rows = await database.sql
    .selectFrom('users')
    .selectAll()
    // Addresses are kept in lower case.
    .where('email', '=', input.email.toLowerCase())
    .where('status', '!=', 'unconfirmed')
    .orderBy('id')
    .execute();
  const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
  return rows
    .map(userOf)
    .filter((user) => same(user.firstName, input.firstName) && same(user.lastName, input.lastName));
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
 * @param input.secretId the mailed link that it is done with: used up, and the e-mail address counts as confirmed
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
    readonly secretId?: string;
  },
): Promise<ReplacePasswordOutcome> {
  return database.transaction(async (transaction): Promise<ReplacePasswordOutcome> => {
    const { sql, nowMs } = transaction;
    const { userId, secretId } = input;
    if (secretId !== undefined && !(await useOneTimeSecret(transaction, { id: secretId, userId })))
      return { kind: 'outdated' };
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
    const partnerId = updated.partner_id === null ? undefined : storedPartnerId(updated.partner_id);
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
    const sftpUpdateRequired = await requireAccountUpdate(transaction, { userId, actor: input.actor });
    await voidOneTimeSecrets(transaction, userId);
    const first = secretId !== undefined && (await activateUser(transaction, input));
    // Who chooses a first password needs no warning that it was changed.
    if (!first) {
      const content = { kind: 'password-changed', atMs: nowMs, sftpUpdateRequired } as const;
      await queueMail(transaction, { content, userId });
    }
    return { kind: 'replaced', passwordVersion };
  });
}

function userOf(row: StoredUserRow): User {
  return {
    id: storedUserId(row.id),
    partnerId: row.partner_id === null ? undefined : storedPartnerId(row.partner_id),
    kind: row.kind,
    prefix: row.prefix,
    firstName: row.first_name,
    middleInitial: row.middle_initial,
    lastName: row.last_name,
    suffix: row.suffix,
    businessName: row.business_name,
    email: row.email,
    mobilePhone: row.mobile_phone,
    status: row.status,
    passwordHash: row.password_hash,
    passwordVersion: row.password_version,
    passwordChangedAtMs: Number(row.password_changed_at_ms),
    createdAtMs: Number(row.created_at_ms),
    lastSignInAtMs: row.last_sign_in_at_ms === null ? undefined : Number(row.last_sign_in_at_ms),
    confirmByMs: row.confirm_by_ms === null ? undefined : Number(row.confirm_by_ms),
    activeAtMs: Number(row.active_at_ms),
  };
}
