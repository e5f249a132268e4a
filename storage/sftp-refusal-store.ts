// Refused SFTP logins of users that the directory knows, for «Why can't I log in?». Those that are alike are one row
// with a count, and a user has few rows: a flood of attempts is no flood of rows.

import type { UserId } from '../domain/ids.ts';
import type { LoginRefusal } from '../domain/login.ts';
import type { Database } from './transaction.ts';

export interface SftpRefusal {
  readonly address: string;
  readonly method: string;
  readonly reason: string;
  /** How many there were at least: those within a minute of each other may count as one. */
  readonly attempts: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** Rows of one user; beyond it the oldest go. */
const maxRows = 20;
/** Attempts that are alike and nearer to each other than this, in milliseconds, write nothing. */
const quietMs = 60_000;

/** Notes a refusal, unless the user is none of ours or the same was noted just now. */
export async function noteRefusal(
  database: Database,
  input: {
    readonly userId: UserId;
    readonly address: string;
    readonly method: string;
    readonly reason: LoginRefusal;
  },
): Promise<void> {
  const same = {
    user_id: input.userId,
    address: input.address,
    method: input.method,
    reason: input.reason,
  };
  const before = await database.sql
    .selectFrom('sftp_refusals')
    .select('last_at_ms')
    .where('user_id', '=', same.user_id)
    .where('address', '=', same.address)
    .where('method', '=', same.method)
    .where('reason', '=', same.reason)
    .executeTakeFirst();
  if (before !== undefined && Number(before.last_at_ms) > database.now() - quietMs) return;
  await database.transaction(async ({ sql, nowMs }) => {
    const user = await sql.selectFrom('users').select('id').where('id', '=', input.userId).executeTakeFirst();
    if (user === undefined) return;
    await sql
      .insertInto('sftp_refusals')
      .values({ ...same, attempts: 1, first_at_ms: nowMs, last_at_ms: nowMs })
      .onConflict((conflict) =>
        conflict
          .columns(['user_id', 'address', 'method', 'reason'])
          .doUpdateSet((row) => ({ attempts: row('sftp_refusals.attempts', '+', 1), last_at_ms: nowMs })),
      )
      .execute();
    const rows = await sql
      .selectFrom('sftp_refusals')
      .select('last_at_ms')
      .where('user_id', '=', input.userId)
      .orderBy('last_at_ms', 'desc')
      .execute();
    const oldest = rows[maxRows - 1];
    if (rows.length <= maxRows || oldest === undefined) return;
    await sql
      .deleteFrom('sftp_refusals')
      .where('user_id', '=', input.userId)
      .where('last_at_ms', '<', oldest.last_at_ms)
      .execute();
  });
}

/** @returns a user's refusals, the newest first */
export async function listRefusals(database: Database, userId: UserId): Promise<readonly SftpRefusal[]> {
  const rows = await database.sql
    .selectFrom('sftp_refusals')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('last_at_ms', 'desc')
    .limit(maxRows)
    .execute();
  return rows.map((row) => ({
    address: row.address,
    method: row.method,
    reason: row.reason,
    attempts: row.attempts,
    firstAtMs: Number(row.first_at_ms),
    lastAtMs: Number(row.last_at_ms),
  }));
}

/** Forgets refusals that are long past. */
export async function pruneRefusals(database: Database, beforeMs: number): Promise<void> {
  await database.sql.deleteFrom('sftp_refusals').where('last_at_ms', '<', beforeMs).execute();
}
