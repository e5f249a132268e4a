import { test } from 'tap';
import { type Change, toldOf } from './support/told.ts';

const TOOTH = 'TOO*JP*12*M:O~';
const LINE = 'SV3*AD:D2150*100****1';

const NO_DIAGNOSES = ['SV3 2400 8 11-1 7'];

/** Where 837D differs from 837P, and what was decided where its one transcription is silent. */
const CHANGES: readonly Change[] = [
  ['assignment is A or C', '*Y*A*Y*I', '*Y*B*Y*I', 'CLM 2300 8 7 I6'],
  ['a predetermination says so', '*Y*A*Y*I', '*Y*A*Y*I**********PB'],
  ['in no other way', '*Y*A*Y*I', '*Y*A*Y*I**********08', 'CLM 2300 8 19 I6'],
  ['the signature source is not used', '*Y*A*Y*I', '*Y*A*Y*I*P', 'CLM 2300 8 10 I10'],
  ['orthodontic treatment has its months', 'REF*D9', 'DN1*36*24~REF*D9'],
  ['or an indicator', 'REF*D9', 'DN1****Y~REF*D9'],
  [
    'the status of a tooth is to be extracted or missing',
    'REF*D9',
    'DN2*3*I****JP~REF*D9',
    'DN2 2300 8 2 I6',
  ],
  ['its numbering may go unsaid', 'REF*D9', 'DN2*3*E~REF*D9'],
  ['periodontal charts may be attached', 'REF*D9', 'PWK*P6*EL***AC*X1~REF*D9'],
  ['other reports not', 'REF*D9', 'PWK*CT*EL***AC*X1~REF*D9', 'PWK 2300 8 1 I6'],
  ['there is no diagnosis or up to four', 'NM1*82', 'HI*ABK:K0260*ABF:K0261*TQ:12345*ABF:K0262~NM1*82'],
  ['but not five', 'NM1*82', 'HI*ABK:K0260*ABF:K0261*ABF:K0262*ABF:K0263*ABF:K029~NM1*82', 'HI 2300 8 5 I10'],
  ['procedures are of the dental list', 'AD:D2150', 'HC:D2150', 'SV3 2400 8 1-1 I6'],
  ['the quadrant is a composite', LINE, 'SV3*AD:D2150*100**10:20**1'],
  ['with codes of its own', LINE, 'SV3*AD:D2150*100**UR**1', 'SV3 2400 8 4-1 7'],
  ['prosthesis is initial or replacement', LINE, 'SV3*AD:D2150*100***X*1', 'SV3 2400 8 5 7'],
  ['a line may point to diagnoses, if there are any', LINE, `${LINE}*****1:2`, ...NO_DIAGNOSES],
  ['which are four', LINE, `${LINE}*****5`, 'SV3 2400 8 11-1 7'],
  ['teeth are numbered in one way', 'TOO*JP', 'TOO*JO', 'TOO 2400 8 1 I6'],
  ['to 32', 'TOO*JP*12', 'TOO*JP*33', 'TOO 2400 8 2 7'],
  ['or by letters', 'TOO*JP*12', 'TOO*JP*TS'],
  ['there are seven surfaces', 'M:O', 'M:P', 'TOO 2400 8 3-2 7'],
  ['a tooth has five of them at most', 'M:O', 'M:O:D:B:L'],
  ['there are 32 teeth', TOOTH, TOOTH.repeat(32)],
  ['not 33', TOOTH, TOOTH.repeat(33), 'TOO 2400 5'],
  ['a line has one day of service', TOOTH, `${TOOTH}DTP*472*D8*20231029~`],
  ['not a range', TOOTH, `${TOOTH}DTP*472*RD8*20231029-20231030~`, 'DTP 2400 8 2 I6'],
  ['prior placement may be estimated', TOOTH, `${TOOTH}DTP*139*D8*20131029~`],
  ['a line may be repriced', TOOTH, `${TOOTH}REF*9A*1~REF*9C*2~`],
  ['with the numbers of claims, not lines', TOOTH, `${TOOTH}REF*9B*1~`, 'REF 2400 8 1 I6'],
  ['an assistant surgeon has a specialty', 'LX*1', 'NM1*DD*1*DOE*JOE~PRV*AS*PXC*1223P0221X~LX*1'],
  [
    'the patient’s weight is not asked for',
    'PAT*19',
    'PAT*19******01*120',
    'PAT 2000C 8 7 I10',
    'PAT 2000C 8 8 I10',
  ],
];

for (const [name, from, to, ...told] of CHANGES)
  test(`837D: ${name}`, async (t) => {
    t.same(toldOf('d-00-valid', from, to).sort(), told.sort());
  });
