// Throttling of wrong passwords: per account, so that one password cannot be guessed; and per address, so that one
// attacker cannot try one password on many accounts; and per network (/24, /56), so that one cannot do so from many
// addresses that cost nothing. The numbers follow SP 800-63B-4 section 3.2.2 (a growing delay,
// then a lock that ends by itself) and the state identity's two-hour lock.

import { neighbourhoodOf } from '../domain/network.ts';
import { clearThrottle, countFailure, readThrottle, type Throttle } from '../storage/throttle-store.ts';
import type { Database } from '../storage/transaction.ts';

export interface ThrottleSettings {
  /** Wrong passwords in a row before there is any delay. */
  readonly freeFailures: number;
  /** The delay after the first failure too many, in milliseconds; it doubles with each further one. */
  readonly firstDelayMs: number;
  /** The longest delay, in milliseconds. */
  readonly maxDelayMs: number;
  /** Wrong passwords in a row that lock the account. */
  readonly lockFailures: number;
  /** How long the lock lasts, in milliseconds. */
  readonly lockMs: number;
  /** Wrong passwords from one address, whatever the account, that block the address. */
  readonly addressFailures: number;
  /** Wrong passwords from one network that block it. */
  readonly networkFailures: number;
  /** How long the address or network is blocked, and within what time its failures count, in milliseconds. */
  readonly addressBlockMs: number;
}

/**
 * `factor` is the second door of the portal, behind the password, and `recovery` the page where a mailed code is
 * entered: wrong codes count on their own. `api` has no users: wrong keys count by address.
 */
export type Door = 'portal' | 'factor' | 'sftp' | 'recovery' | 'api';

/** Whose sign-in it was; `user` is undefined for a name that no user can have. */
export interface Attempted {
  readonly user: string | undefined;
  readonly address: string;
}

export interface SignInThrottle {
  /** @returns until when, in milliseconds since 1970, a sign-in of this user from this address must wait; 0: not at all */
  blockedUntil(door: Door, input: Attempted): Promise<number>;
  /** @returns whether this failure has locked the account, and until when it waits (milliseconds since 1970; 0: not) */
  fail(door: Door, input: Attempted): Promise<{ readonly locked: boolean; readonly untilMs: number }>;
  succeed(door: Door, input: { readonly user: string }): Promise<void>;
}

/** The lock of one user at one door, for the status that people are shown. */
export async function lockedUntil(database: Database, door: Door, user: string): Promise<number> {
  return (await readThrottle(database, accountScope(door, user))).blockedUntilMs;
}

export const accountScope = (door: Door, user: string): string => `${door}:user:${user}`;

/** Everything that a user can be locked by. */
export const lockScopes = (user: string): readonly string[] =>
  (['portal', 'sftp', 'recovery'] as const).map((door) => accountScope(door, user));

// The address counts for both doors together.
export const addressScope = (address: string): string => `address:${address}`;

/** @returns undefined for what is no IP address */
export function networkScope(address: string): string | undefined {
  const network = neighbourhoodOf(address);
  return network === undefined ? undefined : `network:${network.text}`;
}

export function createSignInThrottle(database: Database, settings: ThrottleSettings): SignInThrottle {
  return {
    async blockedUntil(door, input) {
      const account =
        input.user === undefined ? undefined : await readThrottle(database, accountScope(door, input.user));
      const address = await readThrottle(database, addressScope(input.address));
      const scope = networkScope(input.address);
      const network = scope === undefined ? undefined : await readThrottle(database, scope);
      const until = Math.max(
        account?.blockedUntilMs ?? 0,
        address.blockedUntilMs,
        network?.blockedUntilMs ?? 0,
      );
      return until > database.now() ? until : 0;
    },
    async fail(door, input) {
      const account =
        input.user === undefined
          ? undefined
          : await countFailure(database, {
              scope: accountScope(door, input.user),
              next: (before, nowMs) => nextForAccount(settings, before, nowMs),
            });
      await countFailure(database, {
        scope: addressScope(input.address),
        next: (before, nowMs) =>
          nextForAddress({ ...settings, failures: settings.addressFailures }, before, nowMs),
      });
      const scope = networkScope(input.address);
      if (scope !== undefined) {
        await countFailure(database, {
          scope,
          next: (before, nowMs) =>
            nextForAddress({ ...settings, failures: settings.networkFailures }, before, nowMs),
        });
      }
      return {
        locked: account !== undefined && account.failures >= settings.lockFailures,
        untilMs: account?.blockedUntilMs ?? 0,
      };
    },
    async succeed(door, input) {
      // Read first: a success without failures before it, the usual case, then writes nothing.
      const account = await readThrottle(database, accountScope(door, input.user));
      if (account.failures > 0) await clearThrottle(database, accountScope(door, input.user));
    },
  };
}

function nextForAccount(settings: ThrottleSettings, before: Throttle, nowMs: number): Throttle {
  // A lock that has run out begins a new count.
  const lockEnded = before.failures >= settings.lockFailures && before.blockedUntilMs <= nowMs;
  const failures = (lockEnded ? 0 : before.failures) + 1;
  const over = failures - settings.freeFailures;
  const delayMs =
    failures >= settings.lockFailures
      ? settings.lockMs
      : over > 0
        ? Math.min(settings.firstDelayMs * 2 ** (over - 1), settings.maxDelayMs)
        : 0;
  return { failures, lastFailureAtMs: nowMs, blockedUntilMs: delayMs === 0 ? 0 : nowMs + delayMs };
}

function nextForAddress(
  limit: { readonly failures: number; readonly addressBlockMs: number },
  before: Throttle,
  nowMs: number,
): Throttle {
  const fresh = before.lastFailureAtMs < nowMs - limit.addressBlockMs;
  const failures = (fresh ? 0 : before.failures) + 1;
  return {
    failures,
    lastFailureAtMs: nowMs,
    blockedUntilMs: failures >= limit.failures ? nowMs + limit.addressBlockMs : 0,
  };
}
