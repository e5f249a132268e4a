// Tells hooks of events. Each hook has a loop of its own, so that one that is down holds up no other: new events become
// deliveries, what is due is sent, oldest first and of one subject one at a time, and what came of it is written down at
// once. Nothing is kept in memory but the few that are being sent, and those that are next. While the gateway is busy with
// transfers, all of them together keep to a pace (pace.ts).
//
// A delivery that fails waits for its own doubling pause. A hook that fails waits too, for a shorter one, so that a
// receiver that is down gets one try from time to time and not one for each of ten thousand events; the first that it
// takes ends both (storage/delivery-store.ts).

import { setImmediate as nextTurn, setTimeout } from 'node:timers/promises';
import { eventMessage } from '../domain/event-message.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import {
  type DueDelivery,
  enqueueDeliveries,
  listDueDeliveries,
  nextDueAt,
  recordNotTaken,
  recordTaken,
} from '../storage/delivery-store.ts';
import { disableHook, findHook, openHook } from '../storage/hook-store.ts';
import type { Database } from '../storage/transaction.ts';
import { backOffMs } from './back-off.ts';
import { gather } from './gather.ts';
import type { Hook, HookChannel, SendOutcome } from './hook-channel.ts';
import { createPace, type Pace } from './pace.ts';

export interface DeliverySettings {
  /** The longest wait after the first failure, in milliseconds. */
  readonly retryFirstMs: number;
  /** The longest wait at all, in milliseconds. */
  readonly retryMaxMs: number;
  /** The longest that a hook is left alone after failures, in milliseconds. */
  readonly pauseMaxMs: number;
  /** Tries before a delivery ends among the dead letters. */
  readonly maxAttempts: number;
  /** How long sends under way may go on when the gateway closes, in milliseconds. */
  readonly drainMs: number;
  /** Deliveries a second, of all hooks together, while transfers are under way. */
  readonly besideTransfersPerSecond: number;
}

export interface DeliveryDeps {
  readonly database: Database;
  readonly observe: Observe;
  readonly settings: DeliverySettings;
  /** A number from 0 to 1, for the spread of pauses. */
  readonly random: () => number;
  /** Whether bytes of a transfer are in hand in this process. */
  readonly isTransferring: () => boolean;
}

/** How often a loop looks when nothing wakes it and nothing is due before, in milliseconds. */
const lookMs = 1_000;

/** How long a loop rests between two rounds, in milliseconds. */
const restMs = 20;

/** What is due is looked up for so many waves of sends at once. */
const wavesAhead = 16;

/** Making deliveries of a batch of events is as much work as making so many of them. */
const enqueueWeight = 4;

/** Starts telling hooks. The caller closes it; what is being sent then may end, or is sent again at the next start. */
export function startDelivery(
  deps: DeliveryDeps,
  hooks: readonly Hook[],
): { readonly close: () => Promise<void> } {
  const ending = new AbortController();
  const abandoning = new AbortController();
  const pace = createPace({
    changes: deps.database.changes,
    isTransferring: deps.isTransferring,
    perSecond: deps.settings.besideTransfersPerSecond,
  });
  const loops = hooks.map((hook) =>
    runHook(deps, { hook, pace, ending: ending.signal, abandoning: abandoning.signal }),
  );
  return {
    async close() {
      ending.abort();
      const timer = globalThis.setTimeout(() => abandoning.abort(), deps.settings.drainMs);
      await Promise.all(loops);
      clearTimeout(timer);
      pace.close();
    },
  };
}

interface Run {
  readonly hook: Hook;
  readonly pace: Pace;
  /** No further delivery is begun. */
  readonly ending: AbortSignal;
  /** What is being sent is broken off. */
  readonly abandoning: AbortSignal;
}

interface OpenRun extends Run {
  readonly channel: HookChannel;
  /** Notes that a delivery was taken, together with those that are taken at the same time. */
  readonly noteTaken: (delivery: DueDelivery) => Promise<void>;
}

async function runHook(deps: DeliveryDeps, run: Run): Promise<void> {
  const { database, observe } = deps;
  const bell = createBell(run.ending);
  const unsubscribe = database.changes.subscribe(bell.ring);
  const channel = run.hook.open();
  const noteTaken = gather((taken: readonly DueDelivery[]) => recordTaken(database, run.hook.name, taken));
  let isOpen = false;
  while (!run.ending.aborted) {
    let waitMs = lookMs;
    try {
      if (!isOpen) await openHook(database, run.hook.name);
      isOpen = true;
      waitMs = await tellDue(deps, { ...run, channel, noteTaken });
    } catch (thrown) {
      observe({ kind: 'fault', where: 'hooks.delivery-loop', fault: describeFault(thrown) });
    }
    await bell.wait(waitMs);
    // What comes within a moment is looked at together: on a busy gateway not every commit makes a round.
    await setTimeout(restMs);
  }
  unsubscribe();
  channel.close();
}

/** @returns for how long there is nothing to do, in milliseconds */
async function tellDue(deps: DeliveryDeps, run: OpenRun): Promise<number> {
  const { pace, ending } = run;
  // Of one subject at most one is among them, so that however long they wait here, their order stays.
  const ahead: DueDelivery[] = [];
  for (;;) {
    // What waits for the event loop meanwhile, a transfer above all, comes first.
    await nextTurn();
    const { made, more } = await enqueueDeliveries(deps.database, run.hook);
    pace.noteMade(made);
    if (more) await pace.take(enqueueWeight, ending);
    const restMs = await lookAhead(deps, run, ahead);
    if (restMs > 0) return more ? 0 : restMs;
    const wave = ahead.splice(0, run.hook.concurrency);
    await pace.take(wave.length, ending);
    if (ending.aborted) return lookMs;
    await deliverAll(deps, run, wave);
  }
}

/**
 * Sees to it that what is to be sent next is known.
 * @returns 0, or for how long nothing may be sent, in milliseconds; a hook that is disabled is looked at again too
 */
async function lookAhead(deps: DeliveryDeps, run: OpenRun, ahead: DueDelivery[]): Promise<number> {
  const { database } = deps;
  const { name: hook, concurrency } = run.hook;
  const status = await findHook(database, hook);
  if (run.ending.aborted || status?.state !== 'enabled') return lookMs;
  const pauseMs = Math.min(status.pausedUntilMs - database.now(), lookMs);
  if (pauseMs > 0) return pauseMs;
  // One that has failed is asked with one event whether it is there again.
  const hasFailed = status.failures > 0;
  if (!hasFailed && ahead.length > 0) return 0;
  const limit = hasFailed ? 1 : concurrency * wavesAhead;
  ahead.splice(0, ahead.length, ...(await listDueDeliveries(database, { hook, limit })));
  return ahead.length > 0 ? 0 : untilDueMs(database, hook);
}

async function deliverAll(deps: DeliveryDeps, run: OpenRun, due: readonly DueDelivery[]): Promise<void> {
  const ends = await Promise.allSettled(due.map((delivery) => deliver(deps, run, delivery)));
  // Only when none is under way any more: what is being sent must not be found due again.
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function untilDueMs(database: Database, hook: string): Promise<number> {
  const dueAtMs = await nextDueAt(database, hook);
  return Math.min(lookMs, Math.max(1, (dueAtMs ?? Number.POSITIVE_INFINITY) - database.now()));
}

async function deliver(deps: DeliveryDeps, run: OpenRun, delivery: DueDelivery): Promise<void> {
  const { database, observe } = deps;
  const startedAtMs = performance.now();
  const outcome = await run.channel.send(eventMessage(delivery.event), run.abandoning);
  // Broken off by us, and not by the receiver: it does not count, and is sent again at the next start.
  if (outcome.kind === 'failed' && run.abandoning.aborted) return;
  const { hook, attempt } = delivery;
  const eventId = delivery.event.id;
  if (outcome.kind === 'taken') {
    await run.noteTaken(delivery);
    const durationMs = Math.round(performance.now() - startedAtMs);
    observe({ kind: 'hook.delivered', hook, eventId, attempt, durationMs });
    return;
  }
  if (outcome.kind === 'gone') {
    await disableHook(database, { name: hook, cause: 'gone', actor: { kind: 'gateway' } });
    observe({ kind: 'hook.disabled', hook, reason: outcome.reason });
    return;
  }
  await notTaken(deps, delivery, outcome);
}

async function notTaken(
  deps: DeliveryDeps,
  delivery: DueDelivery,
  outcome: SendOutcome & { readonly kind: 'failed' },
): Promise<void> {
  const { database, observe, settings, random } = deps;
  const { hook, attempt } = delivery;
  const { retryFirstMs: firstMs, retryMaxMs: maxMs, pauseMaxMs } = settings;
  const askedMs = Math.min(outcome.retryAfterMs ?? 0, maxMs);
  const wait = (failures: number, limitMs: number) =>
    Math.max(askedMs, backOffMs({ failures, firstMs, maxMs: limitMs, random: random() }));
  const retryAfterMs = attempt >= settings.maxAttempts ? undefined : wait(attempt, maxMs);
  const failures = await recordNotTaken(database, {
    delivery,
    error: outcome.reason,
    retryAfterMs,
    pause: (inARow) => wait(inARow, Math.min(pauseMaxMs, maxMs)),
  });
  observe({
    kind: retryAfterMs === undefined ? 'hook.given-up' : 'hook.failed',
    hook,
    eventId: delivery.event.id,
    attempt,
    failuresInARow: failures,
    retryInMs: retryAfterMs,
    reason: outcome.reason,
  });
}

/** Waits that a change, or the end, cuts short; a change that came just before a wait is not lost. */
function createBell(ending: AbortSignal): {
  readonly ring: () => void;
  readonly wait: (ms: number) => Promise<void>;
} {
  let rung = false;
  let wake: (() => void) | undefined;
  const ring = () => {
    rung = true;
    wake?.();
  };
  ending.addEventListener('abort', ring);
  return {
    ring,
    async wait(ms) {
      if (!rung && !ending.aborted && ms > 0) {
        await new Promise<void>((resolve) => {
          const timer = globalThis.setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
      rung = false;
    },
  };
}
