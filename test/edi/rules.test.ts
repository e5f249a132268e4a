import { test } from 'tap';
import { type EdiProfile, strictProfile } from '../../edi/profile.ts';
import { RULE_FACTS, type RuleId } from '../../edi/rule-facts.ts';
import { type Edit, edited } from './support/edit.ts';
import { answerSegments, onlyInterchange, validate } from './support/validate.ts';

/** Strict, and what single payers ask as well. */
const everything: EdiProfile = {
  ...strictProfile,
  severities: { 'provider.billing-taxonomy': 'reject' },
};

type Row = {
  readonly rule: RuleId;
  /** What the row shows, when the rule has more than one. */
  readonly shows?: string;
  readonly file: 'p-00-valid' | 'i-00-valid' | 'd-00-valid';
  /** What makes the fault. */
  readonly fault: readonly Edit[];
  /** What makes the twin that is right; undefined when the fixture itself is. */
  readonly twin?: readonly Edit[];
  /** IK3, CTX and IK4 of the 999. */
  readonly told: readonly string[];
};

const CLAIM_P = 'CTX*CLM01:26463774';
const CLAIM_I = 'CTX*CLM01:756048Q';
const CLAIM_D = 'CTX*CLM01:26403774';
const SUBSCRIBER = 'CTX*SUBSCRIBER NAME NM109:JS00111223333';

const HI_P = 'HI*ABK:J020*ABF:Z1159~';
const CLM_P = 'CLM*26463774*100***11:B:1*Y*A*Y*I~';
const CLM_D = 'CLM*26403774*150***11:B:1*Y*A*Y*I~';
const LINE_P = 'SV1*HC:99213*40*UN*1***1~DTP*472*D8*20061003~';
const ACCIDENT = 'CLM*26463774*100***11:B:1*Y*A*Y*I**OA~';
const AMBULANCE = 'CLM*26463774*100***41:B:1*Y*A*Y*I~';
const CR1 = 'CR1*LB*140**A*DH*12~';
const PICK_UP = 'NM1*PW*2~N3*1 ROAD~N4*MIAMI*FL*33413~';
const DROP_OFF = 'NM1*45*2~N3*2 ROAD~N4*MIAMI*FL*33413~';
const DATES_I = 'DTP*434*RD8*20231001-20231001~';

/** Another payer that has paid: claim level adjustment, payment, and the names. */
const otherPayer = (sbr01: string, cas: string, paid: string): string =>
  `SBR*${sbr01}*18*******CI~${cas}AMT*D*${paid}~OI***Y***Y~NM1*IL*1*SMITH*JANE****MI*X1~NM1*PR*2*OTHER PAYER*****PI*OTHER1~`;

const SECONDARY: Edit = ['SBR*P*18*', 'SBR*S*18*'];

const lineAdjudication = (svd02: string, cas: string): string =>
  `${LINE_P}SVD*OTHER1*${svd02}*HC:99213**1~${cas}DTP*573*D8*20061101~`;

const ROWS: readonly Row[] = [
  {
    rule: 'name.first-required',
    file: 'p-00-valid',
    fault: [['*SMITH*JANE*', '*SMITH**']],
    told: ['IK3*NM1*14*2010*8', SUBSCRIBER, 'IK4*4*1036*I9', 'CTX*SITUATIONAL TRIGGER*NM1*14*2010*2'],
  },
  {
    rule: 'name.member-id',
    file: 'p-00-valid',
    fault: [['*JANE****MI*JS00111223333', '*JANE']],
    told: ['IK3*NM1*14*2010*8', 'IK4*9*67*I9', 'CTX*SITUATIONAL TRIGGER*NM1*14*2010*2'],
  },
  {
    rule: 'address.state-required',
    file: 'p-00-valid',
    fault: [['N4*MIAMI*FL*331110000', 'N4*MIAMI**331110000']],
    told: ['IK3*N4*10*2010*8', 'IK4*2*156*I9'],
  },
  {
    rule: 'address.state-required',
    shows: 'not for other countries',
    file: 'p-00-valid',
    fault: [['N4*MIAMI*FL*33413', 'N4*TORONTO**M5V2T6*CA']],
    twin: [['N4*MIAMI*FL*33413', 'N4*PARIS**75001*FR']],
    told: ['IK3*N4*16*2010*8', SUBSCRIBER, 'IK4*2*156*I9'],
  },
  {
    rule: 'address.zip-required',
    file: 'p-00-valid',
    fault: [['N4*MIAMI*FL*331110000', 'N4*MIAMI*FL']],
    told: ['IK3*N4*10*2010*8', 'IK4*3*116*I9'],
  },
  {
    rule: 'subscriber.relationship',
    file: 'p-00-valid',
    fault: [['SBR*P*18*', 'SBR*P**']],
    told: ['IK3*SBR*13*2000*8', 'IK4*2*1069*I9', 'CTX*SITUATIONAL TRIGGER*CLM*19*2300'],
  },
  {
    rule: 'subscriber.street',
    file: 'p-00-valid',
    fault: [['N3*236 N MAIN ST~', '']],
    told: ['IK3*N3*15*2010*I6', 'CTX*SITUATIONAL TRIGGER*SBR*13*2000*2', SUBSCRIBER],
  },
  {
    rule: 'subscriber.city',
    file: 'p-00-valid',
    fault: [['N4*MIAMI*FL*33413~', '']],
    told: ['IK3*N4*16*2010*I6', 'CTX*SITUATIONAL TRIGGER*SBR*13*2000*2', SUBSCRIBER],
  },
  {
    rule: 'subscriber.birth-date',
    file: 'i-00-valid',
    fault: [['DMG*D8*19261111*M~', '']],
    told: [
      'IK3*DMG*17*2010*I6',
      'CTX*SITUATIONAL TRIGGER*SBR*13*2000*2',
      'CTX*SUBSCRIBER NAME NM109:030005074A',
    ],
  },
  {
    rule: 'subscriber.insurance-type',
    file: 'p-00-valid',
    fault: [
      ['SBR*P*18*2222SJ******CI', 'SBR*S*18*2222SJ******MB'],
      [HI_P, HI_P + otherPayer('P', '', '100')],
    ],
    twin: [
      ['SBR*P*18*2222SJ******CI', 'SBR*S*18*2222SJ**12****MB'],
      [HI_P, HI_P + otherPayer('P', '', '100')],
    ],
    told: ['IK3*SBR*13*2000*8', 'IK4*5*1336*I9', 'CTX*SITUATIONAL TRIGGER*SBR*13*2000*1'],
  },
  {
    rule: 'subscriber.claim-filing',
    file: 'p-00-valid',
    fault: [['SBR*P*18*2222SJ******CI', 'SBR*P*18*2222SJ']],
    told: ['IK3*SBR*13*2000*8', 'IK4*9*1032*I9'],
  },
  {
    rule: 'patient.required',
    file: 'p-00-valid',
    fault: [
      [
        'HL*2*1*22*0~',
        'HL*2*1*22*0~SBR*P********CI~NM1*IL*1*DOE*JON****MI*11~NM1*PR*2*KEY*****PI*99~HL*3*1*22*0~',
      ],
    ],
    told: ['IK3*HL*16*2000*I6', 'CTX*SITUATIONAL TRIGGER*SBR*13*2000*2'],
  },
  {
    rule: 'patient.not-expected',
    file: 'd-00-valid',
    fault: [
      ['SBR*P*', 'SBR*P*18'],
      ['*MI*111223333~', '*MI*111223333~N3*236 N MAIN ST~N4*MIAMI*FL*33413~DMG*D8*19600501*F~'],
    ],
    told: ['IK3*HL*18*2000*I9', 'CTX*SITUATIONAL TRIGGER*SBR*12*2000*2'],
  },
  {
    rule: 'payer.sequence',
    file: 'p-00-valid',
    fault: [SECONDARY, [HI_P, HI_P + otherPayer('S', '', '100')]],
    twin: [SECONDARY, [HI_P, HI_P + otherPayer('P', '', '100')]],
    told: ['IK3*SBR*22*2320*8', CLAIM_P, 'IK4*1*1138*I12*S'],
  },
  {
    rule: 'payer.other-required',
    file: 'p-00-valid',
    fault: [SECONDARY],
    twin: [SECONDARY, [HI_P, HI_P + otherPayer('P', '', '100')]],
    told: ['IK3*SBR*22*2320*I6', 'CTX*SITUATIONAL TRIGGER*SBR*13*2000*1', CLAIM_P],
  },
  {
    rule: 'claim.original-reference',
    file: 'p-00-valid',
    fault: [['11:B:1', '11:B:7']],
    twin: [
      ['11:B:1', '11:B:7'],
      ['REF*D9', 'REF*F8*1~REF*D9'],
    ],
    told: ['IK3*REF*21*2300*I6', 'CTX*SITUATIONAL TRIGGER*CLM*19*2300*5:3', CLAIM_P],
  },
  {
    rule: 'accident.date',
    file: 'p-00-valid',
    fault: [[CLM_P, ACCIDENT]],
    twin: [[CLM_P, `${ACCIDENT}DTP*439*D8*20061001~`]],
    told: ['IK3*DTP*20*2300*I6', 'CTX*SITUATIONAL TRIGGER*CLM*19*2300*11:1', CLAIM_P],
  },
  {
    rule: 'accident.date',
    shows: 'in dental claims, by their second cause',
    file: 'd-00-valid',
    fault: [[CLM_D, 'CLM*26403774*150***11:B:1*Y*A*Y*I**EM:OA~']],
    twin: [[CLM_D, 'CLM*26403774*150***11:B:1*Y*A*Y*I**EM~']],
    told: ['IK3*DTP*23*2300*I6', 'CTX*SITUATIONAL TRIGGER*CLM*21*2300*11:2', CLAIM_D],
  },
  {
    rule: 'accident.state',
    file: 'p-00-valid',
    fault: [[CLM_P, ACCIDENT.replace('**OA~', '**AA~DTP*439*D8*20061001~')]],
    twin: [[CLM_P, ACCIDENT.replace('**OA~', '**AA:::FL~DTP*439*D8*20061001~')]],
    told: ['IK3*CLM*19*2300*8', CLAIM_P, 'IK4*11:4*156*I9', 'CTX*SITUATIONAL TRIGGER*CLM*19*2300*11:1'],
  },
  {
    rule: 'admission.date',
    file: 'p-00-valid',
    fault: [['11:B:1', '21:B:1']],
    twin: [[CLM_P, `${CLM_P.replace('11:B:1', '21:B:1')}DTP*435*D8*20061001~`]],
    told: ['IK3*DTP*20*2300*I6', 'CTX*SITUATIONAL TRIGGER*CLM*19*2300*5:1', CLAIM_P],
  },
  {
    rule: 'admission.date',
    shows: 'by type of bill',
    file: 'i-00-valid',
    fault: [
      ['13:A:1', '11:A:2'],
      ['HI*ABF:E119', 'HI*ABJ:I10~HI*ABF:E119'],
    ],
    twin: [
      ['13:A:1', '11:A:2'],
      ['HI*ABF:E119', 'HI*ABJ:I10~HI*ABF:E119'],
      [DATES_I, `${DATES_I}DTP*435*DT*202310011200~`],
    ],
    told: ['IK3*DTP*21*2300*I6', 'CTX*SITUATIONAL TRIGGER*CLM*19*2300*5:1', CLAIM_I],
  },
  {
    rule: 'admission.diagnosis',
    file: 'i-00-valid',
    fault: [
      ['13:A:1', '11:A:2'],
      [DATES_I, `${DATES_I}DTP*435*DT*202310011200~`],
    ],
    told: ['IK3*HI*28*2300*I6', 'CTX*SITUATIONAL TRIGGER*CLM*19*2300*5:1', CLAIM_I],
  },
  {
    rule: 'admission.discharge-hour',
    file: 'i-00-valid',
    fault: [
      ['13:A:1', '11:A:1'],
      ['HI*ABF:E119', 'HI*ABJ:I10~HI*ABF:E119'],
      [DATES_I, `${DATES_I}DTP*435*DT*202310011200~`],
    ],
    twin: [
      ['13:A:1', '11:A:1'],
      ['HI*ABF:E119', 'HI*ABJ:I10~HI*ABF:E119'],
      [DATES_I, `DTP*096*TM*1130~${DATES_I}DTP*435*DT*202310011200~`],
    ],
    told: ['IK3*DTP*22*2300*I6', 'CTX*SITUATIONAL TRIGGER*CLM*19*2300*5:3', CLAIM_I],
  },
  {
    rule: 'ambulance.transport',
    file: 'p-00-valid',
    fault: [[CLM_P, AMBULANCE]],
    twin: [
      [CLM_P, AMBULANCE],
      [HI_P, CR1 + HI_P + PICK_UP + DROP_OFF],
    ],
    told: ['IK3*CR1*21*2300*I6', 'CTX*SITUATIONAL TRIGGER*CLM*19*2300*5:1', CLAIM_P],
  },
  {
    rule: 'ambulance.pick-up',
    file: 'p-00-valid',
    fault: [
      [CLM_P, AMBULANCE],
      [HI_P, CR1 + HI_P + DROP_OFF],
    ],
    told: ['IK3*NM1*26*2310*I6', 'CTX*SITUATIONAL TRIGGER*CR1*21*2300', CLAIM_P],
  },
  {
    rule: 'ambulance.drop-off',
    file: 'p-00-valid',
    fault: [
      [CLM_P, AMBULANCE],
      [HI_P, CR1 + HI_P + PICK_UP],
    ],
    told: ['IK3*NM1*26*2310*I6', 'CTX*SITUATIONAL TRIGGER*CR1*21*2300', CLAIM_P],
  },
  {
    rule: 'attachment.control-number',
    file: 'p-00-valid',
    fault: [['REF*D9', 'PWK*OZ*BM~REF*D9']],
    twin: [['REF*D9', 'PWK*OZ*BM***AC*X1~PWK*OZ*AA~REF*D9']],
    told: ['IK3*PWK*20*2300*8', CLAIM_P, 'IK4*6*67*I9', 'CTX*SITUATIONAL TRIGGER*PWK*20*2300*2'],
  },
  {
    rule: 'institutional.attending',
    file: 'i-00-valid',
    fault: [['NM1*71*1*JONES*JOHN*J***XX*1234567893~', '']],
    told: ['IK3*NM1*27*2310*I6', 'CTX*SITUATIONAL TRIGGER*CLM*19*2300', CLAIM_I],
  },
  {
    rule: 'dental.service-date',
    file: 'd-00-valid',
    fault: [['DTP*472*D8*20231029~', '']],
    twin: [
      ['DTP*472*D8*20231029~', ''],
      ['*Y*A*Y*I~', '*Y*A*Y*I**********PB~'],
    ],
    told: ['IK3*DTP*22*2300*I6', 'CTX*SITUATIONAL TRIGGER*CLM*21*2300', CLAIM_D],
  },
  {
    rule: 'dental.service-date',
    shows: 'for a line when other lines have one',
    file: 'd-00-valid',
    fault: [
      ['DTP*472*D8*20231029~', ''],
      ['TOO*JP*12*M:O~', 'TOO*JP*12*M:O~DTP*472*D8*20231029~'],
    ],
    twin: [
      ['DTP*472*D8*20231029~', ''],
      ['TOO*JP*12*M:O~', 'TOO*JP*12*M:O~DTP*472*D8*20231029~'],
      ['D1110*50****1~', 'D1110*50****1~DTP*472*D8*20231029~'],
    ],
    told: ['IK3*DTP*31*2400*I6', 'CTX*SITUATIONAL TRIGGER*CLM*21*2300', CLAIM_D],
  },
  {
    rule: 'line.diagnosis-pointer',
    file: 'p-00-valid',
    fault: [['HC:87070*15*UN*1***1~', 'HC:87070*15*UN*1***1:3~']],
    twin: [['HC:87070*15*UN*1***1~', 'HC:87070*15*UN*1***1:2~']],
    told: ['IK3*SV1*26*2400*8', CLAIM_P, 'IK4*7:2*1328*7*3'],
  },
  {
    rule: 'line.diagnosis-pointer',
    shows: 'in dental claims',
    file: 'd-00-valid',
    fault: [
      ['NM1*82', 'HI*ABK:K0260~NM1*82'],
      ['D1110*50****1~', 'D1110*50****1*****2~'],
    ],
    twin: [
      ['NM1*82', 'HI*ABK:K0260*TQ:12~NM1*82'],
      ['D1110*50****1~', 'D1110*50****1*****2~'],
    ],
    told: ['IK3*SV3*31*2400*8', CLAIM_D, 'IK4*11:1*1328*7*2'],
  },
  {
    rule: 'amount.too-large',
    file: 'p-00-valid',
    fault: [
      ['*26463774*100*', '*26463774*100000060*'],
      ['99213*40*', '99213*100000000*'],
    ],
    twin: [
      ['*26463774*100*', '*26463774*99999999.99*'],
      ['99213*40*', '99213*99999939.99*'],
    ],
    told: [
      'IK3*CLM*19*2300*8',
      CLAIM_P,
      'IK4*2*782*5*100000060',
      'IK3*SV1*23*2400*8',
      CLAIM_P,
      'IK4*2*782*5*100000000',
    ],
  },
  {
    rule: 'amount.decimals',
    file: 'p-00-valid',
    fault: [
      ['99213*40*', '99213*39.995*'],
      ['87070*15*', '87070*15.0050*'],
    ],
    twin: [['99213*40*', '99213*40.000000*']],
    told: [
      'IK3*SV1*23*2400*8',
      CLAIM_P,
      'IK4*2*782*I12*39.995',
      'IK3*SV1*26*2400*8',
      CLAIM_P,
      'IK4*2*782*I12*15.0050',
    ],
  },
  {
    rule: 'amount.negative',
    file: 'p-00-valid',
    fault: [
      ['99213*40*', '99213*-40*'],
      ['87070*15*', '87070*95*'],
    ],
    told: ['IK3*SV1*23*2400*8', CLAIM_P, 'IK4*2*782*I12*-40'],
  },
  {
    rule: 'claim.balance',
    file: 'i-00-valid',
    fault: [['*89.93*', '*89.92*']],
    told: ['IK3*CLM*19*2300*8', CLAIM_I, 'IK4*2*782*I12*89.92'],
  },
  {
    rule: 'claim.balance',
    shows: 'by amounts that floating point would miss',
    file: 'p-00-valid',
    fault: [
      ['*26463774*100*', '*26463774*60.31*'],
      ['99213*40*', '99213*.1*'],
      ['87070*15*', '87070*15.2*'],
    ],
    twin: [
      ['*26463774*100*', '*26463774*60.3*'],
      ['99213*40*', '99213*.1*'],
      ['87070*15*', '87070*15.2*'],
    ],
    told: ['IK3*CLM*19*2300*8', CLAIM_P, 'IK4*2*782*I12*60.31'],
  },
  {
    rule: 'coordination.claim-balance',
    file: 'p-00-valid',
    fault: [SECONDARY, [HI_P, HI_P + otherPayer('P', 'CAS*PR*1*20**2*5~', '74')]],
    twin: [SECONDARY, [HI_P, HI_P + otherPayer('P', 'CAS*PR*1*20**2*5~', '75')]],
    told: ['IK3*AMT*24*2320*8', CLAIM_P, 'IK4*2*782*I12*74'],
  },
  {
    rule: 'coordination.claim-balance',
    shows: 'by the lines that were paid',
    file: 'p-00-valid',
    fault: [
      SECONDARY,
      [HI_P, HI_P + otherPayer('P', '', '31')],
      [LINE_P, lineAdjudication('30', 'CAS*PR*1*10~')],
    ],
    twin: [
      SECONDARY,
      [HI_P, HI_P + otherPayer('P', 'CAS*CO*45*5~', '25')],
      [LINE_P, lineAdjudication('30', 'CAS*PR*1*10~')],
    ],
    told: ['IK3*AMT*23*2320*8', CLAIM_P, 'IK4*2*782*I12*31'],
  },
  {
    rule: 'coordination.line-balance',
    file: 'p-00-valid',
    fault: [
      SECONDARY,
      [HI_P, HI_P + otherPayer('P', '', '30')],
      [LINE_P, lineAdjudication('30', 'CAS*PR*1*9.99~')],
    ],
    twin: [
      SECONDARY,
      [HI_P, HI_P + otherPayer('P', '', '30')],
      [LINE_P, lineAdjudication('30', 'CAS*PR*1*9.99**2*.01~')],
    ],
    told: ['IK3*SVD*30*2430*8', CLAIM_P, 'IK4*2*782*I12*39.99'],
  },
  {
    rule: 'coordination.payer-unknown',
    file: 'p-00-valid',
    fault: [
      SECONDARY,
      [HI_P, HI_P + otherPayer('P', '', '100')],
      [LINE_P, lineAdjudication('30', 'CAS*PR*1*10~').replace('SVD*OTHER1', 'SVD*OTHER2')],
    ],
    twin: [
      SECONDARY,
      [HI_P, HI_P + otherPayer('P', '', '30')],
      [LINE_P, lineAdjudication('30', 'CAS*PR*1*10~')],
    ],
    told: ['IK3*SVD*30*2430*8', CLAIM_P, 'IK4*1*67*I12*OTHER2'],
  },
  {
    rule: 'hierarchy.id',
    file: 'p-00-valid',
    fault: [['HL*2*1*22*0', 'HL*3*1*22*0']],
    told: ['IK3*HL*12*2000*8', 'IK4*1*628*7*3'],
  },
  {
    rule: 'hierarchy.parent',
    file: 'd-00-valid',
    fault: [['HL*3*2*23*0', 'HL*3*1*23*0']],
    told: ['IK3*HL*15*2000*8', 'IK4*2*734*7*1'],
  },
  {
    rule: 'hierarchy.child-code',
    file: 'd-00-valid',
    fault: [['HL*2*1*22*1', 'HL*2*1*22*0']],
    told: ['IK3*HL*11*2000*8', 'IK4*4*736*7*0'],
  },
  {
    rule: 'hierarchy.child-code',
    shows: 'also without children',
    file: 'p-00-valid',
    fault: [['HL*2*1*22*0', 'HL*2*1*22*1']],
    told: ['IK3*HL*12*2000*8', 'IK4*4*736*7*1'],
  },
  {
    rule: 'line.number',
    file: 'p-00-valid',
    fault: [
      ['LX*3~', 'LX*4~'],
      ['LX*4~SV1*HC:86663', 'LX*5~SV1*HC:86663'],
    ],
    told: ['IK3*LX*28*2400*8', CLAIM_P, 'IK4*1*554*7*4'],
  },
  {
    rule: 'code-set.diagnosis',
    file: 'p-00-valid',
    fault: [['ABF:Z1159', 'ABF:Z11.59']],
    told: ['IK3*HI*21*2300*8', CLAIM_P, 'IK4*2:2*1271*I12*Z11.59'],
  },
  {
    rule: 'code-set.diagnosis',
    shows: 'of ICD-9',
    file: 'p-00-valid',
    fault: [[HI_P, 'HI*BK:0340*BF:X7389~']],
    twin: [[HI_P, 'HI*BK:0340*BF:V7389~']],
    told: ['IK3*HI*21*2300*8', CLAIM_P, 'IK4*2:2*1271*I12*X7389'],
  },
  {
    rule: 'code-set.icd-procedure',
    file: 'i-00-valid',
    fault: [['HI*BH', 'HI*BBR:0DTJ4ZO:D8:20231001~HI*BH']],
    twin: [['HI*BH', 'HI*BBR:0DTJ4ZZ:D8:20231001~HI*BH']],
    told: ['IK3*HI*24*2300*8', CLAIM_I, 'IK4*1:2*1271*I12*0DTJ4ZO'],
  },
  {
    rule: 'code-set.billing-code',
    file: 'i-00-valid',
    fault: [['HI*BG:09', 'HI*BG:9']],
    told: ['IK3*HI*26*2300*8', CLAIM_I, 'IK4*1:2*1271*I12*9'],
  },
  {
    rule: 'code-set.npi',
    file: 'p-00-valid',
    fault: [['XX*1234567893', 'XX*1234567894']],
    told: ['IK3*NM1*8*2010*8', 'IK4*9*67*I12*1234567894'],
  },
  {
    rule: 'code-set.zip',
    file: 'p-00-valid',
    fault: [['FL*33413', 'FL*33413-0001']],
    twin: [['FL*33413', 'ON*M5V2T6*CA']],
    told: ['IK3*N4*16*2010*8', SUBSCRIBER, 'IK4*3*116*I12*33413-0001'],
  },
  {
    rule: 'code-set.billing-zip',
    file: 'p-00-valid',
    fault: [['FL*331110000', 'FL*33111']],
    told: ['IK3*N4*10*2010*8', 'IK4*3*116*I12*33111'],
  },
  {
    rule: 'code-set.billing-zip',
    shows: 'where services are rendered',
    file: 'i-00-valid',
    fault: [['LX*1~', 'NM1*77*2*CLINIC~N3*1 ROAD~N4*MIAMI*FL*33413~LX*1~']],
    twin: [['LX*1~', 'NM1*77*2*CLINIC~N3*1 ROAD~N4*MIAMI*FL*334130001~LX*1~']],
    told: ['IK3*N4*30*2310*8', CLAIM_I, 'IK4*3*116*I12*33413'],
  },
  {
    rule: 'code-set.procedure',
    file: 'p-00-valid',
    fault: [['HC:87070', 'HC:8707']],
    twin: [['HC:87070', 'HC:J1885']],
    told: ['IK3*SV1*26*2400*8', CLAIM_P, 'IK4*1:2*234*I12*8707'],
  },
  {
    rule: 'code-set.procedure',
    shows: 'of dentists',
    file: 'd-00-valid',
    fault: [['AD:D2150', 'AD:02150']],
    told: ['IK3*SV3*27*2400*8', CLAIM_D, 'IK4*1:2*234*I12*02150'],
  },
  {
    rule: 'code-set.modifier',
    file: 'p-00-valid',
    fault: [['HC:87070', 'HC:87070:2-']],
    twin: [['HC:87070', 'HC:87070:25:LT']],
    told: ['IK3*SV1*26*2400*8', CLAIM_P, 'IK4*1:3*1339*I12*2-'],
  },
  {
    rule: 'code-set.revenue',
    file: 'i-00-valid',
    fault: [['SV2*0305', 'SV2*305']],
    told: ['IK3*SV2*29*2400*8', CLAIM_I, 'IK4*1*234*I12*305'],
  },
  {
    rule: 'code-set.ndc',
    file: 'p-00-valid',
    fault: [[LINE_P, `${LINE_P}LIN**N4*0409-1234-01~CTP****1*UN~`]],
    twin: [[LINE_P, `${LINE_P}LIN**N4*00409123401~CTP****1*UN~`]],
    told: ['IK3*LIN*25*2410*8', CLAIM_P, 'IK4*3*234*I12*0409-1234-01'],
  },
  {
    rule: 'provider.billing-taxonomy',
    file: 'd-00-valid',
    fault: [],
    twin: [['HL*1**20*1~', 'HL*1**20*1~PRV*BI*PXC*1223G0001X~']],
    told: ['IK3*PRV*7*2000*I6'],
  },
];

/** The dental fixture has no billing taxonomy: only that rule's own row asks for one. */
function profileFor(row: Row): EdiProfile {
  return row.rule === 'provider.billing-taxonomy' ? everything : strictProfile;
}

function told(text: string, profile: EdiProfile): string[] {
  return answerSegments(onlyInterchange(validate(text, { profile }))).filter((s) => /^(IK[34]|CTX)/.test(s));
}

function rulesOf(text: string, profile: EdiProfile): string[] {
  const { groups } = onlyInterchange(validate(text, { profile }));
  return groups.flatMap(({ sets }) => sets.flatMap(({ findings }) => findings.map(({ ruleId }) => ruleId)));
}

for (const row of ROWS)
  test(`${row.rule} ${row.shows ?? ''}`.trim(), async (t) => {
    const profile = profileFor(row);
    const fault = edited(row.file, row.fault);
    t.same([...new Set(rulesOf(fault, profile))], [row.rule]);
    t.same(told(fault, profile), row.told);
    t.same(rulesOf(edited(row.file, row.twin ?? []), profile), [], 'the twin');
  });

test('every rule of the guides has a row here', async (t) => {
  const shown = new Set(ROWS.map(({ rule }) => rule));
  const elsewhere =
    /^(segment|loop|element|set)\.|^code-set\.(state|place|country|currency|remark|tooth|oral|taxonomy|facility)/;
  const rules = (Object.keys(RULE_FACTS) as RuleId[]).filter((rule) => !elsewhere.test(rule));
  t.same(
    rules.filter((rule) => !shown.has(rule)),
    [],
  );
});

test('a rule does what the profile makes of it', async (t) => {
  const text = edited('p-00-valid', [['11:B:1', '11:B:7']]);
  const code = (severity: 'reject' | 'accept-with-error' | 'report' | 'off') => {
    const severities = { 'claim.original-reference': severity };
    const [group] = onlyInterchange(validate(text, { profile: { severities } })).groups;
    return [group?.code, group?.sets[0]?.code, group?.sets[0]?.findings.length];
  };
  t.same(code('reject'), ['R', 'R', 1]);
  t.same(code('accept-with-error'), ['E', 'E', 1]);
  t.same(code('report'), ['A', 'A', 1]);
  t.same(code('off'), ['A', 'A', 0]);
});

test('a claim is forgotten before the next one', async (t) => {
  const claim = (edits: readonly Edit[]): string => {
    const text = edited('p-00-valid', edits);
    return text.slice(text.indexOf('CLM*'), text.indexOf('SE*'));
  };
  const faulty = claim([
    [CLM_P, ACCIDENT.replace('11:B:1', '21:B:7')],
    [HI_P, `${HI_P}${otherPayer('S', '', '99')}`],
  ]);
  const text = edited('p-00-valid', [[claim([]), `${faulty}${claim([])}`]]);
  t.same(rulesOf(text, strictProfile), [
    'accident.date',
    'admission.date',
    'claim.original-reference',
    'coordination.claim-balance',
  ]);
});
