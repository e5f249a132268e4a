// Break-glass: an administrator of the gateway who must see what is in a partner's file says why, and sees that one file
// for a limited time. The reason, the event and the mails to the partner's office are one transaction, before anything
// is shown (45 CFR 164.312(a)(2)(ii), (b)).

import type { PartnerId, TransmissionId, UserId } from '../domain/ids.ts';
import { uuidV7 } from '../domain/ids.ts';
import { queueMail } from './mail-store.ts';
import { storedUserId } from './stored-id.ts';
import type { Database, Sql } from './transaction.ts';

export interface ContentOpening {
  readonly userId: string;
  readonly reason: string;
  readonly openedAtMs: number;
  readonly untilMs: number;
}

/** Opens one file for one administrator. */
export async function openContent(
  database: Database,
  input: {
    readonly userId: UserId;
    readonly transmissionId: TransmissionId;
    readonly partnerId: PartnerId;
    readonly reason: string;
    readonly durationMs: number;
    readonly address: string;
  },
): Promise<void> {
  const { userId, transmissionId, partnerId, reason, address } = input;
  await database.transaction(async (transaction) => {
    const { sql, nowMs } = transaction;
    const untilMs = nowMs + input.durationMs;
    await sql
      .insertInto('content_openings')
      .values({
        id: uuidV7(nowMs, transaction.randomBytes(10)),
        user_id: userId,
        transmission_id: transmissionId,
        partner_id: partnerId,
        reason,
        opened_at_ms: nowMs,
        until_ms: untilMs,
      })
      .execute();
    await transaction.event({ kind: 'content.opened', partnerId, transmissionId, userId, reason, untilMs });
    await transaction.audit({
      actor: { kind: 'user', id: userId },
      action: 'content.open',
      subject: `transmission:${transmissionId}`,
      address,
      detail: { partner: partnerId, reason, untilMs },
    });
    const content = { kind: 'content-opened', transmissionId, by: userId, reason, untilMs } as const;
    for (const reader of await officeOf(sql, partnerId))
      await queueMail(transaction, { content, userId: reader });
  });
}

async function officeOf(sql: Sql, partnerId: PartnerId): Promise<readonly UserId[]> {
  const rows = await sql
    .selectFrom('roles')
    .innerJoin('users', 'users.id', 'roles.user_id')
    .select('users.id')
    .where('users.partner_id', '=', partnerId)
    .where('users.status', '=', 'active')
    .where('roles.role', '=', 'office-administrator')
    .execute();
  return rows.map((row) => storedUserId(row.id));
}

/** @returns the opening under which a user may see a file's content now; undefined: none */
export async function findOpening(
  database: Database,
  input: { readonly userId: UserId; readonly transmissionId: TransmissionId },
): Promise<ContentOpening | undefined> {
  const row = await database.sql
    .selectFrom('content_openings')
    .selectAll()
    .where('transmission_id', '=', input.transmissionId)
    .where('user_id', '=', input.userId)
    .where('until_ms', '>', database.now())
    .orderBy('until_ms', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    userId: row.user_id,
    reason: row.reason,
    openedAtMs: Number(row.opened_at_ms),
    untilMs: Number(row.until_ms),
  };
}
