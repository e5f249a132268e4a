/**
 * Finds the place of each segment in the guide: which node it is, which loops that closes and opens, and what is
 * missing, out of order or too often on the way. X231A1 IK304; the rules of choice are those of docs/edi.md.
 */
import { narrow } from './candidate-split.ts';
import type { Candidates, CompiledGuide, GuideLoop, GuideNode, Qualifier } from './compiled-guide.ts';
import type { FindingMaker } from './finding-maker.ts';
import { LoopState } from './loop-state.ts';
import { hasCodesOf, homesOf, impliedFor, type LoopGuess, placeIn, type Stray } from './lost-opener.ts';
import { reportLate, reportTooMany, reportUnexpected } from './placement-reports.ts';
import type { SegmentCursor } from './segment-cursor.ts';
import type { LoopArrays } from './sure/sure-kernel.ts';

/** How well a segment fits a node. */
const FITS_NOT = 0;
const FITS_FIRST = 1;
const FITS_FULL = 2;
const FITS = 3;

/** No guess. */
const CERTAIN: readonly GuideNode[] = [];

export type PlacerDeps = {
  readonly guide: CompiledGuide;
  readonly cursor: SegmentCursor;
  readonly maker: FindingMaker;
  /** State that a kernel shares; undefined where there is none. */
  readonly arrays: LoopArrays | undefined;
  /** Called before a loop is left, while its state still holds. */
  readonly onClose: (loop: GuideLoop) => void;
  /** Called when a loop is opened without its first segment, which was missing at `position`. */
  readonly onLost: (loop: GuideLoop, position: number) => void;
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
  /** The places that the last segment may have, when its codes do not tell; empty when they do. */
  #guesses: readonly GuideNode[] = CERTAIN;
  #stray: Stray | undefined;
  #openGuess: LoopGuess | undefined;

  constructor(deps: PlacerDeps) {
    this.#deps = deps;
    this.#cursor = deps.cursor;
    this.#candidates = deps.guide.candidates;
    this.#segmentCount = deps.guide.segmentCount;
    this.state = new LoopState(deps.guide, deps.arrays);
    this.#missingIn = new Int32Array(deps.guide.nodes.length);
    this.#missingToken = new Int32Array(deps.guide.nodes.length);
  }

  /** The places among which the last one was a guess, since the segment's codes fit none; empty when it was none. */
  get guesses(): readonly GuideNode[] {
    return this.#guesses;
  }

  /** Whether nothing that has been placed may turn out to be something else. */
  get isCertain(): boolean {
    return this.#stray === undefined && this.#openGuess === undefined;
  }

  /** Begins another set. */
  begin(): void {
    this.state.begin();
    this.#stray = undefined;
    this.#openGuess = undefined;
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
    this.#guesses = CERTAIN;
    const list = this.#candidates[this.state.current * this.#segmentCount + segment];
    let node: GuideNode | undefined;
    if (list !== undefined) {
      const { split } = list;
      const code = split === undefined ? 0 : this.#cursor.code(split.element, split.component);
      // Leaves out what the code of one element rules out; a code that cannot be packed rules nothing out.
      const left = split === undefined || code === 0 ? list : narrow(split, code);
      node = left.sure ?? this.#best(left);
    }
    if (this.#stray !== undefined || this.#openGuess !== undefined) node = this.#reconsider(segment, node);
    if (node === undefined) return this.#placeOdd(segment);
    if (node.ownerPosition < (this.state.reached[node.owner] as number)) {
      if (this.#isFarFetched(segment, node)) return this.#placeOdd(segment);
      if (!this.state.hasRoom(node)) return this.#placeSurplus(segment, node);
    }
    this.#arrive(node);
    return node;
  }

  /** Whether a node fits only because it stands further out and asks for no code that tells it apart. */
  #isFarFetched(segment: number, node: GuideNode): boolean {
    const { guide } = this.#deps;
    const list = guide.candidates[this.state.current * guide.segmentCount + segment];
    return node.owner !== this.state.current && list?.levels[0] === 0 && !hasCodesOf(this.#homeDeps, node);
  }

  get #homeDeps() {
    return { guide: this.#deps.guide, cursor: this.#cursor, state: this.state };
  }

  /** A segment without a place. */
  #placeOdd(segment: number): GuideNode | undefined {
    const implied = impliedFor(this.#homeDeps, segment);
    if (implied !== undefined) {
      for (const loop of implied.path) this.#enterImplied(loop);
      this.#arrive(implied.node);
      return implied.node;
    }
    const isStray = this.#noteStray(segment);
    const node = this.#chooseNearest(segment);
    // Of a segment that may belong elsewhere, its code alone is what this place can judge.
    if (node !== undefined && isStray) this.#guesses = [node];
    else if (node !== undefined) this.#arrive(node);
    if (node !== undefined) return node;
    // As X12 writes it: the sender may have put blanks around it, which is told apart.
    const segmentId = this.#cursor.segmentId().trim().toUpperCase();
    reportUnexpected(this.#deps.maker, segmentId, this.loop);
    return undefined;
  }

  /** A segment whose place has been passed and has no room left. */
  #placeSurplus(segment: number, node: GuideNode): GuideNode {
    if (this.#noteStray(segment)) reportTooMany(this.#deps.maker, this.#deps.guide, node);
    else this.#arrive(node);
    return node;
  }

  /** Remembers a segment that would be right in another loop. Until the next one has come it moves nothing. */
  #noteStray(segment: number): boolean {
    const { findings, position } = this.#deps.maker;
    const homes = homesOf(this.#homeDeps, segment);
    if (homes.length > 0) this.#stray = { position, before: findings.moment(), homes };
    return homes.length > 0;
  }

  /** Looks at what is not certain yet in the light of another segment, for which `node` has been found. */
  #reconsider(segment: number, node: GuideNode | undefined): GuideNode | undefined {
    const meant = this.#chooseMeant(segment);
    if (meant !== undefined) return meant;
    const stray = this.#stray;
    this.#stray = undefined;
    if (stray === undefined || (node !== undefined && this.#isInPlace(node))) return node;
    const homes = stray.homes.filter(({ loop }) => placeIn(this.#homeDeps, loop, segment) !== undefined);
    const [home] = homes;
    if (home === undefined) return node;
    const { loop } = home;
    const { guide, maker } = this.#deps;
    maker.findings.goBack(stray.before);
    this.#closeTo(loop.parent);
    this.#pass(loop.parent, loop.position, loop.requiredBefore);
    this.#openLost(loop, stray.position);
    this.state.count(home.node);
    this.state.reached[loop.index] = home.node.ownerPosition;
    this.state.seen[loop.index] = (this.state.seen[loop.index] as number) | home.node.ownerBit;
    if (home.node.opens >= 0) this.state.enter(home.node.opens);
    this.#openGuess = {
      instance: this.state.instance[loop.index] as number,
      loops: homes.map((other) => guide.loops[other.loop.index] as GuideLoop),
    };
    const list = this.#candidates[this.state.current * this.#segmentCount + segment];
    return list === undefined ? undefined : this.#best(list);
  }

  #isInPlace(node: GuideNode): boolean {
    const { reached } = this.state;
    return (
      node.ownerPosition >= (reached[node.owner] as number) &&
      this.state.hasRoom(node) &&
      hasCodesOf(this.#homeDeps, node)
    );
  }

  /** When the open loop is a guess and the segment does not belong into it: its place in the loop that is meant. */
  #chooseMeant(segment: number): GuideNode | undefined {
    const { state } = this;
    const guess = this.#openGuess;
    if (guess === undefined) return undefined;
    const { loop } = this;
    if (state.instance[loop.index] !== guess.instance) {
      this.#openGuess = undefined;
      return undefined;
    }
    const deps = this.#homeDeps;
    if (placeIn(deps, loop, segment) !== undefined) return undefined;
    const loops = guess.loops.filter(
      (other) => other !== loop && placeIn(deps, other, segment) !== undefined,
    );
    const [meant] = loops;
    if (meant === undefined) return undefined;
    state.enter(meant.index);
    this.#openGuess = { instance: state.instance[meant.index] as number, loops };
    return placeIn(deps, meant, segment);
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

  #enterImplied(loop: GuideLoop): void {
    this.#closeTo(loop.parent);
    this.#pass(loop.parent, loop.position, loop.requiredBefore);
    this.#openLost(loop, this.#deps.maker.position);
  }

  /** Opens a loop without its first segment, and reports that. */
  #openLost(loop: GuideLoop, position: number): void {
    const { guide, maker, onLost } = this.#deps;
    const opener = guide.nodes[loop.opener] as GuideNode;
    const { segmentId, name } = opener;
    const due = this.#isDue(opener);
    maker.segment(due ? 'loop.required' : 'segment.required', { code: '3', segmentId, name, loop, position });
    this.state.seen[loop.parent] = (this.state.seen[loop.parent] as number) | loop.requiredBit;
    this.state.count(opener);
    this.state.enter(loop.index);
    onLost(loop, position);
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
    const likely = nearest.find((node) => this.#isDue(node)) ?? nearest.find((node) => this.#isOpen(node));
    // What lies further out and behind us is no likelier than nothing: then the segment is unexpected (IK304 2).
    const chosen = likely ?? (list.levels[0] === 0 ? nearest[0] : undefined);
    if (chosen !== undefined && nearest.length > 1) this.#guesses = nearest;
    return chosen;
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
    if (this.#guesses.length > 0) {
      this.#arriveByGuess(node);
      return;
    }
    if (state.count(node) > node.ownerMax) reportTooMany(this.#deps.maker, this.#deps.guide, node);
    else if (late) this.#reportLate(node);
    state.seen[owner] = (state.seen[owner] as number) | node.ownerBit;
    if (opens >= 0) state.enter(opens);
  }

  /** A guess takes nobody's place: what it may be is not missing, and may still come. Its code has been reported. */
  #arriveByGuess({ owner, ownerBit, opens }: GuideNode): void {
    const { state } = this;
    state.seen[owner] = (state.seen[owner] as number) | ownerBit;
    if (opens < 0) return;
    state.enter(opens);
    const loops = this.#guesses.flatMap((node) => (node.opens < 0 ? [] : [this.#loopAt(node.opens)]));
    this.#openGuess = { instance: state.instance[opens] as number, loops };
  }

  /** Moves on in a loop, and reports the required items that can no longer come. */
  #pass(owner: number, position: number, requiredBefore: number): void {
    const missing = requiredBefore & ~(this.state.seen[owner] as number);
    if (missing !== 0) this.#reportMissing(this.#loopAt(owner), missing);
    this.state.reached[owner] = position;
  }

  /** Out of order; if it had been reported as missing, it is not. */
  #reportLate(node: GuideNode): void {
    const { maker } = this.#deps;
    if (this.#missingIn[node.index] === this.state.instance[node.owner]) {
      maker.findings.takeBack(this.#missingToken[node.index] as number);
      this.#missingIn[node.index] = 0;
    }
    reportLate(maker, this.#deps.guide, node);
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
    // What a guessed loop lacks, the one that is meant may not need.
    const isGuess = this.#openGuess?.instance === this.state.instance[loop.index];
    if (missing !== 0 && !isGuess) this.#reportMissing(loop, missing);
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
