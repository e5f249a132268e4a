/** Money as whole ten-thousandths, so that sums are exact: no amount is ever a fraction in floating point. */
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
  const negative = bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  let value = 0;
  let at = first;
  for (; at < end; at += 1) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  value *= UNITS_PER_DOLLAR;
  if (at < end) value += fractionUnits(bytes, at, end);
  if (end - first - (at < end ? 1 : 0) <= 0) return Number.NaN;
  if (value > EXACT_MAX) value = Number.POSITIVE_INFINITY;
  return negative ? -value : value;
}

/** What follows the whole dollars, in units; NaN when it is no fraction, or has more decimals than a unit can hold. */
function fractionUnits(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== POINT) return Number.NaN;
  let value = 0;
  let worth = UNITS_PER_DOLLAR / 10;
  for (let i = start + 1; i < end; i += 1) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit < 0 || digit > 9 || (worth < 1 && digit > 0)) return Number.NaN;
    if (digit > 0) value += digit * worth;
    worth /= 10;
  }
  return value;
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
