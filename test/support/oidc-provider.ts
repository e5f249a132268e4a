// A real OpenID Connect provider on loopback (npm: oidc-provider), and the person who signs in at it.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export interface TestProvider {
  readonly issuer: string;
  /** Says where the portal is, once that is known. */
  register(portalUrl: string): void;
  /** Who signs in from now on, and how. */
  person: { sub: string; claims: Record<string, unknown>; acr?: string; amr?: string[] };
  close(): Promise<void>;
}

export const clientId = 'claimgate';
export const clientSecret = 'a-secret-of-the-test-that-is-long-enough';

/** Starts one that signs in whom the test says, without pages of its own to click through. */
export async function startProvider(): Promise<TestProvider> {
  let handle: ReturnType<Provider['callback']> | undefined;
  const server = createServer((request, response) => {
    if (handle === undefined) response.writeHead(503).end();
    else void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const running: TestProvider = {
    issuer,
    person: { sub: 'subject-1', claims: {} },
    register(portalUrl) {
      handle = createProvider(running, portalUrl).callback();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return running;
}

function createProvider(running: TestProvider, portalUrl: string): Provider {
  const provider = new Provider(running.issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${portalUrl}/sign-in/provider/callback`],
        post_logout_redirect_uris: [`${portalUrl}/sign-in`],
      },
    ],
    claims: {
      openid: ['sub', 'acr', 'amr'],
      profile: ['preferred_username', 'given_name', 'family_name'],
      email: ['email'],
    },
    conformIdTokenClaims: false,
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => Promise.resolve({ sub, ...running.person.claims }),
    }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: ['test'] },
    acrValues: ['mfa', 'password'],
  });
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/interaction/')) return next();
    const { prompt, params } = await provider.interactionDetails(context.req, context.res);
    if (prompt.name === 'login') {
      const { sub, acr, amr } = running.person;
      const login = {
        accountId: sub,
        remember: true,
        ...(acr === undefined ? {} : { acr }),
        ...(amr === undefined ? {} : { amr }),
      };
      if (sub === '') {
        const refused = { error: 'access_denied', error_description: 'the person said no' };
        return provider.interactionFinished(context.req, context.res, refused);
      }
      return provider.interactionFinished(context.req, context.res, { login });
    }
    const details = await provider.interactionDetails(context.req, context.res);
    const grant = new provider.Grant({
      clientId,
      ...(details.session === undefined ? {} : { accountId: details.session.accountId }),
    });
    grant.addOIDCScope(String(params['scope']));
    const consent = { grantId: await grant.save() };
    return provider.interactionFinished(
      context.req,
      context.res,
      { consent },
      { mergeWithLastSubmission: true },
    );
  });
  return provider;
}
