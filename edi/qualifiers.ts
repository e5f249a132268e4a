/**
 * Which elements tell the places apart at which a segment id may stand: those that are required and coded at two
 * places that compete in some loop, with no code in common. NM1 has NM101, PWK in 2400 has PWK02, HI has HI01-1.
 */
import type { CodeTable } from './code-table.ts';
import type { Candidates, ElementSpec, GuideNode, Qualifier } from './compiled-guide.ts';
import { USAGE_REQUIRED } from './compiled-guide.ts';

/** A required element or component with a code list. */
export type Coded = { readonly element: number; readonly component: number; readonly spec: ElementSpec };

/**
 * Finds the qualifiers of every node, in order of elements; a node has none when its segment id alone is enough.
 * @param nodes the nodes of a guide; their `qualifiers` are set.
 * @param candidates all candidate lists of the guide; nodes of one list are competitors.
 * @param codes the table that the nodes' code sets are in.
 */
export function setQualifiers(
  nodes: readonly (Omit<GuideNode, 'qualifiers'> & { qualifiers: readonly Qualifier[] })[],
  candidates: readonly (Candidates | undefined)[],
  codes: CodeTable,
): void {
  const coded = new Map(nodes.map((node) => [node, codedElements(node)]));
  const rivals = rivalsOf(candidates);
  for (const node of nodes) {
    const theirs = [...(rivals.get(node) ?? [])].flatMap((rival) => coded.get(rival) ?? []);
    const own = (coded.get(node) ?? []).filter(({ element, component, spec }) =>
      theirs.some(
        (other) =>
          other.element === element &&
          other.component === component &&
          codes.disjoint(spec.codes, other.spec.codes),
      ),
    );
    node.qualifiers = own.map(({ element, component, spec }) => ({ element, component, codes: spec.codes }));
  }
}

/** By node: those that it stands beside in some list. */
function rivalsOf(candidates: readonly (Candidates | undefined)[]): Map<GuideNode, Set<GuideNode>> {
  const rivals = new Map<GuideNode, Set<GuideNode>>();
  for (const list of candidates)
    for (const node of list?.nodes ?? []) {
      const known = rivals.get(node) ?? new Set();
      for (const other of list?.nodes ?? []) if (other !== node) known.add(other);
      rivals.set(node, known);
    }
  return rivals;
}

/** What of a node is required and coded. */
export function codedElements(node: GuideNode): Coded[] {
  const coded: Coded[] = [];
  node.elements.forEach((spec, index) => {
    if (spec.usage !== USAGE_REQUIRED) return;
    if (spec.codes > 0) coded.push({ element: index + 1, component: 0, spec });
    spec.components.forEach((part, at) => {
      if (part.usage === USAGE_REQUIRED && part.codes > 0)
        coded.push({ element: index + 1, component: at + 1, spec: part });
    });
  });
  return coded;
}
