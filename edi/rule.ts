/**
 * A rule: what a guide says in words ("required when", "must balance") and its data cannot. It names the places it
 * wants to see and is called when a segment stands there, after the segment's own elements have been checked, or when
 * a loop ends. It reads the segment through the cursor and tells the maker what is wrong.
 */
import type { ClaimState } from './claim-state.ts';
import type { CompiledGuide, ElementSpec, GuideLoop, GuideNode } from './compiled-guide.ts';
import type { FindingMaker } from './finding-maker.ts';
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
      readonly check: SegmentCheck;
    }
  | {
      readonly kind: 'loop-end';
      readonly loops: readonly string[];
      readonly guides?: readonly string[];
      readonly check: LoopCheck;
    };

/** Rules sorted by the places of one guide. */
export type RulePlan = {
  /** By node. */
  readonly segments: readonly (readonly SegmentCheck[] | undefined)[];
  /** By loop. */
  readonly loopEnds: readonly (readonly LoopCheck[] | undefined)[];
};

/** Works out, once per guide, which rules look at which places. */
export function planRules(guide: CompiledGuide, all: readonly Rule[]): RulePlan {
  const rules = all.filter((rule) => rule.guides?.includes(guide.name) ?? true);
  const segments = guide.nodes.map((node) => {
    const loop = guide.loops[node.loop]?.id ?? '';
    const checks: SegmentCheck[] = [];
    for (const rule of rules)
      if (rule.kind === 'segment' && rule.segment === node.segmentId && (rule.loops?.includes(loop) ?? true))
        checks.push(rule.check);
    return checks.length > 0 ? checks : undefined;
  });
  const loopEnds = guide.loops.map((loop) => {
    const checks: LoopCheck[] = [];
    for (const rule of rules)
      if (rule.kind === 'loop-end' && rule.loops.includes(loop.id)) checks.push(rule.check);
    return checks.length > 0 ? checks : undefined;
  });
  return { segments, loopEnds };
}

/** The spec of an element of a node; a component's when one is named. */
export function specOf(node: GuideNode, element: number, component = 0): ElementSpec | undefined {
  const spec = node.elements[element - 1];
  return component > 0 ? spec?.components[component - 1] : spec;
}
