// How fast the gateway's administrators are answered with a full journal: a million transmissions of a thousand partners
// (or `--count`), with all that came of them and what was counted of them in a year. Pages of the dashboard and lists of
// the HTTP API come from the product as a process of its own; the command is run as a person runs it, whose start is
// measured beside it. The 99th percentile counts: it stays under 200 ms.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actor, dayMs, fillJournal, load, openSeed, rowOf, seedRows, signIn } from './journal-seed.mjs';
import { measure, measureTimes, reportTimes, runCommand, start } from './page-times.mjs';

const hourMs = 3_600_000;
const user = 'bench.admin';
const verdicts = ['accepted', 'accepted-with-errors', 'partially-accepted', 'rejected', 'quarantined'];
const partnerOf = (number) => `bench-${number % 1000}`;

/**
 * @param options.quick a tenth of everything
 * @param options.count transmissions
 * @param options.only what has this in its name
 */
export async function benchDashboard({ report, quick, count = quick ? 100_000 : 1_000_000, only = '' }) {
  const requests = quick ? 50 : 150;
  const root = mkdtempSync(join(tmpdir(), 'claimgate-bench-'));
  try {
    report.note(`seeding ${count} transmissions`);
    const seeded = await seed(root, count);
    const server = await start(root, seeded.settings);
    try {
      for (const { name, url, headers } of placesOf(server.urls, seeded))
        if (name.includes(only)) reportTimes(report, name, await measure(url, { headers, requests }));
    } finally {
      await server.close();
    }
    for (const words of commandsOf(seeded)) {
      const name = `command ${words.slice(0, 4).join(' ')}`;
      const work = () => runCommand(server.configFile, words);
      if (name.includes(only))
        reportTimes(report, name, await measureTimes({ requests: 5, before: 1 }, work));
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function placesOf({ portal, api }, { row, cookie, key }) {
  const page = (name, path) => ({ name: `dashboard ${name}`, url: portal + path, headers: { cookie } });
  const call = (name, path) => ({
    name: `api ${name}`,
    url: `${api}/api/v1${path}`,
    headers: { authorization: `Bearer ${key}` },
  });
  const day = new Date(row.openedAtMs).toISOString().slice(0, 10);
  const number = String(row.number).padStart(9, '0');
  return [
    page('day', '/administration'),
    page('week', '/administration?range=week'),
    page('month', '/administration?range=month'),
    page('year', '/administration?range=year'),
    page('quarantine', '/administration/transmissions?state=quarantined'),
    page('one partner', '/administration/transmissions?partner=bench-7'),
    page('one partner, rejected', '/administration/transmissions?partner=bench-7&verdict=rejected'),
    page('transmission', `/administration/transmissions/${row.id}`),
    call('list', '/transmissions'),
    call('list of a partner', '/transmissions?partnerId=bench-7'),
    call('list of a day', `/transmissions?from=${day}T00:00:00Z&before=${day}T23:59:59Z`),
    call('list of a state', '/transmissions?state=quarantined'),
    call('list of a verdict', '/transmissions?verdict=rejected'),
    call('search by control number', `/transmissions?controlNumber=${number}`),
    call('search by transaction', '/transmissions?transaction=837D'),
    call('search by name', '/transmissions?name=claims-77'),
    call('search by name, nothing found', '/transmissions?name=no-such-file'),
    call('search by name of a partner', '/transmissions?partnerId=bench-7&name=no-such-file'),
    call('events', '/events'),
    call('partners', '/partners'),
  ];
}

/** The first shows what starting the command costs. */
const commandsOf = ({ row }) => [
  ['role', 'list'],
  ['transmission', 'list'],
  ['transmission', 'list', '--state', 'quarantined'],
  ['transmission', 'list', '--state', 'held'],
  ['transmission', 'list', '--partner', 'bench-7'],
  ['transmission', 'show', row.id],
  ['audit', 'list'],
  ['audit', 'search', '--subject', `transmission:${row.id}`],
  ['audit', 'search', '--action', 'user.add'],
  ['audit', 'search', '--actor', `administrator:bench`],
  [
    'audit',
    'search',
    '--since',
    new Date(row.openedAtMs).toISOString(),
    '--until',
    new Date(row.openedAtMs + hourMs).toISOString(),
  ],
  ['audit', 'search', '--text', 'no-such-thing'],
];

async function seed(root, count) {
  const { switchAdministrator } = await load('storage/role-store.js');
  const { addPartner } = await load('storage/partner-store.js');
  const { createApiKey } = await load('auth/api-keys.js');
  const { settings, core, databaseFile } = await openSeed(root, {
    roles: ['portal', 'api'],
    api: { port: 0 },
  });
  const { database } = core;
  for (let number = 0; number < 1000; number += 1) {
    const id = partnerOf(number);
    await addPartner(database, { id, name: id, submitterId: `B${number}`, actor });
  }
  const person = { firstName: 'Bench', lastName: 'Admin', email: 'bench@example.org', role: 'general-user' };
  const password = 'Violet-Otter-9-River';
  await core.users.add({ id: user, partnerId: partnerOf(0), ...person, rights: [], password, actor });
  await switchAdministrator(database, { userId: user, to: 'given', actor });
  const nowMs = Date.now();
  const made = await createApiKey(database, {
    name: 'bench',
    scopes: ['transmissions:read', 'events:read', 'partners:read'],
    partnerId: undefined,
    expiresAtMs: nowMs + dayMs,
    actor,
  });
  const cookie = await signIn(core, user);
  await core.close();
  // Of each thousand one is in quarantine, and the last two hundred wait for their answers.
  const stateOf = (number) =>
    number >= count - 200 ? 'received' : number % 1000 === 7 ? 'quarantined' : 'answered';
  const of = { partner: partnerOf, user: () => null, state: stateOf };
  fillJournal(databaseFile, { count, nowMs, of });
  seedRows(databaseFile, ['activity_hours'], (insert) => insertCounts(insert, nowMs));
  return { settings, row: rowOf(Math.floor(count / 2), { count, nowMs, of }), cookie, key: made.text };
}

/** What was counted in a year: each hour in all its words, and each of a thousand partners each day. */
function insertCounts(insert, nowMs) {
  const thisHour = nowMs - (nowMs % hourMs);
  for (let hour = 0; hour < 365 * 24; hour += 1) {
    const since_ms = thisHour - hour * hourMs;
    const add = (measure, word) =>
      insert('activity_hours', { measure, since_ms, partner_id: '', word, count: 1 + (hour % 50) });
    add('received', 'files');
    for (const verdict of verdicts) add('verdict', verdict);
    for (const word of ['1', '10', '60', '300', '900', '3600', 'more']) add('answer-time', word);
    for (const word of ['sftp', 'portal']) add('login', word);
    for (const word of ['sftp wrong-password', 'sftp no-account', 'portal refused'])
      add('login-refused', word);
  }
  const today = nowMs - (nowMs % dayMs);
  for (let day = 0; day < 365; day += 1)
    for (let partner = 0; partner < 1000; partner += 1)
      for (const word of ['element.code', 'segment.required', 'claim.total'])
        insert('activity_hours', {
          measure: 'partner-rejection',
          since_ms: today - day * dayMs,
          partner_id: partnerOf(partner),
          word,
          count: 1 + ((partner * day) % 17),
        });
}
