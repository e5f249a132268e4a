/** What rules read from the segment in front of them, and how they tell what is wrong. */
import { amountUnits, UNITS_PER_CENT, UNITS_PER_DOLLAR } from '../amount.ts';
import type { GuideLoop, GuideNode } from '../compiled-guide.ts';
import type { ElementErrorCode, SegmentErrorCode, SituationalTrigger } from '../finding.ts';
import { type RuleScope, specOf } from '../rule.ts';
import type { RuleId } from '../rule-facts.ts';
import type { SegmentCursor } from '../segment-cursor.ts';
import { digitsToNumber, isDigits } from '../value-checks.ts';

/** The number in an element; -1 when it is empty or none. */
export function numberAt(cursor: SegmentCursor, element: number, component = 1): number {
  const token = cursor.tokenOf(element, component);
  if (token === 0) return -1;
  return digitsToNumber(cursor.reader.bytes, cursor.tokenStart(token), cursor.tokenEnd(token));
}

/** An element of one character, as a byte; 0 when it is empty or longer. */
export function byteAt(cursor: SegmentCursor, element: number, component = 1): number {
  const token = cursor.tokenOf(element, component);
  if (token === 0) return 0;
  const start = cursor.tokenStart(token);
  return cursor.tokenEnd(token) - start === 1 ? (cursor.reader.bytes[start] as number) : 0;
}

/** A number made from an element's bytes (FNV-1a): equal for equal values, and never 0. */
export function hashAt(cursor: SegmentCursor, element: number): number {
  const token = cursor.tokenOf(element, 1);
  if (token === 0) return 0;
  const { bytes } = cursor.reader;
  const end = cursor.tokenEnd(token);
  let hash = 0x811c9dc5;
  for (let i = cursor.tokenStart(token); i < end; i += 1)
    hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return (hash >>> 0) + 1;
}

/** Whether a component holds nothing. */
export function isAbsent(cursor: SegmentCursor, element: number, component = 1): boolean {
  return cursor.lengthOf(element, component) === 0;
}

/** An amount in ten-thousandths, exactly; NaN when it is none. */
export function amountOf(cursor: SegmentCursor, element: number): number {
  const token = cursor.tokenOf(element, 1);
  if (token === 0) return Number.NaN;
  return amountUnits(cursor.reader.bytes, cursor.tokenStart(token), cursor.tokenEnd(token));
}

const MINUS = 0x2d;
const POINT = 0x2e;

/** Data element 782 has at most eighteen digits; of those the guides want at most eight before the point. */
const AMOUNT_DIGITS_MAX = 18;
const WHOLE_DIGITS_MAX = 8;

/** Ten digits, two of them cents: below this. */
const AMOUNT_LIMIT = 10 ** 8 * UNITS_PER_DOLLAR;

/**
 * Reads an amount (data element 782) and reports what X12 lets pass and the guides do not: TR3 appendix B.1.1.3.1.2,
 * ten digits at most, cents included.
 */
export function amountAt(scope: RuleScope, node: GuideNode, element: number): number {
  const { cursor } = scope;
  const units = amountOf(cursor, element);
  if (units >= AMOUNT_LIMIT || units <= -AMOUNT_LIMIT) wrong(scope, 'amount.too-large', node, element, '5');
  // The remainder of doubles is a slow call; this is two instructions.
  else if (!Number.isInteger(units / UNITS_PER_CENT) && hasFraction(cursor, element))
    wrong(scope, 'amount.decimals', node, element, 'I12');
  return units;
}

/** Whether more than two digits follow the decimal point, and nothing else is wrong with the number. */
function hasFraction(cursor: SegmentCursor, element: number): boolean {
  const token = cursor.tokenOf(element, 1);
  const { bytes } = cursor.reader;
  const end = cursor.tokenEnd(token);
  const start = cursor.tokenStart(token) + (bytes[cursor.tokenStart(token)] === MINUS ? 1 : 0);
  let point = start;
  while (point < end && bytes[point] !== POINT) point += 1;
  const digits = end - start - 1;
  return (
    point - start <= WHOLE_DIGITS_MAX &&
    end - point > 3 &&
    digits <= AMOUNT_DIGITS_MAX &&
    (point === start || isDigits(bytes, start, point)) &&
    isDigits(bytes, point + 1, end)
  );
}

export type WrongElement = {
  readonly component?: number;
  /** Position when it is not that of the current segment. */
  readonly position?: number;
  readonly limit?: string;
  readonly trigger?: SituationalTrigger;
};

/** Reports an element of the segment at hand, with its value when it has one. */
export function wrong(
  scope: RuleScope,
  rule: RuleId,
  node: GuideNode,
  element: number,
  code: ElementErrorCode,
  more: WrongElement = {},
): void {
  const { maker } = scope;
  // One fault, one finding: what is wrong with the value as such has been told.
  if (more.position === undefined && maker.isBlamed(element)) return;
  if (!maker.keeps) {
    maker.count(rule);
    return;
  }
  const spec = specOf(node, element, more.component);
  const value = code === 'I9' ? '' : scope.cursor.text(element, more.component ?? 1);
  maker.element(rule, { code, node, element, value, ...(spec && { spec }), ...more });
}

/** Reports an element of a segment that has passed. */
export function wrongBefore(
  scope: RuleScope,
  rule: RuleId,
  at: { readonly node: GuideNode | undefined; readonly position: number; readonly element: number },
  problem: {
    readonly code: ElementErrorCode;
    readonly value?: string;
    readonly limit?: string;
    readonly trigger?: SituationalTrigger;
  },
): void {
  const { node, element, position } = at;
  if (node === undefined) return;
  const spec = specOf(node, element);
  scope.maker.element(rule, { ...problem, node, element, position, ...(spec && { spec }) });
}

/** Reports a segment as a whole. */
export function wrongSegment(
  scope: RuleScope,
  rule: RuleId,
  problem: {
    readonly segmentId: string;
    readonly name: string;
    readonly code: SegmentErrorCode;
    readonly loop: GuideLoop | undefined;
    readonly position: number;
    readonly trigger?: SituationalTrigger;
  },
): void {
  const { loop } = problem;
  if (loop !== undefined) scope.maker.segment(rule, { ...problem, loop });
}

/** The loop of an id that stands in the open claim, or is it. */
export function loopOfClaim(scope: RuleScope, id: string): GuideLoop | undefined {
  const { claim, guide } = scope;
  const own = guide.loops[claim.loop];
  return own?.id === id ? own : guide.loops.find((loop) => loop.id === id && loop.parent === claim.loop);
}

/** The first place of a segment id in a loop. */
export function nodeIn(scope: RuleScope, loop: number, segmentId: string): GuideNode | undefined {
  return scope.guide.nodes.find((node) => node.loop === loop && node.segmentId === segmentId);
}

/** The open claim's CLM, or an element of it, as what made something necessary. */
export function claimTrigger(scope: RuleScope, element?: number, component?: number): SituationalTrigger {
  const { claim, guide } = scope;
  return {
    segmentId: 'CLM',
    position: claim.position,
    loop: guide.loops[claim.loop]?.id ?? '',
    ...(element !== undefined && { element }),
    ...(component !== undefined && { component }),
  };
}

/** Whether an amount is known and not what it should be. */
export function differs(found: number, expected: number): boolean {
  return Number.isFinite(found) && Number.isFinite(expected) && found !== expected;
}
