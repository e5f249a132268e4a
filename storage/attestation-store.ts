// What a user agreed to at the step SFTP Account Setup/Update. The rows are written with the account (account-store.ts)
// and kept; here they are read.

import type { UserId } from '../domain/ids.ts';
import type { Database } from './transaction.ts';

export interface Attestation {
  readonly textVersion: string;
  readonly text: string;
  readonly agreedAtMs: number;
  readonly address: string;
  /** The identity password's version that the step was done with. */
  readonly passwordVersion: number;
}

/** @returns what the user agreed to last, that is when the step was last done; undefined when it never was */
export async function findLastAttestation(
  database: Database,
  userId: UserId,
): Promise<Attestation | undefined> {
  const row = await database.sql
    .selectFrom('attestations')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('agreed_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    textVersion: row.text_version,
    text: row.text,
    agreedAtMs: Number(row.agreed_at_ms),
    address: row.address,
    passwordVersion: row.password_version,
  };
}
