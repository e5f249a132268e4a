/**
 * Where in the guide a set is: which loop, how often each thing was seen in the loops that are open. Nothing is reset
 * when a loop begins anew; everything carries the serial number of the loop instance it was counted in.
 */
import type { CompiledGuide, GuideNode } from './compiled-guide.ts';
import type { LoopArrays } from './sure/sure-kernel.ts';

export class LoopState {
  /** The innermost open loop. */
  current = 0;
  /** Serial number of the instance of each loop that is open or was open last. */
  readonly instance: Int32Array;
  /** Highest position reached in each loop. */
  readonly reached: Int32Array;
  /** Required items seen, or reported as missing, in each loop. */
  readonly seen: Int32Array;
  /** How often each node, or the loop it opens, was seen in the instance of its owner that is named beside it. */
  readonly #count: Int32Array;
  readonly #countedIn: Int32Array;
  /** Serial number of the newest instance. */
  serial = 0;

  /** @param arrays those that a kernel shares; undefined: its own. */
  constructor(guide: CompiledGuide, arrays: LoopArrays = ownArrays(guide)) {
    this.instance = arrays.instance;
    this.reached = arrays.reached;
    this.seen = arrays.seen;
    this.#count = arrays.count;
    this.#countedIn = arrays.countedIn;
    // A kernel has served other sets.
    this.#countedIn.fill(0);
    this.instance.fill(0);
    this.enter(0);
  }

  /** Goes back to the beginning, for another set. Nothing need be cleared: no instance has the serial number of another. */
  begin(): void {
    this.enter(0);
  }

  /** Opens a new instance of a loop. */
  enter(loop: number): void {
    this.serial += 1;
    this.instance[loop] = this.serial;
    this.reached[loop] = 0;
    this.seen[loop] = 0;
    this.current = loop;
  }

  /** Counts one more of a node, or of the loop it opens, and returns how many there are. */
  count(node: GuideNode): number {
    const instance = this.instance[node.owner] as number;
    const { index } = node;
    const count = this.#countedIn[index] === instance ? (this.#count[index] as number) + 1 : 1;
    this.#countedIn[index] = instance;
    this.#count[index] = count;
    return count;
  }

  /** Whether one more of a node, or of the loop it opens, is within its limit. */
  hasRoom(node: GuideNode): boolean {
    const { index, ownerMax } = node;
    if (this.#countedIn[index] !== this.instance[node.owner]) return true;
    return (this.#count[index] as number) < ownerMax;
  }
}

function ownArrays({ loops, nodes }: CompiledGuide): LoopArrays {
  return {
    instance: new Int32Array(loops.length),
    reached: new Int32Array(loops.length),
    seen: new Int32Array(loops.length),
    count: new Int32Array(nodes.length),
    countedIn: new Int32Array(nodes.length),
  };
}
