/**
 * The ISA segment: X12.5 fixes every element's length, so the delimiters stand at bytes 3, 82, 104 and 105. A header
 * whose elements have other lengths is still read where possible, so that a TA1 can say which one is wrong.
 */
import type { DelimiterBytes } from './scan/scan-kernel.ts';

/** Lengths of ISA01 to ISA16. */
const LENGTHS = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1];

/** `ISA`, sixteen separators and elements, and the terminator. */
export const HEADER_BYTES = 106;

/** A malformed header is looked for no further than this. */
const HEADER_BYTES_MAX = 200;

export type HeaderRead =
  | { readonly kind: 'need-more' }
  | { readonly kind: 'malformed' }
  | {
      readonly kind: 'header';
      /** ISA01 to ISA16, as sent. */
      readonly elements: readonly string[];
      readonly delimiters: DelimiterBytes;
      /** Bytes up to and with the terminator. */
      readonly length: number;
    };

/** Whether a byte may delimit: neither letter, digit nor space (X12.5 section 4.3). */
export function mayDelimit(byte: number): boolean {
  const digit = byte >= 0x30 && byte <= 0x39;
  const letter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
  return !digit && !letter && byte !== 0x20;
}

/**
 * Reads the header at `start`, where the letters ISA stand.
 * @param ended no more bytes will come.
 */
export function readHeader(bytes: Uint8Array, start: number, available: number, ended: boolean): HeaderRead {
  const short = ended ? ({ kind: 'malformed' } as const) : ({ kind: 'need-more' } as const);
  if (available < 4) return short;
  const separator = bytes[start + 3] as number;
  if (!mayDelimit(separator)) return { kind: 'malformed' };
  const limit = start + Math.min(available, HEADER_BYTES_MAX);
  const ends = separatorsOf(bytes, start, limit, separator);
  const last = ends[15];
  if (last === undefined) return available < HEADER_BYTES_MAX ? short : { kind: 'malformed' };
  if (last + 2 >= start + available) return short;
  const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  const elements = ends.map((end, i) =>
    i < 15 ? text(end + 1, ends[i + 1] ?? end) : text(end + 1, end + 2),
  );
  const repetition = (elements[10] ?? '').length === 1 ? (elements[10] ?? '').charCodeAt(0) : -1;
  const delimiters = {
    element: separator,
    component: bytes[last + 1] as number,
    // Before 00402 ISA11 is a standards id (U), not a delimiter.
    repetition: mayDelimit(repetition) ? repetition : -1,
    segment: bytes[last + 2] as number,
  };
  return { kind: 'header', elements, delimiters, length: last + 3 - start };
}

function separatorsOf(bytes: Uint8Array, start: number, limit: number, separator: number): number[] {
  const ends: number[] = [];
  for (let i = start + 3; i < limit && ends.length < 16; i += 1) if (bytes[i] === separator) ends.push(i);
  return ends;
}

/** Whether all elements have the length that X12.5 fixes. */
export function lengthIsRight(elements: readonly string[], element: number): boolean {
  return elements[element - 1]?.length === LENGTHS[element - 1];
}
