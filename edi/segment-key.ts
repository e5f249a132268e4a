/**
 * Segment ids as small integers, so that the hot path never makes a string of them. A segment id is one letter and
 * one or two letters or digits (X12.6 section 3.4.1).
 */

/** Keys are below this. */
export const SEGMENT_KEYS = 37 * 37 * 37;

const VALUES = new Uint8Array(256);
for (let i = 0; i < 10; i += 1) VALUES[0x30 + i] = 1 + i;
for (let i = 0; i < 26; i += 1) VALUES[0x41 + i] = 11 + i;

/**
 * The key of the segment id in a stretch of bytes.
 * @returns 0 when the bytes cannot be a segment id: wrong length, lower case, white space, ...
 */
export function segmentKeyAt(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length !== 2 && length !== 3) return 0;
  const first = VALUES[bytes[start] ?? 0] ?? 0;
  const second = VALUES[bytes[start + 1] ?? 0] ?? 0;
  const third = length === 3 ? (VALUES[bytes[start + 2] ?? 0] ?? 0) : 0;
  if (first < 11 || second === 0 || (length === 3 && third === 0)) return 0;
  return (first * 37 + second) * 37 + third;
}

/** The key of a segment id written as a string; 0 when it is none. */
export function segmentKey(id: string): number {
  return segmentKeyAt(new TextEncoder().encode(id), 0, id.length);
}
