/** The X12 005010 standard below the guides: elements, segments, composites, dictionary codes, segment ids. */
import { CODES } from './standard/codes.ts';
import { ELEMENTS } from './standard/elements.ts';
import { ALL_SEGMENTS, SEGMENTS_OF_SETS } from './standard/segment-ids.ts';
import { COMPOSITES, SEGMENTS } from './standard/segments.ts';

/** X12.6 section 3.3: string, identifier, numeric with n decimals, decimal, date, time. */
export type DataType = 'AN' | 'ID' | 'N' | 'R' | 'DT' | 'TM';

export type StandardElement = {
  readonly number: string;
  readonly type: DataType;
  readonly min: number;
  readonly max: number;
  readonly name: string;
};

/** A relation between elements: X12.6 section 3.7.3. */
export type SyntaxNote = {
  readonly kind: 'P' | 'R' | 'E' | 'C' | 'L';
  readonly positions: readonly number[];
};

/** One place in a segment or composite: a data element or a composite (`C022`). */
export type StandardPlace = {
  readonly element: string;
  readonly mandatory: boolean;
  /** How often it may repeat; 1 for nearly all. */
  readonly repeats: number;
};

export type StandardSegment = {
  readonly id: string;
  readonly places: readonly StandardPlace[];
  readonly notes: readonly SyntaxNote[];
};

export type StandardDictionary = {
  readonly elements: ReadonlyMap<string, StandardElement>;
  readonly segments: ReadonlyMap<string, StandardSegment>;
  readonly composites: ReadonlyMap<string, StandardSegment>;
  readonly codes: ReadonlyMap<string, ReadonlySet<string>>;
  readonly segmentIds: ReadonlySet<string>;
  readonly segmentIdsOf: ReadonlyMap<string, ReadonlySet<string>>;
};

/**
 * Reads the standard's text tables.
 * @returns the dictionary; make it once and share it.
 */
export function createStandardDictionary(): StandardDictionary {
  return {
    elements: new Map(lines(ELEMENTS).map((line) => parseElement(line))),
    segments: new Map(lines(SEGMENTS).map((line) => parseSegment(line))),
    composites: new Map(lines(COMPOSITES).map((line) => parseSegment(line))),
    codes: parseCodes(CODES),
    segmentIds: new Set(words(ALL_SEGMENTS)),
    segmentIdsOf: parseCodes(SEGMENTS_OF_SETS),
  };
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

function parseElement(line: string): [string, StandardElement] {
  const [number = '', type = '', min, max, ...name] = words(line);
  // N0 and N2 differ in implied decimals only; no guide here uses any but N0.
  const dataType = (type.startsWith('N') ? 'N' : type) as DataType;
  return [number, { number, type: dataType, min: Number(min), max: Number(max), name: name.join(' ') }];
}

function parsePlace(word: string): StandardPlace {
  const mandatory = word.endsWith('!');
  const [element = '', repeats = '1'] = word.replace('!', '').split('x');
  return { element, mandatory, repeats: Number(repeats) };
}

function parseNote(word: string): SyntaxNote {
  const pairs = word.slice(1).match(/\d\d/g) ?? [];
  return { kind: word[0] as SyntaxNote['kind'], positions: pairs.map(Number) };
}

function parseSegment(line: string): [string, StandardSegment] {
  const [places = '', notes = ''] = line.split('|');
  const [id = '', ...rest] = words(places);
  return [id, { id, places: rest.map(parsePlace), notes: words(notes).map(parseNote) }];
}

function parseCodes(text: string): Map<string, Set<string>> {
  const codes = new Map<string, Set<string>>();
  let current = new Set<string>();
  for (const line of lines(text)) {
    const [head = '', ...rest] = words(line);
    if (head !== '+') {
      current = new Set();
      codes.set(head, current);
    }
    for (const code of rest) current.add(code);
  }
  return codes;
}
