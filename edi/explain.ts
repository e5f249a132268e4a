/** The places in a TA1 or 999 where a code may stand. */
export type CodePlace = 'TA104' | 'TA105' | 'IK304' | 'IK403' | 'IK501' | 'IK502' | 'AK901' | 'AK905';

export type CodeExplanation = {
  readonly place: CodePlace;
  readonly code: string;
  readonly plain: string;
  readonly hint: string;
};

/** One line of an acknowledgement, in plain words. */
export type AcknowledgementView = {
  readonly ta1?: { readonly code: string; readonly note: string; readonly plain: string };
  readonly groups: readonly {
    readonly controlNumber: string;
    readonly version: string;
    readonly code: string;
    readonly codes: readonly string[];
    readonly declaredSets: number;
    readonly receivedSets: number;
    readonly acceptedSets: number;
    readonly plain: string;
    readonly sets: readonly {
      readonly setId: string;
      readonly controlNumber: string;
      readonly code: string;
      readonly codes: readonly string[];
      readonly plain: string;
      readonly errors: readonly {
        readonly segmentId: string;
        readonly position: number;
        readonly loop: string;
        readonly segmentCode: string;
        readonly businessUnit: string;
        readonly elements: readonly {
          readonly place: string;
          readonly code: string;
          readonly value: string;
        }[];
        readonly plain: string;
      }[];
    }[];
  }[];
};

/** Plain words and a hint for one code; undefined when X231A1 or X12.5 has no such code there. */
export function explainCode(place: CodePlace, code: string): CodeExplanation | undefined {
  void place;
  void code;
  return undefined;
}

/** Reads an acknowledgement (TA1 and/or 999) back into plain words; undefined when it is none. */
export function readAcknowledgement(bytes: Uint8Array): AcknowledgementView | undefined {
  void bytes;
  return undefined;
}
