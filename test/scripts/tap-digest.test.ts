import { test } from 'tap';

interface Digest {
  push(chunk: string): void;
  end(status: number): { readonly passed: number; readonly failed: number; readonly skipped: number };
}

const script = new URL('../../scripts/tap-digest.mjs', import.meta.url).href;
const { createTapDigest } = (await import(script)) as {
  readonly createTapDigest: (print: (line: string) => void) => Digest;
};

function digest(tap: string, status: number) {
  const lines: string[] = [];
  const reading = createTapDigest((line) => lines.push(line));
  // In pieces that respect no line, as a pipe delivers it.
  for (let at = 0; at < tap.length; at += 7) reading.push(tap.slice(at, at + 7));
  const totals = reading.end(status);
  return { lines, totals };
}

test('a run that passes is a line a file, with what was skipped and why', async (t) => {
  const { lines, totals } = digest(
    `TAP version 14
1..1
# Subtest: test/a.test.ts
    # Subtest: clients
        ok 1 - lftp # SKIP lftp is not installed
        ok 2 - signs in
        1..2
    ok 1 - clients # time=12.1ms

    1..1
    # time=20ms
ok 1 - test/a.test.ts # time=1234.5ms

# { total: 2, pass: 1, skip: 1 }
# time=2000ms
`,
    0,
  );
  t.strictSame(lines, ['ok     test/a.test.ts (1.2 s)', '  SKIP lftp is not installed: clients > lftp']);
  t.strictSame(totals, { passed: 1, failed: 0, skipped: 1 });
});

test('a failure is told with its diagnosis and where it was, and again at the end', async (t) => {
  const { lines, totals } = digest(
    `# Subtest: test/a.test.ts
    # Subtest: numbers
        not ok 1 - one is two
          ---
          diff: |
            not ok 7 - within a diagnosis is text
          ...
        1..1
    not ok 1 - numbers # time=12.1ms
      ---
      at: somewhere
      ...
    1..1
not ok 1 - test/a.test.ts # time=500ms
  ---
  command: node
  exitCode: 1
  ...
# { total: 1, pass: 0, fail: 1 }
`,
    1,
  );
  t.strictSame(lines, [
    'FAILED test/a.test.ts (0.5 s)',
    '  FAILED: numbers > one is two',
    '    diff: |',
    '      not ok 7 - within a diagnosis is text',
    '\nwhat failed:',
    'FAILED test/a.test.ts (0.5 s)',
    '  FAILED: numbers > one is two',
    '    diff: |',
    '      not ok 7 - within a diagnosis is text',
  ]);
  t.strictSame(totals, { passed: 0, failed: 1, skipped: 0 });
});

test('a file that dies without a failed assertion is told with how it ended', async (t) => {
  const { lines, totals } = digest(
    `# Subtest: test/a.test.ts
    1..0 # no tests found
not ok 1 - test/a.test.ts # time=100ms
  ---
  command: node
  exitCode: 3
  signal: null
  ...
# { total: 1, pass: 0, fail: 1 }
`,
    1,
  );
  const told = ['FAILED test/a.test.ts (0.1 s)', '    exitCode: 3', '    signal: null'];
  t.strictSame(lines, [...told, '\nwhat failed:', ...told]);
  t.equal(totals.failed, 1);
});

test('a run that ends without its totals, or not well, never reads like success', async (t) => {
  t.strictSame(digest('TAP version 14\n', 1).totals, { passed: 0, failed: 1, skipped: 0 });
  t.strictSame(digest('# { total: 4, pass: 4 }\n', 1).totals, { passed: 4, failed: 1, skipped: 0 });
});
