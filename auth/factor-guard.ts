// What stands around every check of a second factor: one at a time for each user, so that a burst of guesses cannot
// all pass before the first is counted; a throttle by user, address and network; the audit record of a refusal.

import type { UserId } from '../domain/ids.ts';
import type { FactorMethod } from '../domain/second-factor.ts';
import type { Database } from '../storage/transaction.ts';
import type { SignInThrottle } from './throttle.ts';

/** Who proves something, and for which session or pending sign-in. */
export interface FactorHolder {
  /** The hash of the token of the session, or of the sign-in that waits. */
  readonly holder: string;
  readonly userId: UserId;
  readonly address: string;
}

export type FactorOutcome =
  | { readonly kind: 'accepted'; readonly method: FactorMethod }
  /** `used`: it was right, and it was given before. */
  | { readonly kind: 'refused'; readonly why: 'wrong' | 'used' | 'expired' }
  | { readonly kind: 'blocked'; readonly untilMs: number };

export interface FactorGuard {
  /** Lets `check` decide, unless there were too many wrong tries. */
  attempt(
    who: FactorHolder,
    check: {
      readonly method: FactorMethod;
      readonly run: () => Promise<'right' | 'wrong' | 'used' | 'expired'>;
    },
  ): Promise<FactorOutcome>;
}

export function createFactorGuard(deps: {
  readonly database: Database;
  readonly throttle: SignInThrottle;
}): FactorGuard {
  const { database, throttle } = deps;
  /** The end of each user's queue. */
  const queues = new Map<string, Promise<unknown>>();

  const attempt: FactorGuard['attempt'] = async (who, check) => {
    const attempted = { user: who.userId, address: who.address };
    const untilMs = await throttle.blockedUntil('factor', attempted);
    if (untilMs > 0) return { kind: 'blocked', untilMs };
    const result = await check.run();
    if (result === 'right') {
      await throttle.succeed('factor', attempted);
      return { kind: 'accepted', method: check.method };
    }
    const { locked } = await throttle.fail('factor', attempted);
    await database.transaction((transaction) =>
      transaction.audit({
        actor: { kind: 'gateway' },
        action: locked ? 'factor.lock' : 'portal.factor-refused',
        subject: `user:${who.userId}`,
        address: who.address,
        detail: { method: check.method, why: result },
      }),
    );
    return { kind: 'refused', why: result };
  };

  return {
    async attempt(who, check) {
      const before = queues.get(who.userId) ?? Promise.resolve();
      const mine = before.then(
        () => attempt(who, check),
        () => attempt(who, check),
      );
      queues.set(who.userId, mine);
      try {
        return await mine;
      } finally {
        if (queues.get(who.userId) === mine) queues.delete(who.userId);
      }
    },
  };
}
