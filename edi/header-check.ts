/** What is wrong with an ISA, as the TA105 note of the TA1: X12.5, one row an element. */
import { lengthIsRight, mayDelimit } from './interchange-header.ts';
import type { EdiProfile } from './profile.ts';
import type { DelimiterBytes } from './scan/scan-kernel.ts';
import { isDate6, isDigits, isTime } from './value-checks.ts';

type Subject = {
  readonly elements: readonly string[];
  readonly delimiters: DelimiterBytes;
  readonly profile: EdiProfile;
};

type Check = { readonly note: string; readonly element?: number; readonly ok: (subject: Subject) => boolean };

/** ISA05 and ISA07 in HIPAA guides. */
const QUALIFIERS = new Set(['01', '14', '20', '27', '28', '29', '30', '33', 'ZZ']);

const encoder = new TextEncoder();

function at(subject: Subject, element: number): string {
  return subject.elements[element - 1] ?? '';
}

function bytesPass(text: string, test: (bytes: Uint8Array, start: number, end: number) => boolean): boolean {
  const bytes = encoder.encode(text);
  return test(bytes, 0, bytes.length);
}

/** Ids are listed alone, or with the qualifier that they need. */
function idIsKnown(ids: readonly string[] | undefined, qualifier: string, id: string): boolean {
  return ids === undefined || ids.includes(id.trim()) || ids.includes(`${qualifier}/${id.trim()}`);
}

function distinct(d: DelimiterBytes): boolean {
  const used = [d.element, d.component, d.segment, ...(d.repetition >= 0 ? [d.repetition] : [])];
  return new Set(used).size === used.length;
}

/** Visible, or a blank: an id may hold nothing else. */
function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** In this order: what makes the rest unreadable comes first, then the elements as they stand. */
const CHECKS: readonly Check[] = [
  { note: '026', ok: (s) => mayDelimit(s.delimiters.element) },
  { note: '017', element: 12, ok: (s) => at(s, 12) === '00501' },
  { note: '004', ok: (s) => mayDelimit(s.delimiters.segment) },
  { note: '027', ok: (s) => mayDelimit(s.delimiters.component) && distinct(s.delimiters) },
  { note: '010', element: 1, ok: (s) => at(s, 1) === '00' || at(s, 1) === '03' },
  { note: '011', element: 2, ok: (s) => isPrintable(at(s, 2)) },
  { note: '012', element: 3, ok: (s) => at(s, 3) === '00' || at(s, 3) === '01' },
  { note: '013', element: 4, ok: (s) => isPrintable(at(s, 4)) },
  { note: '005', element: 5, ok: (s) => QUALIFIERS.has(at(s, 5)) },
  { note: '006', element: 6, ok: (s) => isPrintable(at(s, 6)) && at(s, 6).trim() !== '' },
  { note: '006', ok: (s) => idIsKnown(s.profile.senderIds, at(s, 5), at(s, 6)) },
  { note: '007', element: 7, ok: (s) => QUALIFIERS.has(at(s, 7)) },
  { note: '008', element: 8, ok: (s) => isPrintable(at(s, 8)) && at(s, 8).trim() !== '' },
  { note: '009', ok: (s) => idIsKnown(s.profile.receiverIds, at(s, 7), at(s, 8)) },
  { note: '014', element: 9, ok: (s) => bytesPass(at(s, 9), isDate6) },
  { note: '015', element: 10, ok: (s) => bytesPass(at(s, 10), isTime) },
  // In 00501 ISA11 is the repetition separator; the old standards id `U` is no delimiter.
  { note: '016', element: 11, ok: (s) => s.delimiters.repetition >= 0 },
  { note: '018', element: 13, ok: (s) => bytesPass(at(s, 13), isDigits) },
  { note: '019', element: 14, ok: (s) => at(s, 14) === '0' || at(s, 14) === '1' },
  { note: '020', element: 15, ok: (s) => s.profile.usageIndicators.includes(at(s, 15)) },
];

/**
 * Checks an ISA.
 * @returns the TA105 note of the first thing wrong; `000` when nothing is.
 */
export function headerNote(
  elements: readonly string[],
  delimiters: DelimiterBytes,
  profile: EdiProfile,
): string {
  const subject = { elements, delimiters, profile };
  const failed = CHECKS.find(
    ({ element, ok }) => (element !== undefined && !lengthIsRight(elements, element)) || !ok(subject),
  );
  return failed?.note ?? '000';
}
