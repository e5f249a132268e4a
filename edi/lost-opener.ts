/**
 * Makes sense of segments whose loop has lost its first segment, or has it with a code that tells nothing: one fault of
 * the sender is to be one finding, not one for every segment that then seems to stand in the wrong place.
 *
 * - A segment without a place (or a surplus one, or one whose code fits nowhere near) is told as such, and remembered
 *   together with the loops in which it would be right. When the next segment has no place either and stands in one of
 *   those loops as well, what was told is taken back: the first segment of that loop is what is missing.
 * - A loop whose first segment has a wrong code is a guess among several. As soon as a segment does not belong into the
 *   guessed one but into another of them, that one is meant.
 */
import type { CompiledGuide, GuideLoop, GuideNode } from './compiled-guide.ts';
import type { LoopState } from './loop-state.ts';
import { codedElements } from './qualifiers.ts';
import type { SegmentCursor } from './segment-cursor.ts';
import type { FindingsMoment } from './set-findings.ts';

/** A loop in which a segment would be right, and where. */
export type Home = { readonly loop: GuideLoop; readonly node: GuideNode };

/** A segment without a place. */
export type Stray = {
  readonly position: number;
  /** How far the findings were before it. */
  readonly before: FindingsMoment;
  readonly homes: readonly Home[];
};

/** A loop that is open by guess. */
export type LoopGuess = { readonly instance: number; readonly loops: readonly GuideLoop[] };

export type HomeDeps = {
  readonly guide: CompiledGuide;
  readonly cursor: SegmentCursor;
  readonly state: LoopState;
};

/** Whether the cursor's segment has, where a node demands a code, one of its codes: at every such element. */
export function hasCodesOf({ guide, cursor }: HomeDeps, node: GuideNode): boolean {
  return codedElements(node).every(({ element, component, spec }) => {
    const token = cursor.tokenOf(element, Math.max(component, 1));
    if (token === 0) return false;
    const { bytes } = cursor.reader;
    return guide.codes.has(spec.codes, bytes, cursor.tokenStart(token), cursor.tokenEnd(token));
  });
}

/** The place of the cursor's segment right inside a loop, its codes included; undefined when there is none. */
export function placeIn(deps: HomeDeps, loop: GuideLoop, segment: number): GuideNode | undefined {
  const { guide } = deps;
  const list = guide.candidates[loop.index * guide.segmentCount + segment];
  return list?.nodes.find((node, i) => list.levels[i] === 0 && hasCodesOf(deps, node));
}

/** The loops that could begin here, nearest first, in which the cursor's segment would be right. */
export function homesOf(deps: HomeDeps, segment: number): Home[] {
  const { guide, state } = deps;
  const homes: Home[] = [];
  let at = guide.loops[state.current];
  while (at !== undefined) {
    for (const index of at.children) {
      const loop = guide.loops[index] as GuideLoop;
      if (loop.position < (state.reached[at.index] as number)) continue;
      if (!state.hasRoom(guide.nodes[loop.opener] as GuideNode)) continue;
      const node = placeIn(deps, loop, segment);
      if (node !== undefined) homes.push({ loop, node });
    }
    at = guide.loops[at.parent];
  }
  return homes;
}

/** How many required loops may be skipped to make sense of a segment. */
const IMPLIED_DEPTH = 3;

/**
 * Loops that are required and have not come, of which the segment would stand right behind the first segment: the
 * latter is what is missing (HL before SBR, LX before SV1), and everything after it makes sense again.
 * @returns the loops from the outside in, and the segment's place in the last; undefined when there are none.
 */
export function impliedFor(
  deps: HomeDeps,
  segment: number,
): { readonly path: readonly GuideLoop[]; readonly node: GuideNode } | undefined {
  const { guide, state } = deps;
  const path: GuideLoop[] = [];
  let at = guide.loops[state.current];
  while (at !== undefined) {
    const node = searchImplied(deps, at, segment, path);
    if (node !== undefined) return { path, node };
    at = guide.loops[at.parent];
  }
  return undefined;
}

function searchImplied(
  deps: HomeDeps,
  from: GuideLoop,
  segment: number,
  path: GuideLoop[],
): GuideNode | undefined {
  if (path.length === IMPLIED_DEPTH) return undefined;
  for (const index of from.children) {
    const loop = deps.guide.loops[index] as GuideLoop;
    if (loop.requiredBit === 0 || (path.length === 0 && isBehind(deps, loop))) continue;
    path.push(loop);
    // One missing segment a loop: what would lack more than the openers is no likely meaning.
    const node = placeIn(deps, loop, segment);
    if (node !== undefined && node.ownerBefore === 0) return node;
    const deeper = searchImplied(deps, loop, segment, path);
    if (deeper !== undefined) return deeper;
    path.pop();
  }
  return undefined;
}

/** Whether a required loop has come already, or its place has been passed. */
function isBehind({ state }: HomeDeps, loop: GuideLoop): boolean {
  const { seen, reached } = state;
  return (
    ((seen[loop.parent] as number) & loop.requiredBit) !== 0 ||
    loop.position < (reached[loop.parent] as number)
  );
}
