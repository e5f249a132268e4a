// Forms for people who are not signed in. A browser without a session proves that the form was ours by repeating in it
// the random value of a cookie (double submit): there is no row yet that a token could be kept in, and any portal
// process can check it.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { sameText } from '../auth/password-hasher.ts';
import { readCookie, writeCookie } from './cookie.ts';
import { sendErrorPage } from './error-page.tsx';
import { type FieldError, type Fields, formTokenField, readFields } from './form.ts';
import { tokenBytes } from './limits.ts';
import { printEndOfWait } from './moment.tsx';
import type { PortalContext } from './portal-deps.ts';

/** Whether the form carries the value of the browser's cookie. */
export function isOurForm(request: FastifyRequest, fields: Fields, secure: boolean): boolean {
  const expected = readCookie(request, 'form', secure) ?? '';
  return expected !== '' && sameText(fields(formTokenField), expected);
}

/** The token for a form, and its cookie, which stays while there is one, so that two open pages both work. */
export function publicFormToken(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
): string {
  const secure = context.settings.secureCookies;
  const kept = readCookie(request, 'form', secure);
  if (kept !== undefined && /^[A-Za-z0-9_-]{43}$/.test(kept)) return kept;
  const token = context.randomBytes(tokenBytes).toString('base64url');
  writeCookie(reply, 'form', token, secure);
  return token;
}

export interface PublicFormRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly fields: Fields;
}

/** Takes a form from anyone, if it is ours. */
export function publicForm(
  context: PortalContext,
  handle: (form: PublicFormRequest) => Promise<FastifyReply>,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  return async (request, reply) => {
    const fields = readFields(request.body);
    if (isOurForm(request, fields, context.settings.secureCookies)) return handle({ request, reply, fields });
    return sendErrorPage(context.settings, reply, { status: 403 });
  };
}

/** What to say to a network address that asks too often. */
export function tooManyRequests(context: PortalContext, reply: FastifyReply, untilMs: number): FieldError {
  const waitSeconds = Math.ceil((untilMs - context.now()) / 1000);
  reply.header('retry-after', String(Math.max(1, waitSeconds)));
  const until = printEndOfWait(untilMs, context.settings);
  return {
    field: 'form',
    text: `There were too many requests from your network. Wait until ${until}, then try again.`,
  };
}
