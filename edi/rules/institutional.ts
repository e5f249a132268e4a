/** 837I: who attended the patient. */
import { MARK_ATTENDING } from '../mark.ts';
import type { Rule, RuleScope } from '../rule.ts';
import { claimTrigger, loopOfClaim, wrongSegment } from './reading.ts';

const GUIDES = ['837I'];

/** NUBC revenue codes 0540 to 0549 are ambulance. */
const AMBULANCE = [0x30, 0x35, 0x34] as const;

function readLine(scope: RuleScope): void {
  const { claim, cursor, maker } = scope;
  const token = cursor.tokenOf(1, 1);
  if (token === 0 || claim.careLine > 0) return;
  const start = cursor.tokenStart(token);
  const { bytes } = cursor.reader;
  if (cursor.tokenEnd(token) - start === 4 && AMBULANCE.every((byte, at) => bytes[start + at] === byte))
    return;
  claim.careLine = maker.position;
}

/** X223A2 2310A: required when the claim holds any services other than nonscheduled transportation. */
function endClaim(scope: RuleScope): void {
  const { claim } = scope;
  if (claim.position === 0 || claim.has(MARK_ATTENDING) || claim.careLine === 0) return;
  wrongSegment(scope, 'institutional.attending', {
    segmentId: 'NM1',
    name: 'Attending Provider Name',
    code: 'I6',
    loop: loopOfClaim(scope, '2310A'),
    position: claim.afterDiagnoses,
    trigger: claimTrigger(scope),
  });
}

export const institutionalRules: readonly Rule[] = [
  { kind: 'mark', segment: 'NM1', loops: ['2310A'], guides: GUIDES, mark: MARK_ATTENDING },
  { kind: 'segment', segment: 'SV2', loops: ['2400'], guides: GUIDES, check: readLine },
  { kind: 'loop-end', loops: ['2300'], guides: GUIDES, check: endClaim },
];
