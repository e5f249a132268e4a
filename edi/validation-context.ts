/** What every layer of one file's validation shares. */
import type { CompiledGuide } from './compiled-guide.ts';
import type { Finding } from './finding.ts';
import type { GuideLibrary } from './guide-library.ts';
import type { EdiProfile } from './profile.ts';
import type { RulePolicy } from './rule-policy.ts';
import type { SegmentCursor } from './segment-cursor.ts';
import type { FindingBudget } from './set-findings.ts';
import type { SetValidator } from './set-validator.ts';

export type ValidationContext = {
  readonly library: GuideLibrary;
  readonly profile: EdiProfile;
  readonly policy: RulePolicy;
  readonly cursor: SegmentCursor;
  readonly onFinding: (finding: Finding) => void;
  /** Those made so far, by guide. */
  readonly validators: Map<CompiledGuide, SetValidator>;
  /** What is to be done at the end of the file. */
  readonly onEnd: (() => void)[];
  /** What all sets of the current interchange may keep. */
  readonly budget: FindingBudget;
};
