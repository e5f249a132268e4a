/** What a value must look like, by bytes: X12.6 section 3.3 for numbers, dates and times. All offsets are absolute. */
import { codeOf } from './code-table.ts';

const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
const POINT = 0x2e;

/** Whether all bytes are digits; false when there are none. */
export function isDigits(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i += 1) {
    const byte = bytes[i] as number;
    if (byte < ZERO || byte > NINE) return false;
  }
  return end > start;
}

/** The number that digits make; -1 when they are none, or more than fifteen. */
export function digitsToNumber(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 15 || !isDigits(bytes, start, end)) return -1;
  let value = 0;
  for (let i = start; i < end; i += 1) value = value * 10 + (bytes[i] as number) - ZERO;
  return value;
}

/**
 * Type N0: digits with an optional leading minus.
 * @returns how many digits it has, since sign does not count against the length; -1 when it is no such number.
 */
export function integerDigits(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  return isDigits(bytes, first, end) ? end - first : -1;
}

/**
 * Type R: digits with an optional leading minus and one decimal point, at least one digit.
 * @returns how many digits it has, since sign and point do not count against the length; -1 when it is no such number.
 */
export function decimalDigits(bytes: Uint8Array, start: number, end: number): number {
  let digits = 0;
  let points = 0;
  for (let i = bytes[start] === MINUS ? start + 1 : start; i < end; i += 1) {
    const byte = bytes[i] as number;
    if (byte >= ZERO && byte <= NINE) digits += 1;
    else if (byte === POINT && points === 0) points = 1;
    else return -1;
  }
  return digits > 0 ? digits : -1;
}

const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function twoDigits(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) - ZERO) * 10 + (bytes[at + 1] as number) - ZERO;
}

function isMonthDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > (MONTH_DAYS[month - 1] ?? 0)) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month !== 2 || day < 29 || leap;
}

/** CCYYMMDD, a day that exists. */
export function isDate8(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 8 || !isDigits(bytes, start, end)) return false;
  const century = twoDigits(bytes, start);
  const year = century * 100 + twoDigits(bytes, start + 2);
  // HIPAA guides know births and services only; a year below 1800 is a slip of the pen.
  return century >= 18 && isMonthDay(year, twoDigits(bytes, start + 4), twoDigits(bytes, start + 6));
}

/** YYMMDD, as in ISA09. */
export function isDate6(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 6 || !isDigits(bytes, start, end)) return false;
  return isMonthDay(2000 + twoDigits(bytes, start), twoDigits(bytes, start + 2), twoDigits(bytes, start + 4));
}

/** HHMM, HHMMSS, HHMMSSD or HHMMSSDD. */
export function isTime(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 4 || length > 8 || length === 5 || !isDigits(bytes, start, end)) return false;
  if (twoDigits(bytes, start) > 23 || twoDigits(bytes, start + 2) > 59) return false;
  return length === 4 || twoDigits(bytes, start + 4) <= 59;
}

/** Date time periods by their qualifier: X12 data elements 1250 and 1251. Qualifiers not listed are not looked into. */
const PERIODS: ReadonlyMap<number, (bytes: Uint8Array, start: number, end: number) => boolean> = new Map([
  [codeOf('D8'), isDate8],
  [
    codeOf('RD8'),
    (b, s, e) => e - s === 17 && b[s + 8] === MINUS && isDate8(b, s, s + 8) && isDate8(b, s + 9, e),
  ],
  [codeOf('D6'), isDate6],
  [codeOf('TM'), (b, s, e) => e - s === 4 && isTime(b, s, e)],
  [codeOf('DT'), (b, s, e) => e - s >= 12 && isDate8(b, s, s + 8) && isTime(b, s + 8, e)],
  [codeOf('CY'), (b, s, e) => e - s === 4 && isDigits(b, s, e)],
]);

const DAY = codeOf('D8');

/**
 * Whether a date time period (1251) has the form that its qualifier (1250), packed by `packCode`, names.
 * @returns true also when the qualifier is not one that is looked into.
 */
export function isPeriod(qualifier: number, bytes: Uint8Array, start: number, end: number): boolean {
  if (qualifier === DAY) return isDate8(bytes, start, end);
  return PERIODS.get(qualifier)?.(bytes, start, end) ?? true;
}
