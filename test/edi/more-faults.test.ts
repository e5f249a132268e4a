// One fault a row, of the same kinds as the files of test/fixtures/one-fault, in other places.
import { test } from 'tap';
import { type Edit, edited } from './support/edit.ts';
import { answerSegments, onlyInterchange, validate } from './support/validate.ts';

type Row = readonly [what: string, from: string, to: string, answer: string];

const CLM = 'CTX*CLM01:26463774';
const SUBSCRIBER = 'CTX*SUBSCRIBER NAME NM109:JS00111223333';

/** Faults of the set's content: what stands between AK2 and IK5. */
const CONTENT: readonly Row[] = [
  ['BPR is of the 835', 'LX*1~', 'BPR*I~LX*1~', `IK3*BPR*22*2300*6 ${CLM}`],
  ['a segment id that X12 does not have', 'LX*1~', 'XXX*1~LX*1~', ''],
  ['a segment id in lower case', 'PRV*BI', 'prv*BI', 'IK3*PRV*7*2000*1'],
  ['no BHT', 'BHT*0019*00*0123*20240101*1200*CH~', '', 'IK3*BHT*2**3'],
  ['no PER', 'PER*IC*JERRY*TE*3055552222~', '', 'IK3*PER*4*1000*3'],
  ['no receiver', 'NM1*40*2*KEY INSURANCE*****46*RECEIVER~', '', 'IK3*NM1*5*1000*3'],
  ['no street', 'N3*234 SEAWAY ST~', '', 'IK3*N3*9*2010*3'],
  ['no tax id', 'REF*EI*587654321~', '', 'IK3*REF*11*2010*3'],
  ['no SBR', 'SBR*P*18*2222SJ******CI~', '', 'IK3*SBR*13*2000*3'],
  ['no payer', 'NM1*PR*2*KEY INSURANCE COMPANY*****PI*999996666~', '', 'IK3*NM1*18*2010*3'],
  ['no HI', 'HI*ABK:J020*ABF:Z1159~', '', `IK3*HI*21*2300*3 ${CLM}`],
  ['no SV1', 'SV1*HC:99213*40*UN*1***1~', '', `IK3*SV1*23*2400*3 ${CLM}`],
  ['no service date', 'DTP*472*D8*20061003~LX*2', 'LX*2', `IK3*DTP*24*2400*3 ${CLM}`],
  ['two REF*D9', 'REF*D9', 'REF*D9*A~REF*D9', `IK3*REF*21*2300*5 ${CLM}`],
  ['two N3', 'N3*236 N MAIN ST~', 'N3*236 N MAIN ST~N3*X ST~', `IK3*N3*16*2010*5 ${SUBSCRIBER}`],
  ['eleven K3', 'HI*ABK', `${'K3*T~'.repeat(11)}HI*ABK`, `IK3*K3*31*2300*5 ${CLM}`],
  ['NTE01', 'HI*ABK', 'NTE*ZZZ*TXT~HI*ABK', `IK3*NTE*21*2300*8 ${CLM} IK4*1*363*I6*ZZZ`],
  ['PWK06', 'REF*D9', 'PWK*OZ*BM***AC~REF*D9', `IK3*PWK*20*2300*8 ${CLM} IK4*6*67*2`],
  ['REF01', 'REF*D9', 'REF*ZZ9', `IK3*REF*20*2300*8 ${CLM} IK4*1*128*7*ZZ9`],
  ['no REF02', 'REF*D9*17312345600006351~', 'REF*D9~', `IK3*REF*20*2300*8 ${CLM} IK4*2*127*1`],
  ['a letter in LX01', 'LX*3~', 'LX*A~', `IK3*LX*28*2400*8 ${CLM} IK4*1*554*6*A`],
  ['HL03', 'HL*2*1*22', 'HL*2*1*24', 'IK3*HL*12*2000*8 IK4*3*735*I6*24'],
  ['no HL02', 'HL*2*1*22', 'HL*2**22', 'IK3*HL*12*2000*8 IK4*2*734*1'],
  ['no CLM01', 'CLM*26463774*', 'CLM**', 'IK3*CLM*19*2300*8 IK4*1*1028*1'],
  ['no CLM02', '26463774*100*', '26463774**', `IK3*CLM*19*2300*8 ${CLM} IK4*2*782*1`],
  ['no CLM05', '11:B:1', '', `IK3*CLM*19*2300*8 ${CLM} IK4*5**1`],
  ['no CLM05-3', '11:B:1', '11:B', `IK3*CLM*19*2300*8 ${CLM} IK4*5:3*1325*1`],
  ['a fourth component in CLM05', '11:B:1', '11:B:1:9', `IK3*CLM*19*2300*8 ${CLM} IK4*5:4**13`],
  ['CLM06', '*Y*A*Y*I', '*X*A*Y*I', `IK3*CLM*19*2300*8 ${CLM} IK4*6*1073*7*X`],
  ['a state', 'FL*33413', 'QQ*33413', `IK3*N4*16*2010*8 ${SUBSCRIBER} IK4*2*156*7*QQ`],
  ['a taxonomy that is short', '203BF0100Y', '203BF', 'IK3*PRV*7*2000*8 IK4*3*127*7*203BF'],
  ['DTP01', 'DTP*472*', 'DTP*999*', `IK3*DTP*24*2400*8 ${CLM} IK4*1*374*I6*999`],
  ['BHT04', '0123*20240101', '0123*20240231', 'IK3*BHT*2**8 IK4*4*373*8*20240231'],
  ['BHT05', '*1200*CH', '*2460*CH', 'IK3*BHT*2**8 IK4*5*337*9*2460'],
  ['BHT02', 'BHT*0019*00', 'BHT*0019*99', 'IK3*BHT*2**8 IK4*2*353*7*99'],
  ['a pointer', '*UN*1***1~', '*UN*1***9~', `IK3*SV1*23*2400*8 ${CLM} IK4*7:1*1328*7*9`],
  ['SV101-1', 'SV1*HC:', 'SV1*ZZ:', `IK3*SV1*23*2400*8 ${CLM} IK4*1:1*235*I6*ZZ`],
  ['SV103', '40*UN', '40*XX', `IK3*SV1*23*2400*8 ${CLM} IK4*3*355*7*XX`],
  ['SV104', '40*UN*1', '40*UN*A', `IK3*SV1*23*2400*8 ${CLM} IK4*4*380*6*A`],
  ['a repetition', '1*SMITH', '1*SMITH^X', `IK3*NM1*14*2010*8 ${SUBSCRIBER} IK4*3*1035*12`],
  ['a component', '1*SMITH', '1*SM:ITH', `IK3*NM1*14*2010*8 ${SUBSCRIBER} IK4*3*1035*13`],
  ['NM102', 'IL*1', 'IL*3', `IK3*NM1*14*2010*8 ${SUBSCRIBER} IK4*2*1065*I6*3`],
  ['NM108 without NM109', '*MI*JS00111223333', '*MI', 'IK3*NM1*14*2010*8 IK4*9*67*2'],
  ['a NUL', 'SMITH', 'SM\0TH', `IK3*NM1*14*2010*8 ${SUBSCRIBER} IK4*3*1035*6`],
  ['nothing but a blank', '1*SMITH', '1* ', `IK3*NM1*14*2010*8 ${SUBSCRIBER} IK4*3*1035*6`],
  [
    'a claim that voids another',
    '11:B:1',
    '11:B:8',
    `IK3*REF*21*2300*I6 CTX*SITUATIONAL TRIGGER*CLM*19*2300*5:3 ${CLM}`,
  ],
];

/** Faults of the envelope: the whole answer. */
const ENVELOPE: readonly Row[] = [
  ['ISA01', 'ISA*00*', 'ISA*99*', 'TA1 R 010'],
  ['ISA07', '*ZZ*RECEIVER       *', '*XX*RECEIVER       *', 'TA1 R 007'],
  ['ISA06 blank', '*ZZ*SUBMITTER      *', `*ZZ*${' '.repeat(15)}*`, 'TA1 R 006'],
  ['ISA08 blank', '*ZZ*RECEIVER       *', `*ZZ*${' '.repeat(15)}*`, 'TA1 R 008'],
  ['ISA09', '*240101*1200*^', '*241301*1200*^', 'TA1 R 014'],
  ['ISA10', '*240101*1200*^', '*240101*2500*^', 'TA1 R 015'],
  ['ISA13', '*000000001*1*T', '*00000000A*1*T', 'TA1 R 018'],
  ['ISA14', '*000000001*1*T', '*000000001*X*T', 'TA1 R 019'],
  ['IEA01', 'IEA*1*', 'IEA*X*', 'TA1 R 021'],
  ['no IEA02', 'IEA*1*000000001', 'IEA*1', 'TA1 R 001'],
  ['no IEA', 'IEA*1*000000001~', '', 'TA1 R 023'],
  ['no GE and no IEA', 'GE*1*1~IEA*1*000000001~', '', 'TA1 R 023'],
  ['no GS', 'GS*HC*SUBMITTER*RECEIVER*20240101*1200*1*X*005010X222A1~', '', 'TA1 R 022'],
  ['GE02', 'GE*1*1~', 'GE*1*2~', 'TA1 A 000 AK9*R*1*1*0*4'],
  ['GE01', 'GE*1*1~', 'GE*2*1~', 'TA1 A 000 AK9*R*2*1*0*5'],
  ['GS08', '*X*005010X222A1', '*X*004010X098A1', 'TA1 A 000 AK9*R*1*1*0*2'],
  ['no SE', 'SE*34*0001~', '', 'TA1 A 000 IK5*R*2 AK9*R*1*1*0'],
  ['ST01', 'ST*837*', 'ST*835*', 'TA1 A 000 IK5*R*18 AK9*R*1*1*0'],
  ['no ST02', 'ST*837*0001*', 'ST*837**', 'TA1 A 000 AK9*R*1*1*0*5'],
  ['ST03 of another guide', '0001*005010X222A1', '0001*005010X223A2', 'TA1 A 000 IK5*R*19 AK9*R*1*1*0'],
  ['ST03 of no guide', '0001*005010X222A1', '0001*005010X999', 'TA1 A 000 IK5*R*I6 AK9*R*1*1*0'],
];

/** The answer to an edited file, without AK1 and AK2. */
function answer(edits: readonly Edit[]): string {
  const segments = answerSegments(onlyInterchange(validate(edited('p-00-valid', edits))));
  return segments
    .map((segment) => segment.replace(/^TA1\*\d+\*\d+\*\d+\*(.)\*/, 'TA1 $1 '))
    .filter((segment) => !/^AK[12]/.test(segment))
    .join(' ');
}

test('one fault in the content of a set is told once, where it is', async (t) => {
  for (const [what, from, to, told] of CONTENT)
    t.equal(
      answer([[from, to]]),
      ['TA1 A 000', ...(told === '' ? [] : [told]), 'IK5*R*5', 'AK9*R*1*1*0'].join(' '),
      what,
    );
});

test('one fault in the envelope is answered where it belongs', async (t) => {
  for (const [what, from, to, told] of ENVELOPE) t.equal(answer([[from, to]]), told, what);
});
