/**
 * Makes the choice among many candidates short: where most of them are told apart by the same element (NM101, REF01,
 * HI01-1), they are split by its codes beforehand. In 2300 of the 837P a REF has 20 candidates, and one or two of a code.
 */
import { type CodeTable, codeOf } from './code-table.ts';
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
  const known = new Set<string>();
  for (const node of nodes) if (isSplit(node, by)) for (const code of codesOf(node, codes)) known.add(code);
  const take = (test: (node: GuideNode) => boolean): Candidates => {
    const at = nodes.map((_, i) => i).filter((i) => test(nodes[i] as GuideNode));
    return {
      nodes: at.map((i) => nodes[i] as GuideNode),
      levels: at.map((i) => levels[i] as number),
      split: undefined,
    };
  };
  const byCode = new Map<number, Candidates>();
  for (const code of known)
    if (code.length <= PACKED_CHARACTERS_MAX)
      byCode.set(
        codeOf(code),
        take((node) => !isSplit(node, by) || codesOf(node, codes).includes(code)),
      );
  const others = take((node) => !isSplit(node, by));
  return { element: by.element, component: Math.max(by.component, 1), byCode, others };
}

function isSplit(node: GuideNode, by: Qualifier): boolean {
  const first = node.qualifiers[0];
  return first?.element === by.element && first.component === by.component;
}

function codesOf(node: GuideNode, codes: CodeTable): readonly string[] {
  return codes.members(node.qualifiers[0]?.codes ?? 0);
}
