/**
 * Where in the guide a set is: which loop, how often each thing was seen in the loops that are open. Nothing is reset
 * when a loop begins anew; everything carries the serial number of the loop instance it was counted in.
 */
import { type CompiledGuide, type GuideLoop, type GuideNode, UNLIMITED } from './compiled-guide.ts';

export class LoopState {
  /** The innermost open loop. */
  current = 0;
  /** Serial number of the instance of each loop that is open or was open last. */
  readonly instance: Int32Array;
  /** Highest position reached in each loop. */
  readonly reached: Int32Array;
  /** Required items seen, or reported as missing, in each loop. */
  readonly seen: Int32Array;
  readonly #nodeCount: Int32Array;
  readonly #nodeInstance: Int32Array;
  readonly #loopCount: Int32Array;
  readonly #loopInstance: Int32Array;
  #serial = 0;

  constructor(guide: CompiledGuide) {
    const loops = guide.loops.length;
    const nodes = guide.nodes.length;
    this.instance = new Int32Array(loops);
    this.reached = new Int32Array(loops);
    this.seen = new Int32Array(loops);
    this.#loopCount = new Int32Array(loops);
    this.#loopInstance = new Int32Array(loops);
    this.#nodeCount = new Int32Array(nodes);
    this.#nodeInstance = new Int32Array(nodes);
    this.enter(0);
  }

  /** Opens a new instance of a loop. */
  enter(loop: number): void {
    this.#serial += 1;
    this.instance[loop] = this.#serial;
    this.reached[loop] = 0;
    this.seen[loop] = 0;
    this.current = loop;
  }

  /** Counts one more of a segment in its loop and returns how many there are. */
  countNode(node: GuideNode): number {
    const instance = this.instance[node.loop] as number;
    const { index } = node;
    const count = this.#nodeInstance[index] === instance ? (this.#nodeCount[index] as number) + 1 : 1;
    this.#nodeInstance[index] = instance;
    this.#nodeCount[index] = count;
    return count;
  }

  /** Counts one more of a loop in the loop around it and returns how many there are. */
  countLoop(loop: GuideLoop): number {
    const instance = this.instance[loop.parent] as number;
    const { index } = loop;
    const count = this.#loopInstance[index] === instance ? (this.#loopCount[index] as number) + 1 : 1;
    this.#loopInstance[index] = instance;
    this.#loopCount[index] = count;
    return count;
  }

  /** Whether one more of a node's segment, or of the loop it opens, is within its limit. */
  hasRoom(node: GuideNode, loops: readonly GuideLoop[]): boolean {
    if (node.opens < 0) {
      if (node.max === UNLIMITED || this.#nodeInstance[node.index] !== this.instance[node.loop]) return true;
      return (this.#nodeCount[node.index] as number) < node.max;
    }
    const loop = loops[node.opens] as GuideLoop;
    if (loop.max === UNLIMITED || this.#loopInstance[loop.index] !== this.instance[loop.parent]) return true;
    return (this.#loopCount[loop.index] as number) < loop.max;
  }
}
