// The segments that findings point at, as they stand in the file. The engine keeps no bytes of what it has read, so
// the command reads the file a second time, and only when there is something to show.

import type { FileHandle } from 'node:fs/promises';
import type { FileResult } from '../edi/file-result.ts';
import { readHeader } from '../edi/interchange-header.ts';
import { SegmentReader } from '../edi/segment-reader.ts';

/** Segments shown for one file at most. */
const excerptsMax = 2000;

/** Characters of one segment that are kept. */
const excerptCharsMax = 4000;

const blockBytes = 256 * 1024;

/** Where a set stands in the results: the number of its interchange, group and set, from 0. */
export type SetPlace = readonly [interchange: number, group: number, set: number];

export interface Excerpts {
  /** The segment at a position of a set, ST being 1; undefined when it is not to be had. */
  at(place: SetPlace, position: number): string | undefined;
}

function keyOf(place: SetPlace, position: number): string {
  return `${place.join('/')}/${position}`;
}

/** What is to be looked for: the positions of the findings. */
function wantedOf(result: FileResult): Set<string> {
  if (result.kind === 'unreadable') return new Set();
  const keys = result.interchanges.flatMap(({ groups }, i) =>
    groups.flatMap(({ sets }, g) =>
      sets.flatMap(({ findings }, s) => findings.map(({ position }) => keyOf([i, g, s], position))),
    ),
  );
  return new Set(keys.slice(0, excerptsMax));
}

/** Reads the file from its beginning and picks out the segments that findings point at; none of a pipe. */
export async function readExcerpts(handle: FileHandle, result: FileResult): Promise<Excerpts> {
  const wanted = (await handle.stat()).isFile() ? wantedOf(result) : new Set<string>();
  const found = new Map<string, string>();
  const walk = new FileWalk((place, position, text) => {
    const key = keyOf(place, position);
    if (wanted.delete(key)) found.set(key, text().slice(0, excerptCharsMax));
  });
  const block = Buffer.allocUnsafe(blockBytes);
  for (let offset = 0; wanted.size > 0; ) {
    const { bytesRead } = await handle.read(block, 0, block.length, offset);
    walk.push(block.subarray(0, bytesRead), bytesRead === 0);
    if (bytesRead === 0) break;
    offset += bytesRead;
  }
  return { at: (place, position) => found.get(keyOf(place, position)) };
}

type OnSegment = (place: SetPlace, position: number, text: () => string) => void;

/** Counts interchanges, groups, sets and segments as the engine does. */
class FileWalk {
  readonly #reader = new SegmentReader();
  readonly #onSegment: OnSegment;
  #interchange = -1;
  #group = -1;
  #set = -1;
  /** Position in the open set; 0 outside of sets. */
  #position = 0;
  #inside = false;

  constructor(onSegment: OnSegment) {
    this.#onSegment = onSegment;
  }

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
    const at = Buffer.from(bytes.buffer, bytes.byteOffset + position, available).indexOf('ISA');
    if (at < 0) {
      // The last two bytes may be the beginning of ISA.
      reader.skip(Math.max(available - 2, 0));
      return false;
    }
    const read = readHeader(bytes, position + at, available - at, ended);
    if (read.kind === 'need-more') return false;
    reader.skip(at + (read.kind === 'header' ? read.length : 3));
    if (read.kind !== 'header') return true;
    reader.setDelimiters(read.delimiters);
    this.#interchange += 1;
    this.#group = -1;
    this.#position = 0;
    this.#inside = true;
    return true;
  }

  #takeSegment(): boolean {
    const reader = this.#reader;
    if (!reader.next()) return false;
    const id = text(reader, reader.start, (reader.marks[0] ?? 0) >> 2).trim();
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
    if (id === 'GS' || id === 'GE' || id === 'IEA') return true;
    this.#position += 1;
    const end = (reader.marks[reader.count - 1] ?? 0) >> 2;
    this.#onSegment([this.#interchange, this.#group, this.#set], this.#position, () =>
      text(reader, reader.start, end),
    );
    return true;
  }
}

function text(reader: SegmentReader, start: number, end: number): string {
  return Buffer.from(reader.bytes.subarray(start, end)).toString('latin1');
}
