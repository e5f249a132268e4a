// Sensitive acts ask again: managing factors and keys, and other users' rights, wants a second factor that is no older
// than `confirmMs`. Who has none, where none is required, gives the password. The guards of form-guard.ts stand before.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Fields } from './form.ts';
import { type PageRequest, signedInForm, signedInPage } from './form-guard.ts';
import { pathAfterSignIn, paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import type { Viewer } from './session.ts';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Whether the person has proved to be the user recently enough for a sensitive act. */
export function isConfirmed({ settings, now }: PortalContext, { session }: Viewer): boolean {
  const byFactor = settings.secondFactor !== 'off' && session.factorAtMs !== undefined;
  const provedAtMs = byFactor ? session.factorAtMs : session.authenticatedAtMs;
  return provedAtMs !== undefined && now() - provedAtMs < settings.confirmMs;
}

/** The way to be asked again, and back. @param wanted a page behind the sign-in */
export function pathToConfirm(wanted: string): string {
  return `${paths.confirm}?${new URLSearchParams({ next: pathAfterSignIn(wanted) })}`;
}

/**
 * Not `async`: a reply that is awaited becomes undefined once it is sent, and the act would go on.
 * @param back a page behind the sign-in, to come back to
 * @returns nothing when the person has proved to be the user recently; otherwise the answer, which leads to be asked again
 */
export function whyNotConfirmed(
  context: PortalContext,
  { viewer, reply }: PageRequest,
  back: string,
): FastifyReply | undefined {
  return isConfirmed(context, viewer) ? undefined : reply.redirect(pathToConfirm(back), 303);
}

/** A page that only a person who has just proved to be the user sees. */
export function confirmedPage(
  context: PortalContext,
  handle: (page: PageRequest) => Promise<FastifyReply>,
): Handler {
  return signedInPage(context, async (page) => {
    const back = page.request.url.replace(/\?.*/s, '');
    return whyNotConfirmed(context, page, back) ?? handle(page);
  });
}

/**
 * A form of a sensitive act.
 * @param back the page with the form: that is where the person comes back to after being asked, and sends it again
 */
export function confirmedForm(
  context: PortalContext,
  back: string,
  handle: (page: PageRequest & { readonly fields: Fields }) => Promise<FastifyReply>,
): Handler {
  return signedInForm(context, async (page) => whyNotConfirmed(context, page, back) ?? handle(page));
}
