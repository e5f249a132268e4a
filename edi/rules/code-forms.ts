/** SNIP 5 by form: codes whose lists are licensed or too long to carry, but whose look is known. */
import type { ElementSpec, GuideNode } from '../compiled-guide.ts';
import { type Rule, type RuleScope, specOf } from '../rule.ts';
import type { RuleId } from '../rule-facts.ts';
import { isDigits } from '../value-checks.ts';

/** HI composites: C022-1 names the list, C022-2 holds the code. ICD codes are sent without their point. */
const ICD_10_CM = /^[A-Z][0-9][0-9A-Z]{1,5}$/;
const ICD_9_CM = /^([0-9]{3,5}|V[0-9]{2,4}|E[0-9]{3,4})$/;
const ICD_10_PCS = /^[0-9A-HJ-NP-Z]{7}$/;

const DIAGNOSIS_FORMS: ReadonlyMap<string, RegExp> = new Map([
  ...['ABK', 'ABF', 'ABJ', 'ABN', 'APR'].map((code) => [code, ICD_10_CM] as const),
  ...['BK', 'BF', 'BJ', 'BN', 'PR'].map((code) => [code, ICD_9_CM] as const),
  ...['BBR', 'BBQ'].map((code) => [code, ICD_10_PCS] as const),
]);

const NPI_DIGITS = 10;

/**
 * Whether the bytes are a National Provider Identifier: ten digits, the last a Luhn check digit computed as if 80840
 * stood before them (CMS, NPI check digit; the prefix adds 24).
 */
export function isNpi(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== NPI_DIGITS || !isDigits(bytes, start, end)) return false;
  let sum = 24;
  for (let i = 0; i < NPI_DIGITS; i += 1) {
    const digit = (bytes[start + i] as number) - 0x30;
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function report(
  scope: RuleScope,
  rule: RuleId,
  node: GuideNode,
  at: { readonly element: number; readonly component?: number; readonly spec?: ElementSpec | undefined },
): void {
  const { element, component, spec } = at;
  const value = scope.cursor.text(element, component ?? 1);
  scope.maker.element(rule, {
    code: 'I12',
    node,
    element,
    value,
    ...(component && { component }),
    ...(spec && { spec }),
  });
}

function checkDiagnoses(scope: RuleScope, node: GuideNode): void {
  const { cursor } = scope;
  for (let element = 1; element <= Math.min(cursor.elements, node.elements.length); element += 1) {
    if (cursor.lengthOf(element, 2) === 0) continue;
    const form = DIAGNOSIS_FORMS.get(cursor.text(element, 1));
    if (form === undefined || form.test(cursor.text(element, 2))) continue;
    report(scope, 'code-set.diagnosis', node, { element, component: 2, spec: specOf(node, element, 2) });
  }
}

function checkNpi(scope: RuleScope, node: GuideNode): void {
  const { cursor } = scope;
  if (!cursor.equals(8, 1, 'XX')) return;
  const token = cursor.tokenOf(9, 1);
  if (token === 0 || cursor.isEmpty(9)) return;
  if (isNpi(cursor.reader.bytes, cursor.tokenStart(token), cursor.tokenEnd(token))) return;
  report(scope, 'code-set.npi', node, { element: 9, spec: specOf(node, 9) });
}

/** TR3 2010AA and 2310C N403: the full nine digits. X12's own examples have five, so this is a warning by default. */
function checkZip(scope: RuleScope, node: GuideNode): void {
  const { cursor } = scope;
  const country = cursor.lengthOf(4) === 0 || cursor.equals(4, 1, 'US');
  if (!country || cursor.isEmpty(3) || cursor.lengthOf(3) === 9) return;
  report(scope, 'code-set.billing-zip', node, { element: 3, spec: specOf(node, 3) });
}

export const codeFormRules: readonly Rule[] = [
  { kind: 'segment', segment: 'HI', loops: ['2300'], check: checkDiagnoses },
  { kind: 'segment', segment: 'NM1', check: checkNpi },
  { kind: 'segment', segment: 'N4', loops: ['2010AA', '2310C', '2310E', '2420C'], check: checkZip },
];
