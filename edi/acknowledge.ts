import type { Delimiters } from './delimiters.ts';
import type { InterchangeResult } from './interchange-result.ts';

/** Control numbers that the caller has allocated; groups and sets count on from the first. */
export type AcknowledgementControls = {
  readonly interchangeControlNumber: number;
  readonly groupControlNumber: number;
  readonly firstSetControlNumber: number;
};

/** How many control numbers an acknowledgement uses. */
export type ControlsNeeded = { readonly interchanges: 0 | 1; readonly groups: number; readonly sets: number };

/** Who we are, when not simply the inbound receiver. */
export type AcknowledgementIdentity = {
  readonly qualifier: string;
  readonly id: string;
  /** GS02 of the acknowledgement; the inbound GS03 when absent. */
  readonly applicationId?: string;
};

export type AcknowledgeInput = {
  readonly interchange: InterchangeResult;
  readonly controls: AcknowledgementControls;
  /** Written as UTC into ISA09/10 and GS04/05. */
  readonly now: Date;
  readonly identity?: AcknowledgementIdentity;
  /** The inbound ones when absent, so that every value echoed is free of them. */
  readonly delimiters?: Delimiters;
};

/** How many control numbers `acknowledge` will use for this interchange; all zero when nothing is due. */
export function controlsNeeded(interchange: InterchangeResult): ControlsNeeded {
  void interchange;
  return { interchanges: 0, groups: 0, sets: 0 };
}

/**
 * Writes the one acknowledgement interchange for one inbound interchange.
 * @returns its bytes, the same for the same input; undefined when no TA1 and no 999 is due.
 */
export function acknowledge(input: AcknowledgeInput): Uint8Array | undefined {
  void input;
  return undefined;
}

/**
 * Turns a result into the rejection of the whole interchange, answered by a TA1 alone.
 * @param interchange what the engine found.
 * @param ta105 the TA1 note, such as `025` for a duplicate control number.
 */
export function rejectInterchange(interchange: InterchangeResult, ta105: string): InterchangeResult {
  return { ...interchange, ta1: { ...interchange.ta1, code: 'R', note: ta105 }, verdict: 'rejected' };
}
