/**
 * Coordination of benefits: what other payers paid and adjusted balances with what was charged. SNIP 3; TR3 section
 * 1.4.4 (837P), in the same words in the other guides. Amounts are exact, and nothing is said of a sum of which a part
 * is missing or no number.
 */
import { amountText } from '../amount.ts';
import type { GuideNode } from '../compiled-guide.ts';
import type { Rule, RuleScope } from '../rule.ts';
import { amountAt, amountOf, differs, hashAt, isAbsent, nodeIn, wrong, wrongBefore } from './reading.ts';

/** CAS03, 06, ... 18 are amounts. */
const FIRST_ADJUSTMENT = 3;
const LAST_ADJUSTMENT = 18;

function adjustments(scope: RuleScope, node: GuideNode): number {
  let sum = 0;
  const last = Math.min(LAST_ADJUSTMENT, scope.cursor.elements);
  for (let element = FIRST_ADJUSTMENT; element <= last; element += 3)
    if (!scope.cursor.isEmpty(element)) sum += amountAt(scope, node, element);
  return sum;
}

/** The amount's own form is looked at by the rule for every AMT. */
function readPaid({ claim, cursor, maker }: RuleScope): void {
  const { payers } = claim;
  const { slot } = payers;
  if (slot < 0 || !cursor.equals(1, 1, 'D')) return;
  payers.paid[slot] = amountOf(cursor, 2);
  payers.paidAt[slot] = maker.position;
}

function readLinePayment(scope: RuleScope, node: GuideNode): void {
  const { claim, cursor, maker } = scope;
  const { payers } = claim;
  const paid = amountAt(scope, node, 2);
  const slot = payers.find(hashAt(cursor, 1));
  payers.lineSlot = slot;
  if (slot < 0) {
    // TR3 2430 SVD01: the payer is named by the NM109 of its 2330B.
    if (!cursor.isEmpty(1) && !payers.hasUnnamed) wrong(scope, 'coordination.payer-unknown', node, 1, 'I12');
    return;
  }
  if (payers.lineAt[slot] === 0) {
    payers.lineAt[slot] = maker.position;
    payers.lineTotal[slot] = 0;
    payers.lines[slot] = (payers.lines[slot] as number) + 1;
  }
  payers.lineTotal[slot] = (payers.lineTotal[slot] as number) + paid;
  payers.linesPaid[slot] = (payers.linesPaid[slot] as number) + paid;
}

/** What a payer paid for a line and what it adjusted come to the line's charge: SVD02 + CAS = SV102, SV203, SV302. */
function balanceLine(scope: RuleScope, loop: number): void {
  const { claim } = scope;
  const { payers } = claim;
  for (let slot = 0; slot < payers.slots; slot += 1) {
    const position = payers.lineAt[slot] as number;
    if (position === 0 || !differs(payers.lineTotal[slot] as number, claim.lineCharge)) continue;
    const svd = scope.guide.loops.find(({ id, parent }) => id === '2430' && parent === loop);
    wrongBefore(
      scope,
      'coordination.line-balance',
      { node: svd && nodeIn(scope, svd.index, 'SVD'), position, element: 2 },
      {
        code: 'I12',
        value: amountText(payers.lineTotal[slot] as number),
        limit: amountText(claim.lineCharge),
      },
    );
  }
  payers.beginLine();
}

/**
 * What a payer paid for the claim (AMT*D): the sum of its line payments less its claim level adjustments when it has
 * adjudicated lines, else the charge less those adjustments. With lines that balance the two are one:
 * AMT*D + claim CAS + line CAS = CLM02.
 */
function balanceClaim(scope: RuleScope): void {
  const { claim, guide } = scope;
  const { payers } = claim;
  for (let slot = 0; slot < payers.slots; slot += 1) {
    const base = payers.lines[slot] === 0 ? claim.charge : (payers.linesPaid[slot] as number);
    const expected = base - (payers.adjusted[slot] as number);
    const paid = payers.paid[slot] as number;
    if (!differs(paid, expected)) continue;
    const loop = guide.loops.find(({ id, parent }) => id === '2320' && parent === claim.loop);
    wrongBefore(
      scope,
      'coordination.claim-balance',
      { node: loop && nodeIn(scope, loop.index, 'AMT'), position: payers.paidAt[slot] as number, element: 2 },
      { code: 'I12', value: amountText(paid), limit: amountText(expected) },
    );
  }
}

export const coordinationRules: readonly Rule[] = [
  { kind: 'segment', segment: 'AMT', loops: ['2320'], check: readPaid },
  {
    kind: 'segment',
    segment: 'CAS',
    loops: ['2320'],
    check: (scope, node) => {
      const sum = adjustments(scope, node);
      const { payers } = scope.claim;
      const { slot } = payers;
      if (slot >= 0) payers.adjusted[slot] = (payers.adjusted[slot] as number) + sum;
    },
  },
  {
    kind: 'segment',
    segment: 'NM1',
    loops: ['2330B'],
    check: ({ claim, cursor, maker }) => {
      const { payers } = claim;
      const isKnown = !isAbsent(cursor, 9) && !maker.isBlamed(9);
      if (payers.slot >= 0) payers.id[payers.slot] = isKnown ? hashAt(cursor, 9) : 0;
    },
  },
  { kind: 'segment', segment: 'SVD', loops: ['2430'], check: readLinePayment },
  {
    kind: 'segment',
    segment: 'CAS',
    loops: ['2430'],
    check: (scope, node) => {
      const sum = adjustments(scope, node);
      const { payers } = scope.claim;
      const slot = payers.lineSlot;
      if (slot >= 0) payers.lineTotal[slot] = (payers.lineTotal[slot] as number) + sum;
    },
  },
  { kind: 'loop-end', loops: ['2400'], check: (scope, loop) => balanceLine(scope, loop.index) },
  { kind: 'loop-end', loops: ['2300'], check: balanceClaim },
];
