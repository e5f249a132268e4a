// What an SFTP worker observes, handed to its parent, which has the metrics of all: in batches, so that a busy worker
// sends a few messages a second and not one for each file.

import type { Observation, Observe } from '../domain/observation.ts';
import type { WorkerObservations } from '../server/worker-pool.ts';
import type { Closable } from './closable.ts';

/** How long an observation waits for company, in milliseconds. */
const waitMs = 500;
/** As many are sent at once without waiting. */
const batch = 256;

/** What the parent counts; the rest is for the log alone, and a hostile client makes much of it. */
const counted: ReadonlySet<Observation['kind']> = new Set([
  'sftp.login',
  'sftp.login-refused',
  'sftp.connection-refused',
  'sftp.connection-closed',
  'sftp.negotiation-failed',
  'sftp.protocol-error',
  'sftp.transfer',
  'transmission.received',
  'gate.decided',
  'gate.failed',
  'fault',
]);

/**
 * @param send hands a message to the parent
 * @returns what takes observations; closing it sends what is left
 */
export function forwardObservations(
  send: (message: WorkerObservations) => void,
): Closable & { readonly observe: Observe } {
  let waiting: Observation[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const observations = waiting;
    waiting = [];
    send({ kind: 'observed', observations });
  };
  return {
    observe(observation) {
      if (!counted.has(observation.kind)) return;
      waiting.push(observation);
      if (waiting.length >= batch) flush();
      else timer ??= setTimeout(flush, waitMs).unref();
    },
    close: flush,
  };
}
