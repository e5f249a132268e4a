/**
 * A rule: what a guide says in words ("required when", "must balance") and its data cannot. It names the places it
 * wants to see and is called when a segment stands there, after the segment's own elements have been checked, or when
 * a loop ends. It reads the segment through the cursor and tells the maker what is wrong.
 */
import type { ClaimState } from './claim-state.ts';
import type { CompiledGuide, ElementSpec, GuideLoop, GuideNode } from './compiled-guide.ts';
import type { FindingMaker } from './finding-maker.ts';
import { MARK_NOTHING } from './mark.ts';
import type { SegmentCursor } from './segment-cursor.ts';

export type RuleScope = {
  readonly guide: CompiledGuide;
  readonly cursor: SegmentCursor;
  readonly maker: FindingMaker;
  readonly claim: ClaimState;
};

export type SegmentCheck = (scope: RuleScope, node: GuideNode) => void;
export type LoopCheck = (scope: RuleScope, loop: GuideLoop) => void;

export type Rule =
  | {
      readonly kind: 'segment';
      readonly segment: string;
      /** Loops it looks at; undefined: every loop. */
      readonly loops?: readonly string[];
      /** Guides it belongs to, by their everyday names; undefined: every guide. */
      readonly guides?: readonly string[];
      /** Which places of those it looks at, decided once a guide; undefined: all. */
      readonly where?: (node: GuideNode, guide: CompiledGuide) => boolean;
      /** Not called when all of these elements hold data. Spares the call where there is nothing to say. */
      readonly unless?: readonly number[];
      /** Called only when one of these elements holds data. Not together with `unless`. */
      readonly given?: readonly number[];
      readonly check: SegmentCheck;
    }
  | {
      /** Remembers the position of the last segment that stood there. */
      readonly kind: 'mark';
      readonly segment: string;
      readonly loops: readonly string[];
      readonly guides?: readonly string[];
      /**
       * Only the places where the code that tells them apart is one of these, and only when the segment has it; `any`:
       * whichever the place has. Undefined: also when the segment's code is wrong and its place is a guess.
       */
      readonly codes?: readonly string[] | 'any';
      /** Where to: one of `MARK_*`. */
      readonly mark: number;
    }
  | {
      readonly kind: 'loop-end';
      readonly loops: readonly string[];
      readonly guides?: readonly string[];
      readonly check: LoopCheck;
    };

/** What rules want of one place. Arrays of one length: check `i` is called when `(present & care[i]) ^ flip[i]`. */
export type SegmentPlan = {
  /** Where the position goes, whatever the segment's code. */
  readonly mark: number;
  /** Where the position goes when the segment's code is that of the place. */
  readonly codedMark: number;
  readonly checks: readonly SegmentCheck[];
  readonly care: readonly number[];
  readonly flip: readonly number[];
};

/** Rules sorted by the places of one guide. */
export type RulePlan = {
  /** By node. */
  readonly segments: readonly (SegmentPlan | undefined)[];
  /** By loop. */
  readonly loopEnds: readonly (readonly LoopCheck[] | undefined)[];
};

/** Works out, once per guide, which rules look at which places. */
export function planRules(guide: CompiledGuide, all: readonly Rule[]): RulePlan {
  const rules = all.filter((rule) => rule.guides?.includes(guide.name) ?? true);
  const loopEnds = guide.loops.map((loop) => {
    const checks: LoopCheck[] = [];
    for (const rule of rules)
      if (rule.kind === 'loop-end' && rule.loops.includes(loop.id)) checks.push(rule.check);
    return checks.length > 0 ? checks : undefined;
  });
  return { segments: guide.nodes.map((node) => planSegment(guide, node, rules)), loopEnds };
}

function planSegment(guide: CompiledGuide, node: GuideNode, rules: readonly Rule[]): SegmentPlan | undefined {
  const loop = guide.loops[node.loop]?.id ?? '';
  const here = rules.filter(
    (rule): rule is Exclude<Rule, { kind: 'loop-end' }> =>
      rule.kind !== 'loop-end' && rule.segment === node.segmentId && (rule.loops?.includes(loop) ?? true),
  );
  const seeing = here.filter(
    (rule): rule is SegmentRule => rule.kind === 'segment' && (rule.where?.(node, guide) ?? true),
  );
  const marks = here.filter((rule): rule is MarkRule => rule.kind === 'mark');
  const plain = marks.filter(({ codes }) => codes === undefined);
  const coded = marks.filter(({ codes }) => codes !== undefined && suits(guide, node, codes));
  if (plain.length > 1 || coded.length > 1)
    throw new Error(`guide ${guide.version}: ${node.segmentId} in ${loop} has two marks of one kind`);
  if (seeing.length + plain.length + coded.length === 0) return undefined;
  return {
    mark: plain[0]?.mark ?? MARK_NOTHING,
    codedMark: coded[0]?.mark ?? MARK_NOTHING,
    checks: seeing.map(({ check }) => check),
    care: seeing.map(({ unless, given }) => maskOf(unless ?? given ?? [])),
    flip: seeing.map(({ unless, given }) =>
      given === undefined ? (unless === undefined ? 1 : maskOf(unless)) : 0,
    ),
  };
}

type SegmentRule = Extract<Rule, { kind: 'segment' }>;
type MarkRule = Extract<Rule, { kind: 'mark' }>;

function maskOf(elements: readonly number[]): number {
  return elements.reduce((mask, element) => mask | (1 << element), 0);
}

function suits(guide: CompiledGuide, node: GuideNode, codes: readonly string[] | 'any'): boolean {
  if (codes === 'any') return true;
  const own = guide.codes.members(node.qualifiers[0]?.codes ?? 0);
  return own.length > 0 && own.every((code) => codes.includes(code));
}

/** The spec of an element of a node; a component's when one is named. */
export function specOf(node: GuideNode, element: number, component = 0): ElementSpec | undefined {
  const spec = node.elements[element - 1];
  return component > 0 ? spec?.components[component - 1] : spec;
}
