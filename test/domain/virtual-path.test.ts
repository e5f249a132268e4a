import fc from 'fast-check';
import { test } from 'tap';
import { newTransmissionId, parsePartnerId, parseTransmissionId, parseUserId } from '../../domain/ids.ts';
import { combineVerdicts } from '../../domain/transmission.ts';
import {
  isTemporaryName,
  parseEntryName,
  parseVirtualPath,
  printVirtualPath,
} from '../../domain/virtual-path.ts';

const shown = (path: string | Uint8Array): string => {
  const outcome = parseVirtualPath(typeof path === 'string' ? Buffer.from(path) : path);
  return outcome.kind === 'ok' ? `${outcome.path.kind} ${printVirtualPath(outcome.path)}` : 'invalid';
};

test('a path leads into its mailbox, or nowhere', (t) => {
  const rows: readonly [path: string, expected: string][] = [
    ['', 'root /'],
    ['.', 'root /'],
    ['/', 'root /'],
    ['//', 'root /'],
    ['/..', 'root /'],
    ['../../..', 'root /'],
    ['inbound', 'folder /inbound'],
    ['/inbound/', 'folder /inbound'],
    ['/inbound/../outbound', 'folder /outbound'],
    ['/inbound/a.x12', 'entry /inbound/a.x12'],
    ['inbound//./a.x12', 'entry /inbound/a.x12'],
    ['/../inbound/a.x12', 'entry /inbound/a.x12'],
    ['/inbound/..', 'root /'],
    ['/inbound/../../etc/passwd', 'nowhere /etc/passwd'],
    ['/etc/passwd', 'nowhere /etc/passwd'],
    ['/inboundx/a', 'nowhere /inboundx/a'],
    ['/Inbound/a', 'nowhere /Inbound/a'],
    ['/inbound/a/b', 'nowhere /inbound/a/b'],
    ['/inbound/%2e%2e/x', 'nowhere /inbound/%2e%2e/x'],
    ['/inbound/...', 'entry /inbound/...'],
    ['/inbound/a\u0000b', 'invalid'],
    ['/inbound/a\\b', 'invalid'],
    ['..\\..\\etc', 'invalid'],
    ['/inbound/a\nb', 'invalid'],
    ['/inbound/a\u202egpj.x12', 'invalid'],
    ['/inbound/a\u200b', 'invalid'],
    [`/inbound/${'x'.repeat(255)}`, `entry /inbound/${'x'.repeat(255)}`],
    [`/inbound/${'x'.repeat(256)}`, 'invalid'],
    [`/inbound/${'ä'.repeat(128)}`, 'invalid'],
    [`/${'a/'.repeat(3000)}`, 'invalid'],
  ];
  for (const [path, expected] of rows) t.equal(shown(path), expected, JSON.stringify(path.slice(0, 40)));
  t.equal(shown(Buffer.from([0x2f, 0xff, 0xfe])), 'invalid', 'what is not UTF-8');
  for (const cut of [[0xc3], [0xe2, 0x82], [0x61, 0xf0, 0x9f, 0x98]]) {
    t.equal(shown(Buffer.from(cut)), 'invalid', 'a character that is cut off');
    t.equal(
      shown(Buffer.from('/inbound/\u00e9.x12')),
      'entry /inbound/\u00e9.x12',
      'the next path has nothing of it',
    );
  }
  t.equal(shown(Buffer.from([0x2f, 0xc0, 0xaf])), 'invalid', 'an overlong slash');
  t.end();
});

test('no path, of any bytes, leads out of its mailbox', (t) => {
  const piece = fc.constantFrom(
    '..',
    '.',
    '',
    '/',
    'inbound',
    'outbound',
    '\\',
    '\u0000',
    'a',
    '%2f',
    '..%00',
    'ä',
  );
  const text = fc.array(fc.oneof(piece, fc.string()), { maxLength: 12 }).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(
      fc.oneof(
        text.map((path) => Buffer.from(path)),
        fc.uint8Array({ maxLength: 200 }),
      ),
      (bytes) => {
        const outcome = parseVirtualPath(bytes);
        if (outcome.kind === 'invalid' || outcome.path.kind !== 'entry') return;
        const { folder, name } = outcome.path;
        if (folder !== 'inbound' && folder !== 'outbound') throw new Error(folder);
        if (
          name === '' ||
          name === '.' ||
          name === '..' ||
          ['/', '\\', '\u0000'].some((unsafe) => name.includes(unsafe))
        )
          throw new Error(JSON.stringify(name));
        if (printVirtualPath(outcome.path) !== `/${folder}/${name}`)
          throw new Error('it prints as something else');
      },
    ),
    { numRuns: 2000 },
  );
  t.pass();
  t.end();
});

test('names under which clients park unfinished files are temporary', (t) => {
  const temporary = (name: string) => {
    const parsed = parseEntryName(name);
    return parsed !== undefined && isTemporaryName(parsed);
  };
  for (const name of [
    'a.filepart',
    'a.PART',
    'a.partial',
    'a.tmp',
    'a.temp',
    'a.crdownload',
    '.a',
    '.a.x12.swp',
  ])
    t.ok(temporary(name), name);
  for (const name of ['a.x12', 'part', 'a.part.x12', 'tmp', 'a.', 'a.parts']) t.notOk(temporary(name), name);
  t.end();
});

test('ids are read strictly: nothing that could be a path, a quote or a look-alike passes', (t) => {
  for (const id of ['a', 'acme', 'north-clinic-2', 'x'.repeat(32)])
    t.equal(parsePartnerId(id).kind, 'ok', id);
  for (const id of ['', '-a', 'a-', 'a_b', 'a/b', '..', 'a b', 'x'.repeat(33), 'аcme', 'a\u0000'])
    t.equal(parsePartnerId(id).kind, 'invalid', id);
  t.match(parseUserId('Jo.Doe@Clinic'), { kind: 'ok', id: 'jo.doe@clinic' });
  t.equal(parseTransmissionId('../etc/passwd').kind, 'invalid');
  t.end();
});

test('transmission ids sort by the time at which they were made', (t) => {
  const random = new Uint8Array(10).fill(255);
  const made = [1, 2, 1_700_000_000_000, 1_700_000_000_001].map((atMs) => newTransmissionId(atMs, random));
  t.same([...made].sort(), made);
  for (const id of made) t.equal(parseTransmissionId(id).kind, 'ok', id);
  t.end();
});

test('a verdict over several parts is partial as soon as one is rejected and another is not', (t) => {
  t.equal(combineVerdicts(['accepted', 'accepted']), 'accepted');
  t.equal(combineVerdicts(['accepted', 'accepted-with-errors']), 'accepted-with-errors');
  t.equal(combineVerdicts(['rejected', 'rejected']), 'rejected');
  t.equal(combineVerdicts(['rejected', 'accepted']), 'partially-accepted');
  t.equal(combineVerdicts(['partially-accepted']), 'partially-accepted');
  t.end();
});
