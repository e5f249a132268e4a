/**
 * Sets of codes, looked up by bytes. Codes of up to four bytes are packed into an integer and kept in one flat
 * open-addressing table; the few longer ones are kept as strings.
 */

type Slice = {
  readonly offset: number;
  readonly mask: number;
  readonly long: ReadonlySet<string> | undefined;
};

/** Packs up to four bytes; different short codes give different numbers, because no code holds a NUL. */
export function packCode(bytes: Uint8Array, start: number, end: number): number {
  let packed = 0;
  for (let i = start; i < end; i += 1) packed = (packed << 8) | (bytes[i] ?? 0);
  return packed;
}

function slotOf(packed: number, mask: number): number {
  // Fibonacci hashing: the high bits of the product are the mixed ones.
  return (Math.imul(packed, 0x9e3779b1) >>> 16) & mask;
}

export class CodeTable {
  readonly #slices: Slice[] = [{ offset: 0, mask: 0, long: undefined }];
  readonly #ids = new Map<string, number>();
  readonly #members: (readonly string[])[] = [[]];
  #table = new Int32Array(1024);
  #used = 1;

  /**
   * Adds a set of codes; equal sets share one id.
   * @returns the set's id, above 0.
   */
  add(codes: readonly string[]): number {
    const name = [...codes].sort().join('|');
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const short = codes.filter((code) => code.length <= 4);
    const long = codes.filter((code) => code.length > 4);
    let size = 4;
    while (size < short.length * 2) size *= 2;
    this.#reserve(this.#used + size);
    const slice = { offset: this.#used, mask: size - 1, long: long.length > 0 ? new Set(long) : undefined };
    this.#used += size;
    for (const code of short) this.#insert(slice, code);
    const id = this.#slices.push(slice) - 1;
    this.#ids.set(name, id);
    this.#members.push(codes);
    return id;
  }

  /** Whether the bytes from `start` to `end` are a code of the set. */
  has(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const slice = this.#slices[id];
    if (slice === undefined) return false;
    if (end - start > 4)
      return (
        slice.long?.has(String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 64)))) ?? false
      );
    const packed = packCode(bytes, start, end);
    let slot = slotOf(packed, slice.mask);
    for (;;) {
      const found = this.#table[slice.offset + slot];
      if (found === packed) return packed !== 0;
      if (found === 0) return false;
      slot = (slot + 1) & slice.mask;
    }
  }

  /** The codes of a set. */
  members(id: number): readonly string[] {
    return this.#members[id] ?? [];
  }

  /** Whether no code is in both sets. */
  disjoint(one: number, other: number): boolean {
    const theirs = this.#members[other];
    return !(this.#members[one] ?? []).some((code) => theirs?.includes(code));
  }

  #reserve(size: number): void {
    if (size <= this.#table.length) return;
    const bigger = new Int32Array(size * 2);
    bigger.set(this.#table);
    this.#table = bigger;
  }

  #insert(slice: Slice, code: string): void {
    const bytes = new TextEncoder().encode(code);
    const packed = packCode(bytes, 0, bytes.length);
    let slot = slotOf(packed, slice.mask);
    while ((this.#table[slice.offset + slot] ?? 0) !== 0) slot = (slot + 1) & slice.mask;
    this.#table[slice.offset + slot] = packed;
  }
}
