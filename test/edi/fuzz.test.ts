import { test } from 'tap';
import { readAcknowledgement } from '../../edi/explain.ts';
import { answerFaults } from './support/answer-faults.ts';
import { mutated, randomOf, SOURCES } from './support/mutations.ts';
import { setsByNodeX12 } from './support/read-by-others.ts';
import { answerTo, validate } from './support/validate.ts';

/** Mutations tried here; the long run sets CLAIMGATE_FUZZ=100000. */
const RUNS = Number(process.env['CLAIMGATE_FUZZ'] ?? 2000);
const SEED = Number(process.env['CLAIMGATE_SEED'] ?? Date.now() % 2 ** 31);

/** What any one file may take; the slowest takes 20 ms on a quiet machine. */
const SLOW_MS = 5000;

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
