/** Money as whole ten-thousandths, so that sums are exact: no amount is ever a fraction in floating point. */
import { decimalDigits } from './value-checks.ts';

/** Units in one dollar. */
export const UNITS_PER_DOLLAR = 10_000;

/** Units in one cent. */
export const UNITS_PER_CENT = 100;

/** A double holds whole numbers exactly up to here; what is larger is no amount that is added up. */
const EXACT_MAX = Number.MAX_SAFE_INTEGER / 1000;

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

/** Decimals that a unit can hold. */
const DECIMALS = 4;

/**
 * The amount that bytes spell, in ten-thousandths, exactly.
 * @returns NaN when they spell no decimal number or one with more than four decimals that count, an infinity when it
 *   is too large to be added up.
 */
export function amountUnits(bytes: Uint8Array, start: number, end: number): number {
  if (decimalDigits(bytes, start, end) < 0) return Number.NaN;
  const negative = bytes[start] === MINUS;
  let value = 0;
  let decimals = -1;
  for (let i = negative ? start + 1 : start; i < end; i += 1) {
    const byte = bytes[i] as number;
    if (byte === POINT) decimals = 0;
    else if (decimals < DECIMALS) {
      value = value * 10 + byte - ZERO;
      if (decimals >= 0) decimals += 1;
    } else if (byte !== ZERO) return Number.NaN;
  }
  value *= 10 ** (DECIMALS - Math.max(decimals, 0));
  if (value > EXACT_MAX) value = Number.POSITIVE_INFINITY;
  return negative ? -value : value;
}

/** Units as people write money: no more decimals than are needed. */
export function amountText(units: number): string {
  const sign = units < 0 ? '-' : '';
  const size = Math.abs(units);
  const decimals = String(size % UNITS_PER_DOLLAR)
    .padStart(DECIMALS, '0')
    .replace(/0+$/, '');
  const whole = Math.floor(size / UNITS_PER_DOLLAR);
  return `${sign}${whole}${decimals === '' ? '' : `.${decimals}`}`;
}
