// Disk and journal are brought together at start: what differs is found, repaired, and told of, one line each.

import type { Observe } from '../domain/observation.ts';
import { findMismatches } from './find-mismatches.ts';
import { subjectOf } from './mismatch.ts';
import { type RepairDeps, repairMismatch } from './repair-mismatch.ts';

/**
 * How far back a start looks at originals and answers, in milliseconds: what ended the last run can have left something
 * half done only since then. `claimgate doctor` looks at all of them.
 */
const startLooksBackMs = 30 * 24 * 60 * 60 * 1000;

/** Repairs what differs. Only the one process with the role `intake` may call it, before it begins. */
export async function reconcile(deps: RepairDeps & { readonly observe: Observe }): Promise<void> {
  const { database, directory, observe } = deps;
  const sinceMs = database.now() - startLooksBackMs;
  const settleMs = 0;
  for (const mismatch of await findMismatches({ database, directory, sinceMs, settleMs })) {
    const repair = await repairMismatch(deps, mismatch);
    if (repair === 'left') continue;
    observe({
      kind: 'storage.mismatch',
      mismatch: mismatch.kind,
      subject: subjectOf(mismatch),
      repair,
    });
  }
}
