// The intake role put together: the queue of received files, the threads that read them, and the watch over `inbound`.

import type { Config } from '../config/schema.ts';
import type { Core } from '../core.ts';
import type { Observe } from '../domain/observation.ts';
import { KNOWN_ALIASES } from '../edi/guide-library.ts';
import { defaultProfile, type EdiProfile, strictProfile } from '../edi/profile.ts';
import { startIntake } from '../intake/intake.ts';
import { createValidatorPool } from '../intake/validator-pool.ts';
import { watchInbound } from '../intake/watch.ts';
import type { ClaimedTransmission } from '../storage/intake-queue.ts';
import { findPartner } from '../storage/partner-store.ts';
import { type RecoveryReport, recoverAdoptions } from '../storage/recovery.ts';
import type { Closable } from './closable.ts';

export async function startIntakeRole(core: Core): Promise<Closable> {
  const { config, directory, database, observe } = core;
  tellOfRecovery(observe, await recoverAdoptions({ database, directory }));
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
  const stabilityMs = config.intake.adoptStabilityMs;
  const gate = core.gates.upload;
  const watcher = await watchInbound({ database, directory, observe, maxFileBytes, stabilityMs, gate });
  return {
    async close() {
      await watcher.close();
      await intake.close();
      await pool.close();
    },
  };
}

async function profileOfPartner(core: Core, claimed: ClaimedTransmission): Promise<EdiProfile> {
  const partner = await findPartner(core.database, claimed.partnerId);
  return {
    ...commonProfile(core.config),
    ...(core.config.intake.checkSenderId && partner !== undefined
      ? { senderIds: [partner.submitterId] }
      : {}),
  };
}

/** What holds for every partner. */
export function commonProfile({ intake }: Config): EdiProfile {
  const { ta1Policy, validation, receiverIds, guideAliases } = intake;
  return {
    ...(validation === 'strict' ? strictProfile : defaultProfile),
    ta1: ta1Policy,
    aliases: guideAliases ? KNOWN_ALIASES : {},
    ...(receiverIds.length === 0 ? {} : { receiverIds }),
  };
}

function tellOfRecovery(observe: Observe, report: RecoveryReport): void {
  if (Object.values(report).some((count) => count > 0)) observe({ kind: 'storage.recovered', ...report });
}
