// How fast the portal's pages are with a full journal: 100,000 transmissions of one partner (or `--count`), each with its
// interchange, group, set, acknowledgement, release and audit record, in a real database; the product as a process of its
// own. What is measured is the time from request to last byte, one request after the other; the 99th percentile counts.

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  actor,
  fillJournal,
  insertTransmission,
  load,
  openSeed,
  rowOf,
  seedRows,
  signIn,
  uuid,
} from './journal-seed.mjs';
import { measure, reportTimes, start } from './page-times.mjs';

const partner = 'bench';
const user = 'bench.user';
const of = { partner: () => partner, user: () => user, state: () => 'answered' };

/**
 * @param options.quick a tenth of everything
 * @param options.count transmissions
 * @param options.only pages whose name has this in it
 */
export async function benchPortal({ report, quick, count = quick ? 10_000 : 100_000, only = '' }) {
  const requests = quick ? 100 : 400;
  const root = mkdtempSync(join(tmpdir(), 'claimgate-bench-'));
  try {
    report.note(`seeding ${count} transmissions`);
    const seeded = await seed(root, count);
    const server = await start(root, seeded.settings);
    try {
      for (const [name, path] of pagesOf(seeded).filter(([name]) => name.includes(only)))
        reportTimes(
          report,
          `portal ${name}`,
          await measure(`${server.urls.portal}${path}`, { headers: { cookie: seeded.cookie }, requests }),
        );
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

async function seed(root, count) {
  const { addPartner } = await load('storage/partner-store.js');
  const { everyRight: rights } = await load('domain/right.js');
  const { settings, core, databaseFile } = await openSeed(root);
  const { database } = core;
  await addPartner(database, { id: partner, name: 'Bench', submitterId: 'BENCH', actor });
  const person = { firstName: 'Bench', lastName: 'User', email: 'bench@example.org', role: 'general-user' };
  const password = 'Violet-Otter-9-River';
  await core.users.add({ id: user, partnerId: partner, ...person, rights, password, actor });
  const cookie = await signIn(core, user);
  const nowMs = Date.now();
  fillJournal(databaseFile, { count, nowMs, of });
  const real = seedReal({ databaseFile, directory: core.directory }, nowMs);
  await core.close();
  const middle = rowOf(Math.floor(count / 2), { count, nowMs, of });
  const day = new Date(middle.openedAtMs).toISOString().slice(0, 10);
  return { settings, real, middle, day, cookie };
}

/** One transmission whose original and answer are really there, with a page full of findings. */
function seedReal({ databaseFile, directory }, nowMs) {
  const content = readFileSync(new URL('../test/fixtures/one-fault/ele-13-gender-R.x12', import.meta.url));
  const answer = readFileSync(new URL('../test/fixtures/one-fault/d-00-valid.x12', import.meta.url));
  const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
  const number = 9_000_000;
  const row = {
    ...rowOf(number, { count: number, nowMs, of }),
    openedAtMs: nowMs,
    verdict: 'rejected',
    sha256: hash(content),
    sizeBytes: content.length,
    answerSha256: hash(answer),
    answerSizeBytes: answer.length,
  };
  seedRows(databaseFile, [], (insert) => {
    insertTransmission(insert, row);
    for (let index = 0; index < 60; index += 1) insert('findings', findingOf(row.id, index, number));
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

const findingOf = (id, index, number) => ({
  id: uuid('7', index),
  transmission_id: id,
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
});
