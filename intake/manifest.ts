// The manifest that goes to the back end beside a released original: what the file holds and what was said of it, so
// that a pipeline needs to ask nothing. It tells which sets were accepted: with a partly accepted file only those may
// be used. Counts and codes only; no patient data.

import type { InterchangeResult } from '../edi/interchange-result.ts';
import type { ClaimedTransmission } from '../storage/intake-queue.ts';
import type { DerivedFile } from './split-original.ts';

/**
 * @param input.acknowledgements names of the answers in the partner's `outbound`
 * @returns JSON text
 */
export function printManifest(input: {
  readonly claimed: ClaimedTransmission;
  readonly verdict: string;
  readonly interchanges: readonly InterchangeResult[];
  readonly notChecked: readonly string[];
  readonly acknowledgements: readonly string[];
  /** What is released in the original's place, where the file was split. */
  readonly derived: DerivedFile | undefined;
}): string {
  const { claimed, derived } = input;
  const original = { path: claimed.originalPath, sizeBytes: claimed.sizeBytes, sha256: claimed.sha256 };
  const manifest = {
    manifestVersion: 1,
    transmission: claimed.id,
    partner: claimed.partnerId,
    user: claimed.userId ?? null,
    source: claimed.source,
    name: claimed.name,
    file: claimed.id,
    sizeBytes: (derived ?? claimed).sizeBytes,
    sha256: (derived ?? claimed).sha256,
    // With a split the file beside this manifest has the accepted sets alone; the counts below are the original's.
    split: derived !== undefined,
    original,
    receivedAt: new Date(claimed.receivedAtMs).toISOString(),
    verdict: input.verdict,
    acknowledgements: input.acknowledgements,
    // Guide versions that were refused unread (AK905 2), because there is no guide to check them by.
    notChecked: input.notChecked,
    interchanges: input.interchanges.map((interchange) => ({
      sender: `${interchange.senderQualifier}/${interchange.senderId}`,
      receiver: `${interchange.receiverQualifier}/${interchange.receiverId}`,
      controlNumber: interchange.controlNumber,
      usage: interchange.usage,
      ta1: { code: interchange.ta1.code, note: interchange.ta1.note },
      verdict: interchange.verdict,
      groups: interchange.groups.map((group) => ({
        functionalId: group.functionalId,
        controlNumber: group.controlNumber,
        version: group.version,
        verdict: group.verdict,
        sets: group.sets.map((set) => ({
          name: set.name,
          controlNumber: set.controlNumber,
          version: set.version,
          verdict: set.verdict,
          claims: set.claimCount,
          segments: set.segmentCount,
          findings: set.findings.length + set.findingsOmitted,
        })),
      })),
    })),
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** @returns the guide versions that no guide of ours could check, each once */
export function versionsNotChecked(interchanges: readonly InterchangeResult[]): readonly string[] {
  // AK905 2: functional group version not supported.
  const unsupported = interchanges.flatMap((interchange) =>
    interchange.groups.filter((group) => group.codes.includes('2')),
  );
  return [...new Set(unsupported.map((group) => group.version))];
}
