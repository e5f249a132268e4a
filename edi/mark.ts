/**
 * Positions that rules remember until the end of a line, a claim or a subscriber, so that remembering one takes no
 * call: a rule of kind `mark` names the places and the slot, and the set validator writes the position there. 0 means
 * that nothing has stood there yet.
 */

/** Nobody reads it. The order of those below is that of what they are forgotten with. */
export const MARK_NOTHING = 0;

// Of the claim that is open.
/** The last DTP of 2300. */
export const MARK_DATES = 1;
/** The last of CL1, PWK, ... REF in 2300. */
export const MARK_REFERENCES = 2;
/** The last of K3, NTE, ... HI in 2300. */
export const MARK_DIAGNOSES = 3;
export const MARK_ORIGINAL_REFERENCE = 4;
export const MARK_ACCIDENT_DATE = 5;
export const MARK_ADMISSION_DATE = 6;
export const MARK_ADMITTING_DIAGNOSIS = 7;
/** CR1 of the claim. */
export const MARK_TRANSPORT = 8;
/** CR1 of a line. */
export const MARK_LINE_TRANSPORT = 9;
export const MARK_PICK_UP = 10;
export const MARK_DROP_OFF = 11;
export const MARK_ATTENDING = 12;
export const MARK_SERVICE_DATE = 13;
export const MARK_DISCHARGE_HOUR = 14;

// Of the line that is open.
export const MARK_LINE_DATE = 15;
/** The last of the line's segments up to its dates. */
export const MARK_LINE_DATES = 16;

// Of the subscriber that is open: the segments of 2010BA.
export const MARK_SUBSCRIBER_NAME = 17;
export const MARK_SUBSCRIBER_STREET = 18;
export const MARK_SUBSCRIBER_CITY = 19;
export const MARK_SUBSCRIBER_BIRTH = 20;

export const MARKS = 21;
