// The audit trail: append-only rows, each holding the SHA-256 of the one before it, so that a changed, removed or
// inserted row breaks the chain from there on (invariant I9; 45 CFR 164.312(b) and (c)(2)).

import { createHash } from 'node:crypto';
import { sql as sqlText } from 'kysely';
import { type AuditRecord, printActor } from '../domain/audit.ts';
import type { PartnerId } from '../domain/ids.ts';
import { takeNumbers } from './counter.ts';
import { prepareQuery } from './prepared-query.ts';
import type { AuditRow } from './tables.ts';
import type { Database, Sql } from './transaction.ts';

const chainStart = '0'.repeat(64);

/** Appends one record; call it within the transaction of what it records. */
export async function appendAuditRecord(
  deps: { readonly sql: Sql; readonly nowMs: number },
  record: AuditRecord,
): Promise<void> {
  // Taking the number first locks the counter's row, so that the last record read below stays the last.
  const sequence = await takeNumbers(deps.sql, 'audit', 1);
  const [last] = await lastHash(deps.sql, {});
  const row = {
    sequence,
    at_ms: deps.nowMs,
    actor: printActor(record.actor),
    action: record.action,
    subject: record.subject,
    address: record.address ?? '',
    detail: JSON.stringify(record.detail ?? {}),
    previous_hash: last?.hash ?? chainStart,
  };
  await insertRecord(deps.sql, { ...row, hash: hashOf(row) });
}

const lastHash = prepareQuery((sql, _nothing: object) =>
  sql.selectFrom('audit_records').select('hash').orderBy('sequence', 'desc').limit(1),
);
const insertRecord = prepareQuery((sql, row: AuditRow) => sql.insertInto('audit_records').values(row));

function hashOf(row: Omit<AuditRow, 'hash'>): string {
  // A JSON array of the fields in a fixed order: no field can run into the next one.
  const text = JSON.stringify([
    Number(row.sequence),
    Number(row.at_ms),
    row.actor,
    row.action,
    row.subject,
    row.address,
    row.detail,
    row.previous_hash,
  ]);
  return createHash('sha256').update(text).digest('hex');
}

export type AuditVerification =
  | { readonly kind: 'intact'; readonly records: number; readonly lastHash: string }
  | { readonly kind: 'broken'; readonly records: number; readonly atSequence: number; readonly why: string };

/**
 * Walks the whole chain.
 * @returns how many records hold, or where and why the chain breaks
 */
export async function verifyAuditTrail(database: Database): Promise<AuditVerification> {
  let previous = chainStart;
  let expected = 1;
  for (;;) {
    const rows = await database.sql
      .selectFrom('audit_records')
      .selectAll()
      .where('sequence', '>=', expected)
      .orderBy('sequence')
      .limit(1000)
      .execute();
    for (const row of rows) {
      const why = whyBroken(row, expected, previous);
      if (why !== undefined) return { kind: 'broken', records: expected - 1, atSequence: expected, why };
      previous = row.hash;
      expected += 1;
    }
    if (rows.length === 0) return verifyEnd(database, expected - 1, previous);
  }
}

// The counter remembers how many records were written: rows cut off the end leave it standing.
async function verifyEnd(database: Database, records: number, lastHash: string): Promise<AuditVerification> {
  const counter = await database.sql
    .selectFrom('counters')
    .select('value')
    .where('name', '=', 'audit')
    .executeTakeFirst();
  const written = Number(counter?.value ?? 0);
  return written === records
    ? { kind: 'intact', records, lastHash }
    : {
        kind: 'broken',
        records,
        atSequence: records + 1,
        why: `${written} records were written, and ${records} are there: the end was cut off`,
      };
}

function whyBroken(row: AuditRow, expected: number, previous: string): string | undefined {
  if (Number(row.sequence) !== expected) return `record ${expected} is missing`;
  if (row.previous_hash !== previous) return 'it does not follow from the record before it';
  const { hash, ...rest } = row;
  return hash === hashOf(rest) ? undefined : 'its content was changed after it was written';
}

export interface StoredAuditRecord {
  readonly sequence: number;
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly address: string;
  readonly detail: string;
}

/** What is looked for; what is left out is not asked. */
export interface AuditQuery {
  /** As `noun:id`. */
  readonly subject?: string | undefined;
  readonly action?: string | undefined;
  /** As `user:jdoe`, `administrator:root` or `gateway`. */
  readonly actor?: string | undefined;
  readonly address?: string | undefined;
  /** From this time on and before that one, in milliseconds since 1970. */
  readonly fromMs?: number | undefined;
  readonly untilMs?: number | undefined;
  /** Stands somewhere in subject or detail, in this case. */
  readonly text?: string | undefined;
  /** About a trading partner, its users or its transmissions, or done by its users. */
  readonly partnerId?: PartnerId | undefined;
}

/** Reads the newest audit records first. */
export async function readAuditRecords(
  database: Database,
  input: AuditQuery & { readonly limit: number },
): Promise<readonly StoredAuditRecord[]> {
  const rows = await matching(database, input).orderBy('sequence', 'desc').limit(input.limit).execute();
  return rows.map(recordOf);
}

/** An audit record with the hashes that prove it. */
export interface ProvableAuditRecord extends StoredAuditRecord {
  readonly previousHash: string;
  readonly hash: string;
}

/** How many records are in memory at once. */
const exportedAtOnce = 1000;

/** Reads all matching records, the oldest first, however many there are. */
export async function* exportAuditRecords(
  database: Database,
  input: AuditQuery,
): AsyncGenerator<ProvableAuditRecord> {
  let after = 0;
  for (;;) {
    const rows = await matching(database, input)
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(exportedAtOnce)
      .execute();
    for (const row of rows) {
      after = Number(row.sequence);
      yield { ...recordOf(row), previousHash: row.previous_hash, hash: row.hash };
    }
    if (rows.length < exportedAtOnce) return;
  }
}

function matching({ sql }: Database, input: AuditQuery) {
  let query = sql.selectFrom('audit_records').selectAll();
  if (input.subject !== undefined) query = query.where('subject', '=', input.subject);
  if (input.action !== undefined) query = query.where('action', '=', input.action);
  if (input.actor !== undefined) query = query.where('actor', '=', input.actor);
  if (input.address !== undefined) query = query.where('address', '=', input.address);
  if (input.fromMs !== undefined) query = query.where('at_ms', '>=', input.fromMs);
  if (input.untilMs !== undefined) query = query.where('at_ms', '<', input.untilMs);
  const { text, partnerId } = input;
  if (partnerId !== undefined)
    query = query.where(
      () => sqlText<boolean>`(
        subject in (${`partner:${partnerId}`}, ${`mailbox:${partnerId}`})
        or subject in (select 'user:' || id from users where partner_id = ${partnerId})
        or subject in (select 'account:' || id from users where partner_id = ${partnerId})
        or actor in (select 'user:' || id from users where partner_id = ${partnerId})
        or exists (select 1 from transmissions where partner_id = ${partnerId}
          and transmissions.id = substr(subject, 14) and subject like 'transmission:%')
        or exists (select 1 from dispatches where partner_id = ${partnerId}
          and dispatches.id = substr(subject, 10) and subject like 'dispatch:%'))`,
    );
  if (text !== undefined) {
    const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
    query = query.where(
      () => sqlText<boolean>`(subject like ${pattern} escape '\\' or detail like ${pattern} escape '\\')`,
    );
  }
  return query;
}

function recordOf(row: AuditRow): StoredAuditRecord {
  return {
    sequence: Number(row.sequence),
    atMs: Number(row.at_ms),
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    address: row.address,
    detail: row.detail,
  };
}
