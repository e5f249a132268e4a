// Signing in at the identity provider: there by a redirect, back by another. Who comes back is led on as after a
// password; whoever was asked again for a sensitive act must come back as the same user.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IdentityProvider, ProviderOutcome } from '../auth/identity-provider.ts';
import { findProviderUser, type ProviderUserOutcome } from '../auth/provider-user.ts';
import { renewPortalSession } from '../storage/portal-session-store.ts';
import type { User } from '../storage/user-store.ts';
import { admit } from './admission.ts';
import { Alert } from './alert.tsx';
import { clearCookie, readCookie, writeCookie } from './cookie.ts';
import { readFields } from './form.ts';
import { Layout, sendPage } from './layout.tsx';
import { pathAfterSignIn, paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import { portalOrigin } from './portal-origin.ts';

export function registerProvider(app: FastifyInstance, context: PortalContext): void {
  const { provider } = context;
  if (provider === undefined) return;
  const secure = context.settings.secureCookies;
  app.get(paths.signInProvider, async (request, reply) => {
    const query = readFields(request.query);
    const look = await context.sessions.look(request);
    const again = query('again') === 'yes' && look.kind === 'signed-in';
    const begun = await provider.begin({
      redirectUri: redirectUriOf(context, request),
      errand: {
        nextPath: pathAfterSignIn(query('next')),
        holder: again ? look.viewer.session.tokenHash : undefined,
      },
    });
    if (begun === undefined) return refuse(context, reply, 'unavailable');
    writeCookie(reply, 'provider', begun.flow, secure);
    return reply.redirect(begun.url, 303);
  });
  app.get(paths.signInProviderCallback, async (request, reply) => {
    const flow = readCookie(request, 'provider', secure);
    // Taken away whatever comes of it: an answer is looked at once.
    clearCookie(reply, 'provider', secure);
    if (flow === undefined) return refuse(context, reply, 'invalid');
    const query = request.url.slice(request.url.indexOf('?') + 1);
    const outcome = await provider.finish({ redirectUri: redirectUriOf(context, request), query, flow });
    if (outcome.kind === 'refused') return refuse(context, reply, outcome.why);
    return welcome(context, { request, reply }, outcome);
  });
}

const redirectUriOf = ({ settings }: PortalContext, request: FastifyRequest): string =>
  `${portalOrigin(settings, request)}${paths.signInProviderCallback}`;

type SignedIn = Extract<ProviderOutcome, { readonly kind: 'signed-in' }>;

async function welcome(
  context: PortalContext,
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  outcome: SignedIn,
): Promise<FastifyReply> {
  const { request, reply } = exchange;
  const found = await findProviderUser(
    { database: context.database, unknownUsers: context.settings.unknownUsers },
    { identity: outcome.identity, address: request.ip },
  );
  if (found.kind === 'refused') {
    context.observe({
      kind: 'portal.sign-in-refused',
      userName: 'from the identity provider',
      address: request.ip,
      reason: found.why,
    });
    return refuse(context, reply, found.why);
  }
  const { errand, authenticatedAtMs, idToken } = outcome;
  const factor = outcome.secondFactor ? 'provider' : undefined;
  const { user } = found;
  if (errand.holder !== undefined)
    return confirm(context, exchange, { outcome, user, holder: errand.holder });
  const { nextPath } = errand;
  return admit(context, exchange, { user, nextPath, authenticatedAtMs, idToken, factor });
}

/** The person was asked again: only the same user in the same session is taken. */
async function confirm(
  context: PortalContext,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  input: { readonly outcome: SignedIn; readonly user: User; readonly holder: string },
): Promise<FastifyReply> {
  const { outcome, user, holder } = input;
  const look = await context.sessions.look(request);
  if (look.kind !== 'signed-in' || look.viewer.session.tokenHash !== holder)
    return refuse(context, reply, 'invalid');
  if (look.viewer.user.id !== user.id) return refuse(context, reply, 'another-user');
  await renewPortalSession(context.database, {
    tokenHash: holder,
    userId: user.id,
    address: request.ip,
    factor: outcome.secondFactor ? 'provider' : undefined,
    authenticatedAtMs: outcome.authenticatedAtMs,
    idToken: outcome.idToken,
  });
  return reply.redirect(outcome.errand.nextPath, 303);
}

type Refusal =
  | Extract<ProviderOutcome, { readonly kind: 'refused' }>['why']
  | Extract<ProviderUserOutcome, { readonly kind: 'refused' }>['why']
  | 'another-user';

const sentences: Readonly<Record<Refusal, string>> = {
  cancelled: 'The sign-in was cancelled or refused there. Try again.',
  invalid: 'The sign-in took too long, or was begun in another window. Try again.',
  unavailable: 'The sign-in service does not answer. Try again in a few minutes.',
  'no-second-factor':
    'You signed in without a second step, and this portal needs one. Set up multi-factor sign-in there, then try again.',
  'no-user-id': 'The sign-in service did not say which user you are. Ask for help.',
  unknown:
    'You are not known to this portal yet. Ask the office administrator of your trading partner to add you.',
  taken: 'This user belongs to another sign-in. Ask for help.',
  'not-active': 'Your access to this portal was ended. Ask for help.',
  'another-user': 'You signed in as someone else. Sign in as the user whose session this is.',
};

function refuse({ settings }: PortalContext, reply: FastifyReply, why: Refusal): FastifyReply {
  const page = (
    <Layout settings={settings} path={paths.signIn} title="You are not signed in" failed={true}>
      <Alert kind="error" heading="The sign-in did not work">
        {sentences[why]}
      </Alert>
      <p>
        <a class="usa-button" href={paths.signIn}>
          Back to the sign-in
        </a>
      </p>
    </Layout>
  );
  return sendPage(reply, { status: why === 'unavailable' ? 503 : 403, page });
}

/** Where a sign-out goes on: to the provider, when it has a page for it. */
export async function pathAfterSignOut(
  provider: IdentityProvider | undefined,
  input: { readonly idToken: string | undefined; readonly origin: string },
): Promise<string> {
  const here = `${paths.signIn}?notice=signed-out`;
  if (provider === undefined || input.idToken === undefined) return here;
  const url = await provider.signOutUrl({
    idToken: input.idToken,
    returnTo: `${input.origin}${paths.signIn}`,
  });
  // Only to the provider's own pages: the form's policy (security-headers.ts) names them and no others.
  return url !== undefined && new URL(url).origin === provider.origin ? url : here;
}
