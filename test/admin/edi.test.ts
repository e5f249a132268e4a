import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { painterFor } from '../../admin/colour.ts';
import { caretLines } from '../../admin/edi-caret.ts';
import { readExcerpts } from '../../admin/edi-excerpts.ts';
import { meaningsOf } from '../../admin/edi-explain.ts';
import { printFileReport } from '../../admin/edi-report.ts';
import { createProgressBar, progressBytesMin } from '../../admin/progress-bar.ts';
import { CODE_PLACES, codesOf } from '../../edi/acknowledgement-codes.ts';
import { DEFAULT_DELIMITERS } from '../../edi/delimiters.ts';
import { stretchOf } from '../../edi/element-stretch.ts';
import { createFileValidator } from '../../edi/file-validator.ts';
import { generateFile } from '../../edi/generate/generate.ts';
import { createGuideLibrary } from '../../edi/guide-library.ts';
import { defaultProfile } from '../../edi/profile.ts';

const root = new URL('../..', import.meta.url).pathname;
const main = join(root, 'dist/admin/main.js');
const skip = existsSync(main) ? false : 'the product is not built (npm run build)';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(cwd: string, ...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], HOME: cwd };
    const child = spawn(process.execPath, [main, 'edi', ...args], { cwd, env });
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      text.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text.err += chunk;
    });
    child.on('close', (code) => resolve({ code: code ?? -1, ...text }));
  });
}

test('every code of every place is explained, alone and with its place', async (t) => {
  for (const place of CODE_PLACES)
    for (const [code, [plain, hint]] of codesOf(place)) {
      t.match(meaningsOf(code), [{ code }]);
      t.ok(meaningsOf(code).some((meaning) => meaning.place === place && meaning.plain === plain));
      t.same(meaningsOf(`${place}:${code}`), [{ place, code, plain, hint }]);
    }
  t.same(
    meaningsOf('8').map(({ place, code }) => `${place} ${code}`),
    ['IK304 8', 'IK403 8', 'IK502 8', 'TA105 008'],
  );
  t.same(
    meaningsOf('ik5:r').map(({ place }) => place),
    ['IK501'],
    'a segment stands for its places',
  );
  t.same(meaningsOf('TA1*025'), meaningsOf('25').slice(-1));
  for (const nothing of ['zz', 'IK304:025', 'IK7:1', '', '8 9']) t.same(meaningsOf(nothing), [], nothing);
});

test('the caret stands under the element, component or repetition that is wrong', async (t) => {
  const segment = 'SV1*HC:99213:25^AD:D1110*40';
  const under = (at: { element: number; component?: number; repetition?: number }): string => {
    const { start, length } = stretchOf(segment, at, DEFAULT_DELIMITERS);
    return segment.slice(start, start + length);
  };
  t.equal(under({ element: 2 }), '40');
  t.equal(under({ element: 1, component: 2 }), '99213');
  t.equal(under({ element: 1, component: 2, repetition: 2 }), 'D1110');
  t.equal(under({ element: 1, repetition: 2 }), 'AD:D1110');
  t.same(caretLines('NM1*IL', stretchOf('NM1*IL', { element: 4 }, DEFAULT_DELIMITERS)), [
    'NM1*IL',
    '      ^',
  ]);
  const long = `REF*D9*${'x'.repeat(300)}*bad*${'y'.repeat(300)}`;
  const [text = '', carets = ''] = caretLines(long, stretchOf(long, { element: 3 }, DEFAULT_DELIMITERS));
  t.equal(text.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1), 'bad');
  t.ok(text.length < 110);
  t.same(caretLines('A\u001b[31m', undefined), ['A?[31m'], 'nothing acts on the terminal');
});

test('colour is for terminals, and for those who want it', async (t) => {
  t.equal(painterFor({ isTTY: true }, {})('red', 'x'), '\u001b[31mx\u001b[39m');
  t.equal(painterFor({ isTTY: true }, { NO_COLOR: '1' })('red', 'x'), 'x');
  t.equal(painterFor({ isTTY: true }, { TERM: 'dumb' })('red', 'x'), 'x');
  t.equal(painterFor({}, {})('red', 'x'), 'x');
});

test('a bar is drawn on a terminal for a large file, and taken away', async (t) => {
  const drawn = (isTTY: boolean, totalBytes: number): string[] => {
    const texts: string[] = [];
    let timeMs = 0;
    const stream = { isTTY, write: (text: string) => texts.push(text) };
    const bar = createProgressBar({ stream, now: () => timeMs }, { label: 'Reading', totalBytes });
    for (let i = 0; i < 4; i += 1) {
      bar.advance(totalBytes / 4);
      timeMs += 60;
    }
    bar.end();
    return texts;
  };
  t.same(drawn(false, progressBytesMin), []);
  t.same(drawn(true, progressBytesMin - 1), []);
  const texts = drawn(true, progressBytesMin);
  t.match(texts, [/\[#{8}\.{22}\] {2}25 %/, /\[#{23}\.{7}\] {2}75 % {2}\d+ MB\/s/, '\r\u001b[K']);
});

test('the report shows segments of any set of any interchange', async (t) => {
  const one = Buffer.concat([
    ...generateFile({ transaction: '837P', claims: 1, lines: 1, sets: 2, seed: 1, faults: ['element.code'] }),
  ]);
  const other = Buffer.concat([
    ...generateFile({
      transaction: '837D',
      claims: 1,
      lines: 1,
      sets: 1,
      seed: 2,
      faults: ['code-set.tooth'],
    }),
  ])
    .toString('latin1')
    .replaceAll('*', '|')
    .replaceAll('\n', '');
  const bytes = Buffer.concat([Buffer.from('\ufeff'), one, Buffer.from(`garbage${other}`)]);
  const path = join(t.testdir(), 'claims.x12');
  writeFileSync(path, bytes);
  const validator = createFileValidator({ library: createGuideLibrary(), profile: defaultProfile });
  validator.push(bytes);
  const result = validator.end();
  const handle = await open(path);
  const report = printFileReport(path, result, {
    paint: (_colour, text) => text,
    excerpts: await readExcerpts(handle, result),
  });
  await handle.close();
  const lines = report.split('\n');
  const shown = lines.flatMap((line, at) => (/^ *\^+$/.test(line) ? [[lines[at - 1], line]] : []));
  t.same(
    shown.map(([text = '', carets = '']) => text.slice(carets.indexOf('^'), carets.length)),
    ['Z', 'Z', '33'],
  );
  t.match(report, /CLM\*C2-1\*[\s\S]*TOO\|JP\|33/);
});

test('validate: exit 0, 1 and 2, in words and in JSON', { skip }, async (t) => {
  const cwd = t.testdir({ 'note.txt': 'hello' });
  await run(cwd, 'generate', '--out', 'good.x12');
  await run(cwd, 'generate', '--claims', '1', '--fault', 'claim.balance,subscriber.city', '--out', 'bad.x12');
  t.match(await run(cwd, 'validate', 'good.x12'), { code: 0, out: /10 claims[\s\S]*accepted/, err: '' });
  const bad = await run(cwd, 'validate', 'bad.x12');
  t.match(bad, { code: 1, out: /error N4 at 16[\s\S]*before DMG\*[\s\S]*note CLM at 18[\s\S]*\^{4}/ });
  t.notMatch(bad.out, '\u001b', 'no colour in a pipe');
  t.match(await run(cwd, 'validate', 'note.txt', 'good.x12'), { code: 2, out: /not readable as X12/ });
  t.match(await run(cwd, 'validate', 'nowhere.x12'), { code: 2, err: /cannot be opened/ });
  const { out, code } = await run(cwd, 'validate', '--json', '--profile', 'strict', 'bad.x12');
  t.equal(code, 1);
  t.match(JSON.parse(out), [
    {
      file: 'bad.x12',
      interchanges: [
        {
          groups: [
            {
              sets: [
                {
                  findings: [
                    { ruleId: 'subscriber.city', severity: 'reject' },
                    { ruleId: 'claim.balance', severity: 'reject' },
                  ],
                },
              ],
            },
          ],
        },
      ],
    },
  ]);
});

test('explain: in words, in JSON, and what is no code', { skip }, async (t) => {
  const cwd = t.testdir();
  t.match(await run(cwd, 'explain', '025'), { code: 0, out: /TA105 025 .*\n.*used before/ });
  t.match(JSON.parse((await run(cwd, 'explain', 'IK403:I10', '--json')).out), [
    { place: 'IK403', code: 'I10' },
  ]);
  t.match(await run(cwd, 'explain', 'I99'), { code: 2, out: '', err: /no code I99|has a code I99/i });
  const all = await run(cwd, 'explain');
  for (const place of CODE_PLACES) t.match(all.out, place);
});

test('generate: to a file or a pipe, the same each time, and nothing that cannot be', { skip }, async (t) => {
  const cwd = t.testdir();
  const args = ['generate', '--transaction', '837I', '--claims', '3', '--lines', '2', '--seed', '7'];
  t.match(await run(cwd, ...args, '--out', 'a.x12'), { code: 0, out: 'Wrote 3 claims to a.x12\n' });
  t.equal((await run(cwd, ...args)).out, readFileSync(join(cwd, 'a.x12'), 'latin1'));
  t.match(await run(cwd, 'generate', '--fault', 'list'), { code: 0, out: /claim\.balance[\s\S]*set-count/ });
  for (const [wrong, words] of [
    [['--fault', 'no.fault'], /no fault no\.fault/],
    [['--fault', 'code-set.tooth'], /one of 837D/],
    [['--lines', '51'], /--lines takes/],
    [['--claims', '1.5'], /--claims takes/],
    [['--out', 'nowhere/a.x12'], /cannot be written/],
  ] as const)
    t.match(await run(cwd, 'generate', ...wrong), { code: 2, err: words });
});
