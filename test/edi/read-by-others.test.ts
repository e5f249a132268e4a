import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'tap';
import { segmentsByX12Parser, setsByNodeX12 } from './support/read-by-others.ts';
import { answerTo, validate } from './support/validate.ts';

const FIXTURES = new URL('../fixtures/one-fault/', import.meta.url);

type Answer = { readonly name: string; readonly text: string; readonly segments: readonly string[] };

function answers(): Answer[] {
  return readdirSync(FIXTURES)
    .filter((name) => name.endsWith('.x12'))
    .flatMap((name) => {
      const result = validate(readFileSync(new URL(name, FIXTURES)), { profile: { ta1: 'always' } });
      if (result.kind !== 'x12') return [];
      return result.interchanges.map(answerTo).map((text) => ({ name, text, segments: segmentsOf(text) }));
    })
    .filter(({ text }) => text !== '');
}

/** X12.5: bytes 3 and 105 of an interchange. */
function segmentsOf(text: string): string[] {
  return text.split(text.charAt(105)).filter((segment) => segment !== '');
}

/** From ST to SE. */
function setsOf(segments: readonly string[]): string[][] {
  const sets: string[][] = [];
  for (const segment of segments) {
    if (segment.startsWith('ST')) sets.push([]);
    if (/^(ISA|TA1|GS|GE|IEA)/.test(segment)) continue;
    sets.at(-1)?.push(segment);
  }
  return sets;
}

test('node-x12 reads every set that we write as it is, and finds its counts right', async (t) => {
  for (const { name, text, segments } of answers()) {
    const sets = setsOf(segments);
    // It knows no TA1, and takes an interchange without a group for a broken one.
    if (sets.length === 0) continue;
    const ta1 = segments.find((segment) => segment.startsWith('TA1'));
    t.same(
      setsByNodeX12(ta1 === undefined ? text : text.replace(`${ta1}${text.charAt(105)}`, '')),
      sets,
      name,
    );
  }
});

test('x12-parser reads every segment that we write, the TA1 too', async (t) => {
  for (const { name, text, segments } of answers()) {
    const read = await segmentsByX12Parser(text);
    const expected = segments.map((segment) => segment.split(text.charAt(3)));
    t.same(
      read.map((segment) => segment['name']),
      expected.map(([id]) => id),
      name,
    );
    const differ = expected.flatMap((elements, i) =>
      elements.filter((value, at) => {
        if (at === 0 || value.trim() === '' || value.includes(text.charAt(104))) return false;
        // It leaves out the padding of ISA.
        return (read[i]?.[at] ?? read[i]?.[`${at}-1`])?.trim() !== value.trim();
      }),
    );
    t.same(differ, [], `${name}: every value`);
  }
});
