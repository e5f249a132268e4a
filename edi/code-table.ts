/**
 * Sets of codes, looked up by bytes. Codes of up to four bytes are packed into an integer and kept in one flat
 * open-addressing table; the few longer ones are kept as strings.
 */

/** Packs up to four bytes; different short codes give different numbers, because no code holds a NUL. */
export function packCode(bytes: Uint8Array, start: number, end: number): number {
  let packed = 0;
  for (let i = start; i < end; i += 1) packed = (packed << 8) | (bytes[i] as number);
  return packed;
}

/** A code of up to four characters, packed. */
export function codeOf(text: string): number {
  const bytes = new TextEncoder().encode(text);
  return packCode(bytes, 0, bytes.length);
}

/** Where to look first for a packed code in a table of `mask + 1` places. */
export function slotOf(packed: number, mask: number): number {
  // Fibonacci hashing: the high bits of the product are the mixed ones.
  return (Math.imul(packed, 0x9e3779b1) >>> 16) & mask;
}

export class CodeTable {
  /** By set: where its part of the table begins, the size of that part less one, its codes of five bytes and more. */
  readonly #offsets = [0];
  readonly #masks = [0];
  readonly #long: (ReadonlySet<string> | undefined)[] = [undefined];
  readonly #ids = new Map<string, number>();
  /** The same, by the set itself: the dictionary's are asked for thousands of times, and sorting them took a second. */
  readonly #idsOfSets = new WeakMap<Iterable<string>, number>();
  readonly #members: (readonly string[])[] = [[]];
  /** By set: the code found in it last. Qualifiers are nearly always the same, and then this is all there is to look at. */
  readonly #recent = [0];
  #table = new Int32Array(1024);
  #used = 1;

  /**
   * Adds a set of codes; equal sets share one id.
   * @returns the set's id, above 0.
   */
  add(codes: Iterable<string>): number {
    const asked = this.#idsOfSets.get(codes);
    if (asked !== undefined) return asked;
    const id = this.#addNew([...codes]);
    this.#idsOfSets.set(codes, id);
    return id;
  }

  #addNew(codes: readonly string[]): number {
    const name = [...codes].sort().join('|');
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const short = codes.filter((code) => code.length <= 4);
    const long = codes.filter((code) => code.length > 4);
    let size = 4;
    while (size < short.length * 2) size *= 2;
    this.#reserve(this.#used + size);
    const id = this.#offsets.push(this.#used) - 1;
    this.#masks.push(size - 1);
    this.#recent.push(0);
    this.#long.push(long.length > 0 ? new Set(long) : undefined);
    this.#used += size;
    for (const code of short) this.#insert(id, code);
    this.#ids.set(name, id);
    this.#members.push(codes);
    return id;
  }

  /** Whether the bytes from `start` to `end` are a code of the set. */
  has(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start > 4) return this.#hasLong(id, bytes, start, end);
    return this.hasPacked(id, packCode(bytes, start, end));
  }

  /** Whether a code of one to four bytes, packed by `packCode`, is in the set. */
  hasPacked(id: number, packed: number): boolean {
    if (packed === this.#recent[id]) return packed !== 0;
    return this.#find(id, packed);
  }

  #find(id: number, packed: number): boolean {
    const offset = this.#offsets[id] as number;
    const mask = this.#masks[id] as number;
    const table = this.#table;
    let slot = slotOf(packed, mask);
    for (;;) {
      const found = table[offset + slot];
      if (found === packed) {
        this.#recent[id] = packed;
        return packed !== 0;
      }
      if (found === 0) return false;
      slot = (slot + 1) & mask;
    }
  }

  #hasLong(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const long = this.#long[id];
    return long?.has(String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 64)))) ?? false;
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

  #insert(id: number, code: string): void {
    const packed = codeOf(code);
    const offset = this.#offsets[id] as number;
    const mask = this.#masks[id] as number;
    let slot = slotOf(packed, mask);
    while ((this.#table[offset + slot] ?? 0) !== 0) slot = (slot + 1) & mask;
    this.#table[offset + slot] = packed;
  }
}
