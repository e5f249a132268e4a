// The intake role put together: the queue of received files, the threads that read them, and the watch over `inbound`.

import type { Core } from '../core.ts';
import type { Observe } from '../domain/observation.ts';
import type { EdiProfile } from '../edi/profile.ts';
import { startIntake } from '../intake/intake.ts';
import { createValidatorPool } from '../intake/validator-pool.ts';
import { watchInbound } from '../intake/watch.ts';
import type { ClaimedTransmission } from '../storage/intake-queue.ts';
import { readPartnerProfile } from '../storage/partner-profile-store.ts';
import { findPartner } from '../storage/partner-store.ts';
import { reconcile } from '../storage/reconcile.ts';
import { type RecoveryReport, recoverAdoptions } from '../storage/recovery.ts';
import type { Closable } from './closable.ts';
import { startDispatching, watchSettings } from './dispatch.ts';
import { ediProfileOf } from './partner-edi-profile.ts';
import { startRetention } from './retention.ts';

export async function startIntakeRole(core: Core): Promise<Closable> {
  const { config, directory, database, observe } = core;
  tellOfRecovery(observe, await recoverAdoptions({ database, directory }));
  await reconcile({ database, directory, observe });
  const profileOf = (claimed: ClaimedTransmission) => profileOfPartner(core, claimed);
  const pool = createValidatorPool(config.intake);
  const intake = await startIntake({
    database,
    directory,
    observe,
    pool,
    settings: config.intake,
    profileOf,
  });
  const { maxFileBytes } = config.storage;
  const watcher = await watchInbound({
    database,
    directory,
    observe,
    maxFileBytes,
    ...watchSettings(config),
    gate: core.gates.upload,
  });
  const dispatching = await startDispatching(core, pool);
  const retention = startRetention(core);
  return {
    async close() {
      await retention.close();
      await dispatching.close();
      await watcher.close();
      await intake.close();
      await pool.close();
    },
  };
}

async function profileOfPartner(
  { config, database }: Core,
  { partnerId }: Pick<ClaimedTransmission, 'partnerId'>,
): Promise<EdiProfile> {
  const partner = await findPartner(database, partnerId);
  return ediProfileOf(config, { partner, agreed: await readPartnerProfile(database, partnerId) });
}

function tellOfRecovery(observe: Observe, report: RecoveryReport): void {
  if (Object.values(report).some((count) => count > 0)) observe({ kind: 'storage.recovered', ...report });
}
