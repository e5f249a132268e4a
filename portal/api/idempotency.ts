// A POST that carries an Idempotency-Key is done once: sent again, it is answered as it was the first time
// (draft-ietf-httpapi-idempotency-key-header).

import { createHash } from 'node:crypto';
import {
  beginRequest,
  forgetRequest,
  keepAnswer,
  type StoredAnswer,
} from '../../storage/api-answer-store.ts';
import type { ApiDeps } from './api-deps.ts';
import { type Problem, problem } from './problem.ts';

/** Printable characters; programs take UUIDs. */
const form = /^[\x21-\x7e]{1,200}$/;

export type Idempotency =
  | Problem
  | { readonly kind: 'done'; readonly answer: StoredAnswer; readonly replayed: boolean };

/**
 * Does a request, unless it was done before.
 * @param input.key the header
 * @param input.asked what makes the request the same request
 * @param work does it; an answer from 500 on is not kept
 */
export async function onlyOnce(
  { database, settings }: Pick<ApiDeps, 'database' | 'settings'>,
  input: { readonly key: string | undefined; readonly keyId: string; readonly asked: readonly unknown[] },
  work: () => Promise<StoredAnswer>,
): Promise<Idempotency> {
  const { key, keyId, asked } = input;
  if (key === undefined) return { kind: 'done', answer: await work(), replayed: false };
  if (!form.test(key))
    return problem('invalid-request', 'An Idempotency-Key has 1 to 200 printable characters and no space.');
  const fingerprint = createHash('sha256').update(JSON.stringify(asked)).digest('hex');
  const request = { keyId, idempotencyKey: key, fingerprint };
  const begun = await beginRequest(database, { ...request, keepMs: settings.idempotencyMs });
  switch (begun.kind) {
    case 'answered':
      return { kind: 'done', answer: begun.answer, replayed: true };
    case 'under-way':
      return problem('idempotency-under-way', 'The same request is being worked on.');
    case 'other-request':
      return problem('idempotency-conflict', 'This Idempotency-Key was sent with another request before.');
    case 'begun': {
      let isKept = false;
      try {
        const answer = await work();
        if (answer.status < 500) {
          await keepAnswer(database, request, answer);
          isKept = true;
        }
        return { kind: 'done', answer, replayed: false };
      } finally {
        if (!isKept) await forgetRequest(database, request);
      }
    }
  }
}
