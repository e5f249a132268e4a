// Counts by the hour (by the day for what is counted by partner), and the same by the month, so that a year is read from
// a twelfth of a hundredth of its rows. Most of them follow the audit trail, a batch at a time
// and behind everything else, so that no transfer and no sign-in waits for a count.

import { sql as text } from 'kysely';
import { type ActivityMeasure, answerTimeOf, dayMs, hourMs } from '../domain/activity.ts';
import { prepareQuery } from './prepared-query.ts';
import type { Database, Sql } from './transaction.ts';

export interface ActivityCount {
  readonly measure: ActivityMeasure;
  /** Where its hour or day begins, in milliseconds since 1970, UTC. */
  readonly sinceMs: number;
  /** Empty: of all partners together. */
  readonly partnerId: string;
  readonly word: string;
  readonly count: number;
}

/** Records of the audit trail in one transaction: a few milliseconds of work. */
const batch = 500;
/** Rows of one statement. */
const rowsMax = 100;
const cursorName = 'activity';
const notForPowerLoss = { survives: 'process-end' } as const;

/** Notes that an answer stands in `outbound`. Call it within the transaction of what it records. */
export async function countAnswerTime(
  { sql }: { readonly sql: Sql },
  { receivedAtMs, answeredAtMs }: { readonly receivedAtMs: number; readonly answeredAtMs: number },
): Promise<void> {
  const word = answerTimeOf(Math.max(0, answeredAtMs - receivedAtMs));
  await addAnswerTime(sql, { sinceMs: answeredAtMs - (answeredAtMs % hourMs), word });
  await addAnswerTimeOfMonth(sql, { sinceMs: monthOf(answeredAtMs), word });
}

/** @returns when the month of a time begins, in UTC; both in milliseconds since 1970 */
export function monthOf(atMs: number): number {
  const at = new Date(atMs);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth());
}

type CountTable = 'activity_hours' | 'activity_months';

const addAnswerTimeTo = (table: CountTable) =>
  prepareQuery((sql, { sinceMs, word }: { sinceMs: number; word: string }) =>
    sql
      .insertInto(table)
      .values({ measure: 'answer-time', since_ms: sinceMs, partner_id: '', word, count: 1 })
      .onConflict((conflict) =>
        conflict
          .columns(['measure', 'since_ms', 'partner_id', 'word'])
          .doUpdateSet({ count: text`${text.ref(table)}.count + 1` }),
      ),
  );
const addAnswerTime = addAnswerTimeTo('activity_hours');
const addAnswerTimeOfMonth = addAnswerTimeTo('activity_months');

/**
 * Counts the next records of the audit trail. Counting and the note of how far it came are one transaction: nothing is
 * counted twice or left out, whoever else counts.
 * @returns whether there may be more
 */
export async function countActivity(database: Database): Promise<boolean> {
  return database.transaction(async ({ sql }) => {
    // Taken first: who counts at the same time waits here, and goes on from where this ends.
    const [cursor] = await sql
      .insertInto('counters')
      .values({ name: cursorName, value: 0 })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: text`counters.value` }))
      .returning('value')
      .execute();
    const records = await sql
      .selectFrom('audit_records')
      .select(['sequence', 'at_ms', 'action', 'subject', 'detail'])
      .where('sequence', '>', Number(cursor?.value ?? 0))
      .orderBy('sequence')
      .limit(batch)
      .execute();
    const last = records.at(-1);
    if (last === undefined) return false;
    const counts = await countsOf(sql, records);
    await add(sql, 'activity_hours', counts);
    await add(sql, 'activity_months', sumsOf(counts.map(ofMonth)));
    await sql
      .updateTable('counters')
      .set({ value: Number(last.sequence) })
      .where('name', '=', cursorName)
      .execute();
    return records.length === batch;
  }, notForPowerLoss);
}

interface Recorded {
  readonly at_ms: number;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
}

async function countsOf(sql: Sql, records: readonly Recorded[]): Promise<readonly ActivityCount[]> {
  const found: ActivityCount[] = [];
  const note = (count: ActivityCount): void => {
    found.push(count);
  };
  const ended = records.filter(({ action }) => verdictActions.has(action));
  const partners = await partnersOf(sql, ended.map(idOf));
  for (const record of records) {
    const simple = simpleCount(record);
    const atMs = Number(record.at_ms);
    if (simple !== undefined) note({ ...simple, sinceMs: atMs - (atMs % hourMs), partnerId: '', count: 1 });
  }
  const rejections = await rejectionsOf(sql, ended.map(idOf));
  for (const record of ended) {
    const atMs = Number(record.at_ms);
    const word = verdictOf(record);
    const partnerId = partners.get(idOf(record)) ?? '';
    note({ measure: 'verdict', sinceMs: atMs - (atMs % hourMs), partnerId: '', word, count: 1 });
    if (partnerId === '') continue;
    const ofDay = { sinceMs: atMs - (atMs % dayMs), partnerId, count: 1 };
    note({ ...ofDay, measure: 'partner-verdict', word });
    const reasons =
      record.action === 'transmission.answer' ? rejections.get(idOf(record)) : [reasonOf(record)];
    for (const reason of reasons ?? []) note({ ...ofDay, measure: 'partner-rejection', word: reason });
  }
  return sumsOf(found);
}

const ofMonth = (count: ActivityCount): ActivityCount => ({ ...count, sinceMs: monthOf(count.sinceMs) });

/** @returns one count for each measure, time, partner and word */
function sumsOf(counts: readonly ActivityCount[]): readonly ActivityCount[] {
  const sums = new Map<string, ActivityCount>();
  for (const count of counts) {
    const key = JSON.stringify([count.measure, count.sinceMs, count.partnerId, count.word]);
    sums.set(key, { ...count, count: count.count + (sums.get(key)?.count ?? 0) });
  }
  return [...sums.values()];
}

const verdictActions = new Set(['transmission.answer', 'transmission.quarantine', 'transmission.fail']);

function simpleCount(record: Recorded): Pick<ActivityCount, 'measure' | 'word'> | undefined {
  switch (record.action) {
    case 'transmission.receive':
      return { measure: 'received', word: 'files' };
    case 'sftp.login':
      return { measure: 'login', word: 'sftp' };
    case 'portal.sign-in':
      return { measure: 'login', word: 'portal' };
    case 'sftp.login-refused':
      return { measure: 'login-refused', word: `sftp ${reasonOf(record)}` };
    case 'account.lock':
      return { measure: 'login-refused', word: 'sftp locked' };
    case 'portal.sign-in-refused':
      return { measure: 'login-refused', word: 'portal refused' };
    case 'ban.add':
      return { measure: 'ban', word: 'by-administrator' };
    default:
      return undefined;
  }
}

const idOf = ({ subject }: Recorded): string => subject.replace(/^transmission:/, '');

function verdictOf(record: Recorded): string {
  if (record.action === 'transmission.quarantine') return 'quarantined';
  if (record.action === 'transmission.fail') return 'failed';
  const verdict = factsOf(record)['verdict'];
  return typeof verdict === 'string' ? verdict : 'none';
}

/** A code, or one word for what an administrator wrote: sentences are no words to count under. */
function reasonOf(record: Recorded): string {
  const reason = factsOf(record)['reason'];
  return typeof reason === 'string' && /^[A-Za-z0-9_.-]{1,60}$/.test(reason) ? reason : 'decided';
}

function factsOf({ detail }: Recorded): Readonly<Record<string, unknown>> {
  return JSON.parse(detail) as Readonly<Record<string, unknown>>;
}

async function partnersOf(sql: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await sql
    .selectFrom('transmissions')
    .select(['id', 'partner_id'])
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.id, row.partner_id]));
}

/** By transmission: which rules its findings break, each once. */
async function rejectionsOf(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (ids.length === 0) return new Map();
  const rows = await sql
    .selectFrom('findings')
    .select(['transmission_id', 'rule_id'])
    .distinct()
    .where('transmission_id', 'in', ids)
    .where('severity', '=', 'reject')
    .execute();
  const found = new Map<string, string[]>();
  for (const row of rows)
    found.set(row.transmission_id, [...(found.get(row.transmission_id) ?? []), row.rule_id]);
  return found;
}

async function add(sql: Sql, table: CountTable, counts: readonly ActivityCount[]): Promise<void> {
  for (let from = 0; from < counts.length; from += rowsMax) {
    const values = counts.slice(from, from + rowsMax).map((one) => ({
      measure: one.measure,
      since_ms: one.sinceMs,
      partner_id: one.partnerId,
      word: one.word,
      count: one.count,
    }));
    await sql
      .insertInto(table)
      .values(values)
      .onConflict((conflict) =>
        conflict
          .columns(['measure', 'since_ms', 'partner_id', 'word'])
          .doUpdateSet({ count: text`${text.ref(table)}.count + excluded.count` }),
      )
      .execute();
  }
}

/** Which counts are read, and since when, in milliseconds since 1970. */
export interface ActivityRange {
  readonly sinceMs: number;
  /** `month`: counts of whole months of UTC, of which `sinceMs` begins one. */
  readonly by: 'hour' | 'month';
  /**
   * Counts by the hour are added up for each such time from `sinceMs` on, in milliseconds, so that a month of hours comes
   * as thirty days; by the month it is not asked.
   */
  readonly stepMs?: number | undefined;
}

const tableOf = ({ by }: ActivityRange): CountTable =>
  by === 'month' ? 'activity_months' : 'activity_hours';

/** @returns what all partners together came to since a time, the oldest first */
export async function readActivity(
  database: Database,
  input: ActivityRange & { readonly measures: readonly ActivityMeasure[] },
): Promise<readonly ActivityCount[]> {
  const { sinceMs, by, stepMs } = input;
  const step = by === 'month' ? 1 : (stepMs ?? hourMs);
  // Numbers are bound as they come, which to SQLite are not whole ones.
  const since = text<number>`cast(${sinceMs} as bigint)`;
  const slot = text<number>`since_ms - (since_ms - ${since}) % cast(${step} as bigint)`;
  const rows = await database.sql
    .selectFrom(tableOf(input))
    .select((of) => ['measure', slot.as('slot'), 'word', of.fn.sum<number>('count').as('sum')])
    .where('measure', 'in', input.measures)
    .where('since_ms', '>=', sinceMs)
    .where('partner_id', '=', '')
    .groupBy(['measure', 'slot', 'word'])
    .orderBy('slot')
    .execute();
  return rows.map((row) => ({
    measure: row.measure,
    sinceMs: Number(row.slot),
    partnerId: '',
    word: row.word,
    count: Number(row.sum),
  }));
}

export interface TopCount {
  readonly partnerId: string;
  readonly word: string;
  readonly count: number;
}

/** @returns the largest counts of partners since a time, the largest first */
export async function readTopOfPartners(
  database: Database,
  input: ActivityRange & { readonly measure: ActivityMeasure; readonly limit: number },
): Promise<readonly TopCount[]> {
  const rows = await database.sql
    .selectFrom(tableOf(input))
    .select((of) => ['partner_id', 'word', of.fn.sum<number>('count').as('sum')])
    .where('measure', '=', input.measure)
    .where('since_ms', '>=', input.sinceMs)
    .groupBy(['partner_id', 'word'])
    .orderBy('sum', 'desc')
    .orderBy('partner_id')
    .orderBy('word')
    .limit(input.limit)
    .execute();
  return rows.map((row) => ({ partnerId: row.partner_id, word: row.word, count: Number(row.sum) }));
}
