// How fast the dashboard is with a full journal: a million transmissions of a thousand partners, and what was counted of
// them in a year. The rows that its pages read are seeded as the product writes them; the pages are those of the product
// as a process of its own. The 99th percentile counts: it stays under 200 ms.

import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, measure, start } from './portal.mjs';

const dist = new URL('../dist/', import.meta.url);
const load = (path) => import(new URL(path, dist).href);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const user = 'bench.admin';
const verdicts = ['accepted', 'accepted-with-errors', 'partially-accepted', 'rejected', 'quarantined'];

/** @param options.quick a tenth of everything */
export async function benchDashboard({ report, quick }) {
  const count = quick ? 100_000 : 1_000_000;
  const requests = quick ? 50 : 150;
  const root = mkdtempSync(join(tmpdir(), 'claimgate-bench-'));
  try {
    report.note(`seeding ${count} transmissions`);
    const seeded = await seed(root, count);
    const server = await start(root, seeded.settings);
    try {
      for (const [name, path] of [
        ['day', '/administration'],
        ['week', '/administration?range=week'],
        ['month', '/administration?range=month'],
        ['quarantine', '/administration/transmissions?state=quarantined'],
        ['one partner', '/administration/transmissions?partner=bench-7'],
        ['transmission', `/administration/transmissions/${seeded.id}`],
      ]) {
        const times = await measure(`${server.url}${path}`, { cookie: seeded.cookie, requests });
        for (const [label, share] of [
          ['p50', 0.5],
          ['p99', 0.99],
        ])
          report.measured({
            name: `dashboard ${name} ${label}`,
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

const partnerOf = (number) => `bench-${number % 1000}`;
const idOf = (number) => `1${String(number).padStart(7, '0')}-0000-7000-8000-000000000000`;

async function seed(root, count) {
  const { configSchema } = await load('config/schema.js');
  const { openCore } = await load('core.js');
  const { switchAdministrator } = await load('storage/role-store.js');
  const { addPartner } = await load('storage/partner-store.js');
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
  for (let number = 0; number < 1000; number += 1) {
    const id = partnerOf(number);
    await addPartner(database, { id, name: id, submitterId: `B${number}`, actor });
  }
  await core.users.add({
    id: user,
    partnerId: partnerOf(0),
    firstName: 'Bench',
    lastName: 'Admin',
    email: 'bench@example.org',
    role: 'general-user',
    rights: [],
    password: 'Violet-Otter-9-River',
    actor,
  });
  await switchAdministrator(database, { userId: user, to: 'given', actor });
  const nowMs = Date.now();
  await insertTransmissions(database, { count, nowMs });
  await insertCounts(database, nowMs);
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
  return { settings, id: idOf(Math.floor(count / 2)), cookie: `claimgate-session=${token}` };
}

/** A year of them; of each thousand one is in quarantine, and the last two hundred wait for their answers. */
async function insertTransmissions({ transaction }, { count, nowMs }) {
  const batch = 1500;
  for (let from = 0; from < count; from += batch) {
    const rows = Array.from({ length: Math.min(batch, count - from) }, (_, index) => {
      const number = from + index;
      const openedAtMs = nowMs - 365 * dayMs + Math.floor((number / count) * 365 * dayMs);
      const state = number >= count - 200 ? 'received' : number % 1000 === 7 ? 'quarantined' : 'answered';
      return {
        id: idOf(number),
        partner_id: partnerOf(number),
        user_id: null,
        name: `claims-${number}.x12`,
        source: 'adopted',
        state,
        size_bytes: 100_000,
        sha256: '0'.repeat(64),
        original_path: `originals/${number}`,
        opened_at_ms: openedAtMs,
        received_at_ms: openedAtMs,
        updated_at_ms: openedAtMs,
        attempts: 1,
        next_attempt_at_ms: openedAtMs,
        verdict: state === 'answered' ? verdicts[number % 4] : null,
        answered_at_ms: state === 'answered' ? openedAtMs : null,
      };
    });
    await transaction(({ sql }) => sql.insertInto('transmissions').values(rows).execute());
  }
}

/** What was counted in a year: each hour in all its words, and each of a thousand partners each day. */
async function insertCounts({ transaction }, nowMs) {
  const rows = [];
  const thisHour = nowMs - (nowMs % hourMs);
  for (let hour = 0; hour < 365 * 24; hour += 1) {
    const add = (measure, word) =>
      rows.push({
        measure,
        since_ms: thisHour - hour * hourMs,
        partner_id: '',
        word,
        count: 1 + (hour % 50),
      });
    add('received', 'files');
    for (const verdict of verdicts) add('verdict', verdict);
    for (const word of ['1', '10', '60', '300', '900', '3600', 'more']) add('answer-time', word);
    for (const word of ['sftp', 'portal']) add('login', word);
    for (const word of ['sftp wrong-password', 'sftp no-account', 'portal refused'])
      add('login-refused', word);
  }
  rows.push(...rejections(nowMs));
  for (let from = 0; from < rows.length; from += 5000)
    await transaction(({ sql }) =>
      sql
        .insertInto('activity_hours')
        .values(rows.slice(from, from + 5000))
        .execute(),
    );
}

function rejections(nowMs) {
  const rows = [];
  const today = nowMs - (nowMs % dayMs);
  for (let day = 0; day < 40; day += 1)
    for (let partner = 0; partner < 1000; partner += 1)
      for (const word of ['element.code', 'segment.required', 'claim.total'])
        rows.push({
          measure: 'partner-rejection',
          since_ms: today - day * dayMs,
          partner_id: partnerOf(partner),
          word,
          count: 1 + ((partner * day) % 17),
        });
  return rows;
}
