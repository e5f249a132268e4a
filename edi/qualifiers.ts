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
 * The qualifiers of one node.
 * @param node the node.
 * @param candidates all candidate lists of the guide; those that hold the node are its competitors.
 * @param codes the table that the nodes' code sets are in.
 * @returns its qualifiers, in order of elements; empty when its segment id alone is enough.
 */
export function qualifiersOf(
  node: GuideNode,
  candidates: readonly (Candidates | undefined)[],
  codes: CodeTable,
): Qualifier[] {
  const rivals = new Set<GuideNode>();
  for (const list of candidates) {
    if (list?.nodes.includes(node) !== true) continue;
    for (const other of list.nodes) rivals.add(other);
  }
  rivals.delete(node);
  const qualifiers: Qualifier[] = [];
  for (const { element, component, spec } of codedElements(node)) {
    const differs = [...rivals].some((rival) => {
      const theirs = codedElements(rival).find((c) => c.element === element && c.component === component);
      return theirs !== undefined && codes.disjoint(spec.codes, theirs.spec.codes);
    });
    if (differs) qualifiers.push({ element, component, codes: spec.codes });
  }
  return qualifiers;
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
