/** HL segments count up from 1, and each names the level it stands under: TR3 section 2.3.2.1 of the 837 guides. */
import { type Rule, type RuleScope, specOf } from '../rule.ts';
import { digitsToNumber } from '../value-checks.ts';

function numberAt(scope: RuleScope, element: number): number {
  const { cursor } = scope;
  const token = cursor.tokenOf(element, 1);
  if (token === 0) return -1;
  return digitsToNumber(cursor.reader.bytes, cursor.tokenStart(token), cursor.tokenEnd(token));
}

export const hierarchyRules: readonly Rule[] = [
  {
    kind: 'segment',
    segment: 'HL',
    check: (scope, node) => {
      const { claim, cursor, guide, maker } = scope;
      const id = numberAt(scope, 1);
      const expected = claim.hierarchyCount + 1;
      // After a wrong number the count goes on from it, so that one slip is one finding.
      claim.hierarchyCount = id > 0 ? id : expected;
      claim.hierarchyIds[node.loop] = id > 0 ? id : 0;
      if (id !== expected && !cursor.isEmpty(1)) {
        const spec = specOf(node, 1);
        const value = cursor.text(1);
        maker.element('hierarchy.id', {
          code: '7',
          node,
          element: 1,
          value,
          limit: String(expected),
          ...(spec && { spec }),
        });
      }
      const parent = guide.loops[node.loop]?.parent ?? 0;
      const parentId = claim.hierarchyIds[parent] ?? 0;
      if (parent === 0 || parentId === 0 || cursor.isEmpty(2) || numberAt(scope, 2) === parentId) return;
      const spec = specOf(node, 2);
      const value = cursor.text(2);
      maker.element('hierarchy.parent', {
        code: '7',
        node,
        element: 2,
        value,
        limit: String(parentId),
        ...(spec && { spec }),
      });
    },
  },
];
