/** Files of the corpus with a few random changes: bytes, segments, elements. */
import { readdirSync } from 'node:fs';
import { corpusFiles, corpusFolder } from './corpus.ts';
import { oneFault } from './validate.ts';

/** Corpus files above this are left to corpus.test.ts. */
const SOURCE_BYTES_MAX = 20_000;

/** mulberry32: small, seeded, good enough to choose places. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** A file that is to be changed, by its own delimiters. */
type Source = { readonly text: string; readonly element: string; readonly segment: string };
export type Random = (below: number) => number;
type Mutation = (source: Source, random: Random) => string;

const VALUES = [
  '',
  'X',
  '99999999999999999999',
  'ZZ',
  '20240230',
  '-1.5',
  'A:B:C:D',
  'A^B',
  ' ',
  '\u00e9',
  '0',
  '~',
];
const INSERTS = [
  '*',
  ':',
  '^',
  '~',
  ' ',
  '\n',
  '0',
  'A',
  '\0',
  '\r\n',
  '~~',
  'ISA',
  'IEA*1*1~',
  'ST*837*1~',
  'SE*1*1~',
];

function ofSegments(
  change: (segments: string[], at: number, random: Random, element: string) => void,
): Mutation {
  return ({ text, element, segment }, random) => {
    const segments = text.split(segment);
    change(segments, random(segments.length), random, element);
    return segments.join(segment);
  };
}

function ofElements(change: (elements: string[], at: number, random: Random) => void): Mutation {
  return ofSegments((segments, at, random, element) => {
    const elements = (segments[at] ?? '').split(element);
    change(elements, random(elements.length), random);
    segments[at] = elements.join(element);
  });
}

const MUTATIONS: readonly Mutation[] = [
  // Bytes.
  ({ text }, random) => {
    const at = random(text.length);
    return text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + 1);
  },
  ({ text }, random) => {
    const at = random(text.length);
    return text.slice(0, at) + text.slice(at + 1 + random(20));
  },
  ({ text }, random) => {
    const at = random(text.length);
    return text.slice(0, at) + (INSERTS[random(INSERTS.length)] ?? '').repeat(1 + random(3)) + text.slice(at);
  },
  ({ text }, random) => text.slice(0, random(text.length)),
  // Segments.
  ofSegments((segments, at) => segments.splice(at, 1)),
  ofSegments((segments, at) => segments.splice(at, 0, segments[at] ?? '')),
  ofSegments((segments, at, random) => {
    const other = random(segments.length);
    [segments[at], segments[other]] = [segments[other] ?? '', segments[at] ?? ''];
  }),
  ofSegments((segments, at, random) => {
    const length = 1 + random(8);
    segments.splice(random(segments.length), 0, ...segments.slice(at, at + length));
  }),
  // Elements.
  ofElements((elements, at, random) => {
    elements[at] = VALUES[random(VALUES.length)] ?? '';
  }),
  ofElements((elements, at) => elements.splice(at, 1)),
  ofElements((elements, at) => elements.splice(at, 0, elements[at] ?? '')),
  ofElements((elements, at, random) => {
    elements[at] = (elements[at] ?? '').repeat(2 + random(40));
  }),
];

const folder = corpusFolder();
const FIXTURES = readdirSync(new URL('../../fixtures/one-fault/', import.meta.url))
  .filter((name) => name.endsWith('.x12'))
  .map((name) => oneFault(name.slice(0, -4)));
const CORPUS =
  folder === undefined ? [] : corpusFiles(folder).map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
/** What is changed. */
export const SOURCES = [...FIXTURES, ...CORPUS].filter(
  ({ length }) => length > 106 && length < SOURCE_BYTES_MAX,
);

/** One of the files, with up to three changes. */
export function mutated(random: Random): string {
  let text = SOURCES[random(SOURCES.length)] ?? '';
  for (let n = 1 + random(3); n > 0 && text !== ''; n -= 1) {
    // X12.5: bytes 3 and 105 of an interchange.
    const isa = text.indexOf('ISA');
    const source = { text, element: text.charAt(isa + 3), segment: text.charAt(isa + 105) };
    text = MUTATIONS[random(MUTATIONS.length)]?.(source, random) ?? text;
  }
  return text;
}
