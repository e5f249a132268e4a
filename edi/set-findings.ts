/** The findings of one transaction set: kept up to a cap, counted beyond it, taken back when a later segment explains them. */
import type { Finding, Severity } from './finding.ts';

/** What all sets of an interchange may keep together. */
export type FindingBudget = { left: number };

/** How far the findings of a set had come. */
export type FindingsMoment = {
  readonly kept: number;
  readonly omitted: number;
  readonly rejecting: number;
  readonly tolerated: number;
};

type Kept = { readonly finding: Finding; readonly token: number };

export class SetFindings {
  #kept: Kept[] = [];
  #omitted = 0;
  #rejecting = 0;
  #tolerated = 0;
  readonly #max: number;
  readonly #budget: FindingBudget;

  constructor(max: number, budget: FindingBudget) {
    this.#max = max;
    this.#budget = budget;
  }

  /** Findings of rejecting severity, kept or not. */
  get rejecting(): number {
    return this.#rejecting;
  }

  /** Findings of severity accept-with-error, kept or not. */
  get tolerated(): number {
    return this.#tolerated;
  }

  get omitted(): number {
    return this.#omitted;
  }

  /** Whether one more would be kept. */
  get hasRoom(): boolean {
    return this.#kept.length < this.#max && this.#budget.left > 0;
  }

  /** The findings kept, in order of position; those of one position in the order they were made. */
  get kept(): readonly Finding[] {
    const findings = this.#kept.map((kept) => kept.finding);
    const inOrder = findings.every(
      (finding, i) => i === 0 || (findings[i - 1] as Finding).position <= finding.position,
    );
    return inOrder ? findings : findings.sort((a, b) => a.position - b.position);
  }

  /**
   * Counts a finding and says whether it is to be made at all.
   * @returns false when the cap is reached, so that no words are put together in vain.
   */
  admits(severity: Exclude<Severity, 'off'>): boolean {
    if (severity === 'reject') this.#rejecting += 1;
    else if (severity === 'accept-with-error') this.#tolerated += 1;
    if (this.hasRoom) return true;
    this.#omitted += 1;
    return false;
  }

  /**
   * Keeps a finding that was admitted.
   * @param token what `takeBack` knows it by; 0 for a finding that stays.
   */
  keep(finding: Finding, token = 0): void {
    this.#kept.push({ finding, token });
    this.#budget.left -= 1;
  }

  /** How far the findings have come, for `goBack`. */
  moment(): FindingsMoment {
    return {
      kept: this.#kept.length,
      omitted: this.#omitted,
      rejecting: this.#rejecting,
      tolerated: this.#tolerated,
    };
  }

  /** Takes back everything since a moment: what was told of a segment turned out to be the consequence of another. */
  goBack({ kept, omitted, rejecting, tolerated }: FindingsMoment): void {
    const later = this.#kept.splice(kept);
    this.#budget.left += later.length;
    this.#omitted = omitted;
    this.#rejecting = rejecting;
    this.#tolerated = tolerated;
  }

  /** Takes back the finding kept under a token: a segment reported as missing has turned up out of order. */
  takeBack(token: number): void {
    const at = this.#kept.findLastIndex((kept) => kept.token === token);
    const severity = this.#kept[at]?.finding.severity;
    if (severity === undefined) return;
    this.#kept.splice(at, 1);
    this.#budget.left += 1;
    if (severity === 'reject') this.#rejecting -= 1;
    else if (severity === 'accept-with-error') this.#tolerated -= 1;
  }
}
