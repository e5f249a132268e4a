/** Stays in a hospital: what an inpatient claim must say of the admission. 837P by place, 837I by type of bill. */
import type { Rule, RuleScope } from '../rule.ts';
import { claimTrigger, loopOfClaim, wrongSegment } from './reading.ts';

/** CMS place of service: inpatient hospital, inpatient psychiatric facility, inpatient rehabilitation facility. */
const INPATIENT_PLACES = ['21', '51', '61'];

/** NUBC type of bill, first two digits: hospital inpatient, swing bed, skilled nursing inpatient. */
const INPATIENT_BILLS = ['11', '18', '21'];

function readPlace(scope: RuleScope, inpatient: readonly string[]): void {
  const { claim, cursor } = scope;
  for (const place of inpatient) if (cursor.equals(5, 1, place)) claim.isInpatient = true;
}

/** TR3 2300 DTP*435: required on inpatient claims (837I), and on those for inpatient visits (837P). */
function checkAdmission(scope: RuleScope): void {
  const { claim } = scope;
  if (claim.position === 0 || !claim.isInpatient || claim.hasAdmissionDate) return;
  wrongSegment(scope, 'admission.date', {
    segmentId: 'DTP',
    name: 'Date - Admission',
    code: 'I6',
    loop: loopOfClaim(scope, '2300'),
    position: claim.datesEnd + 1,
    trigger: claimTrigger(scope, 5, 1),
  });
}

/** X223A2 HI*BJ or HI*ABJ: required when the claim involves an inpatient admission. */
function checkAdmittingDiagnosis(scope: RuleScope): void {
  const { claim } = scope;
  if (claim.position === 0 || !claim.isInpatient || claim.hasAdmittingDiagnosis) return;
  wrongSegment(scope, 'admission.diagnosis', {
    segmentId: 'HI',
    name: 'Admitting Diagnosis',
    code: 'I6',
    loop: loopOfClaim(scope, '2300'),
    position: claim.diagnosesEnd + 1,
    trigger: claimTrigger(scope, 5, 1),
  });
}

export const admissionRules: readonly Rule[] = [
  {
    kind: 'segment',
    segment: 'CLM',
    loops: ['2300'],
    guides: ['837P'],
    check: (scope) => readPlace(scope, INPATIENT_PLACES),
  },
  {
    kind: 'segment',
    segment: 'CLM',
    loops: ['2300'],
    guides: ['837I'],
    check: (scope) => readPlace(scope, INPATIENT_BILLS),
  },
  {
    kind: 'segment',
    segment: 'DTP',
    loops: ['2300'],
    guides: ['837P', '837I'],
    check: ({ claim, cursor }) => {
      if (cursor.equals(1, 1, '435')) claim.hasAdmissionDate = true;
    },
  },
  {
    kind: 'segment',
    segment: 'HI',
    loops: ['2300'],
    guides: ['837I'],
    check: ({ claim, cursor }) => {
      if (cursor.equals(1, 1, 'ABJ') || cursor.equals(1, 1, 'BJ')) claim.hasAdmittingDiagnosis = true;
    },
  },
  { kind: 'loop-end', loops: ['2300'], guides: ['837P', '837I'], check: checkAdmission },
  { kind: 'loop-end', loops: ['2300'], guides: ['837I'], check: checkAdmittingDiagnosis },
];
