/** Stays in a hospital: what an inpatient claim must say of the admission. 837P by place, 837I by type of bill. */
import { codeOf } from '../code-table.ts';
import type { Rule, RuleScope } from '../rule.ts';
import { claimTrigger, loopOfClaim, wrongSegment } from './reading.ts';

/** CMS place of service: inpatient hospital, inpatient psychiatric facility, inpatient rehabilitation facility. */
const INPATIENT_PLACES = ['21', '51', '61'].map(codeOf);

/** NUBC type of bill, first two digits: hospital inpatient, swing bed, skilled nursing inpatient. */
const INPATIENT_BILLS = ['11', '18', '21'].map(codeOf);

/** DTP01. */
const ADMISSION = codeOf('435');

/** HI01-1. */
const ADMITTING = ['ABJ', 'BJ'].map(codeOf);

function readPlace({ claim, cursor }: RuleScope, inpatient: readonly number[]): void {
  claim.isInpatient = inpatient.includes(cursor.code(5));
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
    position: claim.afterDates,
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
    position: claim.afterDiagnoses,
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
      if (cursor.code(1) === ADMISSION) claim.hasAdmissionDate = true;
    },
  },
  {
    kind: 'segment',
    segment: 'HI',
    loops: ['2300'],
    guides: ['837I'],
    check: ({ claim, cursor }) => {
      if (ADMITTING.includes(cursor.code(1))) claim.hasAdmittingDiagnosis = true;
    },
  },
  { kind: 'loop-end', loops: ['2300'], guides: ['837P', '837I'], check: checkAdmission },
  { kind: 'loop-end', loops: ['2300'], guides: ['837I'], check: checkAdmittingDiagnosis },
];
