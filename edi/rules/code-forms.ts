/** SNIP 5 by form: codes whose lists are licensed or too long to carry, but whose look is known. */
import { codeOf } from '../code-table.ts';
import type { CompiledGuide, GuideNode } from '../compiled-guide.ts';
import { type Rule, type RuleScope, specOf } from '../rule.ts';
import { isAlphanumeric, isCdt, isDigitsOf, isHcpcs, isHipps, isNpi } from './forms.ts';
import { isAbsent, wrong } from './reading.ts';

type Form = (bytes: Uint8Array, start: number, end: number) => boolean;

/** Whether a component is empty or has a form. */
function fits(scope: RuleScope, element: number, component: number, form: Form): boolean {
  const { cursor } = scope;
  const token = cursor.tokenOf(element, component);
  if (token === 0) return true;
  const start = cursor.tokenStart(token);
  const end = cursor.tokenEnd(token);
  return end === start || form(cursor.reader.bytes, start, end);
}

/** NM108. */
const NPI = codeOf('XX');

function checkNpi(scope: RuleScope, node: GuideNode): void {
  if (scope.cursor.code(8) === NPI && !fits(scope, 9, 1, isNpi)) wrong(scope, 'code-set.npi', node, 9, 'I12');
}

/** Most NM1 are of people and payers, who have none. */
function mayHaveNpi(node: GuideNode, { codes }: CompiledGuide): boolean {
  return codes.members(specOf(node, 8)?.codes ?? 0).includes('XX');
}

/** Places whose ZIP code has all nine digits: TR3 2010AA and the service facility loops. */
const NINE_DIGITS = ['2010AA', '2310C', '2310E', '2420C', '2420D'];

const SERVICE_FACILITY = '77';

/**
 * United States Postal Service: five digits or nine, without a hyphen. The TR3 asks for nine where services are billed
 * and rendered; X12's own examples have five there, so that is told and does not reject by default.
 */
function checkZip(scope: RuleScope, node: GuideNode): void {
  const { cursor } = scope;
  if ((!isAbsent(cursor, 4) && !cursor.equals(4, 1, 'US')) || isAbsent(cursor, 3)) return;
  const isFive = fits(scope, 3, 1, isFiveDigits);
  if (!isFive && !fits(scope, 3, 1, isNineDigits)) wrong(scope, 'code-set.zip', node, 3, 'I12');
  else if (isFive && wantsNine(scope, node)) wrong(scope, 'code-set.billing-zip', node, 3, 'I12');
}

const isFiveDigits: Form = (bytes, start, end) => isDigitsOf(5, bytes, start, end);
const isNineDigits: Form = (bytes, start, end) => isDigitsOf(9, bytes, start, end);

/** The loops of one id are different things in different guides: 2310E is a service facility in 837I alone. */
function wantsNine(scope: RuleScope, node: GuideNode): boolean {
  const { codes, loops, nodes } = scope.guide;
  const loop = loops[node.loop];
  if (loop === undefined || !NINE_DIGITS.includes(loop.id)) return false;
  if (loop.id === '2010AA') return true;
  const opener = nodes[loop.opener];
  return opener !== undefined && codes.members(specOf(opener, 1)?.codes ?? 0).includes(SERVICE_FACILITY);
}

const HCPCS = codeOf('HC');
const CDT = codeOf('AD');
const HIPPS = codeOf('HP');

function isProcedure(scope: RuleScope, element: number, list: number): boolean {
  if (list === HCPCS) return fits(scope, element, 2, isHcpcs);
  if (list === CDT) return fits(scope, element, 2, isCdt);
  return list !== HIPPS || fits(scope, element, 2, isHipps);
}

/** C003: which list, the code, four modifiers. IV, WK and ER are lists that Claimgate does not know. */
function checkProcedure(scope: RuleScope, node: GuideNode, element: number): void {
  const { cursor } = scope;
  if (!isProcedure(scope, element, cursor.code(element)))
    wrong(scope, 'code-set.procedure', node, element, 'I12', { component: 2 });
  for (let component = 3; component <= 6; component += 1) {
    if (cursor.tokenOf(element, component) === 0) return;
    if (!fits(scope, element, component, isModifier))
      wrong(scope, 'code-set.modifier', node, element, 'I12', { component });
  }
}

const isRevenue: Form = (bytes, start, end) => isDigitsOf(4, bytes, start, end);
const isNdc: Form = (bytes, start, end) => isDigitsOf(11, bytes, start, end);

/** Lengths are the guide's business; this is about characters. */
const isModifier: Form = (bytes, start, end) => end - start !== 2 || isAlphanumeric(bytes, start, end);

/** NUBC: four digits, the first usually 0. */
function checkRevenue(scope: RuleScope, node: GuideNode, element: number): void {
  if (!fits(scope, element, 1, isRevenue)) wrong(scope, 'code-set.revenue', node, element, 'I12');
}

/** LIN02. */
const NDC = codeOf('N4');

/** TR3 2410 LIN03: a National Drug Code has eleven digits (5-4-2), without hyphens. */
function checkDrug(scope: RuleScope, node: GuideNode): void {
  if (scope.cursor.code(2) !== NDC) return;
  if (!fits(scope, 3, 1, isNdc)) wrong(scope, 'code-set.ndc', node, 3, 'I12');
}

/** Which element of a segment is a procedure. */
const PROCEDURES = [
  ['SV1', '2400', 1],
  ['SV2', '2400', 2],
  ['SV3', '2400', 1],
  ['SVD', '2430', 3],
] as const;

export const codeFormRules: readonly Rule[] = [
  { kind: 'segment', segment: 'NM1', where: mayHaveNpi, check: checkNpi },
  { kind: 'segment', segment: 'N4', check: checkZip },
  ...PROCEDURES.map(
    ([segment, loop, element]): Rule => ({
      kind: 'segment',
      segment,
      loops: [loop],
      check: (scope, node) => checkProcedure(scope, node, element),
    }),
  ),
  {
    kind: 'segment',
    segment: 'SV2',
    loops: ['2400'],
    check: (scope, node) => checkRevenue(scope, node, 1),
  },
  { kind: 'segment', segment: 'LIN', loops: ['2410'], check: checkDrug },
];
