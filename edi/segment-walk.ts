/**
 * Walks a file a second time and names every segment by its place: the engine keeps no bytes of what it has read, and
 * whoever shows a finding beside its segment (the command, the portal) picks the segment out by this.
 */
import type { Delimiters } from './delimiters.ts';
import { readHeader } from './interchange-header.ts';
import type { DelimiterBytes } from './scan/scan-kernel.ts';
import { SegmentReader } from './segment-reader.ts';

/** Where a set stands in the results: the number of its interchange, group and set, from 0. */
export type SetPlace = readonly [interchange: number, group: number, set: number];

/** Told of each segment inside of a set: its position, ST being 1, and its text, made only when asked for. */
type OnSegment = (place: SetPlace, position: number, text: () => string) => void;

/** Where an envelope segment stands, in bytes from the beginning of the file. */
export type EnvelopeSegment = {
  readonly id: 'ISA' | 'GS' | 'ST' | 'GE' | 'IEA';
  readonly place: SetPlace;
  readonly start: number;
  /** One past its terminator. */
  readonly end: number;
  /** Its first element: that of GE and IEA counts. */
  readonly first: { readonly start: number; readonly end: number };
};

const ENVELOPE: ReadonlySet<string> = new Set(['GS', 'ST', 'GE', 'IEA']);

const I = 0x49;
const S = 0x53;
const A = 0x41;

/** Counts interchanges, groups, sets and segments as the engine does. */
export class SegmentWalk {
  readonly #reader = new SegmentReader();
  readonly #onSegment: OnSegment;
  readonly #onEnvelope: ((segment: EnvelopeSegment) => void) | undefined;
  #interchange = -1;
  #group = -1;
  #set = -1;
  /** Position in the open set; 0 outside of sets. */
  #position = 0;
  #inside = false;
  #delimiters: Delimiters | undefined;

  constructor(onSegment: OnSegment, onEnvelope?: (segment: EnvelopeSegment) => void) {
    this.#onSegment = onSegment;
    this.#onEnvelope = onEnvelope;
  }

  /** The delimiters of the interchange that is being walked, as one character each; undefined before the first. */
  get delimiters(): Delimiters | undefined {
    return this.#delimiters;
  }

  /** Takes the next bytes of the file; `ended` with the last ones, which may be none. */
  push(bytes: Uint8Array, ended: boolean): void {
    // The reader's buffer grows with what is not read yet: small slices keep it small.
    for (let from = 0; from < bytes.length || (ended && from === 0); from += 64 * 1024) {
      this.#reader.append(bytes.subarray(from, from + 64 * 1024));
      while (this.#inside ? this.#takeSegment() : this.#openInterchange(ended));
    }
  }

  #openInterchange(ended: boolean): boolean {
    const reader = this.#reader;
    const { bytes, position, available } = reader;
    const at = findHeader(bytes, position, available);
    if (at < 0) {
      // The last two bytes may be the beginning of ISA.
      reader.skip(Math.max(available - 2, 0));
      return false;
    }
    const read = readHeader(bytes, position + at, available - at, ended);
    if (read.kind === 'need-more') return false;
    const start = reader.baseOffset + position + at;
    reader.skip(at + (read.kind === 'header' ? read.length : 3));
    if (read.kind !== 'header') return true;
    reader.setDelimiters(read.delimiters);
    this.#delimiters = delimitersOf(read.delimiters);
    this.#interchange += 1;
    this.#group = -1;
    this.#position = 0;
    this.#inside = true;
    const end = start + read.length;
    this.#onEnvelope?.({ id: 'ISA', place: [this.#interchange, -1, -1], start, end, first: { start, end } });
    return true;
  }

  #tellEnvelope(id: string): void {
    if (!ENVELOPE.has(id)) return;
    const { baseOffset, start, position, marks, first } = this.#reader;
    const markAt = (token: number): number => baseOffset + ((marks[first + token] ?? 0) >> 2);
    this.#onEnvelope?.({
      id: id as EnvelopeSegment['id'],
      place: [this.#interchange, this.#group, this.#set],
      start: baseOffset + start,
      end: baseOffset + position,
      first: { start: markAt(0) + 1, end: markAt(1) },
    });
  }

  #takeSegment(): boolean {
    const reader = this.#reader;
    if (!reader.next()) return false;
    const id = text(reader, reader.start, (reader.marks[reader.first] ?? 0) >> 2).trim();
    if (id === 'ISA') {
      reader.rewind();
      this.#inside = false;
      return true;
    }
    if (id === 'IEA') this.#inside = false;
    if (id === 'GS') {
      this.#group += 1;
      this.#set = -1;
    }
    if (id === 'ST') {
      this.#set += 1;
      this.#position = 0;
    }
    if (this.#onEnvelope !== undefined) this.#tellEnvelope(id);
    if (id === 'GS' || id === 'GE' || id === 'IEA') return true;
    this.#position += 1;
    const end = (reader.marks[reader.first + reader.count - 1] ?? 0) >> 2;
    this.#onSegment([this.#interchange, this.#group, this.#set], this.#position, () =>
      text(reader, reader.start, end),
    );
    return true;
  }
}

function findHeader(bytes: Uint8Array, start: number, available: number): number {
  for (let at = 0; at + 2 < available; at += 1)
    if (bytes[start + at] === I && bytes[start + at + 1] === S && bytes[start + at + 2] === A) return at;
  return -1;
}

const latin1 = new TextDecoder('latin1');

function text(reader: SegmentReader, start: number, end: number): string {
  return latin1.decode(reader.bytes.subarray(start, end));
}

function delimitersOf(bytes: DelimiterBytes): Delimiters {
  const character = (byte: number): string => (byte < 0 ? '' : String.fromCharCode(byte));
  return {
    element: character(bytes.element),
    repetition: character(bytes.repetition),
    component: character(bytes.component),
    segment: character(bytes.segment),
  };
}
