// Portal sessions: a random token in the browser's cookie, its SHA-256 in the row. A session begins with a new token
// (no fixation), and ends by sign-out, by time, by a password change elsewhere, or when the user is disabled.

import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '../domain/account.ts';
import type { FactorMethod } from '../domain/second-factor.ts';
import { findPartner, type Partner } from '../storage/partner-store.ts';
import {
  beginPortalSession,
  endPortalSession,
  type PortalSession,
  prunePortalSessions,
  usePortalSession,
} from '../storage/portal-session-store.ts';
import { isAdministrator, readOfficeRole } from '../storage/role-store.ts';
import type { Database } from '../storage/transaction.ts';
import { findUser, type User } from '../storage/user-store.ts';
import { clearCookie, readCookie, writeCookie } from './cookie.ts';
import { tokenBytes } from './limits.ts';
import type { PortalSettings } from './portal-settings.ts';

/** Who looks at a page. */
export interface Viewer {
  readonly session: PortalSession;
  readonly user: User;
  /** Undefined for a user of no trading partner. */
  readonly partner: Partner | undefined;
  /** The place in the partner's office. */
  readonly role: Role | undefined;
  /** One of those who run the gateway: a role that the command alone gives. */
  readonly administrator: boolean;
}

type SessionLook =
  | { readonly kind: 'signed-in'; readonly viewer: Viewer }
  /** The browser brought a token that is no longer good. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'none' };

/** Whom a session is begun for, and by what. */
export interface ProvedUser {
  readonly user: User;
  /** When the password was given, or when the provider says that the user signed in; milliseconds since 1970. */
  readonly authenticatedAtMs: number;
  /** Undefined: none was asked for. */
  readonly factor: FactorMethod | undefined;
  /** The identity provider's token, sealed; undefined for a sign-in by password. */
  readonly idToken?: string | undefined;
}

export interface Sessions {
  /** Finds the request's session and notes that it was seen. */
  look(request: FastifyRequest): Promise<SessionLook>;
  /** Begins a session for a user who has proved to be one, under a new token; the one before it ends. */
  begin(request: FastifyRequest, reply: FastifyReply, proved: ProvedUser): Promise<void>;
  /** Ends the request's session, in the row and in the browser. */
  end(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Whose request it was, once `look` has found out: for the observation of the request. */
  userIdOf(request: FastifyRequest): string | undefined;
}

export interface SessionDeps {
  readonly database: Database;
  readonly settings: Pick<PortalSettings, 'secureCookies' | 'sessionIdleMs' | 'sessionAbsoluteMs'>;
  readonly randomBytes: (count: number) => Buffer;
}

export function createSessions(deps: SessionDeps): Sessions {
  const { database, settings } = deps;
  const secure = settings.secureCookies;
  const times = { idleMs: settings.sessionIdleMs, absoluteMs: settings.sessionAbsoluteMs };
  const seen = new WeakMap<FastifyRequest, string>();

  const end = async (request: FastifyRequest): Promise<void> => {
    const token = readCookie(request, 'session', secure);
    if (token !== undefined)
      await endPortalSession(database, { tokenHash: hashToken(token), address: request.ip });
  };

  return {
    async look(request) {
      const token = readCookie(request, 'session', secure);
      if (token === undefined) return { kind: 'none' };
      const session = await usePortalSession(database, { tokenHash: hashToken(token), ...times });
      if (session === undefined) return { kind: 'ended' };
      const user = await findUser(database, session.userId);
      if (user === undefined) return { kind: 'ended' };
      const partner = user.partnerId === undefined ? undefined : await findPartner(database, user.partnerId);
      const role = partner === undefined ? undefined : await readOfficeRole(database, user.id);
      const administrator = await isAdministrator(database, user.id);
      seen.set(request, user.id);
      return { kind: 'signed-in', viewer: { session, user, partner, role, administrator } };
    },
    async begin(request, reply, { user, ...proved }) {
      await end(request);
      await prunePortalSessions(database, times);
      const token = deps.randomBytes(tokenBytes).toString('base64url');
      await beginPortalSession(database, {
        tokenHash: hashToken(token),
        userId: user.id,
        csrfToken: deps.randomBytes(tokenBytes).toString('base64url'),
        address: request.ip,
        passwordVersion: user.passwordVersion,
        ...proved,
      });
      seen.set(request, user.id);
      writeCookie(reply, 'session', token, secure);
    },
    async end(request, reply) {
      await end(request);
      clearCookie(reply, 'session', secure);
    },
    userIdOf: (request) => seen.get(request),
  };
}

/** What stands in a row for a token. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');
