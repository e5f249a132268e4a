// The portal's cookies, all HttpOnly and for the whole site. Under https their names begin with `__Host-`, which
// makes browsers refuse one that a sister domain or a plain-text page tries to set (draft-ietf-httpbis-rfc6265bis, 4.1.3).

import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * - `session`  the token of a signed-in session
 * - `pending`  the token of a sign-in that waits for its second factor; it opens no page
 * - `provider` what a sign-in at the identity provider was begun with, sealed
 * - `form`     the random value that the sign-in form must repeat, for browsers that have no session yet
 * - `link`     the token of a mailed link, from its opening until it is used: so it stands in no further address
 * - `notice`   which result the next page shows once
 */
export type CookieName = 'session' | 'pending' | 'provider' | 'form' | 'link' | 'notice';

const nameOf = (name: CookieName, secure: boolean): string => `${secure ? '__Host-' : ''}claimgate-${name}`;

/** @returns the cookie's value, or undefined when the browser sent none */
export function readCookie(request: FastifyRequest, name: CookieName, secure: boolean): string | undefined {
  return request.cookies[nameOf(name, secure)];
}

/**
 * Sets a cookie that ends with the browser.
 *
 * SameSite=Lax, not Strict: people come from links in the agency's pages and mails, and with Strict they would be asked
 * to sign in although they are; an identity provider's redirect (a later way in) would lose its session too. Lax
 * withholds the cookie from every foreign POST, and no GET of the portal changes anything.
 */
export function writeCookie(reply: FastifyReply, name: CookieName, value: string, secure: boolean): void {
  reply.setCookie(nameOf(name, secure), value, { path: '/', httpOnly: true, sameSite: 'lax', secure });
}

export function clearCookie(reply: FastifyReply, name: CookieName, secure: boolean): void {
  // Browsers take the removal of a `__Host-` cookie only with the attributes that it was set with.
  reply.clearCookie(nameOf(name, secure), { path: '/', httpOnly: true, sameSite: 'lax', secure });
}
