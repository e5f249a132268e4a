/**
 * Known faults to plant in made-up claims. A fault's id is that of the rule it breaks, and it makes that rule's finding
 * once in every claim and no other; envelope faults name the code of the answer instead.
 */
import type { RuleId } from '../rule-facts.ts';
import { after, balance, indexOf, raise, remove, removeLoop, SERVICE, set, spoilNpi } from './claim-edits.ts';
import { type ClaimShape, TRANSACTIONS, type Transaction } from './claim-shape.ts';
import { type Part, part } from './parts.ts';

export type Fault = {
  readonly id: string;
  /** Where it is planted. */
  readonly place:
    | 'claim'
    | 'set-count'
    | 'set-control'
    | 'group-count'
    | 'group-control'
    | 'interchange-count'
    | 'interchange-control';
  /** What the engine says: a rule, or `IK502 4`. */
  readonly answer: string;
  readonly transactions: readonly Transaction[];
  /** What the claim must be like. */
  readonly needs: Partial<ClaimShape>;
  readonly plain: string;
  readonly plant?: (claim: Part[], transaction: Transaction) => void;
};

const CLAIM = ['2300', 'CLM'] as const;
const MEMBER = ['2010BA', 'NM1'] as const;
const CITY = ['2010BA', 'N4'] as const;
const TRACE = ['2300', 'REF*D9'] as const;

const P: readonly Transaction[] = ['837P'];
const I: readonly Transaction[] = ['837I'];
const PD: readonly Transaction[] = ['837P', '837D'];
const PI: readonly Transaction[] = ['837P', '837I'];

type Row = readonly [
  rule: RuleId,
  plain: string,
  plant: (claim: Part[], transaction: Transaction) => void,
  transactions?: readonly Transaction[],
  needs?: Partial<ClaimShape>,
];

const SEGMENT_FAULTS: readonly Row[] = [
  ['segment.unknown', 'a segment id that X12 does not have', (c) => after(c, ...CLAIM, 'ZZZ*1')],
  ['segment.id', 'a blank before a segment id', (c) => set(c, ...TRACE, 0, ' REF')],
  ['segment.not-in-set', 'a segment of the 835', (c) => after(c, ...CLAIM, 'BPR*I*1')],
  ['segment.not-used', 'N2, which the guide does not use', (c) => after(c, ...MEMBER, 'N2*X')],
  [
    'segment.unexpected',
    'a segment of another loop',
    (c, t) => after(c, ...MEMBER, t === '837P' ? 'CTP****1*UN' : t === '837I' ? 'CL1*3*1*01' : 'DN1*36*24'),
  ],
  [
    'segment.required',
    'no DMG for the patient',
    (c) => remove(c, '2010CA', 'DMG'),
    TRANSACTIONS,
    { dependent: true },
  ],
  ['loop.required', 'no payer', (c) => removeLoop(c, '2010BB')],
  [
    'segment.order',
    'REF after HI',
    (c) => {
      const [moved] = c.splice(indexOf(c, ...TRACE), 1);
      c.splice(indexOf(c, '2300', 'HI') + 1, 0, moved as Part);
    },
  ],
  ['segment.max-use', 'REF*D9 twice', (c) => after(c, ...TRACE, 'REF*D9*2')],
  ['loop.max-use', 'two payers', (c) => after(c, '2010BB', 'NM1', 'NM1*PR*2*OTHER*****PI*12345')],
];

const ELEMENT_FAULTS: readonly Row[] = [
  ['element.required', 'no CLM08', (c) => set(c, ...CLAIM, 8, '')],
  ['element.mandatory', 'no CLM01', (c) => set(c, ...CLAIM, 1, '')],
  [
    'element.conditional',
    'NM108 without NM109',
    (c) => void (c[indexOf(c, ...MEMBER)] as Part).elements.pop(),
  ],
  [
    'element.exclusive',
    'N402 and N407',
    (c) => {
      set(c, ...CITY, 4, 'US');
      set(c, ...CITY, 7, 'FL');
    },
  ],
  ['element.too-many', 'CLM with 21 elements', (c) => set(c, ...CLAIM, 21, 'X')],
  ['element.too-short', 'NM109 of one character', (c) => set(c, ...MEMBER, 9, '1')],
  ['element.too-long', 'CLM01 of sixty characters', (c) => set(c, ...CLAIM, 1, 'X'.repeat(60))],
  ['element.character', 'a control character in a name', (c) => set(c, ...MEMBER, 3, 'SM\u0001TH')],
  ['element.number', 'a letter in CLM02', (c) => set(c, ...CLAIM, 2, '1O0')],
  ['element.code', 'CLM07 that X12 does not have', (c) => set(c, ...CLAIM, 7, 'Z')],
  [
    'element.code-not-used',
    'CLM05-2 of another guide',
    (c, t) => set(c, ...CLAIM, 5, t === '837I' ? '13:B:1' : '11:A:1'),
  ],
  ['element.date-range', 'one day where a range is due', (c) => set(c, '2300', 'DTP*434', 3, '20231001'), I],
  ['element.date', 'a birth date that does not exist', (c) => set(c, '2010BA', 'DMG', 2, '19431301')],
  [
    'element.time',
    'a discharge hour that does not exist',
    (c) => set(c, '2300', 'DTP*096', 3, '2599'),
    I,
    { inpatient: true },
  ],
  ['element.repetitions', 'REF02 twice', (c) => set(c, ...TRACE, 2, '1^2')],
  ['element.components', 'REF02 with components', (c) => set(c, ...TRACE, 2, '1:2')],
  ['element.not-used', 'CLM03, which the guide does not use', (c) => set(c, ...CLAIM, 3, 'MC')],
  [
    'element.trailing-delimiters',
    'CLM that ends in a delimiter',
    (c) => void (c[indexOf(c, ...CLAIM)] as Part).elements.push(''),
  ],
  ['hierarchy.id', 'HL01 that leaves numbers out', (c) => raise(c, '2000B', 'HL', 1)],
  ['hierarchy.parent', 'HL02 that names no level', (c) => set(c, '2000B', 'HL', 2, '999999')],
  ['hierarchy.child-code', 'HL04 that promises levels', (c) => set(c, '2000B', 'HL', 4, '1')],
  [
    'line.number',
    'LX01 of the last line that leaves numbers out',
    (c) => {
      const last = c.findLast((it) => it.elements[0] === 'LX');
      if (last !== undefined) last.elements[1] = String(Number(last.elements[1]) + 5);
    },
  ],
];

const SITUATION_FAULTS: readonly Row[] = [
  ['name.first-required', 'a person without first name', (c) => set(c, ...MEMBER, 4, '')],
  [
    'name.member-id',
    'a subscriber without id',
    (c) => void (c[indexOf(c, ...MEMBER)] as Part).elements.splice(5),
  ],
  ['address.state-required', 'no state', (c) => set(c, ...CITY, 2, '')],
  ['address.zip-required', 'no ZIP code', (c) => void (c[indexOf(c, ...CITY)] as Part).elements.pop()],
  ['subscriber.relationship', 'SBR02 that does not say 18', (c) => set(c, '2000B', 'SBR', 2, '')],
  ['subscriber.street', 'no N3 for the patient', (c) => remove(c, '2010BA', 'N3')],
  ['subscriber.city', 'no N4 for the patient', (c) => remove(c, ...CITY)],
  ['subscriber.birth-date', 'no DMG for the patient', (c) => remove(c, '2010BA', 'DMG')],
  [
    'subscriber.insurance-type',
    'Medicare second, and no SBR05',
    (c) => set(c, '2000B', 'SBR', 9, 'MB'),
    PD,
    { otherPayer: true },
  ],
  [
    'subscriber.claim-filing',
    'no SBR09',
    (c) => void (c[indexOf(c, '2000B', 'SBR')] as Part).elements.splice(4),
  ],
  [
    'payer.sequence',
    'two secondary payers',
    (c) => set(c, '2320', 'SBR', 1, 'S'),
    TRANSACTIONS,
    { otherPayer: true },
  ],
  ['payer.other-required', 'a secondary payer without a primary', (c) => set(c, '2000B', 'SBR', 1, 'S')],
  [
    'claim.original-reference',
    'a replacement without REF*F8',
    (c) => remove(c, '2300', 'REF*F8'),
    TRANSACTIONS,
    { replacement: true },
  ],
  [
    'accident.date',
    'an accident without DTP*439',
    (c) => remove(c, '2300', 'DTP*439'),
    PD,
    { accident: true },
  ],
  [
    'accident.state',
    'an automobile accident without a state',
    (c) => set(c, ...CLAIM, 11, 'AA'),
    PD,
    { accident: true },
  ],
  [
    'admission.date',
    'an inpatient without DTP*435',
    (c) => remove(c, '2300', 'DTP*435'),
    PI,
    { inpatient: true },
  ],
  [
    'admission.discharge-hour',
    'a final inpatient claim without DTP*096',
    (c) => remove(c, '2300', 'DTP*096'),
    I,
    { inpatient: true },
  ],
  [
    'admission.diagnosis',
    'an inpatient without HI*ABJ',
    (c) => remove(c, '2300', 'HI*ABJ:I10'),
    I,
    { inpatient: true },
  ],
  [
    'ambulance.transport',
    'an ambulance without CR1',
    (c) => remove(c, '2300', 'CR1'),
    P,
    { ambulance: true },
  ],
  ['ambulance.pick-up', 'no place of pick-up', (c) => removeLoop(c, '2310E'), P, { ambulance: true }],
  ['ambulance.drop-off', 'no place of drop-off', (c) => removeLoop(c, '2310F'), P, { ambulance: true }],
  [
    'attachment.control-number',
    'an attachment by mail without its number',
    (c) => c.splice(indexOf(c, ...TRACE), 0, part('2300', 'PWK*OZ*BM')),
    PI,
  ],
  ['institutional.attending', 'no attending provider', (c) => removeLoop(c, '2310A'), I],
  ['dental.service-date', 'no DTP*472', (c) => remove(c, '2300', 'DTP*472'), ['837D']],
  [
    'line.diagnosis-pointer',
    'a pointer to a diagnosis that is not there',
    (c, t) => (t === '837P' ? set(c, '2400', 'SV1', 7, '3') : set(c, '2400', 'SV3', 11, '2')),
    PD,
  ],
  [
    'coordination.payer-unknown',
    'a line paid by nobody known',
    (c) => {
      set(c, '2430', 'SVD', 1, 'NOBODY');
      remove(c, '2320', 'AMT');
    },
    TRANSACTIONS,
    { otherPayer: true },
  ],
];

const AMOUNT_FAULTS: readonly Row[] = [
  [
    'amount.too-large',
    'a charge of nine digits',
    (c, t) => {
      const [segment, charge] = SERVICE[t];
      // So large that it is not added up: the total stays what it was.
      set(c, '2400', segment, charge, '123456789012345678');
    },
  ],
  [
    'amount.decimals',
    'a charge with a fraction of a cent',
    (c, t) => {
      const [segment, charge] = SERVICE[t];
      set(c, '2400', segment, charge, '10.00001');
    },
  ],
  [
    'amount.negative',
    'a charge below zero',
    (c, t) => {
      const [segment, charge] = SERVICE[t];
      set(c, '2400', segment, charge, '-1');
      balance(c, t);
    },
    TRANSACTIONS,
  ],
  ['claim.balance', 'CLM02 that is not the sum of the lines', (c) => set(c, ...CLAIM, 2, '0.07')],
  [
    'coordination.claim-balance',
    'AMT*D that is not what was paid',
    (c) => set(c, '2320', 'AMT', 2, '0.07'),
    TRANSACTIONS,
    { otherPayer: true },
  ],
  [
    'coordination.line-balance',
    'CAS that does not balance the line',
    (c) => set(c, '2430', 'CAS', 3, '0.07'),
    TRANSACTIONS,
    { otherPayer: true },
  ],
];

const CODE_FAULTS: readonly Row[] = [
  ['code-set.state', 'a state that does not exist', (c) => set(c, ...CITY, 2, 'XX')],
  ['code-set.place-of-service', 'a place that does not exist', (c) => set(c, ...CLAIM, 5, '98:B:1'), PD],
  ['code-set.facility-type', 'a type of bill that does not exist', (c) => set(c, ...CLAIM, 5, '1X:A:1'), I],
  ['code-set.country', 'a country in small letters', (c) => set(c, ...CITY, 4, 'us')],
  ['code-set.tooth', 'a tooth that does not exist', (c) => set(c, '2400', 'TOO', 2, '33'), ['837D']],
  [
    'code-set.oral-cavity',
    'an area of the mouth that does not exist',
    (c) => set(c, '2400', 'SV3', 4, '99'),
    ['837D'],
  ],
  ['code-set.taxonomy', 'a taxonomy of nine characters', (c) => set(c, '2310B', 'PRV', 3, '207Q00000'), PD],
  ['code-set.diagnosis', 'a diagnosis with its point', (c) => set(c, '2300', 'HI', 1, 'ABK:J02.0')],
  [
    'code-set.icd-procedure',
    'a procedure with the letter O',
    (c) => after(c, '2300', 'HI', 'HI*BBR:0DTJ4ZO:D8:20231001'),
    I,
  ],
  [
    'code-set.billing-code',
    'a condition code of one character',
    (c) => set(c, '2300', 'HI*BG:09', 1, 'BG:9'),
    I,
  ],
  ['code-set.npi', 'a wrong check digit', (c, t) => spoilNpi(c, t === '837I' ? '2310A' : '2310B')],
  ['code-set.zip', 'a ZIP code with a hyphen', (c) => set(c, ...CITY, 3, '27601-0001')],
  [
    'code-set.billing-zip',
    'a service facility with a ZIP code of five digits',
    (c, t) => {
      const loop = t === '837I' ? '2310E' : '2310C';
      const at = c.findIndex((it) => it.elements[0] === 'LX');
      const texts = ['NM1*77*2*CLINIC', 'N3*1 ROAD', 'N4*MIAMI*FL*33101'];
      c.splice(at, 0, ...texts.map((text) => part(loop, text)));
    },
  ],
  [
    'code-set.procedure',
    'a procedure of four characters',
    (c, t) => {
      const [segment, , procedure] = SERVICE[t];
      set(c, '2400', segment, procedure, t === '837D' ? 'AD:D215' : 'HC:9921');
    },
  ],
  [
    'code-set.modifier',
    'a modifier with a hyphen',
    (c, t) => {
      const [segment, , procedure] = SERVICE[t];
      set(c, '2400', segment, procedure, t === '837D' ? 'AD:D2150:2-' : 'HC:99213:2-');
    },
  ],
  ['code-set.revenue', 'a revenue code of three digits', (c) => set(c, '2400', 'SV2', 1, '305'), I],
  [
    'code-set.ndc',
    'a drug code with hyphens',
    (c) => set(c, '2410', 'LIN', 3, '0409-1234-01'),
    PI,
    { drug: true },
  ],
];

const ENVELOPE_FAULTS: readonly Fault[] = (
  [
    ['set-count', 'IK502 4', 'SE01 that is not the number of segments'],
    ['set-control', 'IK502 3', 'SE02 that is not ST02'],
    ['group-count', 'AK905 5', 'GE01 that is not the number of sets'],
    ['group-control', 'AK905 4', 'GE02 that is not GS06'],
    ['interchange-count', 'TA105 021', 'IEA01 that is not the number of groups'],
    ['interchange-control', 'TA105 001', 'IEA02 that is not ISA13'],
  ] as const
).map(([place, answer, plain]) => ({
  id: place,
  place,
  answer,
  transactions: TRANSACTIONS,
  needs: {},
  plain,
}));

/** All faults, in the order in which they are listed. */
export const FAULTS: readonly Fault[] = [
  ...[...SEGMENT_FAULTS, ...ELEMENT_FAULTS, ...SITUATION_FAULTS, ...AMOUNT_FAULTS, ...CODE_FAULTS].map(
    ([rule, plain, plant, transactions = TRANSACTIONS, needs = {}]): Fault => ({
      id: rule,
      place: 'claim',
      answer: rule,
      transactions,
      needs,
      plain,
      plant,
    }),
  ),
  ...ENVELOPE_FAULTS,
];

/**
 * The fault of an id.
 * @throws {RangeError} when there is none, or it is not one of this transaction.
 */
export function faultNamed(id: string, transaction: Transaction): Fault {
  const fault = FAULTS.find((it) => it.id === id);
  if (fault === undefined) throw new RangeError(`There is no fault ${id}.`);
  if (fault.transactions.includes(transaction)) return fault;
  throw new RangeError(
    `The fault ${id} is one of ${fault.transactions.join(' and ')}, not of ${transaction}.`,
  );
}
