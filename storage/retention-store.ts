// How long each trading partner's things are kept, where that differs from the settings.

import type { Actor } from '../domain/audit.ts';
import { printActor } from '../domain/audit.ts';
import type { PartnerId } from '../domain/ids.ts';
import { type RetentionDays, type RetentionKind, retentionKinds } from '../domain/retention.ts';
import type { Database } from './transaction.ts';

/** @returns the days that hold for a partner */
export async function readRetentionDays(
  database: Database,
  partnerId: PartnerId,
  settings: RetentionDays,
): Promise<RetentionDays> {
  const rows = await database.sql
    .selectFrom('partner_retention')
    .select(['kind', 'keep_days'])
    .where('partner_id', '=', partnerId)
    .execute();
  const own = rows.flatMap((row) => {
    const kind = retentionKinds.find((known) => known === row.kind);
    return kind === undefined ? [] : [[kind, Number(row.keep_days)] as const];
  });
  return { ...settings, ...Object.fromEntries(own) };
}

/** Sets a partner's own days. @param input.days undefined: those of the settings hold again */
export async function setRetentionDays(
  database: Database,
  input: {
    readonly partnerId: PartnerId;
    readonly kind: RetentionKind;
    readonly days: number | undefined;
    readonly actor: Actor;
  },
): Promise<void> {
  const { partnerId, kind, days, actor } = input;
  await database.transaction(async (transaction) => {
    const { sql, nowMs } = transaction;
    await sql
      .deleteFrom('partner_retention')
      .where('partner_id', '=', partnerId)
      .where('kind', '=', kind)
      .execute();
    if (days !== undefined) {
      await sql
        .insertInto('partner_retention')
        .values({
          partner_id: partnerId,
          kind,
          keep_days: days,
          set_at_ms: nowMs,
          set_by: printActor(actor),
        })
        .execute();
    }
    await transaction.audit({
      actor,
      action: 'retention.set',
      subject: `partner:${partnerId}`,
      detail: { kind, days: days ?? 'default' },
    });
  });
}
