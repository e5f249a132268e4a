/**
 * Cuts a stream of bytes into segments, elements, components and repetitions without making a string: one table
 * lookup a byte, one number written for each delimiter. The segment read last is looked at in place.
 */

/** How a token ends. */
export const ENDS_ELEMENT = 0;
export const ENDS_COMPONENT = 1;
export const ENDS_REPETITION = 2;
export const ENDS_SEGMENT = 3;

/** A longer segment is skipped and reported; the longest of any HIPAA guide is below 2 KiB. */
export const SEGMENT_BYTES_MAX = 256 * 1024;

/** Delimiters of one segment that are remembered; the longest of any guide has below 200. */
const MARKS_MAX = 4096;

const CR = 0x0d;
const LF = 0x0a;

/** Byte classes: 0 for data, for a delimiter `ENDS_*` in the low two bits and `INSIDE` when it stands in an element. */
const INSIDE = 4;
const CLASS_ELEMENT = 8 | ENDS_ELEMENT;
const CLASS_COMPONENT = 8 | INSIDE | ENDS_COMPONENT;
const CLASS_REPETITION = 8 | INSIDE | ENDS_REPETITION;
const CLASS_SEGMENT = 8 | ENDS_SEGMENT;
/** Outside the X12 character sets. */
const CLASS_INVALID = 16;

/** `firstToken` of a segment without inner delimiters, as most are. */
const ONE_TOKEN_EACH = Int32Array.from({ length: MARKS_MAX + 3 }, (_, element) => element);

/** Delimiters as bytes; -1 for none. */
export type DelimiterBytes = {
  readonly element: number;
  readonly component: number;
  readonly repetition: number;
  readonly segment: number;
};

export class SegmentReader {
  /** The bytes that `marks` points into. */
  bytes = new Uint8Array(128 * 1024);
  /** For token i: its end in `bytes` shifted left by two, plus how it ends. Token 0 is the segment id. */
  readonly marks = new Int32Array(MARKS_MAX + 1);
  /** Tokens of the current segment. */
  count = 0;
  /** Elements of the current segment, trailing empty ones included. */
  elements = 0;
  /** First token of each element, from 1; `firstToken[elements + 1]` is one past the last token. */
  firstToken = ONE_TOKEN_EACH;
  /** Start of the current segment in `bytes`. */
  start = 0;
  /** Whether the current segment holds a byte outside of the basic and extended character sets (X12.6 section 3.3). */
  hasInvalid = false;
  /** Whether the current segment was longer than the cap; its tokens are those of its beginning. */
  overlong = false;
  /** Offset in the file of `bytes[0]`. */
  baseOffset = 0;

  #end = 0;
  #scan = 0;
  #next = 0;
  #resuming = false;
  /** All classes of the current segment's bytes together. */
  #seen = 0;
  readonly #ownFirst = new Int32Array(MARKS_MAX + 3);
  readonly #classes = new Uint8Array(256);
  #segmentEnd = -1;

  /** Bytes not yet consumed. */
  get available(): number {
    return this.#end - this.#next;
  }

  /** Where the next unread byte stands in `bytes`. */
  get position(): number {
    return this.#next;
  }

  /** Sets the delimiters for what follows. */
  setDelimiters(delimiters: DelimiterBytes): void {
    this.#classes.fill(0);
    this.#classes.fill(CLASS_INVALID, 0, 0x20);
    this.#classes.fill(CLASS_INVALID, 0x7f);
    const { element, component, repetition, segment } = delimiters;
    if (component >= 0) this.#classes[component] = CLASS_COMPONENT;
    if (repetition >= 0) this.#classes[repetition] = CLASS_REPETITION;
    this.#classes[element] = CLASS_ELEMENT;
    this.#classes[segment] = CLASS_SEGMENT;
    this.#segmentEnd = segment;
  }

  /** Whether a byte outside of the X12 character sets stands between two offsets. */
  hasInvalidBetween(start: number, end: number): boolean {
    for (let i = start; i < end; i += 1)
      if (this.#classes[this.bytes[i] as number] === CLASS_INVALID) return true;
    return false;
  }

  /** Takes more bytes; they are copied. */
  append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.bytes.length) this.#makeRoom(chunk.length);
    this.bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Drops `length` unread bytes. */
  skip(length: number): void {
    this.#next += length;
    this.#resuming = false;
  }

  /** Goes back to the beginning of the segment read last, as if it had not been read. */
  rewind(): void {
    this.#next = this.start;
    this.#resuming = false;
  }

  /**
   * Reads the next segment.
   * @returns false when more bytes are needed.
   */
  next(): boolean {
    if (!this.#resuming && !this.#begin()) return false;
    const { bytes, marks } = this;
    const classes = this.#classes;
    const end = this.#end;
    let count = this.count;
    let seen = this.#seen;
    let i = this.#scan;
    for (; i < end; i += 1) {
      const kind = classes[bytes[i] as number] as number;
      if (kind === 0) continue;
      if (kind === CLASS_INVALID) {
        this.hasInvalid = true;
        continue;
      }
      marks[count] = (i << 2) | (kind & 3);
      if (kind === CLASS_SEGMENT) {
        this.count = count;
        return this.#finish(i, seen);
      }
      seen |= kind;
      if (count < MARKS_MAX) count += 1;
    }
    this.count = count;
    this.#seen = seen;
    this.#scan = i;
    if (i - this.start > SEGMENT_BYTES_MAX) this.#drop();
    return false;
  }

  /** Skips the line ends between segments; false when no byte of a segment is there yet. */
  #begin(): boolean {
    let i = this.#next;
    const bytes = this.bytes;
    while (i < this.#end && (bytes[i] === LF || bytes[i] === CR) && bytes[i] !== this.#segmentEnd) i += 1;
    this.#next = i;
    if (i === this.#end) return false;
    this.start = i;
    this.#scan = i;
    this.count = 0;
    this.#seen = 0;
    this.hasInvalid = false;
    this.overlong = false;
    this.#resuming = true;
    return true;
  }

  #finish(at: number, seen: number): boolean {
    this.count += 1;
    if ((seen & INSIDE) === 0) {
      this.elements = this.count - 1;
      this.firstToken = ONE_TOKEN_EACH;
    } else this.#findElements();
    this.#next = at + 1;
    this.#resuming = false;
    // A file with newline as terminator may have CR LF line ends: the CR is no data then.
    if (this.#segmentEnd === LF && at > this.start && this.bytes[at - 1] === CR) this.#trimLast(at - 1);
    return true;
  }

  /** Where each element begins, in a segment with inner delimiters. */
  #findElements(): void {
    const { marks, count } = this;
    const firstToken = this.#ownFirst;
    let elements = 0;
    for (let token = 0; token < count; token += 1) {
      if (((marks[token] as number) & 3) !== ENDS_ELEMENT) continue;
      elements += 1;
      firstToken[elements] = token + 1;
    }
    firstToken[elements + 1] = count;
    this.elements = elements;
    this.firstToken = firstToken;
  }

  #trimLast(at: number): void {
    const previous = this.count > 1 ? (this.marks[this.count - 2] as number) >> 2 : this.start - 1;
    if (at > previous) this.marks[this.count - 1] = (at << 2) | ENDS_SEGMENT;
    this.hasInvalid = false;
    for (let i = this.start; i < at; i += 1)
      if (this.#classes[this.bytes[i] as number] === CLASS_INVALID) this.hasInvalid = true;
  }

  /** Forgets the middle of a segment that is too long, so that memory stays bounded; its beginning stays. */
  #drop(): void {
    this.overlong = true;
    const keep = this.start + SEGMENT_BYTES_MAX / 2;
    while (this.count > 0 && (this.marks[this.count - 1] as number) >> 2 >= keep) this.count -= 1;
    this.baseOffset += this.#end - keep;
    this.#end = keep;
    this.#scan = keep;
  }

  /** Moves the unread bytes to the front, and grows the buffer when that is not enough. */
  #makeRoom(length: number): void {
    const from = this.#resuming ? this.start : this.#next;
    const used = this.#end - from;
    const bytes =
      used + length > this.bytes.length
        ? new Uint8Array(Math.max(this.bytes.length * 2, used + length))
        : this.bytes;
    bytes.set(this.bytes.subarray(from, this.#end));
    this.bytes = bytes;
    this.baseOffset += from;
    this.start -= from;
    this.#scan -= from;
    this.#next -= from;
    this.#end -= from;
    for (let i = 0; i < this.count; i += 1) this.marks[i] = (this.marks[i] as number) - (from << 2);
  }
}
