/**
 * A guide as the engine walks it: parallel arrays indexed by small integers. A "node" is one segment at one place of
 * the guide; loop 0 is the set itself. Arrays of one kind share an index; see each group.
 */
import type { CodeSet } from './code-sets.ts';
import type { CodeTable } from './code-table.ts';
import type { SyntaxNote } from './standard-dictionary.ts';

export const USAGE_NOT_USED = 0;
export const USAGE_SITUATIONAL = 1;
export const USAGE_REQUIRED = 2;

export const TYPE_AN = 0;
export const TYPE_ID = 1;
export const TYPE_N = 2;
export const TYPE_R = 3;
export const TYPE_DT = 4;
export const TYPE_TM = 5;
export const TYPE_COMPOSITE = 6;

/** What it takes for a value to be right at first sight: see quick-check.ts. */
export const FORM_OTHER = 0;
export const FORM_TEXT = 1;
export const FORM_CODE = 2;
export const FORM_INTEGER = 3;
export const FORM_DECIMAL = 4;
export const FORM_DATE = 5;
export const FORM_CODE_SET = 6;
export const FORM_PERIOD = 7;
export const FORM_ANYTHING = 8;

/** Large enough for "no limit" in an Int32Array. */
export const UNLIMITED = 0x7fffffff;

/** One element or component as a guide wants it. */
export type ElementSpec = {
  readonly usage: number;
  readonly type: number;
  readonly min: number;
  readonly max: number;
  /** Code set in the guide's table; 0 when any value will do. */
  readonly codes: number;
  /** Code set of the X12 dictionary in the same table; 0 when the dictionary lists none. */
  readonly dictionary: number;
  /** Code set that others maintain (`@state`); undefined for none, and for one that Claimgate does not carry. */
  readonly codeSet: CodeSet | undefined;
  /** One of `FORM_*`. */
  readonly form: number;
  /** How often it may repeat. */
  readonly repeats: number;
  /** Mandatory in the standard itself. */
  readonly mandatory: boolean;
  /** Data element 1251: its form is named by the element before it (1250). */
  readonly periodFormat: boolean;
  /** Length is all there is to check: a string or identifier without codes. */
  readonly plain: boolean;
  /** Data element number, or the composite's id. */
  readonly dataElement: string;
  readonly name: string;
  readonly components: readonly ElementSpec[];
  /** A bit for each required component (bit 1 = component 1). */
  readonly requiredParts: number;
  /** Syntax notes of a composite. */
  readonly notes: readonly CompiledNote[];
};

/** A syntax note with its positions as a bit mask (bit 1 = element 1). */
export type CompiledNote = SyntaxNote & {
  readonly mask: number;
  readonly first: number;
  /** `kind` as one of `NOTE_*`, for the hot path. */
  readonly sort: number;
};

export const NOTE_PAIRED = 0;
export const NOTE_REQUIRED = 1;
export const NOTE_EXCLUSIVE = 2;
export const NOTE_CONDITIONAL = 3;
export const NOTE_LIST = 4;

/** An element that tells one candidate from another. */
export type Qualifier = { readonly element: number; readonly component: number; readonly codes: number };

export type GuideNode = {
  readonly index: number;
  readonly segmentId: string;
  readonly name: string;
  /** The loop it stands in; its own loop when it opens one. */
  readonly loop: number;
  /** The loop it opens; -1 when none. */
  readonly opens: number;
  readonly position: number;
  readonly max: number;
  /** Its bit among the required items of the loop it stands in; 0 when situational, and for openers. */
  readonly requiredBit: number;
  /** Required items of that loop with a lower position. */
  readonly requiredBefore: number;
  /**
   * The loop it is counted in, and position, limit and bits in that: its own loop and values, or, when it opens a loop,
   * the loop around it and the values of the loop it opens.
   */
  readonly owner: number;
  readonly ownerPosition: number;
  readonly ownerMax: number;
  readonly ownerBit: number;
  readonly ownerBefore: number;
  readonly elements: readonly ElementSpec[];
  /** Position of the last required element; 0 when none is. */
  readonly lastRequired: number;
  readonly notes: readonly CompiledNote[];
  readonly qualifiers: readonly Qualifier[];
  /** Index into the guide's units, plus one; 0 for none. */
  readonly unit: number;
};

export type GuideLoop = {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly parent: number;
  readonly depth: number;
  readonly position: number;
  readonly max: number;
  /** Node that opens it; -1 for the set. */
  readonly opener: number;
  readonly requiredBit: number;
  readonly requiredBefore: number;
  /** All required items in it. */
  readonly requiredAll: number;
  /** Nodes of its required items (the opener, for a required loop), in order of the guide. */
  readonly required: readonly { readonly bit: number; readonly node: number; readonly position: number }[];
  /** Loops it contains directly. */
  readonly children: readonly number[];
  /** Whether one of it is one claim. */
  readonly isClaim: boolean;
};

/** What a segment id may mean inside a loop, nearest level first; `levels[i]` counts loops upward. */
export type Candidates = {
  readonly nodes: readonly GuideNode[];
  readonly levels: readonly number[];
  /** For each node, how many of its qualifiers are known to fit. */
  readonly known: readonly number[];
  /** The same, split by the codes of one element; undefined where that is no help. */
  readonly split: CandidateSplit | undefined;
};

export type CandidateSplit = {
  readonly element: number;
  readonly component: number;
  /** Codes packed, in an open-addressing table; a power of two long, 0 where it is free. */
  readonly codes: Int32Array;
  /** Beside each code: the candidates that it does not rule out. */
  readonly lists: readonly (Candidates | undefined)[];
  /** Those that no code of this element rules out. */
  readonly others: Candidates;
};

export type GuideUnit = { readonly name: string; readonly loop: number; readonly element: number };

export type CompiledGuide = {
  readonly version: string;
  readonly name: string;
  readonly functionalId: string;
  readonly setId: string;
  readonly title: string;
  readonly nodes: readonly GuideNode[];
  readonly loops: readonly GuideLoop[];
  readonly units: readonly GuideUnit[];
  readonly codes: CodeTable;
  /** Segment key to the guide's own small number, 0 for segments it does not use. */
  readonly segmentNumbers: Uint8Array;
  /** How many small numbers there are, 0 included. */
  readonly segmentCount: number;
  /** `loop * segmentCount + segment number` to candidates. */
  readonly candidates: readonly (Candidates | undefined)[];
};
