// The metrics of this process: what happened, counted as it is observed, and what stands, measured when it is asked for.

import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Observe } from '../domain/observation.ts';
import { countObservation } from './count-observation.ts';
import { makeCounted } from './counted.ts';
import { makeGauges, type Standing } from './gauges.ts';

export interface Metrics {
  /** Counts what was observed, here or in a worker of this process. It never throws and never waits. */
  readonly count: Observe;
  /** @returns everything, in the text form that Prometheus reads */
  render(standing: Standing): Promise<string>;
  readonly contentType: string;
}

/**
 * Makes the metrics of a gateway.
 * @param facts.version of Claimgate
 */
export function createMetrics(facts: {
  readonly version: string;
  readonly roles: readonly string[];
}): Metrics {
  const registry = new Registry();
  // Memory, event loop, garbage collection and file descriptors of the process, under the names that everyone uses.
  collectDefaultMetrics({ register: registry });
  const counted = makeCounted(registry);
  const gauges = makeGauges(registry);
  gauges.tell(facts);
  return {
    count(observation) {
      countObservation(counted, observation);
    },
    render(standing) {
      gauges.set(standing);
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
