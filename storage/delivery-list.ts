// Deliveries as an administrator sees them: counted, listed, and made anew for a replay.

import type { Actor } from '../domain/audit.ts';
import { wantsEvent } from '../domain/event-filter.ts';
import { type HookSubscription, newDelivery } from './delivery-store.ts';
import { literal } from './literals.ts';
import type { DeliveryRow } from './tables.ts';
import type { Database, Sql } from './transaction.ts';

export interface DeliveryCounts {
  readonly waiting: number;
  readonly dead: number;
  /** When the oldest event that waits has happened, in milliseconds since 1970. */
  readonly oldestWaitingAtMs: number | undefined;
}

/** @returns how many events a hook has yet to be told of, and how many were given up */
export async function countDeliveries(database: Database, hook: string): Promise<DeliveryCounts> {
  const count = async (state: 'waiting' | 'dead') => {
    const row = await database.sql
      .selectFrom('deliveries')
      .select(({ fn }) => fn.countAll<number>().as('found'))
      .where('hook', '=', hook)
      .where('state', '=', state)
      .executeTakeFirstOrThrow();
    return Number(row.found);
  };
  const oldest = await database.sql
    .selectFrom('deliveries')
    .innerJoin('events', 'events.sequence', 'deliveries.event_sequence')
    .select('events.created_at_ms')
    .where('hook', '=', hook)
    .where('state', '=', 'waiting')
    .orderBy('event_sequence')
    .limit(1)
    .executeTakeFirst();
  return {
    waiting: await count('waiting'),
    dead: await count('dead'),
    oldestWaitingAtMs: oldest === undefined ? undefined : Number(oldest.created_at_ms),
  };
}

export interface ListedDelivery {
  readonly sequence: number;
  readonly eventId: string;
  readonly kind: string;
  readonly hook: string;
  readonly state: DeliveryRow['state'];
  readonly attempts: number;
  readonly nextAttemptAtMs: number;
  readonly lastAttemptAtMs: number | undefined;
  readonly lastError: string | undefined;
}

/**
 * @param input.before only of events that came before the one of this sequence
 * @param input.after only those after this one, in the order of the list
 * @returns deliveries, of the newest event first
 */
export async function listDeliveries(
  database: Database,
  input: {
    readonly hook?: string | undefined;
    readonly state?: DeliveryRow['state'] | undefined;
    readonly before?: number | undefined;
    readonly after?: { readonly sequence: number; readonly hook: string } | undefined;
    readonly limit: number;
  },
): Promise<readonly ListedDelivery[]> {
  let query = database.sql
    .selectFrom('deliveries')
    .innerJoin('events', 'events.sequence', 'deliveries.event_sequence')
    .select([
      'events.sequence',
      'events.id',
      'events.kind',
      'deliveries.hook',
      'deliveries.state',
      'deliveries.attempts',
      'deliveries.next_attempt_at_ms',
      'deliveries.last_attempt_at_ms',
      'deliveries.last_error',
    ]);
  if (input.hook !== undefined) query = query.where('deliveries.hook', '=', input.hook);
  if (input.state !== undefined) query = query.where('deliveries.state', '=', input.state);
  // Word for word as the index of what was given up has it, or SQLite does not use that one.
  if (input.state === 'dead') query = query.where('deliveries.state', '=', literal('dead'));
  if (input.before !== undefined) query = query.where('events.sequence', '<', input.before);
  const { after } = input;
  if (after !== undefined)
    query = query.where((where) =>
      where.or([
        where('deliveries.event_sequence', '<', after.sequence),
        where.and([
          where('deliveries.event_sequence', '=', after.sequence),
          where('deliveries.hook', '>', after.hook),
        ]),
      ]),
    );
  const rows = await query
    .orderBy('events.sequence', 'desc')
    .orderBy('deliveries.hook')
    .limit(input.limit)
    .execute();
  return rows.map((row) => ({
    sequence: Number(row.sequence),
    eventId: row.id,
    kind: row.kind,
    hook: row.hook,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAtMs: Number(row.next_attempt_at_ms),
    lastAttemptAtMs: row.last_attempt_at_ms === null ? undefined : Number(row.last_attempt_at_ms),
    lastError: row.last_error ?? undefined,
  }));
}

export interface Replay {
  readonly hook: HookSubscription;
  /** From this event on. */
  readonly fromSequence: number;
  /** Only what was given up. */
  readonly deadOnly: boolean;
  /** Count, and change nothing. */
  readonly dryRun: boolean;
  readonly actor: Actor;
}

const batch = 500;

/**
 * Tells a hook again of what it wants, under the same ids, from an event on. What waits already goes on waiting.
 * @returns how many events it is told of again
 */
export async function replayEvents(database: Database, replay: Replay): Promise<number> {
  let replayed = 0;
  for (let after = replay.fromSequence - 1; ; ) {
    const done = await database.transaction(async ({ sql, nowMs }) => {
      const events = await readEvents(sql, { ...replay, after });
      const wanted = events.filter(
        (event) =>
          wantsEvent(replay.hook, event) &&
          (replay.deadOnly ? event.state === 'dead' : event.state !== 'waiting'),
      );
      if (!replay.dryRun && wanted.length > 0) await makeDue(sql, { replay, events: wanted, nowMs });
      return { count: wanted.length, last: events.at(-1)?.sequence, isLast: events.length < batch };
    });
    replayed += done.count;
    if (done.last === undefined || done.isLast) break;
    after = done.last;
  }
  if (replay.dryRun) return replayed;
  const { actor, hook, fromSequence, deadOnly } = replay;
  await database.transaction((transaction) =>
    transaction.audit({
      actor,
      action: 'hook.replay',
      subject: `hook:${hook.name}`,
      detail: { fromSequence, deadOnly, events: replayed },
    }),
  );
  return replayed;
}

/** Events that are not on their way to the hook already: taken, given up, or never meant for it before. */
async function readEvents(sql: Sql, input: Replay & { readonly after: number }) {
  const rows = await sql
    .selectFrom('events')
    .leftJoin('deliveries', (join) =>
      join
        .onRef('deliveries.event_sequence', '=', 'events.sequence')
        .on('deliveries.hook', '=', input.hook.name),
    )
    .select(['events.sequence', 'events.kind', 'events.partner_id', 'events.subject', 'deliveries.state'])
    .where('events.sequence', '>', input.after)
    .orderBy('events.sequence')
    .limit(batch)
    .execute();
  return rows.map(({ sequence, partner_id, state, ...event }) => ({
    ...event,
    sequence: Number(sequence),
    partnerId: partner_id,
    state,
  }));
}

async function makeDue(
  sql: Sql,
  input: {
    readonly replay: Replay;
    readonly events: readonly { readonly sequence: number; readonly subject: string }[];
    readonly nowMs: number;
  },
): Promise<void> {
  const { replay, events, nowMs } = input;
  await sql
    .insertInto('deliveries')
    .values(events.map((event) => newDelivery(replay.hook.name, event, nowMs)))
    .onConflict((conflict) =>
      conflict
        .columns(['event_sequence', 'hook'])
        .doUpdateSet({ state: 'waiting', attempts: 0, next_attempt_at_ms: nowMs, last_error: null }),
    )
    .execute();
}
