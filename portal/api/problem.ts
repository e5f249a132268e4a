// How the API says that something was not done: problem details (RFC 9457). Every problem has a code that stays the same
// for ever, and a `type` made of it; the table is the whole of them, and docs/http-api.md is printed from it.

import { z } from 'zod';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** What the caller can do about it. */
  readonly cure: string;
}

export const problemKinds = {
  'invalid-request': {
    status: 400,
    title: 'The request is not as the description says',
    cure: 'look into `errors`; the description is at /api/v1/openapi.json',
  },
  'not-authenticated': {
    status: 401,
    title: 'There is no API key, or it is not known',
    cure: 'send the key in the header `Authorization: Bearer cgk_...`, and nowhere else',
  },
  'key-expired': {
    status: 401,
    title: 'The API key has expired',
    cure: 'ask the administrator for a new one',
  },
  'key-revoked': {
    status: 401,
    title: 'The API key was revoked',
    cure: 'ask the administrator for a new one',
  },
  'scope-missing': {
    status: 403,
    title: 'The API key may not do this',
    cure: '`detail` names the scope; the administrator makes a key that has it',
  },
  'not-found': {
    status: 404,
    title: 'There is no such thing',
    cure: 'check the address; a key for one trading partner sees nothing of others',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This address does not take this method',
    cure: 'the header `Allow` has those that it takes',
  },
  conflict: {
    status: 409,
    title: 'It cannot be done as things are',
    cure: '`detail` says what stands against it',
  },
  'idempotency-under-way': {
    status: 409,
    title: 'The same request is being worked on',
    cure: 'wait a moment and send it again with the same Idempotency-Key',
  },
  gone: {
    status: 410,
    title: 'It has had its time and was removed',
    cure: 'nothing; the retention has removed it',
  },
  'changed-meanwhile': {
    status: 412,
    title: 'It was changed since it was read',
    cure: 'read it again and decide anew; `If-Match` is the `ETag` of what was read',
  },
  'too-large': { status: 413, title: 'The body is too large', cure: '`detail` has the limit' },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is of a kind that is not taken here',
    cure: 'send application/json, or application/octet-stream for files, and nothing compressed',
  },
  'idempotency-conflict': {
    status: 422,
    title: 'The Idempotency-Key was used for another request',
    cure: 'use a new one for each new request',
  },
  'dispatch-refused': {
    status: 422,
    title: 'The file would not pass, and was not sent',
    cure: '`detail` has the report; mend the file and send it again',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many wrong keys came from this address, or too many streams are open',
    cure: 'wait for as long as `Retry-After` says',
  },
  internal: {
    status: 500,
    title: 'Something went wrong here',
    cure: 'send the request again later; tell the administrator the `requestId`',
  },
  unavailable: {
    status: 503,
    title: 'The gateway cannot do this now',
    cure: 'send the request again later',
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;

export type ProblemCode = keyof typeof problemKinds;

export interface ProblemError {
  /** Where in the request: `query.limit`, `body.name`. */
  readonly path: string;
  readonly message: string;
}

export interface Problem {
  readonly kind: 'problem';
  readonly code: ProblemCode;
  /** This very case, in sentences. Never what the caller has sent. */
  readonly detail: string;
  readonly errors?: readonly ProblemError[];
  /** Of the dispatch that was refused. */
  readonly dispatchId?: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

export const problem = (code: ProblemCode, detail: string): Problem => ({ kind: 'problem', code, detail });

/** The same words for what is not there and for what is another partner's. */
export const notFound = (noun: string): Problem => problem('not-found', `There is no such ${noun}.`);

const codes = Object.keys(problemKinds) as [ProblemCode, ...ProblemCode[]];

export const problemSchema = z
  .strictObject({
    type: z.string().describe('`urn:claimgate:problem:` and the code.'),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.enum(codes).describe('What to tell problems apart by; more may come.'),
    detail: z.string().describe('This case, in words.'),
    requestId: z.string().describe('Names the request in the gateway’s log.'),
    errors: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .optional()
      .describe('What does not fit, and where.'),
    dispatchId: z.string().optional().describe('The dispatch that was refused.'),
  })
  .meta({ id: 'Problem', description: 'Why something was not done (RFC 9457).' });

/** @returns the body of the answer */
export function printProblem({ code, detail, errors, dispatchId }: Problem, requestId: string): string {
  const { status, title } = problemKinds[code];
  const type = `urn:claimgate:problem:${code}`;
  return JSON.stringify({ type, title, status, code, detail, requestId, errors, dispatchId });
}
