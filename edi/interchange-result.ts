/**
 * What one interchange, its groups and its sets came to. Plain data (it crosses a worker thread boundary), enough
 * to write the acknowledgement from, to detect duplicates by, and to show to a person.
 */
import type { Delimiters } from './delimiters.ts';
import type { Finding } from './finding.ts';

export type Verdict = 'accepted' | 'accepted-with-errors' | 'partially-accepted' | 'rejected';

/** One transaction set, ST to SE. */
export type SetResult = {
  /** ST01, such as `837`. */
  readonly setId: string;
  /** ST02. */
  readonly controlNumber: string;
  /** ST03; empty when not sent. */
  readonly version: string;
  /** `837P`, `837I`, `837D`, ...; the bare ST01 when the guide is not known by name. */
  readonly name: string;
  /** X231A1 IK501. */
  readonly code: 'A' | 'E' | 'R';
  /** X231A1 IK502 to IK506, at most five. */
  readonly codes: readonly string[];
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** Findings left out because a cap was reached. */
  readonly findingsOmitted: number;
  readonly segmentCount: number;
  readonly claimCount: number;
};

/** One functional group, GS to GE. */
export type GroupResult = {
  /** GS01 to GS08 as sent. */
  readonly functionalId: string;
  readonly applicationSender: string;
  readonly applicationReceiver: string;
  readonly date: string;
  readonly time: string;
  readonly controlNumber: string;
  readonly agency: string;
  readonly version: string;
  /** X231A1 AK901. */
  readonly code: 'A' | 'E' | 'P' | 'R';
  /** X231A1 AK905 to AK909, at most five. */
  readonly codes: readonly string[];
  readonly verdict: Verdict;
  /** AK902: GE01 as sent, or the number of ST when it cannot be used. */
  readonly declaredSets: number;
  /** AK903. */
  readonly receivedSets: number;
  /** AK904: sets with A or E, 0 when the group as a whole is rejected. */
  readonly acceptedSets: number;
  /** True when a 999 is due for it: never for a group of acknowledgements (FA). */
  readonly needsAcknowledgement: boolean;
  readonly sets: readonly SetResult[];
};

/** The fields of ISA that an answer or a duplicate check needs; ids without their padding. */
export type InterchangeHeader = {
  readonly senderQualifier: string;
  readonly senderId: string;
  readonly receiverQualifier: string;
  readonly receiverId: string;
  /** ISA09, YYMMDD, and ISA10, HHMM. */
  readonly date: string;
  readonly time: string;
  /** ISA12. */
  readonly version: string;
  /** ISA13. */
  readonly controlNumber: string;
  /** ISA14. */
  readonly acknowledgementRequested: string;
  /** ISA15: P or T. */
  readonly usage: string;
  readonly delimiters: Delimiters;
};

/** X12.5 TA1: TA104, TA105, and whether the partner's policy has it sent. */
export type Ta1 = {
  readonly code: 'A' | 'E' | 'R';
  readonly note: string;
  readonly due: boolean;
  /** Whether the policy would have it sent if the interchange were rejected after all, as a duplicate is. */
  readonly dueIfRejected: boolean;
};

export type InterchangeResult = InterchangeHeader & {
  readonly ta1: Ta1;
  readonly verdict: Verdict;
  readonly groups: readonly GroupResult[];
  /** True when a TA1 or at least one 999 is due. */
  readonly needsAcknowledgement: boolean;
  readonly claimCount: number;
};
