/** What the rules remember of the subscriber that is open: numbers only. */
export class SubscriberState {
  /** Position of the SBR; 0 when there is none. */
  position = 0;
  /** SBR02 is 18: the subscriber is the patient. */
  isPatient = false;
  /** SBR01 as a byte; 0 when it is not one character. */
  sequence = 0;
  /** Claims right below the subscriber. */
  claims = 0;
  /** Patients (HL*23) below the subscriber. */
  patients = 0;
  /** Position of the first of them. */
  firstPatient = 0;
  /** SBR02 has been reported for this subscriber. */
  reported = false;

  /** Forgets the last subscriber. */
  begin(): void {
    this.position = 0;
    this.isPatient = false;
    this.sequence = 0;
    this.claims = 0;
    this.patients = 0;
    this.firstPatient = 0;
    this.reported = false;
  }
}
