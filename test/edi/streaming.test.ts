import fc from 'fast-check';
import { test } from 'tap';
import { ENDS_COMPONENT, ENDS_ELEMENT, ENDS_REPETITION } from '../../edi/scan/scan-kernel.ts';
import { SegmentCursor } from '../../edi/segment-cursor.ts';
import { SegmentReader } from '../../edi/segment-reader.ts';
import { answerTo, oneFault, onlyInterchange, validate } from './support/validate.ts';

const VALID = oneFault('p-00-valid');
const BAD = oneFault('set-06-one-good-one-bad').replace('NM1*IL*1*SMITH*JANE', 'NM1*IL*1*SMITH*');

const DELIMITERS = { element: 0x2a, component: 0x3a, repetition: 0x5e, segment: 0x7e };
const SIGNS = new Map([
  [ENDS_ELEMENT, '*'],
  [ENDS_COMPONENT, ':'],
  [ENDS_REPETITION, '^'],
]);

/** Prints every segment from what the reader marked. */
function reprint(text: string, chunk: number): string {
  const reader = new SegmentReader();
  reader.setDelimiters(DELIMITERS);
  const cursor = new SegmentCursor(reader);
  const bytes = Buffer.from(text, 'latin1');
  let printed = '';
  for (let at = 0; at < bytes.length; at += chunk) {
    reader.append(bytes.subarray(at, at + chunk));
    while (reader.next()) {
      printed += cursor.segmentId();
      for (let token = 1; token < reader.count; token += 1) {
        printed += SIGNS.get((reader.marks[reader.first + token - 1] as number) & 3);
        printed += cursor.textBetween(cursor.tokenStart(token), cursor.tokenEnd(token));
      }
      printed += '~';
    }
  }
  return printed;
}

test('what is read can be printed again as it was, in chunks of any size', async (t) => {
  const word = fc.string({ unit: fc.constantFrom(...'ABCXYZ019 .-&\u00e9'), maxLength: 12 });
  const rest = fc.array(fc.tuple(fc.constantFrom('*', ':', '^'), word), { maxLength: 30 });
  const segment = fc
    .tuple(fc.constantFrom('NM1', 'HI', 'CLM', 'X'), rest)
    .map(([id, parts]) => `${id}${parts.map((part) => part.join('')).join('')}~`);
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 30 }), fc.integer({ min: 1, max: 200 }), (segments, chunk) => {
      const text = segments.join('');
      return reprint(text, chunk) === text;
    }),
    { numRuns: 300 },
  );
  t.equal(reprint(VALID.replaceAll('\n', ''), 7), VALID.replaceAll('\n', ''));
});

test('any chunking of a file gives the same result', async (t) => {
  for (const text of [VALID, BAD, oneFault('env-21-garbage-after-iea'), oneFault('env-15-bom')]) {
    const whole = validate(text);
    for (const chunk of [1, 2, 3, 5, 16, 105, 106, 107, 1000]) t.same(validate(text, { chunk }), whole);
  }
});

test('line ends after terminators, and delimiters of any kind, change nothing', async (t) => {
  const findings = (text: string) => onlyInterchange(validate(text)).groups.map(({ sets }) => sets);
  const expected = findings(BAD);
  t.same(findings(BAD.replaceAll('\n', '')), expected);
  t.same(findings(BAD.replaceAll('\n', '\r\n')), expected);
  t.same(findings(BAD.replaceAll('~\n', '\n')), expected, 'newline as terminator');
  t.same(findings(BAD.replaceAll('~\n', '\r\n')), expected, 'CR LF as terminator: CR is it, LF is skipped');
  const other = BAD.replaceAll('\n', '').replaceAll('*', '|').replaceAll(':', '>').replaceAll('~', '\x1d');
  t.same(findings(other), expected, 'other delimiters');
  t.ok(
    answerTo(onlyInterchange(validate(other))).includes('\x1dIK4|2|782|1\x1d'),
    'and the answer mirrors them',
  );
});

test('a file holds many interchanges, groups and sets, each judged alone', async (t) => {
  const second = oneFault('ele-02-clm02-alpha').replaceAll('000000001', '000000002');
  const result = validate(`${VALID}${second}${oneFault('env-01-iea02-mismatch')}`);
  t.match(result, { kind: 'x12', segmentCount: 114, claimCount: 3 });
  if (result.kind !== 'x12') return;
  t.same(
    result.interchanges.map(({ verdict, ta1 }) => [verdict, ta1.code, ta1.note]),
    [
      ['accepted', 'A', '000'],
      ['rejected', 'A', '000'],
      ['rejected', 'R', '001'],
    ],
  );
});

test('an ISA where an IEA should be ends the interchange before it as premature', async (t) => {
  const cut = VALID.slice(0, VALID.indexOf('SE*34'));
  const result = validate(`${cut}${VALID}`);
  if (result.kind !== 'x12') throw new Error('not X12');
  t.same(
    result.interchanges.map(({ ta1 }) => ta1.note),
    ['023', '000'],
  );
});

test('a segment that never ends neither fills memory nor hangs', async (t) => {
  const head = VALID.slice(0, VALID.indexOf('NM1*41'));
  const result = validate(
    Buffer.concat([Buffer.from(head), Buffer.alloc(3 * 1024 * 1024, 0x41), Buffer.from('*2~')]),
  );
  t.match(result, { kind: 'x12', interchanges: [{ ta1: { code: 'R', note: '023' } }] });
});

test('findings are kept up to the cap and counted beyond it', async (t) => {
  const claims = VALID.slice(VALID.indexOf('CLM*'), VALID.indexOf('SE*')).replace('*100*', '*x*');
  const many = VALID.replace('SE*34', `${claims.repeat(40)}SE*${34 + 40 * 15}`);
  const set = onlyInterchange(validate(many, { profile: { findingsPerSetMax: 10 } })).groups[0]?.sets[0];
  t.equal(set?.findings.length, 10);
  t.equal(set?.findingsOmitted, 30);
  t.equal(set?.code, 'R');
});

test('a set is judged as it would be alone, whatever came before it', async (t) => {
  const names = [
    'p-00-valid',
    'ele-02-clm02-alpha',
    'seg-08-out-of-order',
    'biz-04-freq7-no-refF8',
    'p-00-valid',
  ];
  const texts = names.map((name) => oneFault(name).replaceAll('\n', ''));
  const alone = texts.map((text) => onlyInterchange(validate(text)).groups[0]?.sets[0]);
  const [head = '', tail = ''] = [VALID, VALID].map((text) => text.replaceAll('\n', ''));
  const sets = texts.map((text) => text.slice(text.indexOf('ST*'), text.indexOf('GE*')));
  const together = head.slice(0, head.indexOf('ST*')) + sets.join('') + tail.slice(tail.indexOf('GE*'));
  const judged = onlyInterchange(validate(together)).groups[0]?.sets;
  t.same(
    judged?.map(({ findings }) => findings),
    alone.map((set) => set?.findings),
  );
});
