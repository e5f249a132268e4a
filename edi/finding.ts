/**
 * A finding: one thing that is wrong (or worth telling) in a transaction set, as plain data that may cross
 * a worker thread. The codes are those of the 999 (005010X231A1): IK304 says what is wrong with a segment,
 * IK403 what is wrong with an element of it.
 */

/** What a partner's profile makes of a rule. `off` findings are never made. */
export type Severity = 'reject' | 'accept-with-error' | 'report' | 'off';

/** SNIP (WEDI) types 1 to 7: 1 syntax, 2 guide, 3 balancing, 4 situational, 5 code sets, 6 service type, 7 partner. */
export type SnipType = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** X231A1 IK304. */
export type SegmentErrorCode =
  | '1'
  | '2'
  | '3'
  | '4'
  | '5'
  | '6'
  | '7'
  | '8'
  | 'I4'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9';

/** X231A1 IK403. */
export type ElementErrorCode =
  | '1'
  | '2'
  | '3'
  | '4'
  | '5'
  | '6'
  | '7'
  | '8'
  | '9'
  | '10'
  | '12'
  | '13'
  | 'I6'
  | 'I9'
  | 'I10'
  | 'I11'
  | 'I12'
  | 'I13';

/** The element a segment finding points at: X231A1 IK4. */
export type FindingElement = {
  /** IK401-1, from 1. */
  readonly element: number;
  /** IK401-2, from 1; absent when the whole element is meant. */
  readonly component?: number;
  /** IK401-3, from 1; absent when the element does not repeat. */
  readonly repetition?: number;
  /** IK402, the X12 data element number; absent when the standard has no element there. */
  readonly dataElement?: string;
  /** IK403. */
  readonly code: ElementErrorCode;
  /** The value found, cut to 99 characters, when the profile lets it be kept. Absent for missing data. */
  readonly value?: string;
};

/** Where the condition that made a segment or element required was met: X231A1 CTX*SITUATIONAL TRIGGER. */
export type SituationalTrigger = {
  readonly segmentId: string;
  readonly position: number;
  readonly loop: string;
  readonly element?: number;
  readonly component?: number;
};

/** The business unit a finding lies in: X231A1 CTX01 (C998), RFI 2293. */
export type BusinessUnit = {
  readonly name: 'CLM01' | 'SUBSCRIBER NAME NM109' | 'PATIENT NAME NM109' | 'TRN02' | 'NM109';
  readonly value: string;
};

export type Finding = {
  /** Stable id, such as `segment.required` or `claim.balance`. A profile sets severities by it. */
  readonly ruleId: string;
  readonly snip: SnipType;
  readonly severity: Exclude<Severity, 'off'>;
  /** The segment's id, as X12 knows it; empty when the sender's id is no X12 segment id (RFI 1257: then no IK3). */
  readonly segmentId: string;
  /** Position in the set, ST being 1. For a missing segment: that of the segment that made its absence certain. */
  readonly position: number;
  /** Full loop id such as `2010AA`; empty outside of any loop. */
  readonly loop: string;
  /** IK304. */
  readonly segmentCode: SegmentErrorCode;
  /** Present when `segmentCode` is 8 and one element is to blame. */
  readonly element?: FindingElement;
  readonly trigger?: SituationalTrigger;
  readonly businessUnit?: BusinessUnit;
  /** One sentence for people. */
  readonly plain: string;
  /** How to fix it. */
  readonly hint: string;
};
