/** What codes look like, by bytes, without making a string. All offsets are absolute. */
import { isDigits } from '../value-checks.ts';

const ZERO = 0x30;
const NINE = 0x39;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const UPPER_I = 0x49;
const UPPER_O = 0x4f;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function isUpper(byte: number | undefined): boolean {
  return byte !== undefined && byte >= UPPER_A && byte <= UPPER_Z;
}

/** Whether all bytes are digits or capital letters; false when there are none. */
export function isAlphanumeric(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i += 1) if (!isDigit(bytes[i]) && !isUpper(bytes[i])) return false;
  return end > start;
}

/** ICD-10-CM without its point: a letter, a digit, one to five more of either (U07.1 is U071). */
export function isIcd10Diagnosis(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 3 || length > 7 || !isUpper(bytes[start]) || !isDigit(bytes[start + 1])) return false;
  return isAlphanumeric(bytes, start + 2, end);
}

/** ICD-9-CM without its point: three to five digits, V and two to four, E and three to four. */
export function isIcd9Diagnosis(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (isDigit(bytes[start])) return length >= 3 && length <= 5 && isDigits(bytes, start, end);
  if (!isDigits(bytes, start + 1, end)) return false;
  if (bytes[start] === 0x56) return length >= 3 && length <= 5;
  return bytes[start] === 0x45 && length >= 4 && length <= 5;
}

/** ICD-10-PCS: seven digits and capitals, without I and O. */
export function isIcd10Procedure(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 7) return false;
  for (let i = start; i < end; i += 1) if (bytes[i] === UPPER_I || bytes[i] === UPPER_O) return false;
  return isAlphanumeric(bytes, start, end);
}

/** HCPCS level I (CPT, with its categories II and III and PLA) and level II: five characters, digits inside. */
export function isHcpcs(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 5 || !isDigits(bytes, start + 1, start + 4)) return false;
  const first = bytes[start];
  const last = bytes[start + 4];
  return isUpper(first) ? isDigit(last) : isDigit(first) && (isDigit(last) || isUpper(last));
}

/** CDT: D and four digits. */
export function isCdt(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 5 && bytes[start] === 0x44 && isDigits(bytes, start + 1, end);
}

/** HIPPS rate codes: five digits and capitals. */
export function isHipps(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 5 && isAlphanumeric(bytes, start, end);
}

/** Exactly so many digits. */
export function isDigitsOf(length: number, bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === length && isDigits(bytes, start, end);
}

const NPI_DIGITS = 10;

/**
 * Whether the bytes are a National Provider Identifier: ten digits, the last a Luhn check digit computed as if 80840
 * stood before them (CMS, NPI check digit; the prefix adds 24).
 */
export function isNpi(bytes: Uint8Array, start: number, end: number): boolean {
  if (!isDigitsOf(NPI_DIGITS, bytes, start, end)) return false;
  let sum = 24;
  for (let i = 0; i < NPI_DIGITS; i += 1) {
    const digit = (bytes[start + i] as number) - ZERO;
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
