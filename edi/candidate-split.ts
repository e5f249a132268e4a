/**
 * Makes the choice among many candidates short: where most of them are told apart by the same element (NM101, REF01,
 * HI01-1), they are split by its codes beforehand. In 2300 of the 837P a REF has 20 candidates, and one or two of a code.
 */
import { type CodeTable, codeOf, slotOf } from './code-table.ts';
import type { CandidateSplit, Candidates, GuideNode, Qualifier } from './compiled-guide.ts';

/** Packed codes are no longer. */
const PACKED_CHARACTERS_MAX = 4;

/** Fewer are as fast to try one by one. */
const WORTHWHILE = 2;

/**
 * Splits one list by the first qualifier of its first node that has one.
 * @returns undefined when the list is short, or nothing tells its nodes apart.
 */
export function splitCandidates(
  { nodes, levels }: Pick<Candidates, 'nodes' | 'levels'>,
  codes: CodeTable,
): CandidateSplit | undefined {
  const by = nodes.find((node) => node.qualifiers.length > 0)?.qualifiers[0];
  if (nodes.length < WORTHWHILE || by === undefined) return undefined;
  const taken = (test: (node: GuideNode) => boolean): Candidates => {
    const at = nodes.map((_, i) => i).filter((i) => test(nodes[i] as GuideNode));
    const these = at.map((i) => nodes[i] as GuideNode);
    const known = these.map((node) => (isSplit(node, by) ? 1 : 0));
    const sure = sureOf(these, known);
    return { nodes: these, levels: at.map((i) => levels[i] as number), sure, known, split: undefined };
  };
  const all = nodes.flatMap((node) => (isSplit(node, by) ? codesOf(node, codes) : []));
  const packable = new Set(all.filter((code) => code.length <= PACKED_CHARACTERS_MAX));
  let size = 4;
  while (size < packable.size * 2) size *= 2;
  const table = new Int32Array(size);
  const lists: (Candidates | undefined)[] = new Array(size).fill(undefined);
  for (const code of packable) {
    const slot = slotFor(table, codeOf(code));
    table[slot] = codeOf(code);
    lists[slot] = taken((node) => !isSplit(node, by) || codesOf(node, codes).includes(code));
  }
  const others = taken((node) => !isSplit(node, by));
  const { element, component } = by;
  return { element, component: Math.max(component, 1), codes: table, lists, others };
}

/** The node of a list of one whose qualifiers are all known to fit. */
export function sureOf(nodes: readonly GuideNode[], known: readonly number[]): GuideNode | undefined {
  const [only] = nodes;
  return nodes.length === 1 && only?.qualifiers.length === known[0] ? only : undefined;
}

/** The candidates that a packed code leaves. */
export function narrow(split: CandidateSplit, code: number): Candidates {
  return split.lists[slotFor(split.codes, code)] ?? split.others;
}

/** Where a code stands in the table, or would. */
function slotFor(table: Int32Array, code: number): number {
  const mask = table.length - 1;
  let slot = slotOf(code, mask);
  while (table[slot] !== code && table[slot] !== 0) slot = (slot + 1) & mask;
  return slot;
}

function isSplit(node: GuideNode, by: Qualifier): boolean {
  const first = node.qualifiers[0];
  return first?.element === by.element && first.component === by.component;
}

function codesOf(node: GuideNode, codes: CodeTable): readonly string[] {
  return codes.members(node.qualifiers[0]?.codes ?? 0);
}
