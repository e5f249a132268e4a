/**
 * One transaction set from ST to SE: its envelope (X231A1 IK502) and, when a guide is at hand, its content. A set that
 * is judged by its envelope alone is counted through to its SE.
 */
import type { LibraryGuide } from './guide-library.ts';
import type { SetResult, Verdict } from './interchange-result.ts';
import { SetFindings } from './set-findings.ts';
import { SetValidator } from './set-validator.ts';
import { transactionName } from './transaction-names.ts';
import type { ValidationContext } from './validation-context.ts';

/** X231A1 IK502 to IK506. */
const CODES_MAX = 5;

export type SetStart = {
  readonly setId: string;
  readonly controlNumber: string;
  readonly version: string;
  /** GS08, for sets that do not say. */
  readonly groupVersion: string;
  /** What is wrong with ST itself: IK502. */
  readonly codes: readonly string[];
  /** The guide to validate by; undefined: judge the envelope alone. */
  readonly guide: LibraryGuide | undefined;
};

export class SetReader {
  readonly #context: ValidationContext;
  readonly #start: SetStart;
  readonly #codes: string[];
  readonly #findings: SetFindings;
  readonly #validator: SetValidator | undefined;
  #segments = 0;

  constructor(context: ValidationContext, start: SetStart) {
    this.#context = context;
    this.#start = start;
    this.#codes = [...start.codes];
    this.#findings = new SetFindings(context.profile.findingsPerSetMax, context.budget);
    this.#validator = start.guide && validatorFor(context, start.guide, this.#findings);
  }

  /** Takes a segment of the set, ST included, SE excluded. */
  take(key: number): void {
    this.#segments += 1;
    this.#validator?.take(key);
  }

  /** Takes what comes next and is right beyond doubt. Returns how many segments that were. */
  takeAhead(): number {
    const taken = this.#validator?.takeAhead() ?? 0;
    this.#segments += taken;
    return taken;
  }

  /** Takes SE, which the cursor has loaded, and ends the set. */
  close(): SetResult {
    const { cursor } = this.#context;
    this.#segments += 1;
    this.#validator?.finish();
    const count = cursor.text(1);
    if (!/^\d{1,10}$/.test(count) || Number(count) !== this.#segments) this.#codes.push('4');
    if (cursor.text(2) !== this.#start.controlNumber) this.#codes.push('3');
    return this.#result();
  }

  /** Ends the set without an SE. What its content lacks is not told: the end of it is missing. */
  abandon(): SetResult {
    this.#codes.push('2');
    return this.#result();
  }

  #result(): SetResult {
    const { setId, controlNumber, version, groupVersion } = this.#start;
    const findings = this.#findings.kept;
    for (const finding of findings) this.#context.onFinding(finding);
    if (this.#findings.rejecting > 0) this.#codes.push('5');
    const rejected = this.#codes.length > 0;
    const code = rejected ? 'R' : this.#findings.tolerated > 0 ? 'E' : 'A';
    return {
      setId,
      controlNumber,
      version,
      name: transactionName(version === '' ? groupVersion : version, setId),
      code,
      codes: this.#codes.slice(0, CODES_MAX),
      verdict: SET_VERDICTS[code],
      findings,
      findingsOmitted: this.#findings.omitted,
      segmentCount: this.#segments,
      claimCount: this.#validator?.claimCount ?? 0,
    };
  }
}

function validatorFor(
  { validators, library, profile, policy, cursor, onEnd }: ValidationContext,
  { guide, rules, kernels }: LibraryGuide,
  findings: SetFindings,
): SetValidator {
  const made = validators.get(guide);
  if (made !== undefined) {
    made.begin(findings);
    return made;
  }
  const { standard } = library;
  const kernel = kernels?.take();
  const validator = new SetValidator({ guide, rules, standard, profile, policy, cursor, kernel }, findings);
  if (kernel !== undefined) onEnd.push(() => kernels?.give(kernel));
  validators.set(guide, validator);
  return validator;
}

const SET_VERDICTS: Readonly<Record<'A' | 'E' | 'R', Verdict>> = {
  A: 'accepted',
  E: 'accepted-with-errors',
  R: 'rejected',
};
