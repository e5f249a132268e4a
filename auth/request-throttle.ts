// How often something may be asked for: mails, registrations. Counted by scope (an address, a user id as typed) within a
// window of time, whether or not there is such a user.

import { countFailure } from '../storage/throttle-store.ts';
import type { Database } from '../storage/transaction.ts';
import { networkScope } from './throttle.ts';

export interface RequestLimit {
  readonly scope: string;
  readonly limit: number;
  readonly windowMs: number;
}

/**
 * Counts one request.
 * @returns 0 when it may be done; otherwise when the window ends, in milliseconds since 1970
 */
export async function takeRequest(database: Database, input: RequestLimit): Promise<number> {
  const { scope, limit, windowMs } = input;
  // The row's time is the window's beginning: a steady drip of requests must not keep the window open for ever.
  const counted = await countFailure(database, {
    scope,
    next: (before, nowMs) =>
      before.lastFailureAtMs + windowMs <= nowMs
        ? { failures: 1, lastFailureAtMs: nowMs, blockedUntilMs: 0 }
        : { ...before, failures: before.failures + 1 },
  });
  return counted.failures > limit ? counted.lastFailureAtMs + windowMs : 0;
}

/** A network may ask for so many times what one of its addresses may: a whole office stands behind one. */
const networkFactor = 4;

/** As takeRequest, for a network address and the network that it is in. */
export async function takeRequestFrom(
  database: Database,
  input: RequestLimit & { readonly address: string },
): Promise<number> {
  const { scope, address, limit, windowMs } = input;
  const untilMs = await takeRequest(database, { scope: `${scope}:address:${address}`, limit, windowMs });
  const network = networkScope(address);
  if (network === undefined) return untilMs;
  const wide = { scope: `${scope}:${network}`, limit: limit * networkFactor, windowMs };
  return Math.max(untilMs, await takeRequest(database, wide));
}
