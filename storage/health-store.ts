// What of the database tells whether the gateway keeps up: ages of queues, what was given up, what nobody looks after.

import type { Database } from './transaction.ts';

export interface Health {
  /** Received and not answered yet: how many, and since when the oldest waits; undefined: none. */
  readonly unanswered: { readonly count: number; readonly oldestAtMs: number | undefined };
  /** Transmissions that intake gave up. */
  readonly failed: number;
  readonly quarantined: number;
  /** Deliveries of hooks that were given up. */
  readonly deadDeliveries: number;
  readonly waitingDeliveries: number;
  readonly deadMails: number;
  readonly waitingMails: { readonly count: number; readonly oldestAtMs: number | undefined };
  /** Users who may sign in, have done so, and have no second factor. */
  readonly usersWithoutFactor: number;
  readonly activeUsers: number;
  /** SFTP accounts, whatever their status. */
  readonly accounts: number;
  /** The newest time that any record carries. */
  readonly newestRecordAtMs: number | undefined;
}

/** Reads all of it; a few indexed counts. */
export async function readHealth(database: Database): Promise<Health> {
  const [intake, deliveries, mails, users, newest] = [
    await countTransmissions(database),
    await countDeliveries(database),
    await countMails(database),
    await countUsers(database),
    await newestRecord(database),
  ];
  return { ...intake, ...deliveries, ...mails, ...users, newestRecordAtMs: newest };
}

async function countTransmissions({ sql }: Database) {
  const rows = await sql
    .selectFrom('transmissions')
    .select((of) => ['state', of.fn.countAll().as('count'), of.fn.min('received_at_ms').as('oldest')])
    .where('state', 'in', ['received', 'processing', 'failed', 'quarantined'])
    .groupBy('state')
    .execute();
  const of = (...states: readonly string[]) => rows.filter(({ state }) => states.includes(state));
  const sum = (some: typeof rows) => some.reduce((total, { count }) => total + Number(count), 0);
  const waiting = of('received', 'processing');
  return {
    unanswered: { count: sum(waiting), oldestAtMs: earliest(waiting.map(({ oldest }) => oldest)) },
    failed: sum(of('failed')),
    quarantined: sum(of('quarantined')),
  };
}

async function countDeliveries({ sql }: Database) {
  const rows = await sql
    .selectFrom('deliveries')
    .select((of) => ['state', of.fn.countAll().as('count')])
    .where('state', 'in', ['waiting', 'dead'])
    .groupBy('state')
    .execute();
  const count = (state: string) => Number(rows.find((row) => row.state === state)?.count ?? 0);
  return { deadDeliveries: count('dead'), waitingDeliveries: count('waiting') };
}

async function countMails({ sql }: Database) {
  const rows = await sql
    .selectFrom('mails')
    .select((of) => ['state', of.fn.countAll().as('count'), of.fn.min('created_at_ms').as('oldest')])
    .where('state', 'in', ['waiting', 'dead'])
    .groupBy('state')
    .execute();
  const row = (state: string) => rows.find((one) => one.state === state);
  return {
    deadMails: Number(row('dead')?.count ?? 0),
    waitingMails: {
      count: Number(row('waiting')?.count ?? 0),
      oldestAtMs: earliest([row('waiting')?.oldest]),
    },
  };
}

async function countUsers({ sql }: Database) {
  const active = sql.selectFrom('users').where('status', '=', 'active');
  const all = await active.select((of) => of.fn.countAll().as('count')).executeTakeFirstOrThrow();
  const bare = await active
    .where('last_sign_in_at_ms', 'is not', null)
    .where((where) =>
      where.not(
        where.exists(where.selectFrom('factors').select('id').whereRef('factors.user_id', '=', 'users.id')),
      ),
    )
    .select((of) => of.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  const accounts = await sql
    .selectFrom('sftp_accounts')
    .select((of) => of.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return {
    activeUsers: Number(all.count),
    usersWithoutFactor: Number(bare.count),
    accounts: Number(accounts.count),
  };
}

async function newestRecord({ sql }: Database): Promise<number | undefined> {
  const row = await sql
    .selectFrom('audit_records')
    .select('at_ms')
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : Number(row.at_ms);
}

function earliest(times: readonly (number | string | bigint | null | undefined)[]): number | undefined {
  const known = times.flatMap((time) => (time === null || time === undefined ? [] : [Number(time)]));
  return known.length === 0 ? undefined : Math.min(...known);
}
