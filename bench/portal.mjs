// How fast the portal's pages are with a full journal: 100,000 transmissions of one partner, each with its interchange,
// group, set, acknowledgement, release and audit records, in a real database; the product as a process of its own.
// What is measured is the time from request to last byte, one request after the other; the 99th percentile counts.

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = new URL('../dist/', import.meta.url);
const load = (path) => import(new URL(path, dist).href);
const partner = 'bench';
const user = 'bench.user';
const dayMs = 24 * 3_600_000;

/** @param options.quick a tenth of everything */
export async function benchPortal({ report, quick }) {
  const count = quick ? 10_000 : 100_000;
  const requests = quick ? 100 : 400;
  const root = mkdtempSync(join(tmpdir(), 'claimgate-bench-'));
  try {
    report.note(`seeding ${count} transmissions`);
    const seeded = await seed(root, count);
    const server = await start(root, seeded.settings);
    try {
      for (const [name, path] of pagesOf(seeded)) {
        const times = await measure(`${server.url}${path}`, { cookie: seeded.cookie, requests });
        for (const [label, share] of [
          ['p50', 0.5],
          ['p99', 0.99],
        ])
          report.measured({
            name: `portal ${name} ${label}`,
            unit: 'ms',
            ours: [at(times, share)],
            peer: [],
          });
      }
    } finally {
      await server.close();
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const list = '/trading-partner/transmissions';

function pagesOf({ real, middle, day }) {
  return [
    ['public home', '/'],
    ['home', '/home'],
    ['list', list],
    ['list deep inside', `${list}?after=${middle.openedAtMs}.${middle.id}`],
    ['search by name, nothing found', `${list}?name=no-such-file`],
    ['search by name and verdict', `${list}?name=7&verdict=rejected`],
    ['search by transaction', `${list}?transaction=837D`],
    ['search by control number', `${list}?number=50001`],
    ['search by day', `${list}?from=${day}&to=${day}`],
    ['search by user, nothing found', `${list}?user=nobody`],
    ['transmission', `${list}/${real}`],
    ['findings', `${list}/${real}/findings`],
    ['answer', `${list}/${real}/answers/1`],
    ['batch transfer', '/trading-partner/batch-transfer'],
    ['batch transfer deep inside', `/trading-partner/batch-transfer?after=${middle.openedAtMs}.${middle.id}`],
    ['companion guide', '/documents/companion-guide/837p'],
  ];
}

/** @returns milliseconds, sorted */
export async function measure(url, { cookie, requests }) {
  const times = [];
  for (let index = -20; index < requests; index += 1) {
    const startedAt = performance.now();
    const response = await fetch(url, { headers: { cookie }, redirect: 'manual' });
    const text = await response.text();
    if (index >= 0) times.push(performance.now() - startedAt);
    if (response.status !== 200) throw new Error(`${url}: ${response.status} ${text.slice(0, 200)}`);
  }
  return times.sort((one, other) => one - other);
}

export const at = (times, share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];

export async function start(root, settings) {
  const configFile = join(root, 'claimgate.yaml');
  const logFile = settings.log.file;
  writeFileSync(configFile, JSON.stringify(settings));
  const program = fileURLToPath(new URL('admin/main.js', dist));
  const node = ['--max-semi-space-size=1', program, 'serve', '--config', configFile];
  const child = spawn(process.execPath, node, { stdio: 'inherit' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  for (;;) {
    const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n').slice(0, -1) : [];
    const listening = lines.map((line) => JSON.parse(line)).find(({ event }) => event === 'portal.listening');
    if (listening !== undefined) {
      const close = async () => {
        child.kill('SIGTERM');
        await ended;
      };
      return { url: `http://127.0.0.1:${listening.port}`, close };
    }
    if (child.exitCode !== null) throw new Error(`claimgate serve ended with ${child.exitCode}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Rows as intake writes them, many at once. */
async function seed(root, count) {
  const { configSchema } = await load('config/schema.js');
  const { openCore } = await load('core.js');
  const { addPartner } = await load('storage/partner-store.js');
  const { everyRight: rights } = await load('domain/right.js');
  const { beginPortalSession } = await load('storage/portal-session-store.js');
  const settings = {
    dataDirectory: join(root, 'data'),
    roles: ['portal'],
    portal: { port: 0 },
    log: { level: 'info', file: join(root, 'claimgate.log') },
  };
  const core = openCore({ config: configSchema.parse(settings), observe: () => undefined });
  const { database } = core;
  const actor = { kind: 'administrator', name: 'bench' };
  await addPartner(database, { id: partner, name: 'Bench', submitterId: 'BENCH', actor });
  const person = { firstName: 'Bench', lastName: 'User', email: 'bench@example.org', role: 'general-user' };
  await core.users.add({
    id: user,
    partnerId: partner,
    ...person,
    rights,
    password: 'Violet-Otter-9-River',
    actor,
  });
  const nowMs = Date.now();
  const ids = [];
  for (let from = 0; from < count; from += 500) {
    const rows = Array.from({ length: 500 }, (_, index) => rowOf(from + index, count, nowMs));
    ids.push(...rows.map(({ id, openedAtMs }) => ({ id, openedAtMs })));
    await database.transaction(({ sql }) => insert(sql, rows));
  }
  const real = await seedReal(core, nowMs);
  const token = randomBytes(32).toString('base64url');
  await beginPortalSession(database, {
    tokenHash: createHash('sha256').update(token).digest('base64url'),
    userId: user,
    csrfToken: randomBytes(32).toString('base64url'),
    address: '127.0.0.1',
    passwordVersion: 1,
    authenticatedAtMs: nowMs,
    factor: 'totp',
  });
  await core.close();
  const middle = ids[Math.floor(ids.length / 2)];
  const day = new Date(middle.openedAtMs).toISOString().slice(0, 10);
  return { settings, real, middle, day, cookie: `claimgate-session=${token}` };
}

const uuid = (prefix, number) =>
  `${prefix}${String(number).padStart(7, '0')}-0000-7000-8000-000000000000`.slice(0, 36);

function rowOf(number, count, nowMs) {
  const openedAtMs = nowMs - 365 * dayMs + Math.floor((number / count) * 364 * dayMs);
  const verdict = ['accepted', 'accepted', 'accepted', 'accepted-with-errors', 'rejected'][number % 5];
  return {
    number,
    id: uuid('1', number),
    openedAtMs,
    verdict,
    transaction: ['837P', '837I', '837D'][number % 3],
  };
}

async function insert(sql, rows) {
  const into = async (table, make) => {
    const values = rows.map(make);
    const columns = Object.keys(values[0]).length;
    const batch = Math.floor(32_000 / columns);
    for (let from = 0; from < values.length; from += batch)
      await sql
        .insertInto(table)
        .values(values.slice(from, from + batch))
        .execute();
  };
  await into('transmissions', ({ number, id, openedAtMs, verdict, transaction }) => ({
    id,
    partner_id: partner,
    user_id: user,
    name: `claims-${number}.x12`,
    source: 'sftp',
    state: 'answered',
    size_bytes: 100_000,
    sha256: '0'.repeat(64),
    original_path: `originals/${id}`,
    opened_at_ms: openedAtMs,
    received_at_ms: openedAtMs,
    updated_at_ms: openedAtMs,
    attempts: 1,
    next_attempt_at_ms: 0,
    verdict,
    answered_at_ms: openedAtMs,
    transactions: transaction,
  }));
  await into('interchanges', ({ number, id, verdict }) => ({
    id: uuid('2', number),
    transmission_id: id,
    ordinal: 1,
    sender_qualifier: 'ZZ',
    sender_id: 'BENCH',
    receiver_qualifier: 'ZZ',
    receiver_id: 'RECEIVER',
    control_number: String(number).padStart(9, '0'),
    version: '00501',
    usage_indicator: 'P',
    ta1_code: 'A',
    ta1_note: '000',
    verdict,
  }));
  await into('functional_groups', ({ number, verdict }) => ({
    id: uuid('3', number),
    interchange_id: uuid('2', number),
    ordinal: 1,
    functional_id: 'HC',
    control_number: '1',
    version: '005010X222A1',
    ak901: verdict === 'rejected' ? 'R' : 'A',
    ak905: '',
    sets_included: 1,
    sets_received: 1,
    sets_accepted: verdict === 'rejected' ? 0 : 1,
  }));
  await into('transaction_sets', ({ number, verdict, transaction }) => ({
    id: uuid('4', number),
    group_id: uuid('3', number),
    ordinal: 1,
    set_id: '837',
    control_number: '0001',
    implementation: '005010X222A1',
    transaction_name: transaction,
    ik501: verdict === 'rejected' ? 'R' : 'A',
    ik502: '',
    claims: 100,
    findings: 0,
  }));
  await into('acknowledgements', ({ number, id, openedAtMs }) => ({
    id: uuid('5', number),
    transmission_id: id,
    interchange_ordinal: 1,
    partner_id: partner,
    kinds: '999',
    name: `claims-${number}.x12.${String(number).padStart(9, '0')}.999`,
    path: `originals/${number}.ack`,
    size_bytes: 400,
    sha256: '0'.repeat(64),
    control_number: String(number).padStart(9, '0'),
    state: 'published',
    written_at_ms: openedAtMs,
    published_at_ms: openedAtMs,
  }));
  await into('releases', ({ number, id, openedAtMs }) => ({
    id: uuid('6', number),
    transmission_id: id,
    manifest: '{}',
    state: 'released',
    due_at_ms: openedAtMs,
    released_at_ms: openedAtMs,
  }));
  await into('transmission_contents', ({ id, transaction }) => ({ transmission_id: id, kinds: transaction }));
  await into('audit_records', ({ number, id, openedAtMs }) => ({
    // Above what the product itself has written; no one walks this chain.
    sequence: 1_000_000 + number,
    at_ms: openedAtMs,
    actor: `user:${user}`,
    action: 'transmission.receive',
    subject: `transmission:${id}`,
    address: '',
    detail: '{}',
    previous_hash: '',
    hash: '',
  }));
}

/** One transmission whose original and answer are really there, with a page full of findings. */
async function seedReal({ database, directory }, nowMs) {
  const content = readFileSync(new URL('../test/fixtures/one-fault/ele-13-gender-R.x12', import.meta.url));
  const answer = readFileSync(new URL('../test/fixtures/one-fault/d-00-valid.x12', import.meta.url));
  const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
  const number = 9_000_000;
  const row = {
    ...rowOf(0, 1, nowMs),
    number,
    id: uuid('1', number),
    openedAtMs: nowMs,
    verdict: 'rejected',
  };
  await database.transaction(async ({ sql }) => {
    await insert(sql, [row]);
    await sql
      .updateTable('transmissions')
      .set({ sha256: hash(content), size_bytes: content.length })
      .where('id', '=', row.id)
      .execute();
    await sql
      .updateTable('acknowledgements')
      .set({ sha256: hash(answer), size_bytes: answer.length })
      .where('transmission_id', '=', row.id)
      .execute();
    const findings = Array.from({ length: 60 }, (_, index) => ({
      id: uuid('7', index),
      transmission_id: row.id,
      set_id: uuid('4', number),
      ordinal: index + 1,
      rule_id: 'element.code',
      severity: 'reject',
      segment_id: 'DMG',
      segment_position: 17,
      loop_id: '2010BA',
      element: 3,
      ik304: '8',
      ik403: '7',
      snip: 1,
      plain: 'The code does not exist.',
      hint: 'Send M, F or U.',
    }));
    await sql.insertInto('findings').values(findings).execute();
  });
  for (const [path, bytes] of [
    [`originals/${row.id}`, content],
    [`originals/${number}.ack`, answer],
  ]) {
    const file = directory.stored(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  return row.id;
}
