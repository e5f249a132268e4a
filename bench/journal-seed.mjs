// A full journal: rows as intake writes them, a million in well under a minute. Seeding is no measurement: it goes past
// the product's data layer, waits for no disk, and makes the indexes once at the end.

import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';

const dist = new URL('../dist/', import.meta.url);
export const load = (path) => import(new URL(path, dist).href);
const { openSqlite } = await load('storage/sqlite-driver.js');
export const dayMs = 24 * 3_600_000;
export const actor = { kind: 'administrator', name: 'bench' };
const rowsOfTransaction = 50_000;

export const uuid = (prefix, number) =>
  `${prefix}${String(number).padStart(7, '0')}-0000-7000-8000-000000000000`;

/** Opens a new data directory below `root`, with the settings of a process that serves it. */
export async function openSeed(root, { roles = ['portal'], api } = {}) {
  const { configSchema } = await load('config/schema.js');
  const { openCore } = await load('core.js');
  const settings = {
    dataDirectory: join(root, 'data'),
    roles,
    portal: { port: 0 },
    ...(api === undefined ? {} : { api }),
    log: { level: 'info', file: join(root, 'claimgate.log') },
  };
  const core = openCore({ config: configSchema.parse(settings), observe: () => undefined });
  return { settings, core, databaseFile: join(settings.dataDirectory, 'claimgate.db') };
}

/** @returns the cookie of a user who has signed in */
export async function signIn({ database }, userId) {
  const { beginPortalSession } = await load('storage/portal-session-store.js');
  const token = randomBytes(32).toString('base64url');
  await beginPortalSession(database, {
    tokenHash: createHash('sha256').update(token).digest('base64url'),
    userId,
    csrfToken: randomBytes(32).toString('base64url'),
    address: '127.0.0.1',
    passwordVersion: 1,
    authenticatedAtMs: database.now(),
    factor: 'totp',
  });
  return `claimgate-session=${token}`;
}

/**
 * Fills the journal with transmissions and all that comes of them, spread over a year.
 * @param of.partner and `of.state` tell by its number whose a transmission is, and how it stands
 */
export function fillJournal(databaseFile, { count, nowMs, of }) {
  seedRows(databaseFile, tables, (insert) => {
    for (let number = 0; number < count; number += 1)
      insertTransmission(insert, rowOf(number, { count, nowMs, of }));
  });
  const file = openSqlite(databaseFile);
  // All of it is counted: following a million records in one go is not what is measured.
  const counter = file.prepare('insert or replace into counters (name, value) values (?, ?)');
  for (const name of ['audit', 'activity']) counter.run(name, auditFrom + count);
  file.close();
}

/** @returns the facts of one transmission of the journal, from which all of its rows follow */
export function rowOf(number, { count, nowMs, of }) {
  const state = of.state(number);
  return {
    number,
    id: uuid('1', number),
    partner: of.partner(number),
    user: of.user(number),
    state,
    openedAtMs: nowMs - 365 * dayMs + Math.floor((number / count) * 364 * dayMs),
    verdict: ['accepted', 'accepted', 'accepted', 'accepted-with-errors', 'rejected'][number % 5],
    transaction: ['837P', '837I', '837D'][number % 3],
  };
}

/** Adds rows to tables whose indexes are made anew afterwards. */
export function seedRows(databaseFile, into, work) {
  const file = openSqlite(databaseFile);
  file.pragma('synchronous = OFF');
  file.pragma('cache_size = -400000');
  file.pragma('foreign_keys = OFF');
  const indexes = file
    .prepare("select name, sql, tbl_name from sqlite_master where type = 'index' and sql is not null")
    .all()
    .filter((index) => into.includes(index.tbl_name));
  for (const { name } of indexes) file.exec(`drop index ${name}`);
  const statements = new Map();
  let rows = 0;
  const insert = (table, row) => {
    const statement = statements.get(table) ?? prepareInsert(file, table, Object.keys(row));
    statements.set(table, statement);
    statement.run(Object.values(row));
    rows += 1;
    if (rows % rowsOfTransaction === 0) file.exec('commit; begin');
  };
  file.exec('begin');
  work(insert);
  for (const { sql } of indexes) file.exec(sql);
  file.exec('commit');
  file.pragma('wal_checkpoint(TRUNCATE)');
  file.close();
}

function prepareInsert(file, table, columns) {
  return file.prepare(
    `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
  );
}

const tables = [
  'transmissions',
  'transmission_contents',
  'interchanges',
  'functional_groups',
  'transaction_sets',
  'acknowledgements',
  'releases',
  'audit_records',
];

/** The rows of one transmission: of one that is answered all, of any other its own and its audit record. */
export function insertTransmission(insert, row) {
  const { number, id, openedAtMs, verdict, transaction, state } = row;
  const answered = state === 'answered';
  insert('transmissions', {
    id,
    partner_id: row.partner,
    user_id: row.user,
    name: `claims-${number}.x12`,
    source: 'sftp',
    state,
    size_bytes: row.sizeBytes ?? 100_000,
    sha256: row.sha256 ?? '0'.repeat(64),
    original_path: `originals/${id}`,
    opened_at_ms: openedAtMs,
    received_at_ms: openedAtMs,
    updated_at_ms: openedAtMs,
    attempts: 1,
    next_attempt_at_ms: openedAtMs,
    verdict: answered ? verdict : null,
    answered_at_ms: answered ? openedAtMs : null,
    transactions: answered ? transaction : '',
  });
  insert('audit_records', {
    // Above what the product itself has written; no one walks this chain.
    sequence: auditFrom + number,
    at_ms: openedAtMs,
    actor: row.user === null ? 'gateway' : `user:${row.user}`,
    action: 'transmission.receive',
    subject: `transmission:${id}`,
    address: '',
    detail: '{}',
    previous_hash: '',
    hash: '',
  });
  if (answered) insertAnswer(insert, row);
}

export const auditFrom = 1_000_000;

function insertAnswer(insert, row) {
  const { number, id, openedAtMs, verdict, transaction } = row;
  const accepted = verdict !== 'rejected';
  insert('transmission_contents', { transmission_id: id, kinds: transaction });
  insert('interchanges', {
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
  });
  insert('functional_groups', {
    id: uuid('3', number),
    interchange_id: uuid('2', number),
    ordinal: 1,
    functional_id: 'HC',
    control_number: '1',
    version: '005010X222A1',
    ak901: accepted ? 'A' : 'R',
    ak905: '',
    sets_included: 1,
    sets_received: 1,
    sets_accepted: accepted ? 1 : 0,
  });
  insert('transaction_sets', {
    id: uuid('4', number),
    group_id: uuid('3', number),
    ordinal: 1,
    set_id: '837',
    control_number: '0001',
    implementation: '005010X222A1',
    transaction_name: transaction,
    ik501: accepted ? 'A' : 'R',
    ik502: '',
    claims: 100,
    findings: 0,
  });
  insert('acknowledgements', {
    id: uuid('5', number),
    transmission_id: id,
    interchange_ordinal: 1,
    partner_id: row.partner,
    kinds: '999',
    name: `claims-${number}.x12.${String(number).padStart(9, '0')}.999`,
    path: `originals/${number}.ack`,
    size_bytes: row.answerSizeBytes ?? 400,
    sha256: row.answerSha256 ?? '0'.repeat(64),
    control_number: String(number).padStart(9, '0'),
    state: 'published',
    written_at_ms: openedAtMs,
    published_at_ms: openedAtMs,
  });
  insert('releases', {
    id: uuid('6', number),
    transmission_id: id,
    manifest: '{}',
    state: 'released',
    due_at_ms: openedAtMs,
    released_at_ms: openedAtMs,
  });
}
