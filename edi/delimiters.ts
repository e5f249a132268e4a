/** The four delimiters of an interchange, one character each: X12.5, read from ISA bytes 3, 82, 104 and 105. */
export type Delimiters = {
  readonly element: string;
  /** Empty when ISA11 names none (before 00402, or the old `U`). */
  readonly repetition: string;
  readonly component: string;
  readonly segment: string;
};

/** What Claimgate writes when the inbound delimiters cannot be mirrored. */
export const DEFAULT_DELIMITERS: Delimiters = { element: '*', repetition: '^', component: ':', segment: '~' };
