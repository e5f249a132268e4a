/** What the rules remember of the claim that is open and of the set around it. Numbers only, so that memory stays flat. */
import {
  MARK_DATES,
  MARK_DIAGNOSES,
  MARK_LINE_DATE,
  MARK_LINE_DATES,
  MARK_REFERENCES,
  MARK_SUBSCRIBER_NAME,
  MARKS,
} from './mark.ts';
import { PayerState } from './payer-state.ts';
import { SubscriberState } from './subscriber-state.ts';

export class ClaimState {
  /** Positions by `MARK_*`; 0 for none. */
  readonly marks = new Int32Array(MARKS);
  /** Position of the claim's CLM; 0 when no claim is open. */
  position = 0;
  /** The guide's number of the loop that the claim is: 2300 stands below 2000B and below 2000C. */
  loop = 0;
  /** CLM02 in ten-thousandths; NaN when it is no number. */
  charge = Number.NaN;
  /** Sum of the line charges in ten-thousandths; NaN when one of them is no number. */
  lineCharges = 0;
  /** Service lines seen. */
  lines = 0;
  /** LX01 of the last line. */
  lineNumber = 0;
  /** Position of the first other payer, or else the first line; 0 until it comes. */
  providersEnd = 0;

  /** CLM05-3 says that another claim is replaced or voided. */
  replacesAnother = false;
  /** Component of CLM11 that names an accident; 0 when none does. */
  accidentCause = 0;
  /** CLM05-1, packed. */
  place = 0;
  /** CLM05-3 as a byte; 0 when it is not one character. */
  frequency = 0;
  /** A line is for something else than transport by ambulance: its position; 0 for none. */
  careLine = 0;
  /** Diagnoses of the claim; -1 until its HI has come. */
  diagnoses = -1;
  /** CLM19 is PB. */
  isPredetermination = false;

  /** Position of the open line's LX. */
  line = 0;
  /** The open line's charge in ten-thousandths. */
  lineCharge = Number.NaN;
  datedLines = 0;
  /** Position where the first line without a date lacks it; 0 for none. */
  undatedLine = 0;

  /** The billing provider has a PRV with a taxonomy. */
  billingTaxonomy = false;

  /** HL segments seen in the set; the next HL01 is one more. */
  hierarchyCount = 0;
  /** HL01 of the last of them. */
  hierarchyNumber = 0;
  /** HL01 of the open level of each loop, by the guide's loop number; 0 when unknown. */
  readonly hierarchyIds: Float64Array;
  /** Position of the open HL of each loop; 0 when it has none. */
  readonly hierarchyAt: Int32Array;
  /** HL04 of the open HL of each loop as a byte; 0 when it is empty. */
  readonly hierarchyChild: Uint8Array;
  /** Whether the open HL of each loop has had a child. */
  readonly hierarchyHasChild: Uint8Array;

  readonly subscriber = new SubscriberState();
  readonly payers = new PayerState();

  constructor(loops: number) {
    this.hierarchyIds = new Float64Array(loops);
    this.hierarchyAt = new Int32Array(loops);
    this.hierarchyChild = new Uint8Array(loops);
    this.hierarchyHasChild = new Uint8Array(loops);
  }

  /** Forgets the last claim; a new one begins at `position`. */
  begin(position: number, loop: number): void {
    this.position = position;
    this.loop = loop;
    this.charge = Number.NaN;
    this.lineCharges = 0;
    this.lines = 0;
    this.lineNumber = 0;
    this.providersEnd = 0;
    this.replacesAnother = false;
    this.accidentCause = 0;
    this.careLine = 0;
    this.diagnoses = -1;
    this.isPredetermination = false;
    this.datedLines = 0;
    this.undatedLine = 0;
    this.payers.begin();
    this.#forget(MARK_DATES, MARK_LINE_DATE);
  }

  /** Forgets the last subscriber. */
  beginSubscriber(): void {
    this.subscriber.begin();
    this.#forget(MARK_SUBSCRIBER_NAME, MARKS);
  }

  /** Whether something has stood where a mark is set. */
  has(mark: number): boolean {
    return this.marks[mark] !== 0;
  }

  #forget(first: number, end: number): void {
    for (let mark = first; mark < end; mark += 1) this.marks[mark] = 0;
  }

  /** Where a date that is missing should have been. */
  get afterDates(): number {
    return Math.max(this.position, this.marks[MARK_DATES] as number) + 1;
  }

  /** Where a reference that is missing should have been. */
  get afterReferences(): number {
    return Math.max(this.afterDates, (this.marks[MARK_REFERENCES] as number) + 1);
  }

  /** Where a diagnosis that is missing should have been. */
  get afterDiagnoses(): number {
    return Math.max(this.afterReferences, (this.marks[MARK_DIAGNOSES] as number) + 1);
  }

  /** Where a date of the open line that is missing should have been. */
  get afterLineDates(): number {
    return Math.max(this.line, this.marks[MARK_LINE_DATES] as number) + 1;
  }

  /** Where a provider or payer that is missing should have been. */
  get afterProviders(): number {
    return this.providersEnd > 0 ? this.providersEnd : this.afterDiagnoses;
  }

  /** The providers have ended: an other payer or a line begins at `position`. */
  endProviders(position: number): void {
    if (this.providersEnd === 0) this.providersEnd = position;
  }

  /** A new service line begins at `position`. */
  beginLine(position: number): void {
    this.endProviders(position);
    this.lines += 1;
    this.line = position;
    this.lineCharge = Number.NaN;
    this.payers.beginLine();
    this.#forget(MARK_LINE_DATE, MARK_SUBSCRIBER_NAME);
  }
}
