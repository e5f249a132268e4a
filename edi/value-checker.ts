/** Checks single values: type, length, code list, form. It looks at those that are not right at first sight. */
import { type CodeTable, codeOf } from './code-table.ts';
import { type ElementSpec, type GuideNode, TYPE_DT, TYPE_N, TYPE_R } from './compiled-guide.ts';
import type { ElementErrorCode } from './finding.ts';
import type { FindingMaker } from './finding-maker.ts';
import type { RuleId } from './rule-facts.ts';
import type { SegmentCursor } from './segment-cursor.ts';
import { decimalDigits, integerDigits, isDate8, isPeriod, isTime } from './value-checks.ts';

/** Data element 1250. */
const TIME_OF_DAY = codeOf('TM');
const RANGE = codeOf('RD8');

/** Codes named in a hint at most. */
const HINT_CODES_MAX = 12;

/**
 * Where a value stands, packed so that the hot path makes no objects: element, component (0: the element is simple)
 * shifted by 8, repetition (0: the only one) shifted by 16.
 */
export type Place = number;

export class ValueChecker {
  /** The place of the segment whose values are checked. */
  node: GuideNode;
  readonly #codes: CodeTable;
  readonly #cursor: SegmentCursor;
  readonly #maker: FindingMaker;

  constructor(node: GuideNode, codes: CodeTable, cursor: SegmentCursor, maker: FindingMaker) {
    this.node = node;
    this.#codes = codes;
    this.#cursor = cursor;
    this.#maker = maker;
  }

  /** A value that is there and used. One finding at most: a value too long is not looked up in a code list. */
  check(spec: ElementSpec, place: Place, start: number, end: number): void {
    const { reader } = this.#cursor;
    if (reader.hasInvalid && reader.hasInvalidBetween(start, end)) {
      this.#maker.blame(place & 0xff);
      // The value may not be echoed: it would break our own acknowledgement.
      this.#maker.element('element.character', { code: '6', node: this.node, spec, ...shownPlace(place) });
      return;
    }
    const { bytes } = reader;
    const length = measure(spec.type, bytes, start, end);
    if (length < 0) this.found('element.number', '6', spec, place, start, end);
    else if (length < spec.min)
      this.found('element.too-short', '4', spec, place, start, end, String(spec.min));
    else if (length > spec.max)
      this.found('element.too-long', '5', spec, place, start, end, String(spec.max));
    else if (spec.codes > 0) this.#checkCode(spec, place, start, end);
    else if (spec.plain) {
      if (bytes[start] === 0x20) this.#checkBlank(spec, place, start, end);
    } else this.#checkForm(spec, place, start, end);
  }

  #checkForm(spec: ElementSpec, place: Place, start: number, end: number): void {
    if (spec.periodFormat) this.#checkPeriod(spec, place, start, end);
    else if (spec.codeSet !== undefined) this.#checkCodeSet(spec, place, start, end);
    else if (spec.type >= TYPE_DT) this.#checkMoment(spec, place, start, end);
  }

  #checkCode(spec: ElementSpec, place: Place, start: number, end: number): void {
    const codes = this.#codes;
    const { bytes } = this.#cursor.reader;
    if (codes.has(spec.codes, bytes, start, end)) return;
    // IK403: 7 when X12 itself has no such code, I6 when only the guide leaves it out.
    const known = spec.dictionary > 0 && codes.has(spec.dictionary, bytes, start, end);
    const hint = this.#maker.keeps ? this.#codesHint(spec) : '';
    if (known) this.found('element.code-not-used', 'I6', spec, place, start, end, hint);
    else this.found('element.code', '7', spec, place, start, end, hint);
  }

  #codesHint(spec: ElementSpec): string {
    const allowed = this.#codes.members(spec.codes);
    const more = allowed.length > HINT_CODES_MAX ? ', ...' : '';
    return `Send one of ${allowed.slice(0, HINT_CODES_MAX).join(', ')}${more}.`;
  }

  #checkPeriod(spec: ElementSpec, place: Place, start: number, end: number): void {
    const cursor = this.#cursor;
    const element = place & 0xff;
    const component = (place >> 8) & 0xff;
    const [at, part] = component > 0 ? [element, component - 1] : [element - 1, 1];
    if (isPeriod(cursor.code(at, part), cursor.reader.bytes, start, end)) return;
    const format = cursor.code(at, part);
    if (format === RANGE && isDate8(cursor.reader.bytes, start, end)) {
      this.found('element.date-range', '8', spec, place, start, end);
      return;
    }
    const isTimeOfDay = format === TIME_OF_DAY;
    const hint = this.#maker.keeps
      ? `Send it in the form that the qualifier ${cursor.text(at, part)} names.`
      : '';
    if (isTimeOfDay) this.found('element.time', '9', spec, place, start, end, hint);
    else this.found('element.date', '8', spec, place, start, end, hint);
  }

  #checkMoment(spec: ElementSpec, place: Place, start: number, end: number): void {
    const { bytes } = this.#cursor.reader;
    if (spec.type === TYPE_DT) {
      if (!isDate8(bytes, start, end))
        this.found('element.date', '8', spec, place, start, end, 'Send a day that exists as CCYYMMDD.');
    } else if (!isTime(bytes, start, end)) this.found('element.time', '9', spec, place, start, end);
  }

  #checkCodeSet(spec: ElementSpec, place: Place, start: number, end: number): void {
    const set = spec.codeSet;
    if (set === undefined || set.has(this.#cursor.reader.bytes, start, end)) return;
    this.found(set.rule, '7', spec, place, start, end);
  }

  /** X12.6 section 3.3.1.5: a string has at least one character that is not a space. */
  #checkBlank(spec: ElementSpec, place: Place, start: number, end: number): void {
    const { bytes } = this.#cursor.reader;
    for (let i = start; i < end; i += 1) if (bytes[i] !== 0x20) return;
    this.found('element.character', '6', spec, place, start, end);
  }

  /** Reports a value. */
  found(
    rule: RuleId,
    code: ElementErrorCode,
    spec: ElementSpec,
    place: Place,
    start: number,
    end: number,
    limit = '',
  ): void {
    this.#maker.blame(place & 0xff);
    if (!this.#maker.keeps) {
      this.#maker.count(rule);
      return;
    }
    const value = this.#cursor.textBetween(start, end);
    const { node } = this;
    const element = place & 0xff;
    const component = (place >> 8) & 0xff;
    const repetition = place >> 16;
    this.#maker.element(rule, { code, node, element, component, repetition, spec, value, limit });
  }
}

/** The length that counts against minimum and maximum; -1 when the value is not of its type. */
function measure(type: number, bytes: Uint8Array, start: number, end: number): number {
  if (type === TYPE_R) return decimalDigits(bytes, start, end);
  return type === TYPE_N ? integerDigits(bytes, start, end) : end - start;
}

/** A place as findings have it. */
export function shownPlace(place: Place): { element: number; component?: number; repetition?: number } {
  const component = (place >> 8) & 0xff;
  const repetition = place >> 16;
  return {
    element: place & 0xff,
    ...(component > 0 && { component }),
    ...(repetition > 0 && { repetition }),
  };
}
