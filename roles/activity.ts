// Counts, behind everything else, what the dashboard draws.

import type { Core } from '../core.ts';
import { describeFault } from '../domain/observation.ts';
import { countActivity } from '../storage/activity-counts.ts';
import type { Closable } from './closable.ts';

/** How old a count may be, in milliseconds. */
const everyMs = 5_000;

/** Counts from now on, and what was not counted before. */
export function startCounting({ database, observe }: Core): Closable {
  let running: Promise<void> | undefined;
  let closing = false;
  const count = async (): Promise<void> => {
    try {
      // Between two batches whoever else has something to do has its turn.
      while (!closing && (await countActivity(database)))
        await new Promise((resolve) => setImmediate(resolve));
    } catch (thrown) {
      observe({ kind: 'fault', where: 'portal activity', fault: describeFault(thrown) });
    } finally {
      running = undefined;
    }
  };
  const look = (): void => {
    running ??= count();
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  look();
  return {
    async close() {
      closing = true;
      clearInterval(timer);
      await running;
    },
  };
}
