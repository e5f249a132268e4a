/** The claim as a whole: its lines are numbered, its total is their sum, a replacement names what it replaces. */
import { amountText } from '../amount.ts';
import type { GuideNode } from '../compiled-guide.ts';
import { MARK_DATES, MARK_DIAGNOSES, MARK_ORIGINAL_REFERENCE, MARK_REFERENCES } from '../mark.ts';
import type { Rule, RuleScope } from '../rule.ts';
import {
  amountAt,
  byteAt,
  claimTrigger,
  differs,
  loopOfClaim,
  nodeIn,
  numberAt,
  wrong,
  wrongBefore,
  wrongSegment,
} from './reading.ts';

/** Where the line charge stands in each kind of service line. */
const LINE_CHARGE: ReadonlyMap<string, number> = new Map([
  ['SV1', 2],
  ['SV2', 3],
  ['SV3', 2],
]);

/** Segments of 2300 that come before REF, and with it. */
const UP_TO_REFERENCES = ['CL1', 'DN1', 'DN2', 'PWK', 'CN1', 'AMT', 'REF'];

/** CLM05-3. */
const REPLACEMENT = 0x37;
const VOID = 0x38;

const UP_TO_DIAGNOSES = ['K3', 'NTE', 'CR1', 'CR2', 'CRC', 'HI'];

function beginClaim(scope: RuleScope, node: GuideNode): void {
  const { claim, cursor, maker } = scope;
  claim.begin(maker.position, node.loop);
  claim.charge = amountAt(scope, node, 2);
  if (claim.charge < 0) wrong(scope, 'amount.negative', node, 2, 'I12');
  claim.frequency = byteAt(cursor, 5, 3);
  claim.place = cursor.code(5);
  claim.replacesAnother = claim.frequency === REPLACEMENT || claim.frequency === VOID;
}

function countLine(scope: RuleScope, node: GuideNode): void {
  const { claim, cursor, maker } = scope;
  claim.beginLine(maker.position);
  const number = numberAt(cursor, 1);
  const expected = claim.lines;
  // One slip is one finding: after it the numbers may go on from it, or as if it had not been.
  const follows = number === claim.lineNumber + 1;
  claim.lineNumber = number < 0 ? expected : number;
  if (number === expected || follows || number < 0) return;
  wrong(scope, 'line.number', node, 1, '7', { limit: String(expected) });
}

/** TR3 CLM05-3 and REF*F8: required when the claim replaces (7) or voids (8) another. */
function checkReference(scope: RuleScope): void {
  const { claim } = scope;
  if (!claim.replacesAnother || claim.has(MARK_ORIGINAL_REFERENCE)) return;
  wrongSegment(scope, 'claim.original-reference', {
    segmentId: 'REF',
    name: 'Payer Claim Control Number',
    code: 'I6',
    loop: loopOfClaim(scope, '2300'),
    position: claim.afterReferences,
    trigger: claimTrigger(scope, 5, 3),
  });
}

/** SNIP 3: TR3 section 1.4.4.1, CLM02 is the sum of the line charges. */
function balanceClaim(scope: RuleScope): void {
  const { claim } = scope;
  const { charge, lineCharges, lines, position } = claim;
  if (lines === 0 || !differs(charge, lineCharges)) return;
  wrongBefore(
    scope,
    'claim.balance',
    { node: nodeIn(scope, claim.loop, 'CLM'), position, element: 2 },
    { code: 'I12', value: amountText(charge), limit: amountText(lineCharges) },
  );
}

function endClaim(scope: RuleScope): void {
  if (scope.claim.position === 0) return;
  checkReference(scope);
  balanceClaim(scope);
}

const lineChargeRules: readonly Rule[] = [...LINE_CHARGE].map(([segment, element]) => ({
  kind: 'segment',
  segment,
  loops: ['2400'],
  check: (scope, node) => {
    const { claim } = scope;
    claim.lineCharge = amountAt(scope, node, element);
    claim.lineCharges += claim.lineCharge;
    if (claim.lineCharge < 0) wrong(scope, 'amount.negative', node, element, 'I12');
  },
}));

/** Where a segment that is missing should have stood: after the last of those that come before it. */
const markRules: readonly Rule[] = [
  { kind: 'mark', segment: 'DTP', loops: ['2300'], mark: MARK_DATES },
  ...UP_TO_REFERENCES.map(
    (segment): Rule => ({ kind: 'mark', segment, loops: ['2300'], mark: MARK_REFERENCES }),
  ),
  ...UP_TO_DIAGNOSES.map(
    (segment): Rule => ({ kind: 'mark', segment, loops: ['2300'], mark: MARK_DIAGNOSES }),
  ),
  { kind: 'mark', segment: 'REF', loops: ['2300'], codes: ['F8'], mark: MARK_ORIGINAL_REFERENCE },
];

export const claimRules: readonly Rule[] = [
  { kind: 'segment', segment: 'CLM', loops: ['2300'], check: beginClaim },
  ...markRules,
  { kind: 'segment', segment: 'LX', loops: ['2400'], check: countLine },
  ...lineChargeRules,
  {
    kind: 'segment',
    segment: 'AMT',
    check: (scope, node) => {
      amountAt(scope, node, 2);
    },
  },
  { kind: 'loop-end', loops: ['2300'], check: endClaim },
];
