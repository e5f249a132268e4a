// Deliveries: which events each hook still has to be told of. An event becomes a delivery for every hook that wants it,
// and each delivery is tried until it is taken or ends among the dead letters (invariant I8: at least once).

import { sql as raw } from 'kysely';
import { literals } from './literals.ts';
import type { Database } from './transaction.ts';

export interface HookSubscription {
  readonly name: string;
  /** Event kinds; `*` for all. */
  readonly events: readonly string[];
}

const cursorOf = (hook: string): string => `hook-cursor:${hook}`;
const batch = 500;

/**
 * Makes deliveries of the events that have come since the last time. A hook that is new begins with the events to come.
 */
export async function enqueueDeliveries(
  database: Database,
  hooks: readonly HookSubscription[],
): Promise<void> {
  for (const hook of hooks) {
    while ((await enqueueFor(database, hook)) === batch);
  }
}

async function enqueueFor(database: Database, hook: HookSubscription): Promise<number> {
  return database.transaction(async ({ sql, nowMs }) => {
    const cursor = await sql
      .selectFrom('counters')
      .select('value')
      .where('name', '=', cursorOf(hook.name))
      .executeTakeFirst();
    const events = await sql
      .selectFrom('events')
      .select(['sequence', 'kind'])
      .where('sequence', '>', cursor === undefined ? await newestSequence(sql) : Number(cursor.value))
      .orderBy('sequence')
      .limit(batch)
      .execute();
    const last = events.at(-1)?.sequence ?? cursor?.value ?? (await newestSequence(sql));
    await sql
      .insertInto('counters')
      .values({ name: cursorOf(hook.name), value: Number(last) })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: Number(last) }))
      .execute();
    const wanted = events.filter((event) => hook.events.includes('*') || hook.events.includes(event.kind));
    if (wanted.length > 0) {
      await sql
        .insertInto('deliveries')
        .values(
          wanted.map((event) => ({
            event_sequence: event.sequence,
            hook: hook.name,
            state: 'waiting' as const,
            attempts: 0,
            next_attempt_at_ms: nowMs,
            last_error: null,
          })),
        )
        .execute();
    }
    return events.length;
  });
}

async function newestSequence(sql: Database['sql']): Promise<number> {
  const row = await sql
    .selectFrom('events')
    .select(raw<number>`coalesce(max(sequence), 0)`.as('newest'))
    .executeTakeFirstOrThrow();
  return Number(row.newest);
}

export interface DueDelivery {
  readonly sequence: number;
  readonly hook: string;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly eventId: string;
  readonly kind: string;
  readonly partnerId: string;
  readonly payload: string;
  readonly createdAtMs: number;
}

/** @returns the hook's deliveries that are due, in the order of their events */
export async function listDueDeliveries(
  database: Database,
  input: { readonly hook: string; readonly limit: number },
): Promise<readonly DueDelivery[]> {
  const rows = await database.sql
    .selectFrom('deliveries')
    .innerJoin('events', 'events.sequence', 'deliveries.event_sequence')
    .select([
      'events.sequence',
      'events.id',
      'events.kind',
      'events.partner_id',
      'events.payload',
      'events.created_at_ms',
      'deliveries.attempts',
    ])
    .where('deliveries.state', 'in', literals('waiting'))
    .where('deliveries.hook', '=', input.hook)
    .where('deliveries.next_attempt_at_ms', '<=', database.now())
    .orderBy('events.sequence')
    .limit(input.limit)
    .execute();
  return rows.map((row) => ({
    sequence: Number(row.sequence),
    hook: input.hook,
    attempt: row.attempts + 1,
    eventId: row.id,
    kind: row.kind,
    partnerId: row.partner_id,
    payload: row.payload,
    createdAtMs: Number(row.created_at_ms),
  }));
}

/**
 * Writes what came of a try.
 * @param input.outcome `retry` waits for `delayMs`; `dead` ends among the dead letters
 */
export async function recordDelivery(
  database: Database,
  input: {
    readonly delivery: DueDelivery;
    readonly outcome:
      | { readonly kind: 'delivered' }
      | { readonly kind: 'retry'; readonly delayMs: number; readonly error: string }
      | { readonly kind: 'dead'; readonly error: string };
  },
): Promise<void> {
  const { delivery, outcome } = input;
  await database.sql
    .updateTable('deliveries')
    .set({
      state: outcome.kind === 'retry' ? 'waiting' : outcome.kind,
      attempts: delivery.attempt,
      next_attempt_at_ms: database.now() + (outcome.kind === 'retry' ? outcome.delayMs : 0),
      last_error: outcome.kind === 'delivered' ? null : outcome.error,
    })
    .where('event_sequence', '=', delivery.sequence)
    .where('hook', '=', delivery.hook)
    .execute();
}
