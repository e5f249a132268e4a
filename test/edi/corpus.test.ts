import { test } from 'tap';
import { readAcknowledgement } from '../../edi/explain.ts';
import { corpusFiles, corpusFolder } from './support/corpus.ts';
import { answerTo, library, validate } from './support/validate.ts';

const folder = corpusFolder();
const skip = folder === undefined && 'the shared corpus is not here (set CLAIMGATE_SHARED)';
const files = folder === undefined ? [] : corpusFiles(folder);

test('every valid X12.org example of a guide that we have is accepted', { skip }, async (t) => {
  const examples = files.filter(({ name }) => /X22[234]A\d_HC837.*__pass__/.test(name));
  t.ok(examples.length > 20);
  for (const { name, bytes } of examples) {
    const result = validate(bytes);
    if (result.kind !== 'x12') throw new Error(`${name}: ${result.reason}`);
    for (const interchange of result.interchanges)
      for (const group of interchange.groups) {
        const covered = library.versions.includes(group.version);
        const told = group.sets.flatMap((set) =>
          set.findings.filter(({ severity }) => severity !== 'report'),
        );
        t.same([group.code, group.codes, told], covered ? ['A', [], []] : ['R', ['2'], []], name);
      }
  }
});

test('every file of the corpus is answered, or named unreadable, the same each time', { skip }, async (t) => {
  for (const { name, bytes } of files) {
    const result = validate(bytes);
    t.same(validate(bytes, { chunk: 61 }), result, name);
    if (result.kind === 'unreadable') continue;
    for (const interchange of result.interchanges) {
      const answer = answerTo(interchange);
      t.equal(answer !== '', interchange.needsAcknowledgement, name);
      if (answer !== '')
        t.ok(readAcknowledgement(Buffer.from(answer, 'latin1')), `${name}: the answer reads back`);
    }
  }
});
