// Who asks: the API key in `Authorization: Bearer`, and nowhere else. A key in an address would stand in every log on
// the way.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiScope } from '../../domain/api-key.ts';
import type { ApiDeps } from './api-deps.ts';
import type { Caller } from './endpoint.ts';
import { type Problem, problem } from './problem.ts';

/** RFC 6750 section 2.1; the scheme is told in any case (RFC 9110 section 11.1). */
const bearer = /^Bearer +(\S+) *$/i;
/** What a request without a key, or with a wrong one, is told to send (RFC 6750 section 3). */
const challenge = 'Bearer realm="claimgate"';

/** @returns the caller, when its key is good and has the scope */
export async function callerOf(
  { keys, database, observe }: Pick<ApiDeps, 'keys' | 'database' | 'observe'>,
  input: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly scope: ApiScope },
): Promise<({ readonly kind: 'caller' } & Caller) | Problem> {
  const { request, reply, scope } = input;
  const address = request.ip;
  const { id: requestId } = request;
  const text = bearer.exec(request.headers.authorization ?? '')?.[1];
  const refuse = (
    reason: 'missing' | 'malformed' | 'unknown' | 'expired' | 'revoked' | 'blocked',
    answer: Problem,
    keyId?: string,
  ): Problem => {
    observe({ kind: 'api.key-refused', requestId, reason, keyId, address });
    if (reason !== 'blocked') reply.header('www-authenticate', challenge);
    return answer;
  };
  if (text === undefined) return refuse('missing', problem('not-authenticated', 'Send an API key.'));
  const known = await keys.authenticate({ text, address });
  switch (known.kind) {
    case 'malformed':
    case 'unknown':
      return refuse(known.kind, problem('not-authenticated', 'This API key is not known here.'));
    case 'expired':
      return refuse('expired', problem('key-expired', 'This API key has expired.'), known.key.id);
    case 'revoked':
      return refuse('revoked', problem('key-revoked', 'This API key was revoked.'), known.key.id);
    case 'blocked': {
      const retryAfter = Math.max(1, Math.ceil((known.untilMs - database.now()) / 1000));
      const detail = 'Too many wrong keys or passwords came from this address.';
      return refuse('blocked', { ...problem('too-many-requests', detail), retryAfter });
    }
    case 'known': {
      const { key } = known;
      if (!key.scopes.includes(scope)) return problem('scope-missing', `This needs a key with ${scope}.`);
      return { kind: 'caller', key, address, actor: { kind: 'api-key', id: key.id, name: key.name } };
    }
  }
}
