import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'tap';
import { answerFaults } from './support/answer-faults.ts';
import { corpusFiles, corpusFolder } from './support/corpus.ts';
import { answerTo, onlyInterchange, validate } from './support/validate.ts';

const FIXTURES = new URL('../fixtures/one-fault/', import.meta.url);

const folder = corpusFolder();
const skip = folder === undefined && 'the shared corpus is not here (set CLAIMGATE_SHARED)';
const files = folder === undefined ? [] : corpusFiles(folder);

test('every answer to a one-fault file is right by our own guides', async (t) => {
  for (const file of readdirSync(FIXTURES).filter((name) => name.endsWith('.x12'))) {
    const result = validate(readFileSync(new URL(file, FIXTURES)), { profile: { ta1: 'always' } });
    if (result.kind !== 'x12') continue;
    for (const interchange of result.interchanges) {
      const answer = answerTo(interchange);
      if (answer !== '') t.same(answerFaults(answer, interchange), [], file);
    }
  }
});

test('every answer to a file of the corpus is right by our own guides', { skip }, async (t) => {
  for (const { name, bytes } of files) {
    const result = validate(bytes, { profile: { ta1: 'always' } });
    if (result.kind !== 'x12') continue;
    for (const interchange of result.interchanges) {
      const answer = answerTo(interchange);
      if (answer !== '') t.same(answerFaults(answer, interchange), [], name);
    }
  }
});

test('the 999 that X12.org published is right by our guide, and never answered', { skip }, async (t) => {
  const example = files.find(({ name }) => name.includes('X231A1_FA999'));
  const interchange = onlyInterchange(validate(example?.bytes ?? ''));
  t.same(
    interchange.groups.map(({ code, sets }) => [code, sets.flatMap((set) => set.findings)]),
    [['A', []]],
  );
  t.equal(interchange.needsAcknowledgement, false);
});

/** A 999 with one segment put in place of another. */
function answerWith(change: (text: string) => string): string[] {
  const bytes = readFileSync(new URL('d-02-tooth-surface-bad.x12', FIXTURES));
  const answer = answerTo(onlyInterchange(validate(bytes)));
  const [group] = onlyInterchange(validate(change(answer))).groups;
  return (group?.sets ?? []).flatMap(({ findings }) =>
    findings.map((f) => `${f.segmentId} ${f.segmentCode} ${f.element?.code ?? ''}`.trim()),
  );
}

test('the guide of the 999 sees what is wrong with one', async (t) => {
  t.same(
    answerWith((text) => text),
    [],
  );
  t.same(
    answerWith((text) => text.replace('*1369*7*', '*1369*11*')),
    ['IK4 8 7'],
  );
  t.same(
    answerWith((text) => text.replace('IK3*TOO*28*2400*8', 'IK3*TOO*28*2400A*8')),
    ['IK3 8 5'],
  );
  t.same(
    answerWith((text) => text.replace('CTX*CLM01:26403774', 'CTX*CLM01')),
    ['CTX 8 1'],
  );
  t.same(
    answerWith((text) => text.replace('IK3*TOO*28*2400*8', 'IK3*TOO*28*2400')),
    ['IK3 8 1'],
  );
});
