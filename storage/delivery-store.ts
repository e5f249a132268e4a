// Deliveries: which events each hook still has to be told of. An event becomes a delivery for every hook that wants it,
// and each delivery is tried until it is taken or ends among the dead letters (invariant I8: at least once).
//
// What is written here is derived from the outbox, or says that something was taken: losing the last of it to a power
// cut means telling twice, never not telling. So none of it waits for the disk, and none of it slows a transfer.

import { type EventFilter, wantsEvent } from '../domain/event-filter.ts';
import type { EventRecord } from '../domain/event-message.ts';
import { eventOf } from './event-search.ts';
import { literals } from './literals.ts';
import { prepareQuery } from './prepared-query.ts';
import type { Database, Sql } from './transaction.ts';

export interface HookSubscription extends EventFilter {
  readonly name: string;
}

const waiting = literals('waiting');
const unsynced = { survives: 'process-end' } as const;

/** How many events become deliveries in one transaction: others write in between. */
const batch = 100;

/**
 * Makes deliveries of the events that have come since the last time, at most a hundred at once.
 * @returns how many were made, and whether there may be more
 */
export async function enqueueDeliveries(
  database: Database,
  hook: HookSubscription,
): Promise<{ readonly made: number; readonly more: boolean }> {
  const none = { made: 0, more: false };
  // Nearly always there is nothing: the write lock is not taken to find that out.
  if (!(await hasNews(database, hook.name))) return none;
  return database.transaction(async ({ sql, nowMs }) => {
    const row = await sql
      .selectFrom('hooks')
      .select(['cursor_sequence', 'state'])
      .where('name', '=', hook.name)
      .executeTakeFirst();
    if (row?.state !== 'enabled') return none;
    const events = await sql
      .selectFrom('events')
      .select(['sequence', 'kind', 'partner_id', 'subject'])
      .where('sequence', '>', row.cursor_sequence)
      .orderBy('sequence')
      .limit(batch)
      .execute();
    const last = events.at(-1);
    if (last === undefined) return none;
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
    return { made: wanted.length, more: events.length === batch };
  }, unsynced);
}

async function hasNews(database: Database, hook: string): Promise<boolean> {
  const [row] = await newsOf(database.sql, { hook });
  return row !== undefined;
}

const newsOf = prepareQuery((sql, { hook }: { hook: string }) =>
  sql
    .selectFrom('hooks')
    .innerJoin('events', (join) => join.onRef('events.sequence', '>', 'hooks.cursor_sequence'))
    .select('events.sequence')
    .where('hooks.name', '=', hook)
    .limit(1),
);

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
  const { hook, limit } = input;
  const [end] = await endOfWindow(database.sql, { hook });
  const wanted = { hook, limit, nowMs: database.now() };
  if (end !== undefined) {
    const found = await dueUpTo(database.sql, { ...wanted, last: end.event_sequence });
    if (found.length > 0) return found.map((row) => dueOf(hook, row));
  }
  return (await due(database.sql, wanted)).map((row) => dueOf(hook, row));
}

function dueOf(
  hook: string,
  { attempts, ...event }: Parameters<typeof eventOf>[0] & { readonly attempts: number },
): DueDelivery {
  return { event: eventOf(event), hook, attempt: attempts + 1 };
}

const endOfWindow = prepareQuery((sql, { hook }: { hook: string }) =>
  sql
    .selectFrom('deliveries')
    .select('event_sequence')
    .where('state', 'in', waiting)
    .where('hook', '=', hook)
    .orderBy('event_sequence')
    .offset(windowRows)
    .limit(1),
);

interface Wanted {
  readonly hook: string;
  readonly limit: number;
  readonly nowMs: number;
}

const due = prepareQuery((sql, wanted: Wanted) => selectDue(sql, wanted));
const dueUpTo = prepareQuery((sql, { last, ...wanted }: Wanted & { readonly last: number }) =>
  selectDue(sql, wanted).where('deliveries.event_sequence', '<=', last),
);

function selectDue(sql: Sql, { hook, limit, nowMs }: Wanted) {
  return sql
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
    .where('deliveries.hook', '=', hook)
    .where('deliveries.next_attempt_at_ms', '<=', nowMs)
    .where(({ or, not, exists, eb, selectFrom }) =>
      or([
        eb('deliveries.subject', '=', ''),
        not(
          exists(
            selectFrom('deliveries as earlier')
              .select('earlier.event_sequence')
              .where('earlier.state', 'in', waiting)
              .where('earlier.hook', '=', hook)
              .whereRef('earlier.subject', '=', 'deliveries.subject')
              .whereRef('earlier.event_sequence', '<', 'deliveries.event_sequence'),
          ),
        ),
      ]),
    )
    .orderBy('deliveries.event_sequence')
    .limit(limit);
}

/** @returns when the next delivery of a hook is due, in milliseconds since 1970; undefined: none waits */
export async function nextDueAt(database: Database, hook: string): Promise<number | undefined> {
  const [row] = await nextDueOf(database.sql, { hook });
  return row === undefined ? undefined : Number(row.next_attempt_at_ms);
}

const nextDueOf = prepareQuery((sql, { hook }: { hook: string }) =>
  sql
    .selectFrom('deliveries')
    .select('next_attempt_at_ms')
    .where('state', 'in', waiting)
    .where('hook', '=', hook)
    .orderBy('next_attempt_at_ms')
    .limit(1),
);

/** An outage is over when it was longer than a slip: so many tries have failed in a row. */
const outageFailures = 4;

/**
 * A receiver has taken events. When it had been away, what it has missed is due at once, in order, and does not wait
 * for the pauses that were meant for a receiver that is down.
 */
export async function recordTaken(
  database: Database,
  hook: string,
  taken: readonly DueDelivery[],
): Promise<void> {
  await database.transaction(async ({ sql, nowMs }) => {
    for (const { event, attempt } of taken)
      await delivered(sql, { hook, sequence: event.sequence, attempts: attempt, nowMs });
    const [before] = await failuresOf(sql, { hook });
    await isWell(sql, { hook, nowMs });
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

const delivered = prepareQuery(
  (sql, values: { hook: string; sequence: number; attempts: number; nowMs: number }) =>
    sql
      .updateTable('deliveries')
      .set({
        state: 'delivered',
        attempts: values.attempts,
        last_error: null,
        last_attempt_at_ms: values.nowMs,
      })
      .where('event_sequence', '=', values.sequence)
      .where('hook', '=', values.hook),
);
const failuresOf = prepareQuery((sql, { hook }: { hook: string }) =>
  sql.selectFrom('hooks').select(['failures', 'failing_since_ms']).where('name', '=', hook),
);
const isWell = prepareQuery((sql, { hook, nowMs }: { hook: string; nowMs: number }) =>
  sql
    .updateTable('hooks')
    .set({ last_delivered_at_ms: nowMs, failures: 0, failing_since_ms: null, paused_until_ms: 0 })
    .where('name', '=', hook),
);

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
