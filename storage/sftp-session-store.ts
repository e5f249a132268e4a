// The live sessions of the SFTP daemon as rows: a row for each connection that has signed in, made with its login and
// counted in the same transaction, so that two logins at once cannot both take the last place. The daemon writes what
// moves and removes the row; a command may ask for the end of a session, and the daemon sees it at its next look.

import type { Actor } from '../domain/audit.ts';
import type { PartnerId, UserId } from '../domain/ids.ts';
import { noteAccountChange } from './account-changes.ts';
import type { SftpSessionRow } from './tables.ts';
import type { Database, Transaction } from './transaction.ts';

export interface SessionTransfer {
  readonly direction: 'upload' | 'download';
  readonly path: string;
  readonly bytes: number;
}

export interface SftpSessionFacts {
  readonly id: string;
  readonly userId: string;
  readonly partnerId: string;
  readonly address: string;
  readonly method: string;
  readonly sinceMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly transfers: readonly SessionTransfer[];
  readonly state: 'live' | 'ending';
}

export interface NewSession {
  /** The process that has the connection. */
  readonly process: string;
  readonly maxPerAccount: number;
  readonly maxPerPartner: number;
}

/**
 * Takes a place for a session within the transaction of its login.
 * @returns its id, or undefined when the account or the partner has as many as it may
 */
export async function takeSessionPlace(
  transaction: Transaction,
  input: NewSession & {
    readonly userId: UserId;
    readonly partnerId: PartnerId;
    readonly address: string;
    readonly method: string;
  },
): Promise<string | undefined> {
  const { sql, nowMs } = transaction;
  const live = await sql
    .selectFrom('sftp_sessions')
    .select('user_id')
    .where('partner_id', '=', input.partnerId)
    .execute();
  const ofAccount = live.filter((row) => row.user_id === input.userId).length;
  if (live.length >= input.maxPerPartner || ofAccount >= input.maxPerAccount) return undefined;
  const id = transaction.randomBytes(6).toString('hex');
  await sql
    .insertInto('sftp_sessions')
    .values({
      id,
      process: input.process,
      user_id: input.userId,
      partner_id: input.partnerId,
      address: input.address,
      method: input.method,
      since_ms: nowMs,
      bytes_in: 0,
      bytes_out: 0,
      transfers: '[]',
      end_requested_at_ms: null,
    })
    .execute();
  return id;
}

/** @returns every live session, the oldest first */
export async function listSftpSessions(database: Database): Promise<readonly SftpSessionFacts[]> {
  const rows = await database.sql.selectFrom('sftp_sessions').selectAll().orderBy('since_ms').execute();
  return rows.map(factsOf);
}

/** @returns whether a session may go on: nobody has asked for its end */
export async function isSessionLive(database: Database, id: string): Promise<boolean> {
  const row = await database.sql
    .selectFrom('sftp_sessions')
    .select('end_requested_at_ms')
    .where('id', '=', id)
    .executeTakeFirst();
  return row !== undefined && row.end_requested_at_ms === null;
}

/** Asks for the end of a session. @returns false when there is none of this id */
export async function requestSessionEnd(
  database: Database,
  input: { readonly id: string; readonly actor: Actor },
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const { sql, nowMs } = transaction;
    const row = await sql
      .updateTable('sftp_sessions')
      .set({ end_requested_at_ms: nowMs })
      .where('id', '=', input.id)
      .returning(['user_id', 'address'])
      .executeTakeFirst();
    if (row === undefined) return false;
    await noteAccountChange(transaction);
    await transaction.audit({
      actor: input.actor,
      action: 'sftp.session-end',
      subject: `account:${row.user_id}`,
      address: row.address,
      detail: { session: input.id },
    });
    return true;
  });
}

export interface SessionProgress {
  readonly id: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly transfers: readonly SessionTransfer[];
}

/** Writes what has moved, and removes what has ended. One commit, which wakes nobody in this process. */
export async function reportSessions(
  database: Database,
  report: { readonly progressed: readonly SessionProgress[]; readonly ended: readonly string[] },
): Promise<void> {
  if (report.progressed.length + report.ended.length === 0) return;
  // Nobody waits for the disk here: after power loss there are no sessions.
  await database.sql.transaction().execute(async (sql) => {
    for (const { id, bytesIn, bytesOut, transfers } of report.progressed) {
      await sql
        .updateTable('sftp_sessions')
        .set({ bytes_in: bytesIn, bytes_out: bytesOut, transfers: JSON.stringify(transfers) })
        .where('id', '=', id)
        .execute();
    }
    // SQLite takes 32,766 parameters; a process has far fewer connections.
    if (report.ended.length > 0) {
      await sql.deleteFrom('sftp_sessions').where('id', 'in', report.ended).execute();
    }
  });
}

/**
 * Forgets what processes that are gone left behind; called by the one that has taken the role, before it serves, and
 * when a worker of it is gone.
 * @param process that one's alone
 */
export async function forgetSftpSessions(database: Database, process?: string): Promise<void> {
  let left = database.sql.deleteFrom('sftp_sessions');
  if (process !== undefined) left = left.where('process', '=', process);
  await left.execute();
}

function factsOf(row: SftpSessionRow): SftpSessionFacts {
  return {
    id: row.id,
    userId: row.user_id,
    partnerId: row.partner_id,
    address: row.address,
    method: row.method,
    sinceMs: Number(row.since_ms),
    bytesIn: Number(row.bytes_in),
    bytesOut: Number(row.bytes_out),
    // Written by reportSessions alone.
    transfers: JSON.parse(row.transfers) as readonly SessionTransfer[],
    state: row.end_requested_at_ms === null ? 'live' : 'ending',
  };
}
