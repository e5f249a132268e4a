// How much waits, and since when: what a monitor asks for every few seconds. Each count is over an index that holds the
// waiting alone, so that the answer costs the same however much has been done.

import { literal, literals } from './literals.ts';
import type { Database } from './transaction.ts';

export interface Depth {
  readonly count: number;
  /** Since when the oldest waits, in milliseconds since 1970; undefined: none waits. */
  readonly oldestAtMs: number | undefined;
}

export interface QueueDepths {
  /** Files whose bytes are still coming, that were cut off, or that have a temporary name. */
  readonly arriving: Depth;
  /** Received and not answered yet. */
  readonly unanswered: Depth;
  readonly failed: Depth;
  readonly quarantined: Depth;
  /** Answers that are written and not in `outbound` yet. */
  readonly unpublished: Depth;
  /** Files that are due to the back end. */
  readonly unreleased: Depth;
  readonly waitingDeliveries: number;
  /** Deliveries of hooks that were given up. */
  readonly deadDeliveries: number;
  readonly waitingMails: number;
  readonly deadMails: number;
  /** Live SFTP sessions. */
  readonly sessions: number;
  /** Addresses, and networks, that are banned now. */
  readonly bans: number;
  /** When the last backup was as of; undefined: none was made. */
  readonly lastBackupAtMs: number | undefined;
}

/** Reads all of it. */
export async function readQueueDepths(database: Database): Promise<QueueDepths> {
  return {
    arriving: await arriving(database),
    unanswered: await unanswered(database),
    failed: await inTrouble(database, 'failed'),
    quarantined: await inTrouble(database, 'quarantined'),
    unpublished: await unpublished(database),
    unreleased: await unreleased(database),
    ...(await deliveries(database)),
    ...(await mails(database)),
    sessions: await sessions(database),
    bans: await bans(database),
    lastBackupAtMs: await lastBackup(database),
  };
}

/** Asks the database for one row. @throws its error, when it cannot be read */
export async function askDatabase({ sql }: Database): Promise<void> {
  await sql.selectFrom('schema_migrations').select('version').limit(1).execute();
}

interface Counted {
  readonly count: number | string | bigint;
  readonly oldest: number | string | bigint | null;
}

/** @param row a count, and the oldest of what was counted, as the database gives them */
export function depthOf(row: Counted): Depth {
  return {
    count: Number(row.count),
    oldestAtMs: row.oldest === null ? undefined : Number(row.oldest),
  };
}

async function arriving({ sql }: Database): Promise<Depth> {
  const row = await sql
    .selectFrom('transmissions')
    .select((of) => [of.fn.countAll().as('count'), of.fn.min('opened_at_ms').as('oldest')])
    .where('state', 'in', literals('receiving', 'interrupted', 'held'))
    .where('state', '!=', literal('answered'))
    .executeTakeFirstOrThrow();
  return depthOf(row);
}

async function unanswered({ sql }: Database): Promise<Depth> {
  const row = await sql
    .selectFrom('transmissions')
    .select((of) => [of.fn.countAll().as('count'), of.fn.min('received_at_ms').as('oldest')])
    .where('state', 'in', literals('received', 'processing'))
    .executeTakeFirstOrThrow();
  return depthOf(row);
}

async function inTrouble({ sql }: Database, state: 'failed' | 'quarantined'): Promise<Depth> {
  const row = await sql
    .selectFrom('transmissions')
    .select((of) => [of.fn.countAll().as('count'), of.fn.min('received_at_ms').as('oldest')])
    .where('state', 'in', literals('failed', 'quarantined'))
    .where('state', '=', state)
    .executeTakeFirstOrThrow();
  return depthOf(row);
}

async function unpublished({ sql }: Database): Promise<Depth> {
  const row = await sql
    .selectFrom('acknowledgements')
    .select((of) => [of.fn.countAll().as('count'), of.fn.min('written_at_ms').as('oldest')])
    .where('state', '=', literal('written'))
    .executeTakeFirstOrThrow();
  return depthOf(row);
}

async function unreleased({ sql }: Database): Promise<Depth> {
  const row = await sql
    .selectFrom('releases')
    .select((of) => [of.fn.countAll().as('count'), of.fn.min('due_at_ms').as('oldest')])
    .where('state', '=', literal('due'))
    .executeTakeFirstOrThrow();
  return depthOf(row);
}

async function deliveries({ sql }: Database) {
  const waiting = await sql
    .selectFrom('deliveries')
    .select((of) => of.fn.countAll().as('count'))
    .where('state', '=', literal('waiting'))
    .executeTakeFirstOrThrow();
  const dead = await sql
    .selectFrom('deliveries')
    .select((of) => of.fn.countAll().as('count'))
    .where('state', '=', literal('dead'))
    .executeTakeFirstOrThrow();
  return { waitingDeliveries: Number(waiting.count), deadDeliveries: Number(dead.count) };
}

async function mails({ sql }: Database) {
  const rows = await sql
    .selectFrom('mails')
    .select((of) => ['state', of.fn.countAll().as('count')])
    .where('state', 'in', literals('waiting', 'dead'))
    .groupBy('state')
    .execute();
  const count = (state: string) => Number(rows.find((row) => row.state === state)?.count ?? 0);
  return { waitingMails: count('waiting'), deadMails: count('dead') };
}

async function sessions({ sql }: Database): Promise<number> {
  const row = await sql
    .selectFrom('sftp_sessions')
    .select((of) => of.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

async function bans({ sql, now }: Database): Promise<number> {
  const row = await sql
    .selectFrom('throttles')
    .select((of) => of.fn.countAll().as('count'))
    .where('blocked_until_ms', '>', now())
    .where((where) => where.or([where('scope', 'like', 'address:%'), where('scope', 'like', 'network:%')]))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

async function lastBackup({ sql }: Database): Promise<number | undefined> {
  const row = await sql
    .selectFrom('backups')
    .select('made_at_ms')
    .orderBy('made_at_ms', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : Number(row.made_at_ms);
}
