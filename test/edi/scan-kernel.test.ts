import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'tap';
import {
  type DelimiterBytes,
  NOTHING_YET,
  type ScanKernel,
  scanByByte,
  scanWindow,
} from '../../edi/scan/scan-kernel.ts';
import { SegmentReader } from '../../edi/segment-reader.ts';

const USUAL: DelimiterBytes = { element: 0x2a, component: 0x3a, repetition: 0x5e, segment: 0x7e };
const DELIMITERS: readonly DelimiterBytes[] = [
  USUAL,
  { ...USUAL, repetition: -1 },
  { ...USUAL, component: -1, repetition: -1 },
  { element: 0x7c, component: 0x3e, repetition: 0x21, segment: 0x0a },
  { element: 0x1d, component: 0x1f, repetition: 0x1e, segment: 0x0d },
  { element: 0x2a, component: 0xff, repetition: 0x80, segment: 0x00 },
  { element: 0x2a, component: 0x2a, repetition: 0x2a, segment: 0x7e },
];

/** What a kernel finds in windows of one length. */
function found(kernel: ScanKernel, bytes: Uint8Array, delimiters: DelimiterBytes, windowBytes: number) {
  const into = {
    marks: new Int32Array(bytes.length + 1),
    markCount: 0,
    ends: new Int32Array(bytes.length + 1),
    endCount: 0,
    flags: NOTHING_YET,
  };
  for (let at = 0; at < bytes.length; at += windowBytes)
    kernel(bytes, at, Math.min(bytes.length, at + windowBytes), delimiters, into);
  const { marks, markCount, ends, endCount, flags } = into;
  return { marks: [...marks.subarray(0, markCount)], ends: [...ends.subarray(0, endCount)], flags };
}

test('sixteen bytes at a time find what byte by byte finds', async (t) => {
  t.not(scanWindow, scanByByte, 'there is WebAssembly here');
  const byte = fc.oneof(
    fc.constantFrom(...'*:^~|>!\n\r\x00\x1d\x1e\x1f\x7f'.split('').map((sign) => sign.charCodeAt(0))),
    fc.integer({ min: 0, max: 255 }),
    fc.constant(0x41),
  );
  fc.assert(
    fc.property(
      fc.array(byte, { maxLength: 300 }),
      fc.constantFrom(...DELIMITERS),
      fc.constantFrom(1, 7, 15, 16, 17, 33, 64, 1000),
      (values, delimiters, windowBytes) => {
        const bytes = Uint8Array.from(values);
        const expected = found(scanByByte, bytes, delimiters, bytes.length + 1);
        t.same(found(scanWindow, bytes, delimiters, windowBytes), expected);
        t.same(found(scanByByte, bytes, delimiters, windowBytes), expected);
      },
    ),
    { numRuns: 1000 },
  );
});

test('the bytes of the kernels are those of their sources', async (t) => {
  const written = ['scan', 'sure'].map((folder) =>
    readFileSync(new URL(`../../edi/${folder}/kernel-bytes.ts`, import.meta.url), 'utf8'),
  );
  const script = new URL('../../scripts/build-kernels.mjs', import.meta.url);
  const made = execFileSync(process.execPath, [script.pathname, '--print'], { encoding: 'utf8' });
  t.equal(made, written.join(''));
});

test('a segment of a million repetitions keeps its first ones and its end', async (t) => {
  for (const scan of [scanWindow, scanByByte]) {
    const reader = new SegmentReader(scan);
    reader.setDelimiters(USUAL);
    const bytes = Buffer.from(`REF*${'^'.repeat(1_000_000)}~N3*A~`);
    const seen: string[] = [];
    for (let at = 0; at < bytes.length; at += 30_000) {
      reader.append(bytes.subarray(at, at + 30_000));
      while (reader.next()) {
        const { first, count, marks, overlong, elements } = reader;
        const id = Buffer.from(reader.bytes.subarray(reader.start, (marks[first] ?? 0) >> 2)).toString();
        seen.push(`${id} ${count} ${elements} ${overlong} ${(marks[first + count - 1] ?? 0) & 3}`);
      }
    }
    t.same(seen, ['REF 4097 1 true 3', 'N3 2 1 false 3']);
    t.ok(reader.bytes.length < 1024 * 1024, 'memory stays bounded');
  }
});

test('line ends alone take no memory', async (t) => {
  const reader = new SegmentReader();
  reader.setDelimiters(USUAL);
  for (let i = 0; i < 200; i += 1) {
    reader.append(Buffer.alloc(30_000, '\r\n'));
    t.notOk(reader.next());
  }
  t.ok(reader.bytes.length < 128 * 1024);
  reader.append(Buffer.from('N3*A~'));
  t.ok(reader.next());
  t.equal(reader.hasInvalid, false);
  t.equal(reader.baseOffset + reader.start, 6_000_000);
});
