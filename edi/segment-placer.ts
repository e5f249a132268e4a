/**
 * Finds the place of each segment in the guide: which node it is, which loops that closes and opens, and what is
 * missing, out of order or too often on the way. X231A1 IK304; the rules of choice are those of docs/edi.md.
 */
import { narrow } from './candidate-split.ts';
import type { Candidates, CompiledGuide, GuideLoop, GuideNode, Qualifier } from './compiled-guide.ts';
import type { FindingMaker } from './finding-maker.ts';
import { LoopState } from './loop-state.ts';
import type { SegmentCursor } from './segment-cursor.ts';

/** How well a segment fits a node. */
const FITS_NOT = 0;
const FITS_FIRST = 1;
const FITS_FULL = 2;
const FITS = 3;

/** How many required loops may be skipped to make sense of a segment. */
const IMPLIED_DEPTH = 3;

export type PlacerDeps = {
  readonly guide: CompiledGuide;
  readonly cursor: SegmentCursor;
  readonly maker: FindingMaker;
  /** Called before a loop is left, while its state still holds. */
  readonly onClose: (loop: GuideLoop) => void;
};

export class SegmentPlacer {
  readonly state: LoopState;
  readonly #deps: PlacerDeps;
  readonly #cursor: SegmentCursor;
  readonly #candidates: readonly (Candidates | undefined)[];
  readonly #segmentCount: number;
  /** For each node reported as missing: the loop instance it was missing in, and the finding's token. */
  readonly #missingIn: Int32Array;
  readonly #missingToken: Int32Array;
  #token = 0;
  #guessed = false;

  constructor(deps: PlacerDeps) {
    this.#deps = deps;
    this.#cursor = deps.cursor;
    this.#candidates = deps.guide.candidates;
    this.#segmentCount = deps.guide.segmentCount;
    this.state = new LoopState(deps.guide);
    this.#missingIn = new Int32Array(deps.guide.nodes.length);
    this.#missingToken = new Int32Array(deps.guide.nodes.length);
  }

  /** Whether the last place was one of several that the segment's codes did not tell apart. */
  get guessed(): boolean {
    return this.#guessed;
  }

  /** The loop that is open. */
  get loop(): GuideLoop {
    return this.#loopAt(this.state.current);
  }

  /** Whether a loop is the open one or around it. */
  isOpen(loop: GuideLoop): boolean {
    let at = this.loop;
    while (at.depth > loop.depth) at = this.#loopAt(at.parent);
    return at === loop;
  }

  /**
   * Places the cursor's segment.
   * @param segment the guide's number for its id, above 0.
   * @returns the node it is; undefined when it has no place here, which has been reported.
   */
  place(segment: number): GuideNode | undefined {
    this.#guessed = false;
    const list = this.#candidates[this.state.current * this.#segmentCount + segment];
    let node: GuideNode | undefined;
    if (list !== undefined) {
      const { split } = list;
      const code = split === undefined ? 0 : this.#cursor.code(split.element, split.component);
      // Leaves out what the code of one element rules out; a code that cannot be packed rules nothing out.
      const left = split === undefined || code === 0 ? list : narrow(split, code);
      node = left.sure ?? this.#best(left);
    }
    node ??= this.#chooseImplied(segment) ?? this.#chooseNearest(segment);
    if (node !== undefined) this.#arrive(node);
    return node;
  }

  /** Closes all loops, as SE does. */
  finish(): void {
    this.#closeTo(0);
    this.#close(this.#loopAt(0));
  }

  #loopAt(index: number): GuideLoop {
    return this.#deps.guide.loops[index] as GuideLoop;
  }

  /**
   * Level by level from the open loop outward: the first node all of whose qualifiers fit and that has room; else one
   * that fits but has no room; else one whose first qualifier fits.
   */
  #best({ nodes, levels, known }: Candidates): GuideNode | undefined {
    let best: GuideNode | undefined;
    let bestFit = FITS_NOT;
    let level = 0;
    for (let i = 0; i < nodes.length; i += 1) {
      if (levels[i] !== level && best !== undefined) break;
      level = levels[i] as number;
      const node = nodes[i] as GuideNode;
      const fit = this.#fit(node, known[i] as number);
      if (fit === FITS) return node;
      if (fit > bestFit) {
        best = node;
        bestFit = fit;
      }
    }
    return best;
  }

  /** How well the segment fits a node whose first `known` qualifiers do. */
  #fit(node: GuideNode, known: number): number {
    const { qualifiers } = node;
    for (let i = known; i < qualifiers.length; i += 1)
      if (!this.#matches(qualifiers[i] as Qualifier)) return i === 0 ? FITS_NOT : FITS_FIRST;
    return this.state.hasRoom(node) ? FITS : FITS_FULL;
  }

  #matches(qualifier: Qualifier): boolean {
    const { cursor, guide } = this.#deps;
    const token = cursor.tokenOf(qualifier.element, Math.max(qualifier.component, 1));
    if (token === 0) return false;
    return guide.codes.has(
      qualifier.codes,
      cursor.reader.bytes,
      cursor.tokenStart(token),
      cursor.tokenEnd(token),
    );
  }

  /**
   * A segment that would fit right after the opener of a required loop that has not come: the opener is what is
   * missing (HL before SBR, LX before SV1), and everything after it makes sense again.
   */
  #chooseImplied(segment: number): GuideNode | undefined {
    const path: GuideLoop[] = [];
    let at: GuideLoop | undefined = this.loop;
    while (at !== undefined) {
      const node = this.#searchImplied(at, segment, path);
      if (node !== undefined) {
        for (const loop of path) this.#enterImplied(loop);
        return node;
      }
      at = at.parent < 0 ? undefined : this.#loopAt(at.parent);
    }
    return undefined;
  }

  #searchImplied(from: GuideLoop, segment: number, path: GuideLoop[]): GuideNode | undefined {
    if (path.length === IMPLIED_DEPTH) return undefined;
    for (const index of from.children) {
      const loop = this.#loopAt(index);
      if (loop.requiredBit === 0 || (path.length === 0 && this.#isBehind(loop))) continue;
      path.push(loop);
      const node = this.#firstIn(loop, segment) ?? this.#searchImplied(loop, segment, path);
      if (node !== undefined) return node;
      path.pop();
    }
    return undefined;
  }

  /** Whether a required loop has come already, or its place has been passed. */
  #isBehind(loop: GuideLoop): boolean {
    const { seen, reached } = this.state;
    return (
      ((seen[loop.parent] as number) & loop.requiredBit) !== 0 ||
      loop.position < (reached[loop.parent] as number)
    );
  }

  #firstIn(loop: GuideLoop, segment: number): GuideNode | undefined {
    const { guide } = this.#deps;
    const list = guide.candidates[loop.index * guide.segmentCount + segment];
    return list?.nodes.find((node, i) => list.levels[i] === 0 && this.#fit(node, 0) >= FITS_FULL);
  }

  #enterImplied(loop: GuideLoop): void {
    this.#closeTo(loop.parent);
    this.#pass(loop.parent, loop.position, loop.requiredBefore);
    this.#reportMissing(this.#loopAt(loop.parent), loop.requiredBit);
    this.state.count(this.#deps.guide.nodes[loop.opener] as GuideNode);
    this.state.enter(loop.index);
  }

  /**
   * No qualifier fits anywhere: the sender means one of the places nearest by, and has its qualifier wrong. A required
   * one that has not come is the likeliest, then one that is in order.
   */
  #chooseNearest(segment: number): GuideNode | undefined {
    const { guide } = this.#deps;
    const list = guide.candidates[this.state.current * guide.segmentCount + segment];
    if (list === undefined) return undefined;
    const nearest = list.nodes.filter((_, i) => list.levels[i] === list.levels[0]);
    this.#guessed = nearest.length > 1;
    const likely = nearest.find((node) => this.#isDue(node)) ?? nearest.find((node) => this.#isOpen(node));
    // What lies further out and behind us is no likelier than nothing: then the segment is unexpected (IK304 2).
    return likely ?? (list.levels[0] === 0 ? nearest[0] : undefined);
  }

  #isDue(node: GuideNode): boolean {
    return node.ownerBit !== 0 && ((this.state.seen[node.owner] as number) & node.ownerBit) === 0;
  }

  #isOpen(node: GuideNode): boolean {
    return node.ownerPosition >= (this.state.reached[node.owner] as number) && this.state.hasRoom(node);
  }

  #arrive(node: GuideNode): void {
    const { state } = this;
    const { owner, ownerPosition, opens } = node;
    const late = ownerPosition < (state.reached[owner] as number);
    if (state.current !== owner && (!late || opens >= 0)) this.#closeTo(owner);
    if (!late) this.#pass(owner, ownerPosition, node.ownerBefore);
    if (state.count(node) > node.ownerMax) this.#reportTooMany(node);
    else if (late) this.#reportLate(node);
    state.seen[owner] = (state.seen[owner] as number) | node.ownerBit;
    if (opens >= 0) state.enter(opens);
  }

  /** Moves on in a loop, and reports the required items that can no longer come. */
  #pass(owner: number, position: number, requiredBefore: number): void {
    const missing = requiredBefore & ~(this.state.seen[owner] as number);
    if (missing !== 0) this.#reportMissing(this.#loopAt(owner), missing);
    this.state.reached[owner] = position;
  }

  #reportTooMany(node: GuideNode): void {
    const { maker } = this.#deps;
    const { segmentId, name, opens } = node;
    const loop = this.#loopAt(node.loop);
    const limit = times(node.ownerMax);
    if (opens >= 0) maker.segment('loop.max-use', { code: '4', segmentId, name, loop, limit });
    else maker.segment('segment.max-use', { code: '5', segmentId, name, loop, limit });
  }

  /** Out of order; if it had been reported as missing, it is not. */
  #reportLate(node: GuideNode): void {
    const { maker } = this.#deps;
    if (this.#missingIn[node.index] === this.state.instance[node.owner]) {
      maker.findings.takeBack(this.#missingToken[node.index] as number);
      this.#missingIn[node.index] = 0;
    }
    const { segmentId, name } = node;
    maker.segment('segment.order', { code: '7', segmentId, name, loop: this.#loopAt(node.loop) });
  }

  #closeTo(loop: number): void {
    while (this.state.current !== loop) {
      const closing = this.loop;
      this.#close(closing);
      this.state.current = closing.parent;
    }
  }

  #close(loop: GuideLoop): void {
    const missing = loop.requiredAll & ~(this.state.seen[loop.index] as number);
    if (missing !== 0) this.#reportMissing(loop, missing);
    this.#deps.onClose(loop);
  }

  #reportMissing(owner: GuideLoop, mask: number): void {
    const { guide, maker } = this.#deps;
    this.state.seen[owner.index] = (this.state.seen[owner.index] as number) | mask;
    for (const item of owner.required) {
      if ((item.bit & mask) === 0) continue;
      const node = guide.nodes[item.node] as GuideNode;
      const { segmentId, name } = node;
      this.#token += 1;
      this.#missingIn[node.index] = this.state.instance[owner.index] as number;
      this.#missingToken[node.index] = this.#token;
      const rule = node.opens < 0 ? 'segment.required' : 'loop.required';
      maker.segment(rule, { code: '3', segmentId, name, loop: this.#loopAt(node.loop), token: this.#token });
    }
  }
}

function times(max: number): string {
  return max === 1 ? 'once' : `${max} times`;
}
