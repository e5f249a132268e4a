// Telling yields to transfers. A queue of ten thousand events can wait, and a partner at the other end of a line cannot: while
// something else goes on in the gateway, only a few deliveries a second are made; as soon as nothing does, as many as receivers
// take. A gateway that is never idle makes events without end; so the pace is never below a little more than what has been
// made lately, and a queue always becomes shorter. Measured by `npm run bench -- hooks`.

import { setTimeout } from 'node:timers/promises';
import type { Changes } from '../storage/changes.ts';

export interface Pace {
  /**
   * Waits for a turn.
   * @param weight how much work it is for: 1 for one delivery
   * @param signal ends the wait
   */
  take(weight: number, signal: AbortSignal): Promise<void>;
  /** Notes how many deliveries have been made of new events just now. */
  noteMade(count: number): void;
  close(): void;
}

/** How long after a commit of somebody's the gateway counts as busy, in milliseconds: a partner's next file follows within it. */
const busyMs = 250;
/** A wait is looked at again after this time, in milliseconds, since what was under way may have ended. */
const lookMs = 50;
/** Over how long the rate of new deliveries is averaged, in milliseconds: a burst is spread over it. */
const averageMs = 60_000;
/** Deliveries go out so much faster than new ones have been made. */
const lead = 1.25;
/** How much of the time without deliveries may be made up for at once, in milliseconds: a few events are told at once. */
const burstMs = 200;

/**
 * One for all hooks of the gateway. The caller closes it.
 * @param deps.changes what is committed tells of uploads, answers and people at work, in whichever process; deliveries
 *   themselves are not among it
 * @param deps.isTransferring whether bytes of a transfer are in hand in this process: a long one commits nothing
 * @param deps.perSecond deliveries a second while the gateway is busy, if not more have been made lately
 */
export function createPace(deps: {
  readonly changes: Pick<Changes, 'subscribe'>;
  readonly isTransferring: () => boolean;
  readonly perSecond: number;
}): Pace {
  let changedAtMs = Number.NEGATIVE_INFINITY;
  let freeAtMs = 0;
  let madePerSecond = 0;
  let notedAtMs = performance.now();
  const unsubscribe = deps.changes.subscribe(() => {
    changedAtMs = performance.now();
  });
  const isBusy = (nowMs: number) => nowMs - changedAtMs < busyMs || deps.isTransferring();
  const decayMade = (nowMs: number) => {
    madePerSecond *= Math.exp((notedAtMs - nowMs) / averageMs);
    notedAtMs = nowMs;
  };
  return {
    noteMade(count) {
      decayMade(performance.now());
      madePerSecond += (count * 1000) / averageMs;
    },
    async take(weight, signal) {
      for (;;) {
        const nowMs = performance.now();
        if (signal.aborted || !isBusy(nowMs)) return;
        const waitMs = freeAtMs - nowMs;
        if (waitMs <= 0) {
          decayMade(nowMs);
          const perSecond = Math.max(deps.perSecond, madePerSecond * lead);
          freeAtMs = Math.max(freeAtMs, nowMs - burstMs) + (weight * 1000) / perSecond;
          return;
        }
        // It ends by an error when it is cut short, and then the loop ends above.
        await setTimeout(Math.min(waitMs, lookMs), undefined, { signal }).catch(() => undefined);
      }
    },
    close: unsubscribe,
  };
}
