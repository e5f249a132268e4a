// Events read back: by id, by kind, partner, subject and time, forwards and backwards. The outbox is never read whole.

import { sql as raw } from 'kysely';
import type { EventRecord } from '../domain/event-message.ts';
import type { StoredEventRow } from './tables.ts';
import type { Database } from './transaction.ts';

export interface EventSearch {
  /** A kind, or `transmission.*`; undefined: all. */
  readonly kind?: string | undefined;
  readonly partnerId?: string | undefined;
  /** As `transmission:<id>`. */
  readonly subject?: string | undefined;
  /** Not before, in milliseconds since 1970. */
  readonly sinceMs?: number | undefined;
  /** Later than this sequence. */
  readonly after?: number | undefined;
  readonly order: 'oldest-first' | 'newest-first';
  readonly limit: number;
}

/** @returns the events that fit, at most `limit` */
export async function searchEvents(database: Database, search: EventSearch): Promise<readonly EventRecord[]> {
  const { kind, partnerId, subject, sinceMs, after, order, limit } = search;
  let query = database.sql.selectFrom('events').selectAll();
  if (kind?.endsWith('.*') === true) {
    query = query.where('kind', '>=', kind.slice(0, -1)).where('kind', '<', `${kind.slice(0, -2)}/`);
  } else if (kind !== undefined && kind !== '*') query = query.where('kind', '=', kind);
  if (partnerId !== undefined) query = query.where('partner_id', '=', partnerId);
  if (subject !== undefined) query = query.where('subject', '=', subject);
  if (sinceMs !== undefined) query = query.where('created_at_ms', '>=', sinceMs);
  if (after !== undefined) query = query.where('sequence', '>', after);
  const rows = await query
    .orderBy('sequence', order === 'oldest-first' ? 'asc' : 'desc')
    .limit(limit)
    .execute();
  return rows.map(eventOf);
}

/** @returns the event of this id, if there is one */
export async function findEvent(database: Database, id: string): Promise<EventRecord | undefined> {
  const row = await database.sql.selectFrom('events').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : eventOf(row);
}

/** @returns the highest sequence there is; 0 where there are no events */
export async function newestEvent(sql: Database['sql']): Promise<number> {
  const row = await sql
    .selectFrom('events')
    .select(raw<number>`coalesce(max(sequence), 0)`.as('newest'))
    .executeTakeFirstOrThrow();
  return Number(row.newest);
}

export function eventOf(row: Omit<StoredEventRow, 'subject'>): EventRecord {
  return {
    sequence: Number(row.sequence),
    id: row.id,
    kind: row.kind,
    version: row.version,
    partnerId: row.partner_id,
    payload: row.payload,
    createdAtMs: Number(row.created_at_ms),
  };
}
