import { test } from 'tap';
import { createFileValidator } from '../../edi/file-validator.ts';
import { generateFile } from '../../edi/generate/generate.ts';
import { createGuideLibrary } from '../../edi/guide-library.ts';
import { defaultProfile, strictProfile } from '../../edi/profile.ts';
import { mutated, randomOf, SOURCES } from './support/mutations.ts';
import { library, validate } from './support/validate.ts';

const RUNS = 500;
const SEED = Number(process.env['CLAIMGATE_SEED'] ?? Date.now() % 2 ** 31);

const slow = createGuideLibrary(() => undefined);

test('there is a kernel for every guide', async (t) => {
  for (const version of library.versions) {
    t.ok(library.find(version)?.kernels, version);
    t.notOk(slow.find(version)?.kernels);
  }
});

test(`with the kernel a file comes to what it comes to without, seed ${SEED}`, async (t) => {
  const random = randomOf(SEED);
  const changed = Array.from({ length: RUNS }, () => mutated(random));
  for (const text of [...SOURCES, ...changed])
    for (const profile of [defaultProfile, strictProfile]) {
      const chunk = 1 + random(3000);
      const expected = JSON.stringify(validate(text, { profile, library: slow }));
      const found = JSON.stringify(validate(text, { profile, chunk }));
      if (found !== expected) t.equal(found, expected, text);
    }
  t.pass(`${SOURCES.length + RUNS} files`);
});

test('two files that are read in turns do not meet', async (t) => {
  const common = { transaction: '837P', claims: 40, lines: 2, sets: 2 } as const;
  const files = [[], ['claim.balance']].map((faults, seed) =>
    Buffer.concat([...generateFile({ ...common, seed, faults })]),
  );
  const expected = files.map((file) => validate(file, { library: slow }));
  const validators = files.map(() => createFileValidator({ library, profile: defaultProfile }));
  for (let at = 0; at < 100_000; at += 1000)
    files.forEach((file, i) => {
      validators[i]?.push(file.subarray(at, at + 1000));
    });
  t.strictSame(
    validators.map((validator) => validator.end()),
    expected,
  );
});
