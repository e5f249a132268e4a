import { test } from 'tap';
import { readAcknowledgement } from '../../edi/explain.ts';
import { answerTo, oneFault, onlyInterchange, validate } from './support/validate.ts';

/** Mutations tried here; the long run sets CLAIMGATE_FUZZ. */
const RUNS = Number(process.env['CLAIMGATE_FUZZ'] ?? 2000);
const SEED = Number(process.env['CLAIMGATE_SEED'] ?? Date.now() % 2 ** 31);

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

type Mutation = (text: string, random: (below: number) => number) => string;

function ofSegments(
  change: (segments: string[], at: number, random: (below: number) => number) => void,
): Mutation {
  return (text, random) => {
    const segments = text.split('~');
    change(segments, random(segments.length), random);
    return segments.join('~');
  };
}

const MUTATIONS: readonly Mutation[] = [
  (text, random) => {
    const at = random(text.length);
    return text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + 1);
  },
  (text, random) => {
    const at = random(text.length);
    return text.slice(0, at) + text.slice(at + 1 + random(20));
  },
  (text, random) => {
    const at = random(text.length);
    return text.slice(0, at) + '*:^~ \n0A'.charAt(random(8)).repeat(1 + random(3)) + text.slice(at);
  },
  ofSegments((segments, at) => segments.splice(at, 1)),
  ofSegments((segments, at) => segments.splice(at, 0, segments[at] ?? '')),
  ofSegments((segments, at, random) => {
    const other = random(segments.length);
    [segments[at], segments[other]] = [segments[other] ?? '', segments[at] ?? ''];
  }),
  ofSegments((segments, at, random) => {
    const elements = (segments[at] ?? '').split('*');
    elements[random(elements.length)] =
      ['', 'X', '99999999999999999999', 'ZZ', '20240230', '-1.5', 'A:B:C:D'][random(7)] ?? '';
    segments[at] = elements.join('*');
  }),
];

const SOURCES = [
  'p-00-valid',
  'set-06-one-good-one-bad',
  'biz-04-freq7-no-refF8',
  'env-19-ta1-only-inbound',
  'i-00-valid',
  'd-00-valid',
].map(oneFault);

function mutated(random: (below: number) => number): string {
  let text = SOURCES[random(SOURCES.length)] ?? '';
  for (let n = 1 + random(3); n > 0; n -= 1)
    text = MUTATIONS[random(MUTATIONS.length)]?.(text, random) ?? text;
  return text;
}

/** The answers to a file, and whether each can be read as an interchange with its groups and as an acknowledgement. */
function answersTo(text: string, chunk: number): { readonly answer: string; readonly readable: boolean }[] {
  const result = validate(text, { chunk });
  if (result.kind === 'unreadable') return [];
  const answers = result.interchanges.map(answerTo).filter((answer) => answer !== '');
  return answers.map((answer) => {
    const again = onlyInterchange(validate(answer));
    const whole = again.ta1.code === 'A' && again.groups.every(({ codes }) => codes.length === 0);
    return { answer, readable: whole && readAcknowledgement(Buffer.from(answer, 'latin1')) !== undefined };
  });
}

test(`${RUNS} mutations, seed ${SEED}: no exception, and every answer can be read`, async (t) => {
  t.comment(`seed ${SEED}; set CLAIMGATE_SEED to repeat, CLAIMGATE_FUZZ for more runs`);
  const random = randomOf(SEED);
  let answered = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const text = mutated(random);
    for (const { answer, readable } of answersTo(text, 1 + random(3000))) {
      answered += 1;
      if (!readable) t.fail('an answer that cannot be read', { run, text, answer });
    }
  }
  t.ok(answered > RUNS / 4, `${answered} answers`);
});
