// Sign-in at an external OpenID Connect provider: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0
// section 3.1; RFC 9700 section 2.1.1). What a sign-in was begun with travels sealed in a cookie of the same browser, so
// that an answer begun elsewhere finds nothing that fits.

import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  ClientSecretBasic,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { describeFault, type Observe } from '../domain/observation.ts';
import type { SecretSeal } from './secret-seal.ts';

export interface IdentityProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client, with PKCE alone. */
  readonly clientSecret: string | undefined;
  readonly scopes: readonly string[];
  /** The claim that holds the user id. */
  readonly userIdClaim: string;
  /** Values of `acr`, and of `amr`, of which the provider must have met one; empty: not asked. */
  readonly requireAcr: readonly string[];
  readonly requireAmr: readonly string[];
}

/** What a sign-in is begun for. */
export interface ProviderErrand {
  /** The page to be led on to. */
  readonly nextPath: string;
  /** For a signed-in user who is asked again: the hash of the session's token. */
  readonly holder: string | undefined;
}

export interface ProviderIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** What the claim of the user id holds; undefined when it is missing or no text. */
  readonly userName: string | undefined;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
}

export type ProviderOutcome =
  | {
      readonly kind: 'signed-in';
      readonly identity: ProviderIdentity;
      readonly errand: ProviderErrand;
      /** When the person signed in at the provider, in milliseconds since 1970. */
      readonly authenticatedAtMs: number;
      /** Whether the provider has asked for a second factor, as the settings demand. */
      readonly secondFactor: boolean;
      /** For the sign-out there; sealed. */
      readonly idToken: string;
    }
  /**
   * `cancelled`: the person or the provider refused. `invalid`: the answer does not belong to this browser's sign-in,
   * or does not hold. `no-second-factor`: the provider did not ask for one.
   */
  | { readonly kind: 'refused'; readonly why: 'cancelled' | 'invalid' | 'no-second-factor' | 'unavailable' };

export interface IdentityProvider {
  /** Where its pages are: `https://id.agency.example`. */
  readonly origin: string;
  /** @returns where to send the browser, and what it must bring back in a cookie; undefined when it does not answer */
  begin(input: {
    readonly redirectUri: string;
    readonly errand: ProviderErrand;
  }): Promise<{ readonly url: string; readonly flow: string } | undefined>;
  /** @param input.query the query that the provider sent the browser back with */
  finish(input: {
    readonly redirectUri: string;
    readonly query: string;
    readonly flow: string;
  }): Promise<ProviderOutcome>;
  /** @returns where to send the browser to sign out there too; undefined when there is no such page */
  signOutUrl(input: { readonly idToken: string; readonly returnTo: string }): Promise<string | undefined>;
}

export interface IdentityProviderDeps {
  readonly settings: IdentityProviderSettings;
  readonly seal: SecretSeal;
  readonly observe: Observe;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How long a person may take at the provider, in milliseconds. */
const flowLifeMs = 15 * 60_000;
/** How old a sign-in at the provider may be that lets in here, in seconds: the age that a session of ours may have. */
const maxAgeSeconds = 12 * 60 * 60;
/** How long the provider may take to answer, in seconds. */
const timeoutSeconds = 10;

interface Flow extends ProviderErrand {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly atMs: number;
}

interface Context extends IdentityProviderDeps {
  readonly configure: () => Promise<Configuration>;
}

export function createIdentityProvider(deps: IdentityProviderDeps): IdentityProvider {
  let known: Promise<Configuration> | undefined;
  const configure = (): Promise<Configuration> => {
    const asked = known ?? discover(deps.settings);
    known = asked;
    asked.catch(() => {
      // Asked again at the next sign-in: a provider that was down may be back.
      if (known === asked) known = undefined;
    });
    return asked;
  };
  const context: Context = { ...deps, configure };
  return {
    origin: new URL(deps.settings.issuer).origin,
    begin: (input) => begin(context, input),
    finish: (input) => finish(context, input),
    signOutUrl: (input) => signOutUrl(context, input),
  };
}

async function discover(settings: IdentityProviderSettings): Promise<Configuration> {
  const issuer = new URL(settings.issuer);
  const { clientId, clientSecret } = settings;
  const authentication = clientSecret === undefined ? None() : ClientSecretBasic(clientSecret);
  return discovery(issuer, clientId, undefined, authentication, {
    timeout: timeoutSeconds,
    // The configuration takes plain http for loopback issuers alone.
    execute: issuer.protocol === 'http:' ? [allowInsecureRequests] : [],
  });
}

async function begin(
  context: Context,
  input: Parameters<IdentityProvider['begin']>[0],
): ReturnType<IdentityProvider['begin']> {
  const { settings, seal, now, observe } = context;
  const { errand, redirectUri } = input;
  const flow: Flow = {
    ...errand,
    state: randomState(),
    nonce: randomNonce(),
    verifier: randomPKCECodeVerifier(),
    atMs: now(),
  };
  try {
    const url = buildAuthorizationUrl(await context.configure(), {
      redirect_uri: redirectUri,
      scope: settings.scopes.join(' '),
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
      // With max_age the provider must say when the person signed in (section 3.1.2.1).
      ...(errand.holder === undefined
        ? { max_age: String(maxAgeSeconds) }
        : { prompt: 'login', max_age: '0' }),
      ...(settings.requireAcr.length === 0 ? {} : { acr_values: settings.requireAcr.join(' ') }),
    });
    return { url: url.href, flow: seal.seal(JSON.stringify(flow), flowOwner) };
  } catch (thrown) {
    observe({ kind: 'fault', where: 'auth.identity-provider', fault: describeFault(thrown) });
    return undefined;
  }
}

const flowOwner = 'oidc-flow';

function readFlow({ seal, now }: Context, sealed: string): Flow | undefined {
  const text = seal.open(sealed, flowOwner);
  if (text === undefined) return undefined;
  // Sealed by begin alone.
  const flow = JSON.parse(text) as Flow;
  return flow.atMs >= now() - flowLifeMs ? flow : undefined;
}

async function finish(
  context: Context,
  input: Parameters<IdentityProvider['finish']>[0],
): Promise<ProviderOutcome> {
  const flow = readFlow(context, input.flow);
  if (flow === undefined) return { kind: 'refused', why: 'invalid' };
  const answer = new URL(input.redirectUri);
  answer.search = input.query;
  try {
    const tokens = await authorizationCodeGrant(await context.configure(), answer, {
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      pkceCodeVerifier: flow.verifier,
      idTokenExpected: true,
      // The library adds its clock tolerance; whether it is fresh enough for a sensitive act is decided by auth_time.
      maxAge: flow.holder === undefined ? maxAgeSeconds : freshSeconds,
    });
    const claims = tokens.claims();
    if (claims === undefined || tokens.id_token === undefined) return { kind: 'refused', why: 'invalid' };
    return judge(context, { claims, flow, idToken: tokens.id_token });
  } catch (thrown) {
    return { kind: 'refused', why: whyFailed(context, thrown) };
  }
}

/** How old a sign-in may be that was asked for anew, in seconds: the way back from the provider. */
const freshSeconds = 120;

/** @returns what to tell the person; what happened in full is observed */
function whyFailed({ observe }: Context, thrown: unknown): 'cancelled' | 'invalid' | 'unavailable' {
  observe({ kind: 'fault', where: 'auth.identity-provider', fault: describeFault(thrown) });
  const name = thrown instanceof Error ? thrown.name : '';
  if (name === 'AuthorizationResponseError') return 'cancelled';
  return name === 'TypeError' || name === 'TimeoutError' ? 'unavailable' : 'invalid';
}

function judge(
  { settings, seal }: Context,
  input: {
    readonly claims: Readonly<Record<string, unknown>>;
    readonly flow: Flow;
    readonly idToken: string;
  },
): ProviderOutcome {
  const { claims, flow, idToken } = input;
  const text = (claim: string): string | undefined => {
    const value = claims[claim];
    return typeof value === 'string' ? value : undefined;
  };
  const authTime = claims['auth_time'];
  const issuer = text('iss');
  const subject = text('sub');
  if (issuer === undefined || subject === undefined || typeof authTime !== 'number')
    return { kind: 'refused', why: 'invalid' };
  const secondFactor = factorOf(settings, claims);
  if (secondFactor === 'missing') return { kind: 'refused', why: 'no-second-factor' };
  return {
    kind: 'signed-in',
    identity: {
      issuer,
      subject,
      userName: text(settings.userIdClaim),
      firstName: text('given_name') ?? '',
      lastName: text('family_name') ?? '',
      email: text('email') ?? '',
    },
    errand: { nextPath: flow.nextPath, holder: flow.holder },
    authenticatedAtMs: authTime * 1000,
    secondFactor: secondFactor === 'given',
    idToken: seal.seal(idToken, idTokenOwner),
  };
}

const idTokenOwner = 'oidc-id-token';

/** Whether the provider has met what the settings demand of its second factor. */
function factorOf(
  { requireAcr, requireAmr }: IdentityProviderSettings,
  claims: Readonly<Record<string, unknown>>,
): 'given' | 'missing' | 'not-asked' {
  if (requireAcr.length === 0 && requireAmr.length === 0) return 'not-asked';
  const { acr, amr } = claims;
  const acrMet = requireAcr.length === 0 || (typeof acr === 'string' && requireAcr.includes(acr));
  const amrMet =
    requireAmr.length === 0 || (Array.isArray(amr) && amr.some((one) => requireAmr.includes(String(one))));
  return acrMet && amrMet ? 'given' : 'missing';
}

async function signOutUrl(
  { seal, configure }: Context,
  input: { readonly idToken: string; readonly returnTo: string },
): Promise<string | undefined> {
  const hint = seal.open(input.idToken, idTokenOwner);
  if (hint === undefined) return undefined;
  try {
    const url = buildEndSessionUrl(await configure(), {
      id_token_hint: hint,
      post_logout_redirect_uri: input.returnTo,
    });
    return url.href;
  } catch {
    // It has no such page, or does not answer: signed out here is signed out here.
    return undefined;
  }
}
