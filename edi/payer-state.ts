/**
 * What the rules remember of the other payers of the claim that is open (2320, 2330B, 2430), one slot a payer:
 * numbers only, amounts in ten-thousandths.
 */

/** X222A1 2320: ten other payers at most; what comes beyond is not followed. */
const SLOTS = 10;

export class PayerState {
  /** Other payers seen. */
  count = 0;
  /** A number made from NM109 of 2330B; 0 until it comes. */
  readonly id = new Float64Array(SLOTS);
  /** AMT*D; NaN when none has come. */
  readonly paid = new Float64Array(SLOTS);
  /** Position of AMT*D. */
  readonly paidAt = new Int32Array(SLOTS);
  /** Sum of the claim level adjustments. */
  readonly adjusted = new Float64Array(SLOTS);
  /** Sum of what was paid for the lines. */
  readonly linesPaid = new Float64Array(SLOTS);
  /** Lines that the payer has adjudicated. */
  readonly lines = new Int32Array(SLOTS);
  /** For the line that is open: paid plus adjusted; and where its first SVD stands, 0 for none. */
  readonly lineTotal = new Float64Array(SLOTS);
  readonly lineAt = new Int32Array(SLOTS);
  /** Slot of the SVD that is open; -1 when its payer is not known. */
  lineSlot = -1;
  /** SBR01 values seen in the claim, one bit a letter. */
  sequences = 0;

  /** Forgets the payers of the last claim. */
  begin(): void {
    this.count = 0;
    this.sequences = 0;
    this.lineSlot = -1;
  }

  /** The slot of the payer that is open; -1 when there is none, or too many. */
  get slot(): number {
    return this.count > SLOTS ? -1 : this.count - 1;
  }

  /** One more payer. */
  open(): void {
    this.count += 1;
    const { slot } = this;
    if (slot < 0) return;
    this.id[slot] = 0;
    this.paid[slot] = Number.NaN;
    this.paidAt[slot] = 0;
    this.adjusted[slot] = 0;
    this.linesPaid[slot] = 0;
    this.lines[slot] = 0;
    this.lineAt[slot] = 0;
  }

  /** Slots in use. */
  get slots(): number {
    return Math.min(this.count, SLOTS);
  }

  /** The slot of the payer with an id; -1 when there is none. */
  find(id: number): number {
    for (let slot = 0; slot < this.slots; slot += 1) if (this.id[slot] === id) return slot;
    return -1;
  }

  /** Whether a payer's id is not known, because its NM109 or the whole NM1 is missing. */
  get hasUnnamed(): boolean {
    return this.find(0) >= 0;
  }

  /** A new line: no payer has spoken about it. */
  beginLine(): void {
    this.lineSlot = -1;
    for (let slot = 0; slot < this.slots; slot += 1) this.lineAt[slot] = 0;
  }
}
