/**
 * Cuts a stream of bytes into segments, elements, components and repetitions without making a string: the delimiters
 * of a window of bytes are found at once (scan/scan-kernel.ts), and handed out segment by segment. The segment read
 * last is looked at in place.
 */
import {
  type DelimiterBytes,
  ENDS_ELEMENT,
  ENDS_SEGMENT,
  HAS_INNER,
  HAS_INVALID,
  NOTHING_YET,
  type ScanKernel,
  type Scanned,
  scanWindow,
  WINDOW_BYTES_MAX,
} from './scan/scan-kernel.ts';

/** A longer segment is skipped and reported; the longest of any HIPAA guide is below 2 KiB. */
export const SEGMENT_BYTES_MAX = 256 * 1024;

/** Delimiters of one segment that are remembered; the longest of any guide has below 200. */
const MARKS_MAX = 4096;

/**
 * The first window after the delimiters were set or the place was changed; each one after it is twice as long. Many
 * short interchanges in one file would else have the same bytes scanned over and over.
 */
const WINDOW_BYTES_MIN = 512;

const CR = 0x0d;
const LF = 0x0a;

// Imported constants are loaded from memory at every use; those of the file itself become part of the machine code.
const ELEMENT = ENDS_ELEMENT;
const INNER = HAS_INNER;
const INVALID = HAS_INVALID;

/** `firstToken` of a segment without inner delimiters, as most are. */
const ONE_TOKEN_EACH = Int32Array.from({ length: MARKS_MAX + 3 }, (_, element) => element);

/** No byte is a delimiter yet. */
const NO_DELIMITERS: DelimiterBytes = { element: -1, component: -1, repetition: -1, segment: -1 };

export class SegmentReader {
  /** The bytes that `marks` points into. */
  bytes = new Uint8Array(48 * 1024);
  /** For token i, at `first + i`: its end in `bytes` shifted left by two, plus how it ends. Token 0 is the segment id. */
  readonly marks: Int32Array;
  /** Where in `marks` those of the current segment begin. */
  first = 0;
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
  /** For each segment scanned: see scan-kernel.ts. */
  readonly ends: Int32Array;
  /** Changes whenever something else has been scanned, or has been moved. */
  scans = 0;

  #end = 0;
  /** Up to where `bytes` has been scanned. */
  #scanned = 0;
  #next = 0;
  /** Where in `marks` those of the next segment begin. */
  #nextFirst = 0;
  /** Number of the next segment that has been scanned. */
  #segment = 0;
  #windowBytes = WINDOW_BYTES_MIN;
  /** The segment that is being scanned has lost its middle. */
  #dropped = false;
  #delimiters = NO_DELIMITERS;
  readonly #found: Scanned;
  readonly #ownFirst = new Int32Array(MARKS_MAX + 3);
  readonly #scan: ScanKernel;

  /** @param scan what finds the delimiters: the fastest there is, unless a test wants another. */
  constructor(scan: ScanKernel = scanWindow) {
    this.#scan = scan;
    this.marks = new Int32Array(MARKS_MAX + WINDOW_BYTES_MAX);
    this.ends = new Int32Array(WINDOW_BYTES_MAX);
    this.#found = { marks: this.marks, markCount: 0, ends: this.ends, endCount: 0, flags: NOTHING_YET };
  }

  /** Bytes not yet consumed. */
  get available(): number {
    return this.#end - this.#next;
  }

  /** Where the next unread byte stands in `bytes`. */
  get position(): number {
    return this.#next;
  }

  /** Up to where `bytes` has been scanned. */
  get scanned(): number {
    return this.#scanned;
  }

  /** Delimiters scanned. */
  get markCount(): number {
    return this.#found.markCount;
  }

  /** Segments scanned. */
  get segments(): number {
    return this.#found.endCount;
  }

  /** Number of the next segment among those scanned. */
  get segment(): number {
    return this.#segment;
  }

  /** Where in `marks` those of the next segment begin. */
  get nextFirst(): number {
    return this.#nextFirst;
  }

  /** Whether the segments scanned can be read by their marks alone. */
  get isPlain(): boolean {
    return !this.#dropped && this.#delimiters.segment !== LF;
  }

  /** Scans on when all that has been scanned has been read; false when more bytes are needed. */
  look(): boolean {
    return this.#segment < this.#found.endCount || this.#scanMore();
  }

  /** Goes on to another of the segments scanned: it is the next one to be read. */
  goTo(segment: number): void {
    if (segment === this.#segment) return;
    this.#segment = segment;
    this.#nextFirst = ((this.ends[segment - 1] as number) >> 2) + 1;
    this.#next = ((this.marks[this.#nextFirst - 1] as number) >> 2) + 1;
  }

  /** Sets the delimiters for what follows. */
  setDelimiters(delimiters: DelimiterBytes): void {
    this.#delimiters = delimiters;
    this.#forget();
  }

  /** Whether a byte outside of the X12 character sets stands between two offsets. */
  hasInvalidBetween(start: number, end: number): boolean {
    const { element, component, repetition, segment } = this.#delimiters;
    for (let i = start; i < end; i += 1) {
      const byte = this.bytes[i] as number;
      if (byte >= 0x20 && byte < 0x7f) continue;
      if (byte !== element && byte !== component && byte !== repetition && byte !== segment) return true;
    }
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
    this.#forget();
  }

  /** Goes back to the beginning of the segment read last, as if it had not been read. */
  rewind(): void {
    this.#next = this.start;
    this.#forget();
  }

  /**
   * Reads the next segment.
   * @returns false when more bytes are needed.
   */
  next(): boolean {
    if (this.#segment === this.#found.endCount && !this.#scanMore()) return false;
    const { marks, bytes } = this;
    const end = this.ends[this.#segment] as number;
    this.#segment += 1;
    const first = this.#nextFirst;
    const last = end >> 2;
    this.first = first;
    this.#nextFirst = last + 1;
    this.count = last - first + 1;
    let start = this.#next;
    this.#next = ((marks[last] as number) >> 2) + 1;
    while (bytes[start] === LF || bytes[start] === CR) {
      if (start + 1 === this.#next) break;
      start += 1;
    }
    this.start = start;
    this.hasInvalid = (end & INVALID) !== 0;
    this.overlong = this.#dropped;
    this.#dropped = false;
    if (this.count > MARKS_MAX + 1) this.#cut(last);
    if ((end & INNER) === 0) {
      this.elements = this.count - 1;
      this.firstToken = ONE_TOKEN_EACH;
    } else this.#findElements();
    if (this.#delimiters.segment === LF) this.#trimLast(this.#next - 1);
    return true;
  }

  /** Scans on until a segment has ended; false when more bytes are needed for that. */
  #scanMore(): boolean {
    const found = this.#found;
    this.scans += 1;
    this.marks.copyWithin(0, this.#nextFirst, found.markCount);
    found.markCount -= this.#nextFirst;
    if (found.markCount > MARKS_MAX) found.markCount = MARKS_MAX;
    found.endCount = 0;
    this.#nextFirst = 0;
    this.#segment = 0;
    while (this.#scanned < this.#end) {
      const to = Math.min(this.#end, this.#scanned + this.#windowBytes);
      this.#windowBytes = Math.min(this.#windowBytes * 2, WINDOW_BYTES_MAX);
      this.#scan(this.bytes, this.#scanned, to, this.#delimiters, found);
      this.#scanned = to;
      if (found.endCount > 0) return true;
      if (found.markCount > MARKS_MAX) found.markCount = MARKS_MAX;
    }
    // Line ends alone are no segment that may grow.
    if (found.flags === NOTHING_YET) this.#next = this.#end;
    else if (this.#end - this.#next > SEGMENT_BYTES_MAX) this.#drop();
    return false;
  }

  /** Forgets what has been scanned ahead. */
  #forget(): void {
    const found = this.#found;
    this.scans += 1;
    found.markCount = 0;
    found.endCount = 0;
    found.flags = NOTHING_YET;
    this.#nextFirst = 0;
    this.#segment = 0;
    this.#scanned = this.#next;
    this.#windowBytes = WINDOW_BYTES_MIN;
    this.#dropped = false;
  }

  /** Leaves a segment of too many delimiters its first ones, and the one that ends it. */
  #cut(last: number): void {
    this.marks[this.first + MARKS_MAX] = this.marks[last] as number;
    this.count = MARKS_MAX + 1;
  }

  /** Where each element begins, in a segment with inner delimiters. */
  #findElements(): void {
    const { marks, count, first } = this;
    const firstToken = this.#ownFirst;
    let elements = 0;
    for (let token = 0; token < count; token += 1) {
      if (((marks[first + token] as number) & 3) !== ELEMENT) continue;
      elements += 1;
      firstToken[elements] = token + 1;
    }
    firstToken[elements + 1] = count;
    this.elements = elements;
    this.firstToken = firstToken;
  }

  /** A file with newline as terminator may have CR LF line ends: the CR before `end` is no data then. */
  #trimLast(end: number): void {
    const at = end - 1;
    if (at < this.start || this.bytes[at] !== CR) return;
    const last = this.first + this.count - 1;
    const previous = this.count > 1 ? (this.marks[last - 1] as number) >> 2 : this.start - 1;
    if (at > previous) this.marks[last] = (at << 2) | ENDS_SEGMENT;
    this.hasInvalid = this.hasInvalidBetween(this.start, at);
  }

  /** Forgets the middle of a segment that is too long, so that memory stays bounded; its beginning stays. */
  #drop(): void {
    const found = this.#found;
    this.#dropped = true;
    const keep = this.#next + SEGMENT_BYTES_MAX / 2;
    while (found.markCount > 0 && (this.marks[found.markCount - 1] as number) >> 2 >= keep)
      found.markCount -= 1;
    this.baseOffset += this.#end - keep;
    this.#end = keep;
    this.#scanned = keep;
  }

  /** Moves the unread bytes to the front, and grows the buffer when that is not enough. */
  #makeRoom(length: number): void {
    const from = this.#next;
    this.scans += 1;
    const used = this.#end - from;
    const bytes =
      used + length > this.bytes.length
        ? new Uint8Array(Math.max(this.bytes.length * 2, used + length))
        : this.bytes;
    bytes.set(this.bytes.subarray(from, this.#end));
    this.bytes = bytes;
    this.baseOffset += from;
    this.start -= from;
    this.#scanned -= from;
    this.#next = 0;
    this.#end = used;
    const { markCount } = this.#found;
    for (let i = this.#nextFirst; i < markCount; i += 1)
      this.marks[i] = (this.marks[i] as number) - (from << 2);
  }
}
