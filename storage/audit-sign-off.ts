// That a person has looked through the audit trail up to a record (45 CFR 164.308(a)(1)(ii)(D)): a record of the trail itself.

import type { Actor } from '../domain/audit.ts';
import type { Database } from './transaction.ts';

export type SignOffOutcome =
  | { readonly kind: 'signed-off'; readonly from: number; readonly upTo: number }
  /** It goes no further than the one before. */
  | { readonly kind: 'already'; readonly upTo: number }
  | { readonly kind: 'no-such-record' };

/**
 * Notes that the records after the last sign-off were reviewed.
 * @param input.upTo the number of the last record that was looked at
 * @param input.note what was found, in the reviewer's words
 */
export async function signOffAudit(
  database: Database,
  input: { readonly upTo: number; readonly note: string; readonly actor: Actor },
): Promise<SignOffOutcome> {
  const { upTo, note, actor } = input;
  return database.transaction(async (transaction) => {
    const { sql } = transaction;
    const record = await sql
      .selectFrom('audit_records')
      .select('hash')
      .where('sequence', '=', upTo)
      .executeTakeFirst();
    if (record === undefined) return { kind: 'no-such-record' };
    const [last] = await sql
      .selectFrom('audit_records')
      .select('subject')
      .where('action', '=', 'audit.sign-off')
      .orderBy('sequence', 'desc')
      .limit(1)
      .execute();
    const reviewed = Number(last?.subject.replace(/^audit:/, '') ?? 0);
    if (upTo <= reviewed) return { kind: 'already', upTo: reviewed };
    const from = reviewed + 1;
    await transaction.audit({
      actor,
      action: 'audit.sign-off',
      subject: `audit:${upTo}`,
      detail: { from, upTo, hash: record.hash, note },
    });
    return { kind: 'signed-off', from, upTo };
  });
}
