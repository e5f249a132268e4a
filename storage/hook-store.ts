// Hooks as rows: whether each is told at all, how far it has come in the outbox, and how its receiver does. What a hook
// is stands in the operator's configuration alone (rule R17); its row has no address and no command.

import type { Actor } from '../domain/audit.ts';
import { newestEvent } from './event-search.ts';
import { prepareQuery } from './prepared-query.ts';
import type { HookRow } from './tables.ts';
import type { Database, Transaction } from './transaction.ts';

export interface HookStatus {
  readonly name: string;
  readonly state: 'enabled' | 'disabled';
  /** Why it is disabled. */
  readonly cause: HookRow['cause'];
  readonly changedAtMs: number;
  /** Events up to this sequence have become deliveries. */
  readonly cursor: number;
  /** Tries that have failed since the last that was taken. */
  readonly failures: number;
  readonly failingSinceMs: number | undefined;
  readonly pausedUntilMs: number;
  readonly lastDeliveredAtMs: number | undefined;
}

/** Makes the row of a hook that has none: it begins with the events to come. */
export async function openHook(database: Database, name: string): Promise<void> {
  await database.transaction(async ({ sql, nowMs }) => {
    await sql
      .insertInto('hooks')
      .values({ name, state: 'enabled', changed_at_ms: nowMs, cursor_sequence: await newestEvent(sql) })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
  });
}

const hookOf = prepareQuery((sql, { name }: { name: string }) =>
  sql.selectFrom('hooks').selectAll().where('name', '=', name),
);

/** @returns how a hook does; undefined before it was first started */
export async function findHook(database: Database, name: string): Promise<HookStatus | undefined> {
  const [row] = await hookOf(database.sql, { name });
  return row === undefined
    ? undefined
    : {
        name,
        state: row.state,
        cause: row.cause,
        changedAtMs: Number(row.changed_at_ms),
        cursor: Number(row.cursor_sequence),
        failures: row.failures,
        failingSinceMs: row.failing_since_ms === null ? undefined : Number(row.failing_since_ms),
        pausedUntilMs: Number(row.paused_until_ms),
        lastDeliveredAtMs: row.last_delivered_at_ms === null ? undefined : Number(row.last_delivered_at_ms),
      };
}

/** @returns the names of all hooks that have a row, whether they are still configured or not */
export async function listHookNames(database: Database): Promise<readonly string[]> {
  const rows = await database.sql.selectFrom('hooks').select('name').orderBy('name').execute();
  return rows.map((row) => row.name);
}

/**
 * Tells a hook of nothing more until it is enabled. What happens meanwhile it is told afterwards.
 * @returns false when it was disabled already, or has no row
 */
export async function disableHook(
  database: Database,
  input: { readonly name: string; readonly cause: 'gone' | 'administrator'; readonly actor: Actor },
): Promise<boolean> {
  const { name, cause, actor } = input;
  return database.transaction(async (transaction) => {
    if (!(await setState(transaction, { name, from: 'enabled', to: 'disabled', cause }))) return false;
    await transaction.event({ kind: 'hook.disabled', partnerId: undefined, hook: name, cause });
    await transaction.audit({ actor, action: 'hook.disable', subject: `hook:${name}`, detail: { cause } });
    return true;
  });
}

/**
 * Tells a hook again, and at once: whatever it was waiting for is forgotten.
 * @param input.skip whether what has happened while it was disabled is left out
 * @returns false when it was enabled already, or has no row
 */
export async function enableHook(
  database: Database,
  input: { readonly name: string; readonly skip: boolean; readonly actor: Actor },
): Promise<boolean> {
  const { name, skip, actor } = input;
  return database.transaction(async (transaction) => {
    if (!(await setState(transaction, { name, from: 'disabled', to: 'enabled', cause: null }))) return false;
    const { sql, nowMs } = transaction;
    if (skip) {
      const cursor_sequence = await newestEvent(sql);
      await sql.updateTable('hooks').set({ cursor_sequence }).where('name', '=', name).execute();
    }
    await sql
      .updateTable('deliveries')
      .set({ next_attempt_at_ms: nowMs })
      .where('hook', '=', name)
      .where('state', '=', 'waiting')
      .execute();
    await transaction.event({ kind: 'hook.enabled', partnerId: undefined, hook: name });
    await transaction.audit({ actor, action: 'hook.enable', subject: `hook:${name}`, detail: { skip } });
    return true;
  });
}

async function setState(
  { sql, nowMs }: Transaction,
  input: {
    readonly name: string;
    readonly from: HookRow['state'];
    readonly to: HookRow['state'];
    readonly cause: HookRow['cause'];
  },
): Promise<boolean> {
  const changed = await sql
    .updateTable('hooks')
    .set({
      state: input.to,
      cause: input.cause,
      changed_at_ms: nowMs,
      failures: 0,
      failing_since_ms: null,
      paused_until_ms: 0,
    })
    .where('name', '=', input.name)
    .where('state', '=', input.from)
    .returning('name')
    .executeTakeFirst();
  return changed !== undefined;
}

/** Writes into the audit trail that a hook's secret was replaced; the secret itself is in no row. */
export async function recordRotation(
  database: Database,
  input: { readonly name: string; readonly overlapMs: number; readonly actor: Actor },
): Promise<void> {
  const { name, overlapMs, actor } = input;
  await database.transaction((transaction) =>
    transaction.audit({
      actor,
      action: 'hook.rotate',
      subject: `hook:${name}`,
      detail: { overlapMs },
    }),
  );
}
