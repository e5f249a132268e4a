// The outbox: events in the order in which they were committed. A row is written in the transaction of the change that
// it tells of; hooks read on from the last sequence that they know (invariant I8).

import type { Buffer } from 'node:buffer';
import type { ClaimgateEvent } from '../domain/event.ts';
import { newEventId } from '../domain/ids.ts';
import { takeNumbers } from './counter.ts';
import { prepareQuery } from './prepared-query.ts';
import type { EventRow } from './tables.ts';
import type { Database, Sql } from './transaction.ts';

/** Appends one event; call it within the transaction of the change itself. */
export async function appendEvent(
  deps: { readonly sql: Sql; readonly nowMs: number; readonly randomBytes: (count: number) => Buffer },
  event: ClaimgateEvent,
): Promise<void> {
  const { kind, partnerId, ...facts } = event;
  const id = newEventId(deps.nowMs, deps.randomBytes(10));
  const sequence = await takeNumbers(deps.sql, 'events', 1);
  const payload = JSON.stringify(facts);
  // Empty: it tells of a user of no trading partner.
  const partner_id = partnerId ?? '';
  await insertEvent(deps.sql, { sequence, id, kind, partner_id, payload, created_at_ms: deps.nowMs });
}

const insertEvent = prepareQuery((sql, row: EventRow) => sql.insertInto('events').values(row));

export interface StoredEvent {
  readonly sequence: number;
  readonly id: string;
  readonly kind: string;
  readonly partnerId: string;
  /** The event's own facts, as JSON. */
  readonly payload: string;
  readonly createdAtMs: number;
}

/**
 * Reads events in order.
 * @param input.after the last sequence already known; 0 for all
 * @param input.limit at most so many
 */
export async function readEvents(
  database: Database,
  input: { readonly after: number; readonly limit: number },
): Promise<readonly StoredEvent[]> {
  const rows = await database.sql
    .selectFrom('events')
    .selectAll()
    .where('sequence', '>', input.after)
    .orderBy('sequence')
    .limit(input.limit)
    .execute();
  return rows.map((row) => ({
    sequence: Number(row.sequence),
    id: row.id,
    kind: row.kind,
    partnerId: row.partner_id,
    payload: row.payload,
    createdAtMs: Number(row.created_at_ms),
  }));
}
