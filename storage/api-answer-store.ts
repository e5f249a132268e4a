// What a POST with an Idempotency-Key was answered (draft-ietf-httpapi-idempotency-key-header), so that the same request
// sent again is answered the same and does nothing. States:
//
//   begun      the request is being worked on                       -> answered
//   answered   status and body stand in the row, and are given again until the row has had its time
//
// A request that ended in a fault leaves no row, and one that a crash has cut off is forgotten at the next start: both
// are done anew, which is harmless, since the changes themselves are idempotent or refuse to be done twice.

import type { Database } from './transaction.ts';

export interface RepeatableRequest {
  readonly keyId: string;
  readonly idempotencyKey: string;
  /** SHA-256 over what is asked, in hexadecimal. */
  readonly fingerprint: string;
}

export interface StoredAnswer {
  readonly status: number;
  /** JSON. */
  readonly body: string;
}

export type BeginOutcome =
  | { readonly kind: 'begun' }
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  /** The same request is being worked on. */
  | { readonly kind: 'under-way' }
  /** The key was used for another request. */
  | { readonly kind: 'other-request' };

/**
 * Begins a request, unless it was begun before.
 * @param input.keepMs for how long an answer is given again, in milliseconds
 */
export async function beginRequest(
  database: Database,
  input: RepeatableRequest & { readonly keepMs: number },
): Promise<BeginOutcome> {
  const { keyId, idempotencyKey, fingerprint, keepMs } = input;
  return database.transaction(async ({ sql, nowMs }): Promise<BeginOutcome> => {
    await sql
      .deleteFrom('api_answers')
      .where('begun_at_ms', '<', nowMs - keepMs)
      .execute();
    const row = await sql
      .selectFrom('api_answers')
      .selectAll()
      .where('key_id', '=', keyId)
      .where('idempotency_key', '=', idempotencyKey)
      .executeTakeFirst();
    if (row !== undefined) {
      if (row.fingerprint !== fingerprint) return { kind: 'other-request' };
      if (row.status === null || row.body === null) return { kind: 'under-way' };
      return { kind: 'answered', answer: { status: row.status, body: row.body } };
    }
    await sql
      .insertInto('api_answers')
      .values({
        key_id: keyId,
        idempotency_key: idempotencyKey,
        fingerprint,
        state: 'begun',
        status: null,
        body: null,
        begun_at_ms: nowMs,
      })
      .execute();
    return { kind: 'begun' };
  });
}

/** Keeps the answer of a request that was begun. */
export async function keepAnswer(
  database: Database,
  { keyId, idempotencyKey }: RepeatableRequest,
  answer: StoredAnswer,
): Promise<void> {
  await database.transaction(async ({ sql }) => {
    await sql
      .updateTable('api_answers')
      .set({ state: 'answered', ...answer })
      .where('key_id', '=', keyId)
      .where('idempotency_key', '=', idempotencyKey)
      .execute();
  });
}

/** Forgets a request that came to no answer. */
export async function forgetRequest(
  database: Database,
  { keyId, idempotencyKey }: RepeatableRequest,
): Promise<void> {
  await database.transaction(async ({ sql }) => {
    await sql
      .deleteFrom('api_answers')
      .where('key_id', '=', keyId)
      .where('idempotency_key', '=', idempotencyKey)
      .where('state', '=', 'begun')
      .execute();
  });
}

/** Forgets what an earlier run has begun and not answered. Only the one process that has the role may call it. */
export async function forgetUnanswered(database: Database): Promise<void> {
  await database.transaction(async ({ sql }) => {
    await sql.deleteFrom('api_answers').where('state', '=', 'begun').execute();
  });
}
