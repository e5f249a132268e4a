// The queue of mails. A row is written in the transaction of what the mail tells of, sent by the hooks role, tried again
// with growing pauses, and at last stays as `dead` for everyone to see. It holds no secret: only the id of one.

import type { Actor } from '../domain/audit.ts';
import { type UserId, uuidV7 } from '../domain/ids.ts';
import type { MailContent, MailKind } from '../domain/mail.ts';
import { literal } from './literals.ts';
import type { MailRow } from './tables.ts';
import type { Database, Transaction } from './transaction.ts';

export interface StoredMail {
  readonly id: string;
  readonly content: MailContent;
  /** Empty where the mail is about no one user. There need not be such a user. */
  readonly userId: string;
  /** Empty: the user's own address, as it is when the mail is sent. */
  readonly recipient: string;
  readonly secretId: string | undefined;
  readonly state: 'waiting' | 'sent' | 'dead';
  readonly attempts: number;
  readonly nextAttemptAtMs: number;
  readonly lastError: string | undefined;
  readonly createdAtMs: number;
  readonly sentAtMs: number | undefined;
}

/** Puts a mail into the queue; call it within the transaction of what it tells of. */
export async function queueMail(
  transaction: Transaction,
  input: {
    readonly content: MailContent;
    readonly userId?: UserId;
    readonly recipient?: string;
    readonly secretId?: string;
  },
): Promise<void> {
  const { kind, ...facts } = input.content;
  await transaction.sql
    .insertInto('mails')
    .values({
      id: uuidV7(transaction.nowMs, transaction.randomBytes(10)),
      kind,
      user_id: input.userId ?? '',
      recipient: input.recipient ?? '',
      facts: JSON.stringify(facts),
      secret_id: input.secretId ?? null,
      state: 'waiting',
      attempts: 0,
      next_attempt_at_ms: transaction.nowMs,
      last_error: null,
      created_at_ms: transaction.nowMs,
      sent_at_ms: null,
    })
    .execute();
}

/** @returns the mails that are due, the oldest first */
export async function listDueMails(database: Database, limit: number): Promise<readonly StoredMail[]> {
  const rows = await database.sql
    .selectFrom('mails')
    .selectAll()
    .where('state', '=', literal('waiting'))
    .where('next_attempt_at_ms', '<=', database.now())
    .orderBy('next_attempt_at_ms')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(mailOf);
}

/** @returns the newest mails first */
export async function listMails(
  database: Database,
  input: { readonly limit: number; readonly state?: StoredMail['state'] | undefined },
): Promise<readonly StoredMail[]> {
  let query = database.sql.selectFrom('mails').selectAll().orderBy('id', 'desc').limit(input.limit);
  if (input.state !== undefined) query = query.where('state', '=', input.state);
  return (await query.execute()).map(mailOf);
}

/** @returns the mail, or undefined when there is none of this id */
export async function findMail(database: Database, id: string): Promise<StoredMail | undefined> {
  const row = await database.sql.selectFrom('mails').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : mailOf(row);
}

/**
 * Writes what came of a try.
 * @param input.outcome `retry` waits for `delayMs`; `dead` is given up; `nobody` was meant for no one, and is forgotten
 */
export async function recordMail(
  database: Database,
  input: {
    readonly id: string;
    readonly attempt: number;
    readonly outcome:
      | { readonly kind: 'sent'; readonly recipient: string }
      | { readonly kind: 'retry'; readonly delayMs: number; readonly error: string }
      | { readonly kind: 'dead'; readonly error: string }
      | { readonly kind: 'nobody' };
  },
): Promise<void> {
  const { id, attempt, outcome } = input;
  const nowMs = database.now();
  if (outcome.kind === 'nobody') {
    await database.sql.deleteFrom('mails').where('id', '=', id).execute();
    return;
  }
  const sent = outcome.kind === 'sent';
  await database.sql
    .updateTable('mails')
    .set({
      state: outcome.kind === 'retry' ? 'waiting' : outcome.kind,
      attempts: attempt,
      next_attempt_at_ms: nowMs + (outcome.kind === 'retry' ? outcome.delayMs : 0),
      last_error: sent ? null : outcome.error,
      sent_at_ms: sent ? nowMs : null,
      // Who it went to is part of the record: the user's address may change.
      ...(sent ? { recipient: outcome.recipient } : {}),
    })
    .where('id', '=', id)
    .execute();
}

/**
 * Has a mail that was given up tried again at once.
 * @returns whether there was such a mail
 */
export async function retryMail(
  database: Database,
  input: { readonly id: string; readonly actor: Actor },
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const row = await transaction.sql
      .updateTable('mails')
      .set({ state: 'waiting', attempts: 0, next_attempt_at_ms: transaction.nowMs })
      .where('id', '=', input.id)
      .where('state', '=', 'dead')
      .returning('kind')
      .executeTakeFirst();
    if (row === undefined) return false;
    await transaction.audit({
      actor: input.actor,
      action: 'mail.retry',
      subject: `mail:${input.id}`,
      detail: { kind: row.kind },
    });
    return true;
  });
}

/**
 * Forgets mails that were sent or given up before `beforeMs`.
 * @returns their ids
 */
export async function pruneMails(database: Database, beforeMs: number): Promise<readonly string[]> {
  const rows = await database.sql
    .deleteFrom('mails')
    .where('state', '!=', 'waiting')
    .where('created_at_ms', '<', beforeMs)
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}

function mailOf(row: MailRow): StoredMail {
  const facts: unknown = JSON.parse(row.facts);
  return {
    id: row.id,
    // Rows are written by queueMail alone, whose content this is.
    content: { kind: row.kind as MailKind, ...(facts as object) } as MailContent,
    userId: row.user_id,
    recipient: row.recipient,
    secretId: row.secret_id ?? undefined,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAtMs: Number(row.next_attempt_at_ms),
    lastError: row.last_error ?? undefined,
    createdAtMs: Number(row.created_at_ms),
    sentAtMs: row.sent_at_ms === null ? undefined : Number(row.sent_at_ms),
  };
}
