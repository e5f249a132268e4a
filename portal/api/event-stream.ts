// Events as they happen: a server-sent event stream (WHATWG HTML, section 9.2). It reads the outbox as hooks do, from a
// place that the caller names, so that nothing is left out over a broken connection.

import { type EventRecord, eventMessage } from '../../domain/event-message.ts';
import { searchEvents } from '../../storage/event-search.ts';
import type { ApiContext } from './api-deps.ts';
import { printCursor } from './cursor.ts';
import type { Caller } from './endpoint.ts';

/** Whose cursors name a place in the outbox. */
export const eventList = 'events';

export interface EventFilter {
  readonly kind: string | undefined;
  readonly partnerId: string | undefined;
}

/** Events that are read at once. */
const batch = 200;
/** Something is sent at least so often, in milliseconds, so that proxies see that the stream lives. */
const aliveMs = 15_000;
/** At most so often is the outbox looked into, in milliseconds, however many commits there are. */
const pauseMs = 100;
/** How long a caller waits before it comes back, in milliseconds. */
const retryMs = 2_000;

/**
 * Tells what comes after a sequence, until the caller leaves, the server ends, or the key is good no more.
 */
export async function* streamEvents(
  context: ApiContext,
  input: {
    readonly caller: Caller;
    readonly after: number;
    readonly filter: EventFilter;
    readonly left: AbortSignal;
  },
): AsyncGenerator<string> {
  const { database, keys, closing } = context;
  const ended = AbortSignal.any([input.left, closing]);
  const doorbell = createDoorbell(ended);
  const unsubscribe = database.changes.subscribe(doorbell.ring);
  let { after } = input;
  try {
    yield `retry: ${retryMs}\n\n`;
    while (!ended.aborted && (await keys.isStillGood(input.caller.key.id))) {
      const search = { ...input.filter, after, limit: batch, order: 'oldest-first' } as const;
      const events = await searchEvents(database, search);
      for (const event of events) yield printEvent(event);
      after = events.at(-1)?.sequence ?? after;
      if (events.length < batch && !(await doorbell.wait(aliveMs))) yield ': alive\n\n';
      await doorbell.pause(pauseMs);
    }
  } finally {
    unsubscribe();
    doorbell.close();
  }
}

function printEvent(event: EventRecord): string {
  // JSON has no line breaks in it.
  return `id: ${printCursor(eventList, [event.sequence])}\ndata: ${JSON.stringify(eventMessage(event))}\n\n`;
}

/** Waits for a ring, which may come before the waiting begins. Nothing waits longer than until `ended`. */
function createDoorbell(ended: AbortSignal) {
  let rung = false;
  let wake: () => void = () => undefined;
  const onEnd = (): void => wake();
  ended.addEventListener('abort', onEnd);
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (ended.aborted) wake();
    });
  return {
    ring(): void {
      rung = true;
      wake();
    },
    /** @returns whether there was a ring */
    async wait(ms: number): Promise<boolean> {
      if (!rung) await sleep(ms);
      const heard = rung;
      rung = false;
      return heard || ended.aborted;
    },
    /** Lets some time go by, whoever rings. */
    async pause(ms: number): Promise<void> {
      await new Promise<void>((resolve) => setTimeout(resolve, ms));
    },
    close(): void {
      wake();
      ended.removeEventListener('abort', onEnd);
    },
  };
}
