/** Names and addresses: what a person must have, and what an address in the United States must have. */
import { type GuideNode, USAGE_SITUATIONAL } from '../compiled-guide.ts';
import { type Rule, type RuleScope, specOf } from '../rule.ts';
import { byteAt, isAbsent, wrong } from './reading.ts';

/** NM102. */
const PERSON = 0x31;

/** X12 RFI 2502 has NM104 missing for a person as IK403 I9. */
function checkFirstName(scope: RuleScope, node: GuideNode): void {
  const { cursor, guide, maker } = scope;
  if (cursor.lengthOf(4) > 0 || byteAt(cursor, 2) !== PERSON) return;
  if (specOf(node, 4)?.usage !== USAGE_SITUATIONAL || !cursor.isEmpty(4)) return;
  const loop = guide.loops[node.loop]?.id ?? '';
  const trigger = { segmentId: 'NM1', position: maker.position, loop, element: 2 };
  wrong(scope, 'name.first-required', node, 4, 'I9', { trigger });
}

/** TR3 2010BA NM108 and NM109: required when NM102 is 1. One without the other is P0809 already. */
function checkMemberId(scope: RuleScope, node: GuideNode): void {
  const { cursor, guide, maker } = scope;
  if (byteAt(cursor, 2) !== PERSON || !cursor.isEmpty(8) || !cursor.isEmpty(9)) return;
  const loop = guide.loops[node.loop]?.id ?? '';
  const trigger = { segmentId: 'NM1', position: maker.position, loop, element: 2 };
  wrong(scope, 'name.member-id', node, 9, 'I9', { trigger });
}

/** TR3 N402 and N403: required when the address is in the United States or Canada. Without N404 it is in the former. */
function checkAddress(scope: RuleScope, node: GuideNode): void {
  const { cursor } = scope;
  const noState = isAbsent(cursor, 2);
  const noZip = isAbsent(cursor, 3);
  if (!noState && !noZip) return;
  const american = isAbsent(cursor, 4) || cursor.equals(4, 1, 'US') || cursor.equals(4, 1, 'CA');
  if (!american || isAbsent(cursor, 1)) return;
  if (noState && specOf(node, 2)?.usage === USAGE_SITUATIONAL)
    wrong(scope, 'address.state-required', node, 2, 'I9');
  if (noZip && specOf(node, 3)?.usage === USAGE_SITUATIONAL)
    wrong(scope, 'address.zip-required', node, 3, 'I9');
}

export const nameRules: readonly Rule[] = [
  { kind: 'segment', segment: 'NM1', unless: [4], check: checkFirstName },
  {
    kind: 'segment',
    segment: 'NM1',
    loops: ['2010BA'],
    guides: ['837P', '837I', '837D'],
    unless: [8, 9],
    check: checkMemberId,
  },
  { kind: 'segment', segment: 'N4', guides: ['837P', '837I', '837D'], unless: [2, 3], check: checkAddress },
];
