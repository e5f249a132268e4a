/** What the rules remember of the claim that is open and of the set around it. Numbers only, so that memory stays flat. */
export class ClaimState {
  /** Position of the claim's CLM; 0 when no claim is open. */
  position = 0;
  /** CLM02 in ten-thousandths; NaN when it is no number. */
  charge = Number.NaN;
  /** Sum of the line charges in ten-thousandths; NaN when one of them is no number. */
  lineCharges = 0;
  /** Service lines seen. */
  lines = 0;
  /** CLM05-3 says that another claim is replaced or voided. */
  replacesAnother = false;
  /** REF*F8 has come. */
  hasOriginalReference = false;
  /** The claim's original-reference rule has been decided. */
  referenceDecided = false;
  /** HL segments seen in the set; the next HL01 is one more. */
  hierarchyCount = 0;
  /** HL01 of the open level of each loop, by the guide's loop number; 0 when unknown. */
  readonly hierarchyIds: Float64Array;

  constructor(loops: number) {
    this.hierarchyIds = new Float64Array(loops);
  }

  /** Forgets the last claim; a new one begins at `position`. */
  begin(position: number): void {
    this.position = position;
    this.charge = Number.NaN;
    this.lineCharges = 0;
    this.lines = 0;
    this.replacesAnother = false;
    this.hasOriginalReference = false;
    this.referenceDecided = false;
  }
}
