import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { readAcknowledgement } from '../../edi/explain.ts';
import type { FileResult } from '../../edi/file-result.ts';
import { answerSegments, answerTo, library, onlyInterchange, validate } from './support/validate.ts';

const FOLDER = new URL('../fixtures/one-fault/', import.meta.url);

type Row = { readonly file: string; readonly ta1: string; readonly ack: string; readonly detail: string };

function rows(): Row[] {
  const [, ...lines] = readFileSync(new URL('EXPECT.tsv', FOLDER), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [file = '', ta1 = '', ack = '', detail = ''] = line.split('\t');
    return { file, ta1, ack, detail };
  });
}

/** `|` separates alternatives, `..` is any number, `(or X)` is one more alternative, other remarks mean nothing. */
function pattern(expected: string): RegExp {
  const elements = expected
    .replace(/([A-Z]?\d+)\s*\(or ([A-Z]?\d+)\)/g, '$1|$2')
    .replace(/\s*\(.*?\)| (or tolerate|unless) .*/g, '')
    .trim()
    .split('*')
    .map((element) => {
      const parts = element.split('|').map((part) => part.replace(/[+?^$()[\]\\]/g, '\\$&'));
      return `(?:${parts.join('|')})`.replaceAll('..', '.*');
    });
  return new RegExp(`^${elements.join('\\*')}(\\*|$)`);
}

function expectedTa1(result: FileResult): string {
  if (result.kind !== 'x12') return 'none';
  const { ta1 } = onlyInterchange(result);
  return ta1.due ? `${ta1.code} ${ta1.note}` : 'none';
}

/** Segments that the row demands, in the words of the 999. */
function demanded(row: Row): string[] {
  const text = `${row.ack.split('->')[0] ?? ''}; ${row.detail === '-' ? '' : row.detail}`;
  return text
    .split(/[;:,]\s+|;/)
    .map((part) => part.replace(/^(1st|2nd:?)\s+/, '').trim())
    .filter((part) => /^(IK[345]|CTX|AK9)\*/.test(part) && !part.includes(' or SBR'));
}

/** Why a row cannot be judged yet; false when it can. */
function waitsForGuide({ file }: Row): string | false {
  const version = { i: '005010X223A2', d: '005010X224A2' }[file.slice(0, 2).replace('-', '')];
  if (version === undefined || file.includes('x223a3') || library.versions.includes(version)) return false;
  return `there is no guide ${version} yet`;
}

/** What is wrong with the answer to one file; empty when it is as the row says. */
function differences(row: Row): string[] {
  const result = validate(readFileSync(new URL(row.file, FOLDER)));
  const ta1 = expectedTa1(result);
  const wrong = row.ta1.startsWith(ta1) ? [] : [`TA1 ${ta1}, expected ${row.ta1}`];
  if (result.kind !== 'x12') return wrong;
  const segments = answerSegments(onlyInterchange(result));
  const none = row.ack.startsWith('none');
  const noErrors = none || row.detail === 'no IK3' || /IK5\*A; AK9\*A/.test(row.ack);
  const missing = none
    ? []
    : demanded(row).filter((wanted) => !segments.some((s) => pattern(wanted).test(s)));
  const extra = segments.filter((s) => (none && s.startsWith('AK')) || (noErrors && s.startsWith('IK3')));
  return [...wrong, ...missing.map((s) => `lacks ${s}`), ...extra.map((s) => `has ${s}`)];
}

test('every one-fault file gets the acknowledgement that EXPECT.tsv asks for', async (t) => {
  for (const row of rows())
    t.test(row.file, { skip: waitsForGuide(row) }, async (t) => {
      t.same(differences(row), []);
    });
});

test('one fault makes one IK3 and no more', async (t) => {
  for (const row of rows().filter(({ file }) => /^(ele|seg)-/.test(file))) {
    const segments = answerSegments(onlyInterchange(validate(readFileSync(new URL(row.file, FOLDER)))));
    t.equal(segments.filter((segment) => segment.startsWith('IK3')).length, 1, row.file);
  }
});

test('seg-08: a segment that comes too late is out of order, not missing', async (t) => {
  const segments = answerSegments(
    onlyInterchange(validate(readFileSync(new URL('seg-08-out-of-order.x12', FOLDER)))),
  );
  t.match(segments, [/^TA1/, /^AK1/, /^AK2/, /^IK3\*SBR\*14\*2000\*7$/, /^IK5\*R\*5$/, /^AK9/]);
});

test('every acknowledgement is read back in plain words', async (t) => {
  for (const { file } of rows()) {
    const result = validate(readFileSync(new URL(file, FOLDER)));
    if (result.kind !== 'x12') continue;
    const interchange = onlyInterchange(result);
    const answer = answerTo(interchange);
    const view = readAcknowledgement(Buffer.from(answer, 'latin1'));
    t.equal(view !== undefined, interchange.needsAcknowledgement, file);
    if (view === undefined) continue;
    t.equal(view.ta1?.code, interchange.ta1.due ? interchange.ta1.code : undefined);
    if (interchange.ta1.code === 'R') continue;
    t.same(
      view.groups.map((group) => [
        group.code,
        group.codes,
        group.declaredSets,
        group.receivedSets,
        group.acceptedSets,
      ]),
      interchange.groups.map((group) => [
        group.code,
        group.codes,
        group.declaredSets,
        group.receivedSets,
        group.acceptedSets,
      ]),
    );
    t.notMatch(JSON.stringify(view), /Code [A-Z0-9]+\./, `${file}: every code has words`);
  }
});
