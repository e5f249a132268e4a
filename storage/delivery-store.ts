// Deliveries: which events each hook still has to be told of. An event becomes a delivery for every hook that wants it,
// and each delivery is tried until it is taken or ends among the dead letters (invariant I8: at least once).
//
// What is written here is derived from the outbox, or says that something was taken: losing the last of it to a power
// cut means telling twice, never not telling. So none of it waits for the disk, and none of it slows a transfer.

import { type EventFilter, wantsEvent } from '../domain/event-filter.ts';
import type { EventRecord } from '../domain/event-message.ts';
import { eventOf } from './event-search.ts';
import { literals } from './literals.ts';
import type { Database } from './transaction.ts';

export interface HookSubscription extends EventFilter {
  readonly name: string;
}

const waiting = literals('waiting');
const unsynced = { survives: 'process-end' } as const;

/** How many events become deliveries in one transaction: others write in between. */
const batch = 250;

/**
 * Makes deliveries of the events that have come since the last time, at most a few hundred at once.
 * @returns whether there may be more
 */
export async function enqueueDeliveries(database: Database, hook: HookSubscription): Promise<boolean> {
  // Nearly always there is nothing: the write lock is not taken to find that out.
  if (!(await hasNews(database, hook.name))) return false;
  return database.transaction(async ({ sql, nowMs }) => {
    const row = await sql
      .selectFrom('hooks')
      .select(['cursor_sequence', 'state'])
      .where('name', '=', hook.name)
      .executeTakeFirst();
    if (row?.state !== 'enabled') return false;
    const events = await sql
      .selectFrom('events')
      .select(['sequence', 'kind', 'partner_id', 'subject'])
      .where('sequence', '>', row.cursor_sequence)
      .orderBy('sequence')
      .limit(batch)
      .execute();
    const last = events.at(-1);
    if (last === undefined) return false;
    await sql
      .updateTable('hooks')
      .set({ cursor_sequence: last.sequence })
      .where('name', '=', hook.name)
      .execute();
    const wanted = events.filter(({ kind, partner_id }) => wantsEvent(hook, { kind, partnerId: partner_id }));
    if (wanted.length > 0) {
      await sql
        .insertInto('deliveries')
        .values(wanted.map((event) => newDelivery(hook.name, event, nowMs)))
        // A replay may have made it already.
        .onConflict((conflict) => conflict.columns(['event_sequence', 'hook']).doNothing())
        .execute();
    }
    return events.length === batch;
  }, unsynced);
}

async function hasNews(database: Database, hook: string): Promise<boolean> {
  const row = await database.sql
    .selectFrom('hooks')
    .innerJoin('events', (join) => join.onRef('events.sequence', '>', 'hooks.cursor_sequence'))
    .select('events.sequence')
    .where('hooks.name', '=', hook)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The row of a delivery that was never tried. */
export function newDelivery(
  hook: string,
  event: { readonly sequence: number; readonly subject: string },
  nowMs: number,
) {
  return {
    event_sequence: event.sequence,
    hook,
    state: 'waiting' as const,
    attempts: 0,
    next_attempt_at_ms: nowMs,
    last_error: null,
    subject: event.subject,
    last_attempt_at_ms: null,
  };
}

export interface DueDelivery {
  readonly event: EventRecord;
  readonly hook: string;
  /** 1 for the first try. */
  readonly attempt: number;
}

/** How many of the oldest deliveries that wait are looked at first. */
const windowRows = 256;

/**
 * @returns the hook's deliveries that are due, in the order of their events; of one subject at most the first that still
 *   waits, so that what is about one transmission is told in its order
 */
export async function listDueDeliveries(
  database: Database,
  input: { readonly hook: string; readonly limit: number },
): Promise<readonly DueDelivery[]> {
  // Among thousands that wait for one subject's first, each would be asked about in vain: the oldest nearly always hold
  // enough that is due.
  const end = await database.sql
    .selectFrom('deliveries')
    .select('event_sequence')
    .where('state', 'in', waiting)
    .where('hook', '=', input.hook)
    .orderBy('event_sequence')
    .offset(windowRows)
    .limit(1)
    .executeTakeFirst();
  if (end === undefined) return dueUpTo(database, { ...input, last: undefined });
  const found = await dueUpTo(database, { ...input, last: end.event_sequence });
  return found.length > 0 ? found : dueUpTo(database, { ...input, last: undefined });
}

async function dueUpTo(
  database: Database,
  input: { readonly hook: string; readonly limit: number; readonly last: number | undefined },
): Promise<readonly DueDelivery[]> {
  const rows = await database.sql
    .selectFrom('deliveries')
    .innerJoin('events', 'events.sequence', 'deliveries.event_sequence')
    .select([
      'events.sequence',
      'events.id',
      'events.kind',
      'events.version',
      'events.partner_id',
      'events.payload',
      'events.created_at_ms',
      'deliveries.attempts',
    ])
    .where('deliveries.state', 'in', waiting)
    .where('deliveries.hook', '=', input.hook)
    .where('deliveries.next_attempt_at_ms', '<=', database.now())
    .where(({ or, not, exists, eb, selectFrom }) =>
      or([
        eb('deliveries.subject', '=', ''),
        not(
          exists(
            selectFrom('deliveries as earlier')
              .select('earlier.event_sequence')
              .where('earlier.state', 'in', waiting)
              .where('earlier.hook', '=', input.hook)
              .whereRef('earlier.subject', '=', 'deliveries.subject')
              .whereRef('earlier.event_sequence', '<', 'deliveries.event_sequence'),
          ),
        ),
      ]),
    )
    .$if(input.last !== undefined, (query) => query.where('deliveries.event_sequence', '<=', input.last ?? 0))
    .orderBy('deliveries.event_sequence')
    .limit(input.limit)
    .execute();
  return rows.map(({ attempts, ...event }) => ({
    event: eventOf(event),
    hook: input.hook,
    attempt: attempts + 1,
  }));
}

/** @returns when the next delivery of a hook is due, in milliseconds since 1970; undefined: none waits */
export async function nextDueAt(database: Database, hook: string): Promise<number | undefined> {
  const row = await database.sql
    .selectFrom('deliveries')
    .select('next_attempt_at_ms')
    .where('state', 'in', waiting)
    .where('hook', '=', hook)
    .orderBy('next_attempt_at_ms')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : Number(row.next_attempt_at_ms);
}

/** An outage is over when it was longer than a slip: so many tries have failed in a row. */
const outageFailures = 4;

/**
 * A receiver has taken an event. When it had been away, what it has missed is due at once, in order, and does not wait
 * for the pauses that were meant for a receiver that is down.
 */
export async function recordTaken(database: Database, delivery: DueDelivery): Promise<void> {
  await database.transaction(async ({ sql, nowMs }) => {
    const { hook } = delivery;
    await sql
      .updateTable('deliveries')
      .set({ state: 'delivered', attempts: delivery.attempt, last_error: null, last_attempt_at_ms: nowMs })
      .where('event_sequence', '=', delivery.event.sequence)
      .where('hook', '=', hook)
      .execute();
    const before = await sql
      .selectFrom('hooks')
      .select(['failures', 'failing_since_ms'])
      .where('name', '=', hook)
      .executeTakeFirst();
    await sql
      .updateTable('hooks')
      .set({ last_delivered_at_ms: nowMs, failures: 0, failing_since_ms: null, paused_until_ms: 0 })
      .where('name', '=', hook)
      .execute();
    if (before === undefined || before.failures < outageFailures) return;
    await sql
      .updateTable('deliveries')
      .set({ next_attempt_at_ms: nowMs })
      .where('hook', '=', hook)
      .where('state', 'in', waiting)
      .where('last_attempt_at_ms', '>=', before.failing_since_ms ?? nowMs)
      .execute();
  }, unsynced);
}

/**
 * A receiver has not taken an event.
 * @param input.retryAfterMs how long until it is tried again; undefined: it ends among the dead letters
 * @param input.pause how long until anything is sent to this hook, reckoned from how often it has failed in a row
 * @returns how often it has failed in a row, this time included
 */
export async function recordNotTaken(
  database: Database,
  input: {
    readonly delivery: DueDelivery;
    readonly error: string;
    readonly retryAfterMs: number | undefined;
    readonly pause: (failures: number) => number;
  },
): Promise<number> {
  const { delivery, error, retryAfterMs, pause } = input;
  const { hook } = delivery;
  return database.transaction(async ({ sql, nowMs }) => {
    await sql
      .updateTable('deliveries')
      .set({
        state: retryAfterMs === undefined ? 'dead' : 'waiting',
        attempts: delivery.attempt,
        next_attempt_at_ms: nowMs + (retryAfterMs ?? 0),
        last_error: error,
        last_attempt_at_ms: nowMs,
      })
      .where('event_sequence', '=', delivery.event.sequence)
      .where('hook', '=', hook)
      .execute();
    const row = await sql
      .selectFrom('hooks')
      .select(['failures', 'failing_since_ms', 'paused_until_ms'])
      .where('name', '=', hook)
      .executeTakeFirst();
    const failures = (row?.failures ?? 0) + 1;
    await sql
      .updateTable('hooks')
      .set({
        failures,
        failing_since_ms: row?.failing_since_ms ?? nowMs,
        paused_until_ms: Math.max(Number(row?.paused_until_ms ?? 0), nowMs + pause(failures)),
      })
      .where('name', '=', hook)
      .execute();
    return failures;
  }, unsynced);
}
