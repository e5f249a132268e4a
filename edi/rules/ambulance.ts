/** Transport by ambulance: 837P CR1, and where the patient was picked up and brought to. */
import { codeOf } from '../code-table.ts';
import type { Rule, RuleScope } from '../rule.ts';
import { claimTrigger, loopOfClaim, wrongSegment } from './reading.ts';

const GUIDES = ['837P'];

/** CMS place of service: ambulance by land, by air or water. */
const AMBULANCES = ['41', '42'].map(codeOf);

/** TR3 2300 CR1: required on all claims involving ambulance transport; places 41 and 42 are ambulances. */
function checkTransport(scope: RuleScope): void {
  const { claim } = scope;
  if (!claim.isAmbulancePlace || claim.transport > 0 || claim.lineTransport) return;
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
  if (claim.transport === 0) return;
  const trigger = { segmentId: 'CR1', position: claim.transport, loop: '2300' };
  const about = { segmentId: 'NM1', code: 'I6', position: claim.afterProviders, trigger } as const;
  if (!claim.hasPickUp)
    wrongSegment(scope, 'ambulance.pick-up', {
      ...about,
      name: 'Ambulance Pick-up Location',
      loop: loopOfClaim(scope, '2310E'),
    });
  if (!claim.hasDropOff)
    wrongSegment(scope, 'ambulance.drop-off', {
      ...about,
      name: 'Ambulance Drop-off Location',
      loop: loopOfClaim(scope, '2310F'),
    });
}

export const ambulanceRules: readonly Rule[] = [
  {
    kind: 'segment',
    segment: 'CLM',
    loops: ['2300'],
    guides: GUIDES,
    check: ({ claim, cursor }) => {
      claim.isAmbulancePlace = AMBULANCES.includes(cursor.code(5));
    },
  },
  {
    kind: 'segment',
    segment: 'CR1',
    loops: ['2300'],
    guides: GUIDES,
    check: ({ claim, maker }) => {
      claim.transport = maker.position;
    },
  },
  {
    kind: 'segment',
    segment: 'CR1',
    loops: ['2400'],
    guides: GUIDES,
    check: ({ claim }) => {
      claim.lineTransport = true;
    },
  },
  {
    kind: 'segment',
    segment: 'NM1',
    loops: ['2310E', '2420G'],
    guides: GUIDES,
    check: ({ claim }) => {
      claim.hasPickUp = true;
    },
  },
  {
    kind: 'segment',
    segment: 'NM1',
    loops: ['2310F', '2420H'],
    guides: GUIDES,
    check: ({ claim }) => {
      claim.hasDropOff = true;
    },
  },
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
