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
  /** Positions of NM1, N3 and N4 in 2010BA, and of its DMG; 0 when they have not come. */
  name = 0;
  street = 0;
  city = 0;
  birth = 0;

  /** Forgets the last subscriber. */
  begin(): void {
    this.position = 0;
    this.isPatient = false;
    this.sequence = 0;
    this.claims = 0;
    this.patients = 0;
    this.firstPatient = 0;
    this.reported = false;
    this.name = 0;
    this.street = 0;
    this.city = 0;
    this.birth = 0;
  }
}
