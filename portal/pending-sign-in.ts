// A sign-in that waits for its second factor: a token and a cookie of its own, which open nothing but the pages that
// take the factor. It ends when the session begins, and after a while by itself.

import type { Buffer } from 'node:buffer';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  beginPendingSignIn,
  endPendingSignIn,
  findPendingSignIn,
  type PendingSignIn,
} from '../storage/pending-sign-in-store.ts';
import type { Database } from '../storage/transaction.ts';
import { findUser, type User } from '../storage/user-store.ts';
import { clearCookie, readCookie, writeCookie } from './cookie.ts';
import { pendingSignInMs, tokenBytes } from './limits.ts';
import type { PortalSettings } from './portal-settings.ts';
import { hashToken } from './session.ts';

/** Someone who has given a right password, and nothing more. */
export interface Arrival {
  readonly pending: PendingSignIn;
  readonly user: User;
}

export interface PendingSignIns {
  /** @returns undefined when the request has none that is still good */
  look(request: FastifyRequest): Promise<Arrival | undefined>;
  /** Begins one under a new token; the one before it ends. */
  begin(
    exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
    input: Pick<PendingSignIn, 'nextPath' | 'authenticatedAtMs'> & {
      readonly user: User;
      readonly idToken?: string | undefined;
    },
  ): Promise<void>;
  /** Ends it, in the row and in the browser. @returns whether it was there: two requests at once cannot both end it */
  end(request: FastifyRequest, reply: FastifyReply): Promise<boolean>;
}

export function createPendingSignIns(deps: {
  readonly database: Database;
  readonly settings: Pick<PortalSettings, 'secureCookies'>;
  readonly randomBytes: (count: number) => Buffer;
}): PendingSignIns {
  const { database } = deps;
  const secure = deps.settings.secureCookies;
  const end = async (request: FastifyRequest): Promise<boolean> => {
    const token = readCookie(request, 'pending', secure);
    return token !== undefined && (await endPendingSignIn(database, hashToken(token)));
  };
  return {
    async look(request) {
      const token = readCookie(request, 'pending', secure);
      if (token === undefined) return undefined;
      const tokenHash = hashToken(token);
      const pending = await findPendingSignIn(database, { tokenHash, lifeMs: pendingSignInMs });
      const user = pending === undefined ? undefined : await findUser(database, pending.userId);
      return pending === undefined || user === undefined ? undefined : { pending, user };
    },
    async begin({ request, reply }, { user, nextPath, authenticatedAtMs, idToken }) {
      await end(request);
      const token = deps.randomBytes(tokenBytes).toString('base64url');
      await beginPendingSignIn(database, {
        nextPath,
        authenticatedAtMs,
        idToken,
        tokenHash: hashToken(token),
        userId: user.id,
        csrfToken: deps.randomBytes(tokenBytes).toString('base64url'),
        address: request.ip,
        passwordVersion: user.passwordVersion,
      });
      writeCookie(reply, 'pending', token, secure);
    },
    async end(request, reply) {
      clearCookie(reply, 'pending', secure);
      return end(request);
    },
  };
}
