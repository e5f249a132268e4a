/** The claim as a whole: its lines are numbered, its total is their sum, a replacement names what it replaces. */
import type { GuideNode } from '../compiled-guide.ts';
import { type Rule, type RuleScope, specOf } from '../rule.ts';
import { decimalToUnits, digitsToNumber } from '../value-checks.ts';

/** Where the line charge stands in each kind of service line. */
const LINE_CHARGE: ReadonlyMap<string, number> = new Map([
  ['SV1', 2],
  ['SV2', 3],
  ['SV3', 2],
]);

function amountAt(scope: RuleScope, element: number): number {
  const { cursor } = scope;
  const token = cursor.tokenOf(element, 1);
  if (token === 0) return Number.NaN;
  return decimalToUnits(cursor.reader.bytes, cursor.tokenStart(token), cursor.tokenEnd(token));
}

function beginClaim(scope: RuleScope): void {
  const { claim, cursor, maker } = scope;
  claim.begin(maker.position);
  claim.charge = amountAt(scope, 2);
  claim.replacesAnother = cursor.equals(5, 3, '7') || cursor.equals(5, 3, '8');
}

function countLine(scope: RuleScope, node: GuideNode): void {
  const { claim, cursor, maker } = scope;
  claim.lines += 1;
  const token = cursor.tokenOf(1, 1);
  if (token === 0 || cursor.isEmpty(1)) return;
  const number = digitsToNumber(cursor.reader.bytes, cursor.tokenStart(token), cursor.tokenEnd(token));
  const expected = claim.lines;
  if (number === expected || number < 0) return;
  claim.lines = number;
  const spec = specOf(node, 1);
  const value = cursor.text(1);
  maker.element('line.number', {
    code: '7',
    node,
    element: 1,
    value,
    limit: String(expected),
    ...(spec && { spec }),
  });
}

/** TR3 CLM05-3 and REF*F8: required when the claim replaces (7) or voids (8) another. */
function decideReference(scope: RuleScope, loopIndex: number): void {
  const { claim, guide, maker } = scope;
  if (claim.referenceDecided) return;
  claim.referenceDecided = true;
  if (!claim.replacesAnother || claim.hasOriginalReference) return;
  const loop = guide.loops[loopIndex];
  if (loop === undefined) return;
  const trigger = { segmentId: 'CLM', position: claim.position, loop: loop.id, element: 5, component: 3 };
  maker.segment('claim.original-reference', {
    code: 'I6',
    segmentId: 'REF',
    name: 'Payer Claim Control Number',
    loop,
    trigger,
  });
}

/** SNIP 3: TR3 section 1.4.4.1, CLM02 is the sum of the line charges. */
function balanceClaim(scope: RuleScope, loopIndex: number): void {
  const { claim, guide, maker } = scope;
  const { charge, lineCharges, lines } = claim;
  const node = guide.nodes[guide.loops[loopIndex]?.opener ?? -1];
  if (node === undefined || lines === 0 || Number.isNaN(charge + lineCharges) || charge === lineCharges)
    return;
  const spec = specOf(node, 2);
  maker.element('claim.balance', {
    code: 'I12',
    node,
    element: 2,
    position: claim.position,
    value: String(charge / 10_000),
    limit: String(lineCharges / 10_000),
    ...(spec && { spec }),
  });
}

const lineChargeRules: readonly Rule[] = [...LINE_CHARGE].map(([segment, element]) => ({
  kind: 'segment',
  segment,
  loops: ['2400'],
  check: (scope) => {
    scope.claim.lineCharges += amountAt(scope, element);
  },
}));

export const claimRules: readonly Rule[] = [
  { kind: 'segment', segment: 'CLM', loops: ['2300'], check: beginClaim },
  {
    kind: 'segment',
    segment: 'REF',
    loops: ['2300'],
    check: ({ claim, cursor }) => {
      if (cursor.equals(1, 1, 'F8')) claim.hasOriginalReference = true;
    },
  },
  // HI comes after REF: the rule is decided there, so that the finding stands where the REF should have been.
  {
    kind: 'segment',
    segment: 'HI',
    loops: ['2300'],
    check: (scope, node) => decideReference(scope, node.loop),
  },
  { kind: 'segment', segment: 'LX', loops: ['2400'], check: countLine },
  ...lineChargeRules,
  {
    kind: 'loop-end',
    loops: ['2300'],
    check: (scope, loop) => {
      decideReference(scope, loop.index);
      balanceClaim(scope, loop.index);
    },
  },
];
