/**
 * Which bytes of a file make the one that has its accepted sets alone: everything kept is copied as it stands, and only
 * the counts of GE01 and IEA01 are written anew. Control numbers stay: X12.5 asks them to be unique, not to be gapless.
 */
import { type EnvelopeSegment, SegmentWalk, type SetPlace } from './segment-walk.ts';

/** A stretch of the original, or a text that stands there instead. */
export type SplitPiece =
  | { readonly kind: 'copy'; readonly start: number; readonly end: number }
  | { readonly kind: 'text'; readonly text: string };

export type SplitPlanner = {
  /** Takes the next bytes of the file; `ended` with the last ones, which may be none. */
  readonly push: (bytes: Uint8Array, ended: boolean) => void;
  /** The pieces, in order; after the end. */
  readonly pieces: () => readonly SplitPiece[];
};

/** A set's place as one word. */
export const placeName = (place: SetPlace): string => place.join('.');

/**
 * Plans the split of a file that the engine has read.
 * @param kept `placeName`s of the sets to keep, as the results count them; groups and interchanges without any go too.
 */
export function createSplitPlanner(kept: ReadonlySet<string>): SplitPlanner {
  const planning = new Planning(kept);
  const walk = new SegmentWalk(
    () => {},
    (segment) => planning.take(segment),
  );
  return { push: (bytes, ended) => walk.push(bytes, ended), pieces: () => planning.pieces };
}

/** CR LF. */
const LINE_END_BYTES_MAX = 2;

class Planning {
  readonly pieces: SplitPiece[] = [];
  readonly #kept: ReadonlySet<string>;
  readonly #setsKept = new Map<string, number>();
  readonly #groupsKept = new Map<number, number>();
  /** Where what is being copied began; undefined while nothing is. */
  #open: number | undefined;
  /** What stands between ISA and GS: a line end, or nothing. */
  #lineEnd = { start: 0, end: 0 };

  constructor(kept: ReadonlySet<string>) {
    this.#kept = kept;
    const groups = new Set<string>();
    for (const name of kept) {
      const group = name.slice(0, name.lastIndexOf('.'));
      groups.add(group);
      this.#setsKept.set(group, (this.#setsKept.get(group) ?? 0) + 1);
    }
    for (const group of groups) {
      const interchange = Number.parseInt(group, 10);
      this.#groupsKept.set(interchange, (this.#groupsKept.get(interchange) ?? 0) + 1);
    }
  }

  take({ id, place, start, end, first }: EnvelopeSegment): void {
    if (id === 'GS' && place[1] === 0) this.#endHeader(start);
    this.#close(start);
    const [interchange, group] = place;
    const groups = this.#groupsKept.get(interchange) ?? 0;
    const sets = this.#setsKept.get(`${interchange}.${group}`) ?? 0;
    switch (id) {
      case 'ISA':
        this.#lineEnd = { start: end, end };
        if (groups > 0) this.#open = start;
        break;
      case 'GS':
        if (sets > 0) this.#open = start;
        break;
      case 'ST':
        if (this.#kept.has(placeName(place))) this.#open = start;
        break;
      case 'GE':
        if (sets > 0) this.#open = this.#count(start, first, sets);
        break;
      case 'IEA':
        if (groups > 0) this.#endInterchange(this.#count(start, first, groups), end);
        break;
    }
  }

  #endInterchange(start: number, end: number): void {
    this.#copy(start, end);
    this.#copy(this.#lineEnd.start, this.#lineEnd.end);
  }

  #close(at: number): void {
    if (this.#open !== undefined) this.#copy(this.#open, at);
    this.#open = undefined;
  }

  /** The first GS tells what follows a segment here; something longer is a TA1 that stands before it. */
  #endHeader(at: number): void {
    const { start } = this.#lineEnd;
    if (at - start <= LINE_END_BYTES_MAX) this.#lineEnd = { start, end: at };
  }

  /** Copies a trailer up to its count, writes that, and says where it goes on. */
  #count(start: number, first: EnvelopeSegment['first'], count: number): number {
    this.#copy(start, first.start);
    this.pieces.push({ kind: 'text', text: String(count) });
    return first.end;
  }

  #copy(start: number, end: number): void {
    if (start === end) return;
    const last = this.pieces.at(-1);
    if (last?.kind === 'copy' && last.end === start) this.pieces.splice(-1);
    const from = last?.kind === 'copy' && last.end === start ? last.start : start;
    this.pieces.push({ kind: 'copy', start: from, end });
  }
}
