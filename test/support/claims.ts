// The X12 files that the tests send: the corpus of one fault each, every copy under an interchange control number of
// its own, because the same number twice is a duplicate (TA1 025).

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** ISA13 stands at a fixed place: the ISA is the one segment of fixed length (X12.5). */
const isa13At = 90;
const controlNumberLength = 9;

/** The id that the corpus carries in ISA06. */
export const corpusSubmitterId = 'SUBMITTER';

/**
 * Reads a file of test/fixtures/one-fault.
 * @param name with or without `.x12`
 * @param controlNumber what ISA13 and IEA02 become
 */
export function readClaims(name: string, controlNumber: number): string {
  const file = new URL(`../fixtures/one-fault/${name.replace(/\.x12$/, '')}.x12`, import.meta.url);
  return withControlNumber(readFileSync(fileURLToPath(file), 'latin1'), controlNumber);
}

/** Gives an interchange another control number. */
export function withControlNumber(interchange: string, controlNumber: number): string {
  const number = String(controlNumber).padStart(controlNumberLength, '0');
  const numbered = interchange.slice(0, isa13At) + number + interchange.slice(isa13At + controlNumberLength);
  return numbered.replace(/(IEA\*\d+\*)\d{9}/, `$1${number}`);
}

/** The segments of an acknowledgement, for reading. */
export function segmentsOf(x12: string): readonly string[] {
  return x12
    .split('~')
    .map((segment) => segment.trim())
    .filter((segment) => segment !== '');
}
