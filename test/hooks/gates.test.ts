import { test } from 'tap';
import type { UploadFacts } from '../../domain/gate.ts';
import type { Observation } from '../../domain/observation.ts';
import { createLoginGate, createUploadGate, type GateSettings, sentenceOf } from '../../hooks/gates.ts';
import { startReceiver } from '../support/receiver.ts';
import { partnerId, userId } from '../support/storage.ts';

const facts = {
  transmissionId: '01936d0e-7c1a-7b53-9c55-0d8f6a1b2c3d',
  partnerId: partnerId('acme'),
  userId: userId('alice'),
  source: 'sftp',
  name: 'claims.x12',
  sizeBytes: 3,
  sha256: 'a'.repeat(64),
  path: '/etc/hostname',
} as unknown as UploadFacts;

const program = (script: string, ...args: string[]): GateSettings['by'] => ({
  kind: 'program',
  program: {
    argv: ['/bin/sh', '-c', script, 'gate', ...args],
    workingDirectory: '/',
    environment: {},
    timeoutMs: 0,
    maxOutputBytes: 10_000,
  },
});

const gate = (by: GateSettings['by'], more: Partial<GateSettings> = {}): GateSettings => ({
  name: 'scan',
  on: 'upload',
  partners: [],
  onFailure: 'refuse',
  concurrency: 4,
  timeoutMs: 20_000,
  by,
  ...more,
});

function ask(settings: readonly GateSettings[], observations: Observation[] = []) {
  const deps = { observe: (observation: Observation) => observations.push(observation), now: Date.now };
  const upload = createUploadGate(deps, settings);
  if (upload === undefined) throw new Error('There is no gate.');
  return upload.decide(facts);
}

const unavailable = 'The file could not be checked now. Send it again later.';

test('exit status 0 passes, 1 refuses with the first line of output, anything else is no decision', async (t) => {
  t.same(await ask([gate(program('exit 0'))]), { kind: 'passed' });
  t.same(await ask([gate(program('echo Eicar-Signature found.; echo more; exit 1'))]), {
    kind: 'refused',
    gate: 'scan',
    why: 'Eicar-Signature found.',
  });
  t.match(await ask([gate(program('exit 1'))]), { why: /refused by this gateway/ });
  t.same(await ask([gate(program('exit 2'))]), { kind: 'refused', gate: 'scan', why: unavailable });
  t.same(await ask([gate(program('exit 2'), { onFailure: 'accept' })]), { kind: 'passed' });
});

test('a gate gets the path as an argument of its own, and the facts on standard input', async (t) => {
  t.match(await ask([gate(program('cat; exit 1', '{path}'))]), {
    why: /^\{"gate":"scan","on":"upload","transmissionId":"01936d0e/,
  });
  t.match(await ask([gate(program('echo "$1 $2"; exit 1', '{path}', 'x{path}'))]), {
    why: '/etc/hostname x{path}',
  });
});

test('a gate that takes too long has not decided, and what waits for its turn counts', async (t) => {
  const observations: Observation[] = [];
  const slow = gate(program('sleep 1000'), { timeoutMs: 300, concurrency: 1 });
  t.same(await ask([slow], observations), { kind: 'refused', gate: 'scan', why: unavailable });
  t.match(observations, [
    { kind: 'gate.failed', gate: 'scan', decision: 'refused', reason: /^no end within/ },
  ]);
  const deps = { observe: (observation: Observation) => observations.push(observation), now: Date.now };
  const upload = createUploadGate(deps, [slow]);
  const decisions = await Promise.all([upload?.decide(facts), upload?.decide(facts)]);
  t.match(decisions, [{ kind: 'refused' }, { kind: 'refused' }]);
});

test('every gate that is set is asked, the first refusal counts, and others’ partners are passed by', async (t) => {
  const refusing = program('echo no; exit 1');
  t.match(await ask([gate(program('exit 0')), gate(refusing, { name: 'second' })]), { gate: 'second' });
  t.same(await ask([gate(refusing, { partners: ['other'] })]), { kind: 'passed' });
  t.match(await ask([gate(refusing, { partners: ['acme'] })]), { kind: 'refused' });
  t.equal(
    createUploadGate({ observe: () => undefined, now: Date.now }, [gate(refusing, { on: 'login' })]),
    undefined,
  );
});

test('a URL passes with 2xx, refuses with 403 or 422 and a sentence, and decides nothing otherwise', async (t) => {
  const answers = [
    [200, ''],
    [403, '{"why":"Virus found."}'],
    [422, 'Not today.\nmore'],
    [500, 'oops'],
    [302, ''],
  ] as const;
  const receiver = await startReceiver(t, (request) => (response) => {
    const [status, body] = answers[request] ?? [204, ''];
    response.writeHead(status).end(body);
  });
  const target = {
    url: receiver.url,
    allowPrivateAddresses: true,
    ca: undefined,
    timeoutMs: 5000,
    maxResponseBytes: 1000,
    concurrency: 1,
  };
  const byUrl = gate({ kind: 'url', target });
  t.same(await ask([byUrl]), { kind: 'passed' });
  t.match(await ask([byUrl]), { why: 'Virus found.' });
  t.match(await ask([byUrl]), { why: 'Not today.' });
  t.match(await ask([byUrl]), { why: unavailable });
  t.match(await ask([byUrl]), { why: unavailable });
  t.match(JSON.parse(receiver.received[0]?.body ?? ''), { gate: 'scan', on: 'upload', name: 'claims.x12' });
  const unreachable = gate({ kind: 'url', target: { ...target, allowPrivateAddresses: false } });
  t.match(await ask([unreachable]), { why: unavailable });
});

test('of a gate’s words a client sees one line, printable and short', (t) => {
  t.equal(
    sentenceOf('  Virus\u0007 found\u001b[31m in\u202e file.\u0000 \r\nsecond line'),
    'Virus found[31m in file.',
  );
  t.equal(sentenceOf('\u0000\u0001'), undefined);
  t.equal(sentenceOf(''), undefined);
  t.equal(Array.from(sentenceOf('é'.repeat(500)) ?? '').length, 200);
  t.end();
});

test('a login that is refused before its gate waits as long as a decision takes', async (t) => {
  const deps = { observe: () => undefined, now: Date.now };
  const login = createLoginGate(deps, [gate(program('sleep 0.3; exit 1'), { on: 'login' })]);
  const who = {
    userId: userId('alice'),
    partnerId: partnerId('acme'),
    address: '192.0.2.7',
    door: 'sftp',
    method: 'password',
  } as const;
  t.match(await login?.decide(who), { kind: 'refused' });
  const startedAtMs = performance.now();
  await login?.pretend();
  t.ok(performance.now() - startedAtMs > 280);
});
