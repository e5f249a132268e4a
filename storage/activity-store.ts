// What happened in a partner's mailbox within a time: for the activity report.

import type { PartnerId } from '../domain/ids.ts';
import type { Database } from './transaction.ts';

export interface ActivityLine {
  readonly name: string;
  readonly atMs: number;
  /** The verdict, the state, the kind of file, or who took it. */
  readonly what: string;
}

export interface Activity {
  readonly received: readonly ActivityLine[];
  readonly put: readonly ActivityLine[];
  readonly collected: readonly ActivityLine[];
  /** In `outbound` and not collected by now, whenever it came. */
  readonly waiting: readonly ActivityLine[];
}

/** Lines of each part at most: a report is read by people. */
const maxLines = 1_000;

/** @param input.fromMs and `toMs` (exclusive), in milliseconds since 1970 */
export async function readActivity(
  database: Database,
  input: { readonly partnerId: PartnerId; readonly fromMs: number; readonly toMs: number },
): Promise<Activity> {
  const { partnerId, fromMs, toMs } = input;
  const received = await database.sql
    .selectFrom('transmissions')
    .select(['name', 'received_at_ms', 'state', 'verdict', 'reason'])
    .where('partner_id', '=', partnerId)
    .where('received_at_ms', '>=', fromMs)
    .where('received_at_ms', '<', toMs)
    .orderBy('received_at_ms')
    .limit(maxLines)
    .execute();
  const files = await readOutbound(database, partnerId);
  const within = (atMs: number) => atMs >= fromMs && atMs < toMs;
  return {
    received: received.map((row) => ({
      name: row.name,
      atMs: Number(row.received_at_ms),
      what: row.verdict ?? (row.reason === null ? row.state : `${row.state}: ${row.reason}`),
    })),
    put: files.filter(({ atMs }) => within(atMs)),
    collected: files
      .filter(({ collectedAtMs }) => collectedAtMs !== undefined && within(collectedAtMs))
      .map(({ name, collectedAtMs = 0, by }) => ({ name, atMs: collectedAtMs, what: by })),
    waiting: files.filter(({ collectedAtMs, atMs }) => collectedAtMs === undefined && atMs < toMs),
  };
}

interface OutboundLine extends ActivityLine {
  readonly collectedAtMs: number | undefined;
  readonly by: string;
}

/** The newest of what was put into `outbound`, the oldest of them first. */
async function readOutbound(database: Database, partnerId: PartnerId): Promise<readonly OutboundLine[]> {
  const answers = await database.sql
    .selectFrom('acknowledgements as file')
    .leftJoin('collections', 'collections.file_id', 'file.id')
    .select(['file.name', 'file.kinds as what', 'file.published_at_ms as at_ms'])
    .select(['collections.collected_at_ms', 'collections.user_id'])
    .where('file.partner_id', '=', partnerId)
    .where('file.published_at_ms', 'is not', null)
    .orderBy('file.published_at_ms', 'desc')
    .limit(maxLines)
    .execute();
  const dispatches = await database.sql
    .selectFrom('dispatches as file')
    .leftJoin('collections', 'collections.file_id', 'file.id')
    .select(['file.name', 'file.transaction_name as what', 'file.dispatched_at_ms as at_ms'])
    .select(['collections.collected_at_ms', 'collections.user_id'])
    .where('file.partner_id', '=', partnerId)
    .where('file.state', 'in', ['published', 'collected'])
    .orderBy('file.dispatched_at_ms', 'desc')
    .limit(maxLines)
    .execute();
  return [...answers, ...dispatches]
    .map((row) => ({
      name: row.name,
      what: row.what,
      atMs: Number(row.at_ms),
      collectedAtMs: row.collected_at_ms === null ? undefined : Number(row.collected_at_ms),
      by: row.user_id ?? '',
    }))
    .sort((one, other) => one.atMs - other.atMs);
}
