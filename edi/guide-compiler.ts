/** Turns a guide's tree into the tables of compiled-guide.ts. Mistakes in a guide throw: they are ours. */
import { splitCandidates, sureOf } from './candidate-split.ts';
import { CodeTable } from './code-table.ts';
import {
  type Candidates,
  type CompiledGuide,
  type ElementSpec,
  type GuideLoop,
  type GuideNode,
  type GuideUnit,
  UNLIMITED,
  USAGE_REQUIRED,
} from './compiled-guide.ts';
import { compileElements, compileNotes } from './element-compiler.ts';
import type { GuideSource, LoopSource, SegmentSource, UnitSource } from './guide-source.ts';
import { setQualifiers } from './qualifiers.ts';
import { SEGMENT_KEYS, segmentKey } from './segment-key.ts';
import type { StandardDictionary, StandardPlace } from './standard-dictionary.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

type Draft = {
  readonly source: GuideSource;
  readonly standard: StandardDictionary;
  readonly codes: CodeTable;
  readonly unused: Map<StandardPlace, ElementSpec>;
  readonly nodes: Mutable<GuideNode>[];
  readonly loops: Mutable<GuideLoop>[];
  readonly units: GuideUnit[];
};

/**
 * Compiles one guide.
 * @param source the guide's tree.
 * @param standard the standard it rests on.
 * @returns the tables the engine walks.
 * @throws Error when the guide names a segment that the standard files lack, or has more than 32 required items in a loop.
 */
export function compileGuide(source: GuideSource, standard: StandardDictionary): CompiledGuide {
  const draft: Draft = {
    source,
    standard,
    codes: new CodeTable(),
    unused: new Map(),
    nodes: [],
    loops: [],
    units: [],
  };
  const root: LoopSource = {
    kind: 'loop',
    id: '',
    usage: 'R',
    max: 1,
    position: 0,
    name: source.title,
    children: source.children,
  };
  addLoop(draft, root, -1);
  for (const node of draft.nodes) setOwner(draft, node);
  const segmentNumbers = new Uint8Array(SEGMENT_KEYS);
  let segmentCount = 1;
  for (const node of draft.nodes) {
    const key = segmentKey(node.segmentId);
    if (segmentNumbers[key] !== 0) continue;
    segmentNumbers[key] = segmentCount;
    segmentCount += 1;
  }
  const candidates = listCandidates(draft, segmentNumbers, segmentCount);
  setQualifiers(draft.nodes, candidates, draft.codes);
  for (const list of candidates) {
    if (list === undefined) continue;
    list.split = splitCandidates(list, draft.codes);
    list.sure = sureOf(list.nodes, list.known);
  }
  const { version, name, functionalId, setId, title } = source;
  const { nodes, loops, units, codes } = draft;
  return {
    version,
    name,
    functionalId,
    setId,
    title,
    nodes,
    loops,
    units,
    codes,
    segmentNumbers,
    segmentCount,
    candidates,
  };
}

type RequiredItem = { readonly bit: number; readonly node: number; readonly position: number };

function addLoop(draft: Draft, source: LoopSource, parent: number): Mutable<GuideLoop> {
  const loop = newLoop(draft, source, parent);
  const required: RequiredItem[] = [];
  const children: number[] = [];
  for (const child of source.children) {
    if (child.kind === 'loop') {
      const inner = addLoop(draft, child, loop.index);
      children.push(inner.index);
      if (child.usage === 'R') required.push(requireItem(loop, inner, inner.opener));
    } else {
      const node = addNode(draft, child, loop);
      // The opener is not counted: without it there is no loop.
      if (child.usage === 'R' && node.opens < 0) required.push(requireItem(loop, node, node.index));
    }
  }
  loop.required = required;
  loop.children = children;
  setRequiredBefore(draft, loop);
  return loop;
}

function newLoop(draft: Draft, source: LoopSource, parent: number): Mutable<GuideLoop> {
  const loop: Mutable<GuideLoop> = {
    index: draft.loops.length,
    id: source.id,
    name: source.name,
    parent,
    depth: parent < 0 ? 0 : (draft.loops[parent]?.depth ?? 0) + 1,
    position: source.position,
    max: Number.isFinite(source.max) ? source.max : UNLIMITED,
    opener: -1,
    requiredBit: 0,
    requiredBefore: 0,
    requiredAll: 0,
    required: [],
    children: [],
    isClaim: draft.source.claimLoops.includes(source.id),
  };
  draft.loops.push(loop);
  return loop;
}

function requireItem(
  loop: Mutable<GuideLoop>,
  item: { requiredBit: number; readonly position: number },
  node: number,
): RequiredItem {
  let bit = 1;
  while ((loop.requiredAll & bit) !== 0) bit <<= 1;
  if (bit === 0) throw new Error(`more than 32 required items in loop ${loop.id}`);
  item.requiredBit = bit;
  loop.requiredAll |= bit;
  return { bit, node, position: item.position };
}

function setRequiredBefore(draft: Draft, loop: GuideLoop): void {
  const before = (position: number): number =>
    loop.required.reduce((mask, item) => (item.position < position ? mask | item.bit : mask), 0);
  for (const node of draft.nodes)
    if (node.loop === loop.index && node.opens < 0) node.requiredBefore = before(node.position);
  for (const index of loop.children) {
    const child = draft.loops[index];
    if (child !== undefined) child.requiredBefore = before(child.position);
  }
}

function addNode(draft: Draft, source: SegmentSource, loop: Mutable<GuideLoop>): Mutable<GuideNode> {
  const standard = draft.standard.segments.get(source.id);
  if (standard === undefined)
    throw new Error(`guide ${draft.source.version}: segment ${source.id} is not in edi/standard/segments.ts`);
  const index = draft.nodes.length;
  const opens = loop.index > 0 && loop.opener < 0;
  if (opens) loop.opener = index;
  const elements = compileElements(source, standard, draft);
  const node: Mutable<GuideNode> = {
    index,
    segmentId: source.id,
    name: source.name,
    loop: loop.index,
    opens: opens ? loop.index : -1,
    position: source.position,
    max: Number.isFinite(source.max) ? source.max : UNLIMITED,
    requiredBit: 0,
    requiredBefore: 0,
    owner: -1,
    ownerPosition: 0,
    ownerMax: 0,
    ownerBit: 0,
    ownerBefore: 0,
    elements,
    lastRequired: elements.findLastIndex((spec) => spec.usage === USAGE_REQUIRED) + 1,
    notes: compileNotes(standard.notes),
    qualifiers: [],
    unit: unitOf(draft, source, loop),
  };
  draft.nodes.push(node);
  return node;
}

function setOwner(draft: Draft, node: Mutable<GuideNode>): void {
  const opened = draft.loops[node.opens];
  const item = opened ?? node;
  node.owner = opened?.parent ?? node.loop;
  node.ownerPosition = item.position;
  node.ownerMax = item.max;
  node.ownerBit = item.requiredBit;
  node.ownerBefore = item.requiredBefore;
}

function unitOf(draft: Draft, source: SegmentSource, loop: GuideLoop): number {
  const matches = (unit: UnitSource): boolean => unit.loop === loop.id && unit.segmentId === source.id;
  const unit = draft.source.units.find(matches);
  if (unit === undefined || loop.opener !== draft.nodes.length) return 0;
  return draft.units.push({ name: unit.name, loop: loop.index, element: unit.element });
}

/** For every loop and segment id: the nodes it may be, in the loop itself, then in each loop around it. */
function listCandidates(
  draft: Draft,
  numbers: Uint8Array,
  count: number,
): (Mutable<Candidates> | undefined)[] {
  const table: (Mutable<Candidates> | undefined)[] = new Array(draft.loops.length * count).fill(undefined);
  for (const from of draft.loops) {
    let level = 0;
    for (let at: GuideLoop | undefined = from; at !== undefined; at = draft.loops[at.parent]) {
      for (const node of nodesOf(draft, at)) {
        const slot = from.index * count + (numbers[segmentKey(node.segmentId)] ?? 0);
        const entry = table[slot] ?? { nodes: [], levels: [], sure: undefined, known: [], split: undefined };
        (entry.nodes as GuideNode[]).push(node);
        (entry.levels as number[]).push(level);
        (entry.known as number[]).push(0);
        table[slot] = entry;
      }
      level += 1;
    }
  }
  return table;
}

/** Segments of the loop except its opener, and the openers of the loops in it, in the guide's order. */
function nodesOf(draft: Draft, loop: GuideLoop): GuideNode[] {
  return draft.nodes.filter((node) =>
    node.opens < 0 ? node.loop === loop.index : draft.loops[node.opens]?.parent === loop.index,
  );
}
