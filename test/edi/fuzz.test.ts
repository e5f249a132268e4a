import { readdirSync } from 'node:fs';
import { test } from 'tap';
import { readAcknowledgement } from '../../edi/explain.ts';
import { answerFaults } from './support/answer-faults.ts';
import { corpusFiles, corpusFolder } from './support/corpus.ts';
import { setsByNodeX12 } from './support/read-by-others.ts';
import { answerTo, oneFault, validate } from './support/validate.ts';

/** Mutations tried here; the long run sets CLAIMGATE_FUZZ=100000. */
const RUNS = Number(process.env['CLAIMGATE_FUZZ'] ?? 2000);
const SEED = Number(process.env['CLAIMGATE_SEED'] ?? Date.now() % 2 ** 31);

/** What any one file may take; the slowest takes 20 ms on a quiet machine. */
const SLOW_MS = 5000;

/** Corpus files above this are left to corpus.test.ts. */
const SOURCE_BYTES_MAX = 20_000;

/** mulberry32: small, seeded, good enough to choose places. */
function randomOf(seed: number): (below: number) => number {
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
type Random = (below: number) => number;
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
const FIXTURES = readdirSync(new URL('../fixtures/one-fault/', import.meta.url))
  .filter((name) => name.endsWith('.x12'))
  .map((name) => oneFault(name.slice(0, -4)));
const CORPUS =
  folder === undefined ? [] : corpusFiles(folder).map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
const SOURCES = [...FIXTURES, ...CORPUS].filter(({ length }) => length > 106 && length < SOURCE_BYTES_MAX);

function mutated(random: Random): string {
  let text = SOURCES[random(SOURCES.length)] ?? '';
  for (let n = 1 + random(3); n > 0 && text !== ''; n -= 1) {
    // X12.5: bytes 3 and 105 of an interchange.
    const isa = text.indexOf('ISA');
    const source = { text, element: text.charAt(isa + 3), segment: text.charAt(isa + 105) };
    text = MUTATIONS[random(MUTATIONS.length)]?.(source, random) ?? text;
  }
  return text;
}

/** What others and we ourselves make of an answer; empty when all can read it. */
function unreadable(answer: string): string[] {
  const faults =
    readAcknowledgement(Buffer.from(answer, 'latin1')) === undefined ? ['explain reads nothing'] : [];
  const ta1 = new RegExp(`TA1[^]*?[${answer.charAt(105).replace(/[\\\]^]/g, '\\$&')}]`);
  try {
    const sets = answer.includes(`${answer.charAt(105)}ST`) ? setsByNodeX12(answer.replace(ta1, '')) : [];
    if (sets.some(([st]) => !st?.startsWith('ST'))) faults.push('node-x12 reads no ST');
  } catch (error) {
    faults.push(`node-x12: ${(error as Error).message}`);
  }
  return faults;
}

/** What is wrong with the answers to a file, and how many there are. */
function judged(text: string, chunk: number): { readonly answers: number; readonly faults: unknown[] } {
  const result = validate(text, { chunk });
  if (result.kind === 'unreadable') return { answers: 0, faults: [] };
  const answers = result.interchanges.map((inbound) => ({ inbound, answer: answerTo(inbound) }));
  const written = answers.filter(({ answer }) => answer !== '');
  const faults = written.flatMap(({ inbound, answer }) => [
    ...answerFaults(answer, inbound),
    ...unreadable(answer),
  ]);
  return { answers: written.length, faults };
}

const name = `${RUNS} mutations of ${SOURCES.length} files, seed ${SEED}: no exception, no hang, every answer is right`;

test(name, { timeout: 3_600_000 }, async (t) => {
  t.comment(`seed ${SEED}; set CLAIMGATE_SEED to repeat, CLAIMGATE_FUZZ for more runs`);
  const random = randomOf(SEED);
  let answered = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const text = mutated(random);
    const chunk = 1 + random(3000);
    const from = performance.now();
    try {
      const { answers, faults } = judged(text, chunk);
      answered += answers;
      if (faults.length > 0) t.fail('an answer that is not right', { run, text, chunk, faults });
    } catch (error) {
      t.fail('an exception', { run, text, chunk, error });
    }
    if (performance.now() - from > SLOW_MS) t.fail('too slow', { run, text, chunk });
  }
  t.ok(answered > RUNS / 4, `${answered} answers`);
});
