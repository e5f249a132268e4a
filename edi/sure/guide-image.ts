/** Writes a compiled guide down as kernel.wat reads it: records of 32-bit numbers that name each other by address. */
import type { CodeSet } from '../code-sets.ts';
import { codeOf, slotOf } from '../code-table.ts';
import {
  type Candidates,
  type CompiledGuide,
  type CompiledNote,
  type ElementSpec,
  FORM_ANYTHING,
  FORM_CODE,
  FORM_CODE_SET,
  FORM_DATE,
  FORM_DECIMAL,
  FORM_INTEGER,
  FORM_PERIOD,
  FORM_TEXT,
  type GuideNode,
  TYPE_COMPOSITE,
  TYPE_N,
  USAGE_NOT_USED,
  USAGE_REQUIRED,
} from '../compiled-guide.ts';
import type { RulePlan } from '../rule.ts';
import { SEGMENT_KEYS, segmentKey } from '../segment-key.ts';
import { type GuideImage, IMAGE_AT, LOOPS_MAX, NODES_MAX } from './sure-kernel.ts';

/** What a record of kernel.wat begins with: how its value is looked at. */
const LOOK_AGAIN = 0;
const LOOK_TEXT = 1;
const LOOK_CODE = 2;
const LOOK_INTEGER = 3;
const LOOK_DECIMAL = 4;
const LOOK_DATE = 5;
const LOOK_MADE = 6;
const LOOK_PERIOD = 7;
const LOOK_ANYTHING = 8;
const LOOK_COMPOSITE = 9;

const LOOKS: ReadonlyMap<number, number> = new Map([
  [FORM_TEXT, LOOK_TEXT],
  [FORM_CODE, LOOK_CODE],
  [FORM_INTEGER, LOOK_INTEGER],
  [FORM_DECIMAL, LOOK_DECIMAL],
  [FORM_DATE, LOOK_DATE],
  [FORM_PERIOD, LOOK_PERIOD],
  [FORM_ANYTHING, LOOK_ANYTHING],
]);

/** Longer codes are not packed. */
const PACKED_CHARACTERS_MAX = 4;

/** Segments that are no business of a set's content. */
const ENVELOPE = ['ISA', 'IEA', 'GS', 'GE', 'ST', 'SE'];

/** Bytes of the table of segment keys, rounded up. */
const SEGMENTS_BYTES = Math.ceil(SEGMENT_KEYS / 4) * 4;

/**
 * The image of a guide.
 * @param guide the guide.
 * @param rules what rules want to see of it.
 * @returns undefined when the guide has more loops or nodes than the kernel has room for.
 */
export function drawGuide(guide: CompiledGuide, rules: RulePlan): GuideImage | undefined {
  if (guide.loops.length > LOOPS_MAX || guide.nodes.length > NODES_MAX) return undefined;
  return new Drawing(guide, rules).draw();
}

class Drawing {
  readonly #guide: CompiledGuide;
  readonly #rules: RulePlan;
  readonly #words: number[] = [];
  /** Records by their content: many are alike. */
  readonly #records = new Map<string, number>();
  readonly #nodes: number[] = [];
  readonly #specs = new Map<ElementSpec, readonly number[]>();

  constructor(guide: CompiledGuide, rules: RulePlan) {
    this.#guide = guide;
    this.#rules = rules;
  }

  draw(): GuideImage {
    const { nodes, loops, candidates, segmentCount } = this.#guide;
    for (const node of nodes) this.#nodes.push(this.#node(node));
    const lists = candidates.map((list) => (list === undefined ? 0 : this.#list(list)));
    const loopRecords = loops.flatMap(({ parent, requiredAll, index }) => [
      parent,
      requiredAll,
      this.#isWatchedLoop(index) ? 1 : 0,
      0,
    ]);
    const candidatesAt = this.#put(lists);
    const loopsAt = this.#put(loopRecords);
    const bytes = new Uint8Array(SEGMENTS_BYTES + this.#words.length * 4);
    bytes.set(this.#guide.segmentNumbers);
    for (const id of ENVELOPE) bytes[segmentKey(id)] = 0;
    new Int32Array(bytes.buffer, SEGMENTS_BYTES).set(this.#words);
    return { bytes, candidatesAt, loopsAt, segmentCount };
  }

  /** Writes numbers and returns their address; the same numbers are written once. */
  #put(words: readonly number[]): number {
    const content = words.join();
    const known = this.#records.get(content);
    if (known !== undefined) return known;
    const address = IMAGE_AT + SEGMENTS_BYTES + this.#words.length * 4;
    for (const word of words) this.#words.push(word);
    this.#records.set(content, address);
    return address;
  }

  #isWatchedLoop(index: number): boolean {
    return this.#rules.loopEnds[index] !== undefined || this.#guide.units.some(({ loop }) => loop === index);
  }

  #isWatched(node: GuideNode): boolean {
    const opensClaim = this.#guide.loops[node.opens]?.isClaim === true;
    return this.#rules.segments[node.index] !== undefined || node.unit > 0 || opensClaim;
  }

  #node(node: GuideNode): number {
    const specs = node.elements.flatMap((spec) => this.#spec(spec));
    const qualifiers = node.qualifiers.flatMap(({ element, component, codes }) => {
      const members = this.#guide.codes.members(codes);
      const hasLong = members.some((code) => code.length > PACKED_CHARACTERS_MAX);
      return [element, Math.max(component, 1), ...this.#codes(members), hasLong ? 1 : 0];
    });
    return this.#put([
      node.index,
      node.loop,
      node.opens,
      node.owner,
      node.ownerPosition,
      node.ownerMax,
      node.ownerBit,
      node.ownerBefore,
      node.elements.length,
      this.#put(specs),
      node.lastRequired,
      this.#notes(node.notes),
      node.qualifiers.length,
      this.#put(qualifiers),
      this.#isWatched(node) ? 1 : 0,
    ]);
  }

  #spec(spec: ElementSpec): readonly number[] {
    const known = this.#specs.get(spec) ?? this.#newSpec(spec);
    this.#specs.set(spec, known);
    return known;
  }

  #newSpec(spec: ElementSpec): readonly number[] {
    const { usage, components, requiredParts, notes } = spec;
    const [look, a, b] = this.#look(spec);
    const { min, max } = look === LOOK_MADE ? lengthsOf(spec) : spec;
    const required = usage === USAGE_REQUIRED ? 1 : 0;
    const isComposite = components.length > 0;
    return [look, min, max, a, b, required, requiredParts, isComposite ? this.#notes(notes) : 0];
  }

  /** How a value is looked at, with two numbers that this takes. */
  #look(spec: ElementSpec): readonly [look: number, a: number, b: number] {
    if (spec.type === TYPE_COMPOSITE && spec.usage !== USAGE_NOT_USED) {
      const parts = this.#put(spec.components.flatMap((part) => this.#spec(part)));
      return [LOOK_COMPOSITE, parts, spec.components.length];
    }
    if (spec.form === FORM_CODE || this.#isNumberOfList(spec))
      return [LOOK_CODE, ...this.#codes(this.#guide.codes.members(spec.codes))];
    if (spec.form === FORM_CODE_SET && spec.codeSet !== undefined) return this.#codeSet(spec.codeSet);
    return [LOOKS.get(spec.form) ?? LOOK_AGAIN, 0, 0];
  }

  /** Whether it is a number of a list, such as a pointer: then to be in the list is all there is to it. */
  #isNumberOfList({ usage, type, codes }: ElementSpec): boolean {
    const isUsed = type === TYPE_N && codes > 0 && usage !== USAGE_NOT_USED;
    return isUsed && this.#guide.codes.members(codes).every((code) => /^\d+$/.test(code));
  }

  #codeSet({ look }: CodeSet): readonly [look: number, a: number, b: number] {
    if (look.kind === 'list') return [LOOK_CODE, ...this.#codes(look.codes)];
    if (look.kind === 'test') return [LOOK_AGAIN, 0, 0];
    const from = look.first.charCodeAt(0);
    const span = look.last.charCodeAt(0) - from;
    return [LOOK_MADE, from | (span << 8) | (look.orDigits ? 1 << 16 : 0), 0];
  }

  /** A table of packed codes: its address, and its size less one. */
  #codes(codes: readonly string[]): readonly [table: number, mask: number] {
    const short = codes.filter((code) => code.length <= PACKED_CHARACTERS_MAX).map(codeOf);
    let size = 4;
    while (size < short.length * 2) size *= 2;
    const table: number[] = new Array(size).fill(0);
    for (const code of short) {
      let slot = slotOf(code, size - 1);
      while (table[slot] !== 0 && table[slot] !== code) slot = (slot + 1) & (size - 1);
      table[slot] = code;
    }
    return [this.#put(table), size - 1];
  }

  #notes(notes: readonly CompiledNote[]): number {
    if (notes.length === 0) return 0;
    return this.#put([notes.length, ...notes.flatMap(({ sort, mask, first }) => [sort, mask, first])]);
  }

  #list(list: Candidates): number {
    const { nodes, levels, known, sure } = list;
    return this.#put([
      nodes.length,
      sure === undefined ? 0 : (this.#nodes[sure.index] as number),
      this.#split(list),
      ...nodes.flatMap((node, i) => [
        this.#nodes[node.index] as number,
        levels[i] as number,
        known[i] as number,
      ]),
    ]);
  }

  #split({ split }: Candidates): number {
    if (split === undefined) return 0;
    const { element, component, codes, lists, others } = split;
    const otherwise = this.#list(others);
    const places = [...codes].flatMap((code, slot) => {
      const list = lists[slot];
      return [code, list === undefined ? otherwise : this.#list(list)];
    });
    return this.#put([element, component, codes.length - 1, otherwise, ...places]);
  }
}

/** The lengths that both the element and its code set allow. */
function lengthsOf({ min, max, codeSet }: ElementSpec): { readonly min: number; readonly max: number } {
  const look = codeSet?.look;
  if (look?.kind !== 'made') return { min, max };
  return { min: Math.max(min, look.least), max: Math.min(max, look.most) };
}
