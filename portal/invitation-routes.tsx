// Accepting an invitation: the link's token stands in a cookie by now (portal/link-routes.tsx). The page says who invites
// whom to what; the person signs in with the identity of that address or registers one, and presses a button.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { roleTitle } from '../domain/role.ts';
import {
  type AcceptOutcome,
  acceptInvitation,
  findInvitation,
  type Invitation,
} from '../storage/invitation-store.ts';
import { findPartner } from '../storage/partner-store.ts';
import { ErrorSummary } from './alert.tsx';
import { clearCookie, readCookie } from './cookie.ts';
import type { FieldError } from './form.ts';
import { signedInForm } from './form-guard.ts';
import { FormToken, Layout, sendPage } from './layout.tsx';
import { sendSpentLink } from './link-routes.tsx';
import { leaveNotice } from './notice.ts';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import type { Viewer } from './session.ts';

export function registerInvitation(app: FastifyInstance, context: PortalContext): void {
  const secure = context.settings.secureCookies;
  app.get(paths.invitation, async (request, reply) => {
    const look = await context.sessions.look(request);
    const viewer = look.kind === 'signed-in' ? look.viewer : undefined;
    return show(context, { request, reply, viewer, errors: [] });
  });
  app.post(
    paths.invitation,
    signedInForm(context, async ({ viewer, request, reply }) => {
      const found = await findByLink(context, request);
      if (found === undefined) return sendSpentLink(context, reply);
      const { id: userId } = viewer.user;
      const { secretId } = found;
      const outcome = await acceptInvitation(context.database, { secretId, userId, address: request.ip });
      if (outcome.kind === 'not-good') return sendSpentLink(context, reply);
      const text = whyNotJoined(outcome);
      if (text !== undefined)
        return show(context, { request, reply, viewer, errors: [{ field: 'form', text }] });
      clearCookie(reply, 'link', secure);
      leaveNotice(reply, 'joined', secure);
      return reply.redirect(paths.home, 303);
    }),
  );
}

async function findByLink(
  { database, secrets, settings }: PortalContext,
  request: FastifyRequest,
): Promise<{ readonly secretId: string; readonly invitation: Invitation } | undefined> {
  const token = readCookie(request, 'link', settings.secureCookies);
  const secret = token === undefined ? undefined : await secrets.find(database, token);
  if (secret === undefined || secret.used) return undefined;
  const invitation = await findInvitation(database, secret.id);
  return invitation === undefined ? undefined : { secretId: secret.id, invitation };
}

function whyNotJoined(outcome: AcceptOutcome): string | undefined {
  switch (outcome.kind) {
    case 'other-address':
      return 'This invitation was sent to another e-mail address than yours. Sign out, and sign in with the identity of that address, or ask for an invitation to your own.';
    case 'has-partner':
      return 'You belong to a trading partner already. One User ID belongs to one trading partner: register another one, or ask your office administrator to remove you there first.';
    default:
      return undefined;
  }
}

async function show(
  context: PortalContext,
  input: {
    readonly request: FastifyRequest;
    readonly reply: FastifyReply;
    readonly viewer: Viewer | undefined;
    readonly errors: readonly FieldError[];
  },
): Promise<FastifyReply> {
  const { settings, database } = context;
  const { reply, viewer, errors } = input;
  const found = await findByLink(context, input.request);
  const partner = found === undefined ? undefined : await findPartner(database, found.invitation.partnerId);
  if (found === undefined || partner === undefined) return sendSpentLink(context, reply);
  const { role } = found.invitation;
  const page = (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.invitation}
      title={`Join ${partner.name}`}
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      <p>
        You are invited to work for the trading partner {partner.name} as {roleTitle(role)}.
      </p>
      {viewer === undefined ? (
        <>
          <p>
            Sign in with the {settings.idIssuer} of the e-mail address that the invitation was sent to. If you
            have none yet, register with that address, confirm it by the link in the mail that you get, and
            open the link of the invitation again.
          </p>
          <p>
            <a class="usa-button" href={`${paths.signIn}?next=${encodeURIComponent(paths.invitation)}`}>
              Sign in
            </a>{' '}
            <a class="usa-button usa-button--outline" href={paths.register}>
              Register
            </a>
          </p>
        </>
      ) : (
        <form method="post" action={paths.invitation}>
          <FormToken token={viewer.session.csrfToken} />
          <p>
            You are signed in as {viewer.user.id}. From now on this User ID belongs to {partner.name}.
          </p>
          <button type="submit" class="usa-button">
            Join {partner.name}
          </button>
        </form>
      )}
    </Layout>
  );
  return sendPage(reply, { status: errors.length > 0 ? 422 : 200, page });
}
