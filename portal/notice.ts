// A result that the next page shows once: the form's POST answers with a redirect (so that a reload repeats nothing),
// and this cookie carries which result it was. It names one of a few sentences of ours; it carries no text.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { clearCookie, readCookie, writeCookie } from './cookie.ts';

const notices = [
  'account-set-up',
  'account-updated',
  'password-changed',
  'factors-changed',
  'keys-changed',
  'grants-saved',
  'nothing-changed',
  'invitation-sent',
  'invitation-revoked',
  'role-saved',
  'member-removed',
  'joined',
] as const;
export type Notice = (typeof notices)[number];

export function leaveNotice(reply: FastifyReply, notice: Notice, secure: boolean): void {
  writeCookie(reply, 'notice', notice, secure);
}

/** @returns the notice left for this page, and forgets it */
export function takeNotice(
  request: FastifyRequest,
  reply: FastifyReply,
  secure: boolean,
): Notice | undefined {
  const value = readCookie(request, 'notice', secure);
  if (value !== undefined) clearCookie(reply, 'notice', secure);
  return notices.find((notice) => notice === value);
}
