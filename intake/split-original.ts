// Makes of a partly accepted file the one that has its accepted sets alone. The original is not touched. The derived
// file is read by the engine before anyone gets it: what is released must be what a receiver can read.

import { unlink } from 'node:fs/promises';
import type { PartnerProfile } from '../domain/partner-profile.ts';
import type { Verdict } from '../domain/transmission.ts';
import type { InterchangeResult } from '../edi/interchange-result.ts';
import type { EdiProfile } from '../edi/profile.ts';
import { placeName } from '../edi/split-plan.ts';
import type { DataDirectory } from '../storage/data-directory.ts';
import { keepStagedAnswer, stagedAnswer } from '../storage/durable-file.ts';
import type { ClaimedTransmission } from '../storage/intake-queue.ts';
import type { ValidatorPool } from './validator-pool.ts';

export interface DerivedFile {
  /** Below the data directory. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** The derived file would not be accepted: a fault of ours. The original is released whole in its place. */
export class UnreadableSplitError extends Error {
  readonly code = 'intake.unreadable-split';
  constructor(id: string) {
    super(
      `What was left of transmission ${id} without its rejected sets would not be accepted. The whole original was released; report this with the file's structure.`,
    );
    this.name = 'UnreadableSplitError';
  }
}

/** @returns the sets that were accepted, in accepted interchanges and groups */
function acceptedSets(interchanges: readonly InterchangeResult[]): readonly string[] {
  return interchanges.flatMap((interchange, i) =>
    interchange.ta1.code === 'R'
      ? []
      : interchange.groups.flatMap((group, g) =>
          group.sets.flatMap((set, s) => (set.verdict === 'rejected' ? [] : [placeName([i, g, s])])),
        ),
  );
}

/**
 * Splits a file where that is agreed and something of it was rejected. Doing it again makes another, equal file.
 * @param input.id a name for the file
 * @returns undefined when the original itself is to be released
 * @throws UnreadableSplitError, and Error when the disk fails
 */
export async function splitOriginal(
  deps: {
    readonly directory: DataDirectory;
    readonly pool: Pick<ValidatorPool, 'split'>;
    readonly timeoutMs: number;
  },
  input: {
    readonly id: string;
    readonly claimed: ClaimedTransmission;
    readonly agreed: PartnerProfile;
    readonly profile: EdiProfile;
    readonly verdict: Verdict;
    readonly interchanges: readonly InterchangeResult[];
    readonly nowMs: number;
  },
): Promise<DerivedFile | undefined> {
  const { id, claimed, agreed, profile, interchanges } = input;
  if (agreed.split !== true || input.verdict !== 'partially-accepted') return undefined;
  const { directory, pool } = deps;
  const kept = acceptedSets(interchanges);
  if (kept.length === 0) return undefined;
  const to = stagedAnswer(directory, id);
  const made = await pool.split(
    { path: directory.stored(claimed.originalPath), sha256: claimed.sha256, kept, to, profile },
    deps.timeoutMs,
  );
  if (made === undefined) {
    await unlink(to);
    throw new UnreadableSplitError(claimed.id);
  }
  const path = directory.derivedPath(id, input.nowMs);
  await keepStagedAnswer(directory, { id, to: directory.stored(path) });
  return { path, ...made };
}
