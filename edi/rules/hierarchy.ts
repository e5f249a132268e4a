/** HL segments count up from 1, and each names the level it stands under: TR3 section 2.3.2.1 of the 837 guides. */
import type { GuideLoop, GuideNode } from '../compiled-guide.ts';
import { type Rule, type RuleScope, specOf } from '../rule.ts';
import { byteAt, nodeIn, numberAt, wrong } from './reading.ts';

const NO_CHILD = 0x30;
const HAS_CHILD = 0x31;

function checkLevel(scope: RuleScope, node: GuideNode): void {
  const { claim, cursor, guide, maker } = scope;
  const id = numberAt(cursor, 1);
  claim.hierarchyCount += 1;
  const expected = claim.hierarchyCount;
  // One slip is one finding: after it the numbers may go on from it, or as if it had not been. What stands below such
  // a level may name it either way.
  const isRight = id === expected || id === claim.hierarchyNumber + 1;
  claim.hierarchyNumber = id > 0 ? id : expected;
  claim.hierarchyIds[node.loop] = id > 0 && isRight ? id : 0;
  claim.hierarchyAt[node.loop] = maker.position;
  claim.hierarchyChild[node.loop] = byteAt(cursor, 4);
  claim.hierarchyHasChild[node.loop] = 0;
  if (!isRight && !cursor.isEmpty(1)) wrong(scope, 'hierarchy.id', node, 1, '7', { limit: String(expected) });
  const parent = guide.loops[node.loop]?.parent ?? 0;
  const parentId = claim.hierarchyIds[parent] ?? 0;
  if (parent === 0) return;
  claim.hierarchyHasChild[parent] = 1;
  if (parentId === 0 || cursor.isEmpty(2) || numberAt(cursor, 2) === parentId) return;
  wrong(scope, 'hierarchy.parent', node, 2, '7', { limit: String(parentId) });
}

/** HL04: 1 when levels follow below this one, 0 when none do. The end of the level decides. */
function checkChildCode(scope: RuleScope, loop: GuideLoop): void {
  const { claim } = scope;
  const position = claim.hierarchyAt[loop.index] as number;
  // An HL that is missing must not be taken for the one before.
  claim.hierarchyAt[loop.index] = 0;
  const sent = claim.hierarchyChild[loop.index] as number;
  const expected = claim.hierarchyHasChild[loop.index] === 1 ? HAS_CHILD : NO_CHILD;
  if (position === 0 || sent === expected || (sent !== NO_CHILD && sent !== HAS_CHILD)) return;
  const node = nodeIn(scope, loop.index, 'HL');
  if (node === undefined) return;
  const spec = specOf(node, 4);
  const value = String.fromCharCode(sent);
  const limit = expected === HAS_CHILD ? 'Send 1: levels follow below it.' : 'Send 0: no level follows.';
  scope.maker.element('hierarchy.child-code', {
    code: '7',
    node,
    element: 4,
    position,
    value,
    limit,
    ...(spec && { spec }),
  });
}

export const hierarchyRules: readonly Rule[] = [
  { kind: 'segment', segment: 'HL', check: checkLevel },
  {
    kind: 'loop-end',
    loops: ['2000A', '2000B', '2000C'],
    guides: ['837P', '837I', '837D'],
    check: checkChildCode,
  },
];
