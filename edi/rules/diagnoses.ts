/** HI: codes of diagnoses and procedures by form, what else institutions list there, and the pointers to it. */
import { codeOf, packCode } from '../code-table.ts';
import type { CompiledGuide, GuideNode } from '../compiled-guide.ts';
import { type Rule, type RuleScope, specOf } from '../rule.ts';
import type { RuleId } from '../rule-facts.ts';
import { isAlphanumeric, isHcpcs, isIcd9Diagnosis, isIcd10Diagnosis, isIcd10Procedure } from './forms.ts';
import { numberAt, wrong } from './reading.ts';

type Form = {
  readonly rule: RuleId;
  readonly fits: (bytes: Uint8Array, start: number, end: number) => boolean;
};

const DIAGNOSIS_10: Form = { rule: 'code-set.diagnosis', fits: isIcd10Diagnosis };
const DIAGNOSIS_9: Form = { rule: 'code-set.diagnosis', fits: isIcd9Diagnosis };
const PROCEDURE_10: Form = { rule: 'code-set.icd-procedure', fits: isIcd10Procedure };
const PROCEDURE: Form = { rule: 'code-set.procedure', fits: isHcpcs };
/** NUBC condition, occurrence, occurrence span and value codes have two characters. */
const BILLING: Form = {
  rule: 'code-set.billing-code',
  fits: (bytes, start, end) => end - start === 2 && isAlphanumeric(bytes, start, end),
};

/** C022-1 names the list that C022-2 is a code of. */
const FORMS: ReadonlyMap<number, Form> = new Map(
  (
    [
      [['ABK', 'ABF', 'ABJ', 'ABN', 'APR'], DIAGNOSIS_10],
      [['BK', 'BF', 'BJ', 'BN', 'PR'], DIAGNOSIS_9],
      [['BBR', 'BBQ'], PROCEDURE_10],
      [['BP', 'BO'], PROCEDURE],
      [['BG', 'BH', 'BI', 'BE'], BILLING],
    ] as const
  ).flatMap(([lists, form]) => lists.map((list) => [codeOf(list), form] as const)),
);

/** Lists whose codes pointers point to: 837P and 837D HI01-1. */
const POINTED_TO = ['ABK', 'BK', 'TQ'];

/** C004 has four. */
const POINTERS = 4;

function checkCodes(scope: RuleScope, node: GuideNode): void {
  const { cursor } = scope;
  const { bytes } = cursor.reader;
  const last = Math.min(cursor.elements, node.elements.length);
  for (let element = 1; element <= last; element += 1) {
    const code = cursor.tokenOf(element, 2);
    if (code === 0) continue;
    const start = cursor.tokenStart(code);
    const end = cursor.tokenEnd(code);
    if (end === start) continue;
    const form = FORMS.get(packCode(bytes, cursor.tokenStart(code - 1), cursor.tokenEnd(code - 1)));
    if (form === undefined || form.fits(bytes, start, end)) continue;
    wrong(scope, form.rule, node, element, 'I12', { component: 2 });
  }
}

/** Whether a place is that of the diagnoses. A code there that is wrong leaves them countable. */
function holdsDiagnoses(node: GuideNode, { codes }: CompiledGuide): boolean {
  const lists = codes.members(specOf(node, 1, 1)?.codes ?? 0);
  return lists.some((list) => POINTED_TO.includes(list));
}

function countDiagnoses({ claim, cursor }: RuleScope): void {
  claim.diagnoses = 0;
  for (let element = 1; element <= cursor.elements; element += 1)
    if (!cursor.isEmpty(element)) claim.diagnoses = element;
}

/** TR3 SV107 and SV311: a pointer names one of the claim's diagnoses by its place in HI. */
function checkPointers(scope: RuleScope, node: GuideNode, element: number, highest: number): void {
  const { claim, cursor } = scope;
  // 837P without any HI has been reported for that.
  if (claim.diagnoses < 0 && element === 7) return;
  const diagnoses = Math.max(claim.diagnoses, 0);
  for (let component = 1; component <= POINTERS; component += 1) {
    if (cursor.tokenOf(element, component) === 0) return;
    const pointer = numberAt(cursor, element, component);
    // A pointer beyond what the guide lists has been reported as a code that does not exist.
    if (pointer <= diagnoses || pointer > highest) continue;
    const limit = String(diagnoses);
    wrong(scope, 'line.diagnosis-pointer', node, element, '7', {
      component,
      limit,
    });
    // Without any diagnosis that is one fault, however many pointers there are.
    if (diagnoses === 0) return;
  }
}

export const diagnosisRules: readonly Rule[] = [
  { kind: 'segment', segment: 'HI', loops: ['2300'], check: checkCodes },
  {
    kind: 'segment',
    segment: 'HI',
    loops: ['2300'],
    guides: ['837P', '837D'],
    where: holdsDiagnoses,
    check: countDiagnoses,
  },
  {
    kind: 'segment',
    segment: 'SV1',
    loops: ['2400'],
    guides: ['837P'],
    check: (scope, node) => checkPointers(scope, node, 7, 12),
  },
  {
    kind: 'segment',
    segment: 'SV3',
    loops: ['2400'],
    guides: ['837D'],
    check: (scope, node) => checkPointers(scope, node, 11, 4),
  },
];
