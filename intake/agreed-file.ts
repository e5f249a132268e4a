// What a file has to do with what is agreed with its sender, beyond what it says: its name and size where nobody could
// ask when it came, and which of its interchanges may stand together.

import type { PartnerProfile } from '../domain/partner-profile.ts';
import { parseEntryName } from '../domain/virtual-path.ts';
import { rejectInterchange } from '../edi/acknowledge.ts';
import type { InterchangeResult } from '../edi/interchange-result.ts';
import type { ClaimedTransmission } from '../storage/intake-queue.ts';
import { whyNameNotAgreed } from '../storage/upload-terms.ts';

export interface NotAgreed {
  /** Stands in the journal, the event and the log. */
  readonly reason: 'name-not-agreed' | 'larger-than-agreed';
  /** Why, as a sentence. */
  readonly plain: string;
  readonly advice: readonly string[];
}

/** Asks about a file that a program dropped; SFTP and the portal ask when it is opened. */
export function whyNotAgreed(agreed: PartnerProfile, claimed: ClaimedTransmission): NotAgreed | undefined {
  if (claimed.source !== 'adopted') return undefined;
  const name = parseEntryName(claimed.name);
  const plain = name === undefined ? undefined : whyNameNotAgreed(agreed, name);
  if (plain !== undefined)
    return { reason: 'name-not-agreed', plain, advice: ['Send it again under such a name.'] };
  const { maxFileBytes } = agreed;
  if (maxFileBytes === undefined || claimed.sizeBytes <= maxFileBytes) return undefined;
  return {
    reason: 'larger-than-agreed',
    plain: `A file may have at most ${maxFileBytes} bytes here.`,
    advice: ['Send it in several smaller files.'],
  };
}

/**
 * Where test files go another way than production files, one file cannot go both ways: its test interchanges are
 * rejected (TA105 020, invalid test indicator).
 */
export function rejectMixedUsage(
  { testReleases }: PartnerProfile,
  interchanges: readonly InterchangeResult[],
): readonly InterchangeResult[] {
  const usages = new Set(interchanges.filter(({ ta1 }) => ta1.code !== 'R').map(({ usage }) => usage));
  if (testReleases !== 'test' || usages.size < 2) return interchanges;
  return interchanges.map((interchange) =>
    interchange.usage === 'T' && interchange.ta1.code !== 'R'
      ? rejectInterchange(interchange, '020')
      : interchange,
  );
}

/** @returns which folder of `backend/` a file goes to once it is accepted */
export function releaseFolder(
  { testReleases }: PartnerProfile,
  interchanges: readonly InterchangeResult[],
): 'accepted' | 'test' {
  const taken = interchanges.filter(({ verdict }) => verdict !== 'rejected');
  return testReleases === 'test' && taken.length > 0 && taken.every(({ usage }) => usage === 'T')
    ? 'test'
    : 'accepted';
}
