// The retention put together: its settings, and the timer that runs it beside everything else.

import type { Config } from '../config/schema.ts';
import type { Core } from '../core.ts';
import { describeFault } from '../domain/observation.ts';
import { type PurgeSettings, purge } from '../storage/purge.ts';
import type { Closable } from './closable.ts';

export function purgeSettings({ retention, storage }: Config): PurgeSettings {
  const { graceDays, eventsDays, journalDays } = retention;
  return {
    days: {
      originals: retention.originalsDays,
      inbound: retention.inboundDays,
      'outbound-collected': retention.outboundCollectedDays,
      'outbound-uncollected': retention.outboundUncollectedDays,
      quarantine: retention.quarantineDays,
    },
    graceDays,
    eventsDays,
    journalDays,
    interruptedExpiryMs: storage.interruptedExpiryMs,
  };
}

/** Runs it from time to time; one run at once. */
export function startRetention({ config, database, directory, observe }: Core): Closable {
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    try {
      const steps = await purge({ database, directory, settings: purgeSettings(config), dryRun: false });
      const purged = steps.filter(({ done }) => done === 'purged').length;
      const warned = steps.length - purged;
      if (steps.length > 0) observe({ kind: 'retention.ran', purged, warned });
    } catch (thrown) {
      observe({ kind: 'fault', where: 'intake.retention', fault: describeFault(thrown) });
    }
  };
  const timer = setInterval(() => {
    running ??= run().finally(() => {
      running = undefined;
    });
  }, config.retention.intervalMinutes * 60_000);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
