/** Stays in a hospital: what an inpatient claim must say of the admission. 837P by place, 837I by type of bill. */
import { codeOf } from '../code-table.ts';
import { MARK_ADMISSION_DATE, MARK_ADMITTING_DIAGNOSIS, MARK_DISCHARGE_HOUR } from '../mark.ts';
import type { Rule, RuleScope } from '../rule.ts';
import { claimTrigger, loopOfClaim, wrongSegment } from './reading.ts';

/** CMS place of service: inpatient hospital, inpatient psychiatric facility, inpatient rehabilitation facility. */
const HOSPITAL = codeOf('21');
const PSYCHIATRIC = codeOf('51');
const REHABILITATION = codeOf('61');

/** NUBC type of bill, first two digits: hospital inpatient, swing bed, skilled nursing inpatient. */
const HOSPITAL_BILL = codeOf('11');
const SWING_BED_BILL = codeOf('18');
const SKILLED_NURSING_BILL = codeOf('21');

function isInpatientPlace(place: number): boolean {
  return place === HOSPITAL || place === PSYCHIATRIC || place === REHABILITATION;
}

function isInpatientBill(bill: number): boolean {
  return bill === HOSPITAL_BILL || bill === SWING_BED_BILL || bill === SKILLED_NURSING_BILL;
}

/** TR3 2300 DTP*435: required on inpatient claims (837I), and on those for inpatient visits (837P). */
function checkAdmission(scope: RuleScope, isInpatient: boolean): void {
  const { claim } = scope;
  if (!isInpatient || claim.position === 0 || claim.has(MARK_ADMISSION_DATE)) return;
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
  if (claim.position === 0 || claim.has(MARK_ADMITTING_DIAGNOSIS) || !isInpatientBill(claim.place)) return;
  wrongSegment(scope, 'admission.diagnosis', {
    segmentId: 'HI',
    name: 'Admitting Diagnosis',
    code: 'I6',
    loop: loopOfClaim(scope, '2300'),
    position: claim.afterDiagnoses,
    trigger: claimTrigger(scope, 5, 1),
  });
}

/** CLM05-3: admission through discharge, last of several claims for one stay. */
const WHOLE_STAY = 0x31;
const LAST_OF_STAY = 0x34;

/** X223A2 DTP*096: required on all final inpatient claims. */
function checkDischargeHour(scope: RuleScope): void {
  const { claim } = scope;
  if (claim.position === 0 || claim.has(MARK_DISCHARGE_HOUR) || !isInpatientBill(claim.place)) return;
  if (claim.frequency !== WHOLE_STAY && claim.frequency !== LAST_OF_STAY) return;
  wrongSegment(scope, 'admission.discharge-hour', {
    segmentId: 'DTP',
    name: 'Discharge Hour',
    code: 'I6',
    loop: loopOfClaim(scope, '2300'),
    position: claim.afterDates,
    trigger: claimTrigger(scope, 5, 3),
  });
}

export const admissionRules: readonly Rule[] = [
  {
    kind: 'mark',
    segment: 'DTP',
    loops: ['2300'],
    guides: ['837P', '837I'],
    codes: ['435'],
    mark: MARK_ADMISSION_DATE,
  },
  {
    kind: 'mark',
    segment: 'HI',
    loops: ['2300'],
    guides: ['837I'],
    codes: ['ABJ', 'BJ'],
    mark: MARK_ADMITTING_DIAGNOSIS,
  },
  {
    kind: 'loop-end',
    loops: ['2300'],
    guides: ['837P'],
    check: (scope) => checkAdmission(scope, isInpatientPlace(scope.claim.place)),
  },
  {
    kind: 'loop-end',
    loops: ['2300'],
    guides: ['837I'],
    check: (scope) => checkAdmission(scope, isInpatientBill(scope.claim.place)),
  },
  {
    kind: 'mark',
    segment: 'DTP',
    loops: ['2300'],
    guides: ['837I'],
    codes: ['096'],
    mark: MARK_DISCHARGE_HOUR,
  },
  { kind: 'loop-end', loops: ['2300'], guides: ['837I'], check: checkAdmittingDiagnosis },
  { kind: 'loop-end', loops: ['2300'], guides: ['837I'], check: checkDischargeHour },
];
