/** Accidents: CLM11 says what a claim is related to, and what must follow from that. 837P and 837D. */
import type { GuideNode } from '../compiled-guide.ts';
import { MARK_ACCIDENT_DATE } from '../mark.ts';
import type { Rule, RuleScope } from '../rule.ts';
import { claimTrigger, isAbsent, loopOfClaim, wrong, wrongSegment } from './reading.ts';

const GUIDES = ['837P', '837D'];

/** CLM11-1 to CLM11-3. */
const CAUSES = 3;

/** TR3 CLM11-4: required when a cause is AA, unless the country (CLM11-5) has no states. */
function readCauses(scope: RuleScope, node: GuideNode): void {
  const { claim, cursor } = scope;
  let auto = 0;
  for (let component = 1; component <= CAUSES; component += 1) {
    const isAuto = cursor.equals(11, component, 'AA');
    if (isAuto && auto === 0) auto = component;
    if (claim.accidentCause === 0 && (isAuto || cursor.equals(11, component, 'OA')))
      claim.accidentCause = component;
  }
  const abroad = !isAbsent(cursor, 11, 5) && !cursor.equals(11, 5, 'US') && !cursor.equals(11, 5, 'CA');
  if (auto > 0 && !abroad && isAbsent(cursor, 11, 4))
    wrong(scope, 'accident.state', node, 11, 'I9', { component: 4, trigger: claimTrigger(scope, 11, auto) });
}

/** TR3 2300 DTP*439: required when a cause is AA or OA. */
function endClaim(scope: RuleScope): void {
  const { claim } = scope;
  if (claim.position === 0 || claim.accidentCause === 0 || claim.has(MARK_ACCIDENT_DATE)) return;
  wrongSegment(scope, 'accident.date', {
    segmentId: 'DTP',
    name: 'Date - Accident',
    code: 'I6',
    loop: loopOfClaim(scope, '2300'),
    position: claim.afterDates,
    trigger: claimTrigger(scope, 11, claim.accidentCause),
  });
}

export const accidentRules: readonly Rule[] = [
  { kind: 'segment', segment: 'CLM', loops: ['2300'], guides: GUIDES, given: [11], check: readCauses },
  { kind: 'mark', segment: 'DTP', loops: ['2300'], guides: GUIDES, codes: ['439'], mark: MARK_ACCIDENT_DATE },
  { kind: 'loop-end', loops: ['2300'], guides: GUIDES, check: endClaim },
];
