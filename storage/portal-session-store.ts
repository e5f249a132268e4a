// Portal sessions as rows. The browser holds a random token, the row only its SHA-256: who reads the database cannot
// take over a session.

import type { UserId } from '../domain/ids.ts';
import { storedUserId } from './stored-id.ts';
import type { StoredPortalSessionRow } from './tables.ts';
import type { Database } from './transaction.ts';

export interface PortalSession {
  readonly tokenHash: string;
  readonly userId: UserId;
  readonly csrfToken: string;
  readonly address: string;
  readonly passwordVersion: number;
  readonly createdAtMs: number;
  readonly lastSeenAtMs: number;
  /** When the user last proved who it is: by the password here, or at the identity provider. */
  readonly authenticatedAtMs: number;
  /** Which second factor was given last, and when; undefined: none. */
  readonly factor: string | undefined;
  readonly factorAtMs: number | undefined;
  /** The identity provider's token, sealed; undefined for a sign-in by password. */
  readonly idToken: string | undefined;
}

/** Begins a session: the row, the time of the user's last sign-in, and the audit record. */
export async function beginPortalSession(
  database: Database,
  input: {
    readonly tokenHash: string;
    readonly userId: UserId;
    readonly csrfToken: string;
    readonly address: string;
    readonly passwordVersion: number;
    readonly authenticatedAtMs: number;
    /** Which second factor was given; undefined: none. */
    readonly factor: string | undefined;
    readonly idToken?: string | undefined;
  },
): Promise<void> {
  await database.transaction(async (transaction) => {
    const { sql, nowMs } = transaction;
    await sql
      .insertInto('portal_sessions')
      .values({
        token_hash: input.tokenHash,
        user_id: input.userId,
        csrf_token: input.csrfToken,
        address: input.address,
        password_version: input.passwordVersion,
        created_at_ms: nowMs,
        last_seen_at_ms: nowMs,
        authenticated_at_ms: input.authenticatedAtMs,
        factor: input.factor ?? null,
        factor_at_ms: input.factor === undefined ? null : factorAtMs(input, nowMs),
        id_token: input.idToken ?? null,
      })
      .execute();
    await sql
      .updateTable('users')
      .set({ last_sign_in_at_ms: nowMs, active_at_ms: nowMs })
      .where('id', '=', input.userId)
      .execute();
    await transaction.audit({
      actor: { kind: 'user', id: input.userId },
      action: 'portal.sign-in',
      subject: `user:${input.userId}`,
      address: input.address,
      detail: { factor: input.factor ?? 'none' },
    });
  });
}

/** The provider's factor was given when the person signed in there, which may be a while ago. */
function factorAtMs(
  input: { readonly factor: string | undefined; readonly authenticatedAtMs?: number | undefined },
  nowMs: number,
): number {
  return input.factor === 'provider' ? Math.min(nowMs, input.authenticatedAtMs ?? 0) : nowMs;
}

/**
 * Notes that the person of a session has proved anew to be the user.
 * @param input.factor which second factor was given; undefined: none, the password or the provider's sign-in alone
 */
export async function renewPortalSession(
  database: Database,
  input: {
    readonly tokenHash: string;
    readonly userId: UserId;
    readonly address: string;
    readonly factor: string | undefined;
    /** When the user signed in at the provider, or gave the password; undefined: only the factor was given. */
    readonly authenticatedAtMs?: number | undefined;
    readonly idToken?: string | undefined;
  },
): Promise<void> {
  await database.transaction(async (transaction) => {
    const { sql, nowMs } = transaction;
    const { factor, authenticatedAtMs, idToken } = input;
    await sql
      .updateTable('portal_sessions')
      .set({
        ...(factor === undefined ? {} : { factor, factor_at_ms: factorAtMs(input, nowMs) }),
        ...(authenticatedAtMs === undefined ? {} : { authenticated_at_ms: authenticatedAtMs }),
        ...(idToken === undefined ? {} : { id_token: idToken }),
        last_seen_at_ms: nowMs,
      })
      .where('token_hash', '=', input.tokenHash)
      .where('user_id', '=', input.userId)
      .execute();
    await transaction.audit({
      actor: { kind: 'user', id: input.userId },
      action: 'portal.factor',
      subject: `user:${input.userId}`,
      address: input.address,
      detail: { factor: factor ?? 'sign-in' },
    });
  });
}

/**
 * A session is noted as seen at most so often, in milliseconds: what a page asks for at once, and a person who clicks
 * along, costs no commit each. An idle session ends by so much early at most.
 */
const seenEveryMs = 5000;

/**
 * Finds a session that is still good, and notes that it was seen.
 * @param input.idleMs how long it may have been idle
 * @param input.absoluteMs how old it may be
 * @returns undefined when there is none, it has ended, its user is disabled, or the password has changed since
 */
export async function usePortalSession(
  database: Database,
  input: { readonly tokenHash: string; readonly idleMs: number; readonly absoluteMs: number },
): Promise<PortalSession | undefined> {
  const nowMs = database.now();
  const row = await database.sql
    .selectFrom('portal_sessions')
    .innerJoin('users', (join) =>
      join
        .onRef('users.id', '=', 'portal_sessions.user_id')
        .onRef('users.password_version', '=', 'portal_sessions.password_version'),
    )
    .selectAll('portal_sessions')
    .where('portal_sessions.token_hash', '=', input.tokenHash)
    .where('portal_sessions.last_seen_at_ms', '>=', nowMs - input.idleMs)
    .where('portal_sessions.created_at_ms', '>=', nowMs - input.absoluteMs)
    .where('users.status', '=', 'active')
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (nowMs - Number(row.last_seen_at_ms) >= seenEveryMs) {
    await database.sql
      .updateTable('portal_sessions')
      .set({ last_seen_at_ms: nowMs })
      .where('token_hash', '=', input.tokenHash)
      .execute();
  }
  return sessionOf(row);
}

/** Ends a session; ending one that has ended is nothing. */
export async function endPortalSession(
  database: Database,
  input: { readonly tokenHash: string; readonly address: string },
): Promise<void> {
  await database.transaction(async (transaction) => {
    const ended = await transaction.sql
      .deleteFrom('portal_sessions')
      .where('token_hash', '=', input.tokenHash)
      .returning('user_id')
      .executeTakeFirst();
    if (ended === undefined) return;
    await transaction.audit({
      actor: { kind: 'user', id: ended.user_id },
      action: 'portal.sign-out',
      subject: `user:${ended.user_id}`,
      address: input.address,
    });
  });
}

/** Removes the rows of sessions that have ended by time. */
export async function prunePortalSessions(
  database: Database,
  input: { readonly idleMs: number; readonly absoluteMs: number },
): Promise<void> {
  const nowMs = database.now();
  await database.sql
    .deleteFrom('portal_sessions')
    .where((where) =>
      where.or([
        where('last_seen_at_ms', '<', nowMs - input.idleMs),
        where('created_at_ms', '<', nowMs - input.absoluteMs),
      ]),
    )
    .execute();
}

function sessionOf(row: StoredPortalSessionRow): PortalSession {
  return {
    tokenHash: row.token_hash,
    userId: storedUserId(row.user_id),
    csrfToken: row.csrf_token,
    address: row.address,
    passwordVersion: row.password_version,
    createdAtMs: Number(row.created_at_ms),
    lastSeenAtMs: Number(row.last_seen_at_ms),
    authenticatedAtMs: Number(row.authenticated_at_ms),
    factor: row.factor ?? undefined,
    factorAtMs: row.factor_at_ms === null ? undefined : Number(row.factor_at_ms),
    idToken: row.id_token ?? undefined,
  };
}
