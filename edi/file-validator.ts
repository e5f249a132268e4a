/**
 * One file: interchanges one after the other, and what stands between them.
 *
 * States: `seeking` (before the first ISA, between interchanges, after the last) -> `reading` (inside an interchange)
 * -> `seeking` ... ; `unreadable` once the file has begun with something else than ISA.
 */
import type { CompiledGuide } from './compiled-guide.ts';
import type { FileResult, FileWarning, UnreadableReason } from './file-result.ts';
import type { Finding } from './finding.ts';
import type { GuideLibrary } from './guide-library.ts';
import { HEADER_BYTES, readHeader } from './interchange-header.ts';
import { InterchangeReader } from './interchange-reader.ts';
import type { InterchangeResult } from './interchange-result.ts';
import type { EdiProfile } from './profile.ts';
import { createRulePolicy, type RulePolicy } from './rule-policy.ts';
import { SegmentCursor } from './segment-cursor.ts';
import { segmentKeyAt } from './segment-key.ts';
import { SegmentReader } from './segment-reader.ts';
import type { SetValidator } from './set-validator.ts';
import { reasonFor, unreadableWords } from './unreadable-file.ts';

/** A larger chunk is taken in slices of this, so that the reader's buffer stays small. */
const SLICE_BYTES = 32 * 1024;

/** Warnings kept for one file. */
const WARNINGS_MAX = 20;

export type FileValidatorDeps = {
  readonly library: GuideLibrary;
  readonly profile: EdiProfile;
  /** Called for every finding kept, set by set, in order of position. */
  readonly onFinding?: (finding: Finding) => void;
};

export type FileValidator = {
  /** Takes the next bytes of the file. The chunk may be reused by the caller afterwards. */
  readonly push: (chunk: Uint8Array) => void;
  /** Ends the file and returns its result. Call once, after the last `push`. */
  readonly end: () => FileResult;
};

/**
 * Validates one file, streaming. Memory does not grow with the file's size; nothing is thrown for bad input.
 * @param deps the guides, the partner's profile, and who wants to see findings as they come.
 */
export function createFileValidator(deps: FileValidatorDeps): FileValidator {
  const reading = new FileReading(deps);
  return { push: (chunk) => reading.push(chunk), end: () => reading.end() };
}

class FileReading {
  readonly #deps: FileValidatorDeps;
  readonly #policy: RulePolicy;
  readonly #reader = new SegmentReader();
  readonly #cursor = new SegmentCursor(this.#reader);
  readonly #validators = new Map<CompiledGuide, SetValidator>();
  readonly #onEnd: (() => void)[] = [];
  readonly #interchanges: InterchangeResult[] = [];
  readonly #warnings: FileWarning[] = [];
  #current: InterchangeReader | undefined;
  #unreadable: UnreadableReason | undefined;
  #sizeBytes = 0;
  #segmentCount = 0;
  #seenBytes = false;
  #warnedHere = false;
  #ended = false;

  constructor(deps: FileValidatorDeps) {
    this.#deps = deps;
    this.#policy = createRulePolicy(deps.profile);
  }

  push(chunk: Uint8Array): void {
    this.#sizeBytes += chunk.length;
    for (let from = 0; from < chunk.length && this.#unreadable === undefined; from += SLICE_BYTES) {
      this.#reader.append(chunk.subarray(from, from + SLICE_BYTES));
      this.#work();
    }
  }

  end(): FileResult {
    this.#ended = true;
    this.#work();
    if (this.#current !== undefined) this.#finish(this.#current.abandon());
    for (const act of this.#onEnd.splice(0)) act();
    if (this.#unreadable === undefined && this.#interchanges.length === 0)
      this.#unreadable = this.#sizeBytes === 0 ? 'empty-file' : 'only-white-space';
    if (this.#unreadable !== undefined) {
      const reason = this.#unreadable;
      return { kind: 'unreadable', reason, plain: unreadableWords(reason), sizeBytes: this.#sizeBytes };
    }
    return {
      kind: 'x12',
      interchanges: this.#interchanges,
      warnings: this.#warnings,
      sizeBytes: this.#sizeBytes,
      segmentCount: this.#segmentCount,
      claimCount: this.#interchanges.reduce((total, { claimCount }) => total + claimCount, 0),
    };
  }

  #work(): void {
    while (this.#unreadable === undefined && (this.#current === undefined ? this.#seek() : this.#read()));
  }

  /** Takes segments of the open interchange. Returns whether to go on at once. */
  #read(): boolean {
    const reader = this.#reader;
    const current = this.#current as InterchangeReader;
    for (;;) {
      current.takeAhead();
      if (!reader.next()) return false;
      const key = segmentKeyAt(reader.bytes, reader.start, (reader.marks[reader.first] as number) >> 2);
      const progress = current.take(key);
      if (progress === 'more') continue;
      if (progress === 'next-interchange') reader.rewind();
      this.#finish(progress === 'ended' ? current.result() : current.abandon());
      return true;
    }
  }

  #finish(result: InterchangeResult): void {
    this.#segmentCount += this.#current?.segmentCount ?? 0;
    this.#interchanges.push(result);
    this.#current = undefined;
    this.#warnedHere = false;
  }

  /** Looks for the next ISA. Returns whether to go on at once. */
  #seek(): boolean {
    const reader = this.#reader;
    if (!this.#skipBlanks()) return false;
    const { bytes, position, available } = reader;
    if (available < HEADER_BYTES && !this.#ended) return false;
    if (!startsWithIsa(bytes, position, position + available)) return this.#skipForeign();
    const read = readHeader(bytes, position, available, this.#ended);
    if (read.kind === 'need-more') return false;
    if (read.kind === 'malformed') return this.#skipMalformed();
    const { library, profile, onFinding } = this.#deps;
    reader.setDelimiters(read.delimiters);
    reader.skip(read.length);
    const context = {
      library,
      profile,
      policy: this.#policy,
      cursor: this.#cursor,
      validators: this.#validators,
      onEnd: this.#onEnd,
      onFinding: onFinding ?? (() => {}),
      budget: { left: profile.findingsPerInterchangeMax },
    };
    this.#current = new InterchangeReader(context, read.elements, read.delimiters);
    this.#seenBytes = true;
    return true;
  }

  /** White space and a byte order mark before an ISA. Returns false when there is nothing else yet. */
  #skipBlanks(): boolean {
    const reader = this.#reader;
    if (!this.#seenBytes && this.#skipByteOrderMark()) return false;
    const { bytes, position, available } = reader;
    let length = 0;
    while (length < available && isBlank(bytes[position + length] as number)) length += 1;
    if (length > 0 && !this.#seenBytes)
      this.#warn('leading-white-space', 'There is white space before the ISA segment; it was skipped.');
    reader.skip(length);
    return reader.available > 0;
  }

  /** EF BB BF at the very beginning. Returns whether more bytes are needed to tell. */
  #skipByteOrderMark(): boolean {
    const { bytes, position, available } = this.#reader;
    if (bytes[position] !== 0xef || available === 0) return false;
    if (available < 3) return !this.#ended;
    if (
      bytes[position + 1] === 0xbb &&
      bytes[position + 2] === 0xbf &&
      this.#reader.baseOffset + position === 0
    ) {
      this.#warn('byte-order-mark', 'The file begins with a UTF-8 byte order mark; it was skipped.');
      this.#reader.skip(3);
    }
    return false;
  }

  /** Something that is no ISA: the whole file is unreadable, or there is data between or after interchanges. */
  #skipForeign(): boolean {
    const reader = this.#reader;
    const { bytes, position, available } = reader;
    if (!this.#seenBytes) {
      const head = bytes.subarray(position, position + available);
      this.#unreadable = head.length < 3 && isPrefixOfIsa(head) ? 'truncated-isa' : reasonFor(head);
      return false;
    }
    if (!this.#warnedHere)
      this.#warn(
        'data-after-interchange',
        'There is data after an IEA segment that belongs to no interchange.',
      );
    this.#warnedHere = true;
    let length = 1;
    while (length < available && !startsWithIsa(bytes, position + length, position + available)) length += 1;
    // Keep the last two bytes: they may be the beginning of ISA.
    reader.skip(length < available || this.#ended ? length : Math.max(length - 2, 1));
    return length < available;
  }

  /** ISA without a readable header. */
  #skipMalformed(): boolean {
    const truncated = this.#ended && this.#reader.available < HEADER_BYTES;
    if (!this.#seenBytes) {
      this.#unreadable = truncated ? 'truncated-isa' : 'malformed-isa';
      return false;
    }
    this.#warn('truncated-isa', 'There is an ISA after an interchange that is not whole; it was skipped.');
    this.#warnedHere = true;
    this.#reader.skip(3);
    return true;
  }

  #warn(code: FileWarning['code'], plain: string): void {
    if (this.#warnings.length >= WARNINGS_MAX) return;
    this.#warnings.push({ code, plain, offsetBytes: this.#reader.baseOffset + this.#reader.position });
  }
}

function startsWithIsa(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 3 <= end && bytes[at] === 0x49 && bytes[at + 1] === 0x53 && bytes[at + 2] === 0x41;
}

function isPrefixOfIsa(head: Uint8Array): boolean {
  return head.every((byte, i) => byte === [0x49, 0x53, 0x41][i]);
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x00 || byte === 0x1a;
}
