// Who may see a page and whose form is taken. Every page behind the sign-in is registered through these two, so that
// none can forget the session or the form's token (rule R14: one gate for every verb).

import type { FastifyReply, FastifyRequest } from 'fastify';
import { sameText } from '../auth/password-hasher.ts';
import type { Partner } from '../storage/partner-store.ts';
import type { TransmissionViewer } from '../storage/transmission-view.ts';
import { clearCookie } from './cookie.ts';
import { sendErrorPage } from './error-page.tsx';
import { type Fields, formTokenField, readFields } from './form.ts';
import { sendNoPartner } from './no-partner.tsx';
import { pathToSignIn } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import type { Viewer } from './session.ts';

export interface PageRequest {
  readonly viewer: Viewer;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** A page for people who are signed in; others are led to the sign-in page and back. */
export function signedInPage(
  context: PortalContext,
  handle: (page: PageRequest) => Promise<FastifyReply>,
): Handler {
  return async (request, reply) => {
    const look = await context.sessions.look(request);
    if (look.kind === 'signed-in') return handle({ viewer: look.viewer, request, reply });
    if (look.kind === 'ended') clearCookie(reply, 'session', context.settings.secureCookies);
    return reply.redirect(
      pathToSignIn({ wanted: request.url.replace(/\?.*/s, ''), ended: look.kind === 'ended' }),
      303,
    );
  };
}

/** As `signedInPage`, for a form: it must also carry its session's token. */
export function signedInForm(
  context: PortalContext,
  handle: (page: PageRequest & { readonly fields: Fields }) => Promise<FastifyReply>,
): Handler {
  return signedInPage(context, async (page) => {
    const fields = readFields(page.request.body);
    if (sameText(fields(formTokenField), page.viewer.session.csrfToken)) return handle({ ...page, fields });
    return sendErrorPage(context.settings, page.reply, { status: 403, viewer: page.viewer });
  });
}

export interface PartnerPageRequest extends PageRequest {
  readonly partner: Partner;
  /** Whose view of the partner's files the page shows. */
  readonly holder: TransmissionViewer;
}

/** As `signedInPage`, for users of a trading partner: whoever belongs to none is told so. */
export function partnerPage(
  context: PortalContext,
  handle: (page: PartnerPageRequest) => Promise<FastifyReply>,
): Handler {
  return signedInPage(context, async (page) => {
    const { partner } = page.viewer;
    if (partner !== undefined) return handle({ ...page, partner, holder: holderOf(partner, page.viewer) });
    return sendNoPartner(context.settings, page.reply, { viewer: page.viewer });
  });
}

const holderOf = (partner: Partner, viewer: Viewer): TransmissionViewer => ({
  partnerId: partner.id,
  userId: viewer.user.id,
});

/** As `signedInForm`, for users of a trading partner. */
export function partnerForm(
  context: PortalContext,
  handle: (page: PartnerPageRequest & { readonly fields: Fields }) => Promise<FastifyReply>,
): Handler {
  return signedInForm(context, async (page) => {
    const { partner } = page.viewer;
    if (partner !== undefined) return handle({ ...page, partner, holder: holderOf(partner, page.viewer) });
    return sendNoPartner(context.settings, page.reply, { viewer: page.viewer });
  });
}
