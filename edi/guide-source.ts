/** A guide as it is written down, before it is compiled: a tree of loops, segments and elements. */

export type Usage = 'R' | 'S';

/** What an element may hold: anything its type allows, these codes, or a named code set that others maintain. */
export type ElementValues =
  | { readonly kind: 'any' }
  | { readonly kind: 'codes'; readonly codes: readonly string[] }
  | { readonly kind: 'code-set'; readonly name: string };

export type ElementSource = {
  readonly position: number;
  readonly usage: Usage;
  readonly values: ElementValues;
  readonly name: string;
  /** Present when the element is a composite. */
  readonly components?: readonly ElementSource[];
};

export type SegmentSource = {
  readonly kind: 'segment';
  readonly id: string;
  readonly usage: Usage;
  /** Infinity when the guide says `>1`. */
  readonly max: number;
  readonly position: number;
  readonly name: string;
  readonly elements: readonly ElementSource[];
};

export type LoopSource = {
  readonly kind: 'loop';
  readonly id: string;
  readonly usage: Usage;
  readonly max: number;
  readonly position: number;
  readonly name: string;
  readonly children: readonly (SegmentSource | LoopSource)[];
};

/** A value that names the business unit of everything in a loop: CTX in the 999. */
export type UnitSource = {
  readonly loop: string;
  readonly segmentId: string;
  readonly element: number;
  readonly name: string;
};

export type GuideSource = {
  readonly version: string;
  readonly name: string;
  readonly functionalId: string;
  readonly setId: string;
  readonly title: string;
  readonly units: readonly UnitSource[];
  /** Loops counted as claims. */
  readonly claimLoops: readonly string[];
  readonly children: readonly (SegmentSource | LoopSource)[];
};
