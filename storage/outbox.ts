// The outbox: events in the order in which they were committed. A row is written in the transaction of the change that
// it tells of; hooks read on from the last sequence that they know (invariant I8).

import type { Buffer } from 'node:buffer';
import type { Insertable } from 'kysely';
import { type ClaimgateEvent, eventDefinition, subjectOf } from '../domain/event.ts';
import { newEventId } from '../domain/ids.ts';
import { takeNumbers } from './counter.ts';
import { prepareQuery } from './prepared-query.ts';
import type { EventRow } from './tables.ts';
import type { Sql } from './transaction.ts';

/** Appends one event; call it within the transaction of the change itself. */
export async function appendEvent(
  deps: { readonly sql: Sql; readonly nowMs: number; readonly randomBytes: (count: number) => Buffer },
  event: ClaimgateEvent,
): Promise<void> {
  const { kind, partnerId, ...facts } = event;
  const id = newEventId(deps.nowMs, deps.randomBytes(10));
  const sequence = await takeNumbers(deps.sql, 'events', 1);
  await insertEvent(deps.sql, {
    sequence,
    id,
    kind,
    // Empty: it tells of nothing of a trading partner.
    partner_id: partnerId ?? '',
    payload: JSON.stringify(facts),
    created_at_ms: deps.nowMs,
    version: eventDefinition(kind).version,
    subject: subjectOf(event),
  });
}

const insertEvent = prepareQuery((sql, row: Insertable<EventRow>) => sql.insertInto('events').values(row));
