/**
 * What one trading partner has agreed with us about its files: when a TA1 is sent, how severe each rule is, which
 * ids it may use. Everything here is data that an operator may set; the engine has no other settings.
 */
import type { Severity, SnipType } from './finding.ts';

/** When a TA1 is sent. X12 RFI 1687 says only when ISA14 is 1; most payers send a rejection always. */
export type Ta1Policy = 'never' | 'requested' | 'requested-and-errors' | 'always';

/** What may be copied into IK404 and findings: everything, no personal data, or nothing. */
export type BadValuePolicy = 'echo' | 'withhold-phi' | 'withhold';

export type EdiProfile = {
  readonly ta1: Ta1Policy;
  /** Severity by rule id. Wins over `snipSeverities`, which wins over the rule's own default. */
  readonly severities: Readonly<Record<string, Severity>>;
  readonly snipSeverities: Readonly<Partial<Record<SnipType, Severity>>>;
  /** Guide versions (GS08) to be read as another: `{ '005010X222': '005010X222A1' }`. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Findings kept for one set; those beyond are counted. */
  readonly findingsPerSetMax: number;
  /** Findings kept for one interchange, all its sets together; those beyond are counted. */
  readonly findingsPerInterchangeMax: number;
  /** ISA06 values accepted from this partner, without padding, or `ISA05/ISA06`; undefined: any. Others get TA1 R 006. */
  readonly senderIds?: readonly string[] | undefined;
  /** ISA08 values that are ours, without padding, or `ISA07/ISA08`; undefined: any. Others get TA1 R 009. */
  readonly receiverIds?: readonly string[] | undefined;
  /** GS02 values accepted; undefined: any. Others get TA1 R 024. */
  readonly groupSenderIds?: readonly string[] | undefined;
  /** GS03 values accepted; undefined: any. Others get TA1 R 024. */
  readonly groupReceiverIds?: readonly string[] | undefined;
  /** ISA15 values taken from this partner: P production, T test. Others get TA1 R 020. */
  readonly usageIndicators: readonly string[];
  readonly badValues: BadValuePolicy;
  /** A group whose guide we do not have: `refuse` it (AK905 1 or 2), or judge it by its `envelope` alone. */
  readonly unknownGuides: 'refuse' | 'envelope';
};

/** The profile of a partner that has agreed on nothing special. */
export const defaultProfile: EdiProfile = {
  ta1: 'requested-and-errors',
  severities: {},
  snipSeverities: {},
  aliases: {},
  findingsPerSetMax: 500,
  findingsPerInterchangeMax: 20_000,
  usageIndicators: ['P', 'T'],
  badValues: 'echo',
  unknownGuides: 'refuse',
};

/** Every rule of the guides rejects: what a clearinghouse tests its own output with. What single payers ask is theirs. */
export const strictProfile: EdiProfile = {
  ...defaultProfile,
  ta1: 'always',
  snipSeverities: {
    1: 'reject',
    2: 'reject',
    3: 'reject',
    4: 'reject',
    5: 'reject',
    6: 'reject',
  },
};
