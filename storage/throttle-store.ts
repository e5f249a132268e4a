// Counters of failed sign-ins, by scope (an account, an address). They are rows, so that every worker and every
// restart knows them.

import type { ThrottleRow } from './tables.ts';
import type { Database } from './transaction.ts';

export interface Throttle {
  readonly failures: number;
  readonly lastFailureAtMs: number;
  readonly blockedUntilMs: number;
}

const none: Throttle = { failures: 0, lastFailureAtMs: 0, blockedUntilMs: 0 };

/** @returns what is counted for a scope; zeros when nothing is */
export async function readThrottle(database: Database, scope: string): Promise<Throttle> {
  const row = await database.sql
    .selectFrom('throttles')
    .selectAll()
    .where('scope', '=', scope)
    .executeTakeFirst();
  return row === undefined ? none : throttleOf(row);
}

/**
 * Counts one failure.
 * @param input.next what the counter shall be after it, from what it was and the time
 * @returns the counter as it is now
 */
export async function countFailure(
  database: Database,
  input: { readonly scope: string; readonly next: (before: Throttle, nowMs: number) => Throttle },
): Promise<Throttle> {
  return database.transaction(async ({ sql, nowMs }) => {
    const row = await sql
      .selectFrom('throttles')
      .selectAll()
      .where('scope', '=', input.scope)
      .executeTakeFirst();
    const after = input.next(row === undefined ? none : throttleOf(row), nowMs);
    const columns = {
      failures: after.failures,
      last_failure_at_ms: after.lastFailureAtMs,
      blocked_until_ms: after.blockedUntilMs,
    };
    await sql
      .insertInto('throttles')
      .values({ scope: input.scope, ...columns })
      .onConflict((conflict) => conflict.column('scope').doUpdateSet(columns))
      .execute();
    return after;
  });
}

/** @returns every counter that blocks someone now, the one that does so longest first */
export async function listBlocked(
  database: Database,
): Promise<readonly (Throttle & { readonly scope: string })[]> {
  const rows = await database.sql
    .selectFrom('throttles')
    .selectAll()
    .where('blocked_until_ms', '>', database.now())
    .orderBy('blocked_until_ms', 'desc')
    .execute();
  return rows.map((row) => ({ ...throttleOf(row), scope: row.scope }));
}

/** Forgets a scope's failures, after a success or by an administrator. */
export async function clearThrottle(database: Database, scope: string): Promise<void> {
  await database.sql.deleteFrom('throttles').where('scope', '=', scope).execute();
}

/** Forgets every counter whose last failure is older than `before` and that blocks no one any more. */
export async function pruneThrottles(database: Database, beforeMs: number): Promise<void> {
  await database.sql
    .deleteFrom('throttles')
    .where('last_failure_at_ms', '<', beforeMs)
    .where('blocked_until_ms', '<', beforeMs)
    .execute();
}

function throttleOf(row: ThrottleRow): Throttle {
  return {
    failures: row.failures,
    lastFailureAtMs: Number(row.last_failure_at_ms),
    blockedUntilMs: Number(row.blocked_until_ms),
  };
}
