/** Transport by ambulance: 837P CR1, and where the patient was picked up and brought to. */
import { codeOf } from '../code-table.ts';
import { MARK_DROP_OFF, MARK_LINE_TRANSPORT, MARK_PICK_UP, MARK_TRANSPORT } from '../mark.ts';
import type { Rule, RuleScope } from '../rule.ts';
import { claimTrigger, loopOfClaim, wrongSegment } from './reading.ts';

const GUIDES = ['837P'];

/** CMS place of service: ambulance by land, by air or water. */
const BY_LAND = codeOf('41');
const BY_AIR_OR_WATER = codeOf('42');

/** TR3 2300 CR1: required on all claims involving ambulance transport; places 41 and 42 are ambulances. */
function checkTransport(scope: RuleScope): void {
  const { claim } = scope;
  if (claim.place !== BY_LAND && claim.place !== BY_AIR_OR_WATER) return;
  if (claim.has(MARK_TRANSPORT) || claim.has(MARK_LINE_TRANSPORT)) return;
  wrongSegment(scope, 'ambulance.transport', {
    segmentId: 'CR1',
    name: 'Ambulance Transport Information',
    code: 'I6',
    loop: loopOfClaim(scope, '2300'),
    position: claim.afterReferences,
    trigger: claimTrigger(scope, 5, 1),
  });
}

/** TR3 2310E and 2310F: required when billing for transport, unless the lines have their own (2420G, 2420H). */
function checkLocations(scope: RuleScope): void {
  const { claim } = scope;
  const position = claim.marks[MARK_TRANSPORT] as number;
  if (position === 0) return;
  const trigger = { segmentId: 'CR1', position, loop: '2300' };
  const about = { segmentId: 'NM1', code: 'I6', position: claim.afterProviders, trigger } as const;
  if (!claim.has(MARK_PICK_UP))
    wrongSegment(scope, 'ambulance.pick-up', {
      ...about,
      name: 'Ambulance Pick-up Location',
      loop: loopOfClaim(scope, '2310E'),
    });
  if (!claim.has(MARK_DROP_OFF))
    wrongSegment(scope, 'ambulance.drop-off', {
      ...about,
      name: 'Ambulance Drop-off Location',
      loop: loopOfClaim(scope, '2310F'),
    });
}

export const ambulanceRules: readonly Rule[] = [
  { kind: 'mark', segment: 'CR1', loops: ['2300'], guides: GUIDES, codes: 'any', mark: MARK_TRANSPORT },
  { kind: 'mark', segment: 'CR1', loops: ['2400'], guides: GUIDES, mark: MARK_LINE_TRANSPORT },
  { kind: 'mark', segment: 'NM1', loops: ['2310E', '2420G'], guides: GUIDES, mark: MARK_PICK_UP },
  { kind: 'mark', segment: 'NM1', loops: ['2310F', '2420H'], guides: GUIDES, mark: MARK_DROP_OFF },
  {
    kind: 'loop-end',
    loops: ['2300'],
    guides: GUIDES,
    check: (scope) => {
      if (scope.claim.position === 0) return;
      checkTransport(scope);
      checkLocations(scope);
    },
  },
];
