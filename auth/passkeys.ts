// Passkeys as a second factor (W3C Web Authentication, level 3): a key that lives in a device or a password manager and
// signs for one site alone, so that a page that only looks like ours gets nothing from it.

import { putChallenge, takeChallenge } from '../storage/factor-challenge-store.ts';
import { advanceFactor, type Factor, listFactors } from '../storage/factor-store.ts';
import type { FactorHolder, FactorOutcome } from './factor-guard.ts';
import {
  type AddedFactorOutcome,
  type NewFactorFacts,
  type SecondFactorsDeps,
  storeFactor,
} from './second-factors.ts';

/** The site that passkeys are made for. It comes from the configuration, not from what a request says. */
export interface PasskeySite {
  /** Its host name: `portal.agency.example`. */
  readonly rpId: string;
  /** `https://portal.agency.example` */
  readonly origin: string;
}

/** What a browser hands over after making a passkey, base64url throughout. */
export interface PasskeyAttestation {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  readonly transports: readonly string[];
}

/** What a browser hands over after using one. */
export interface PasskeyAssertion {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
}

export interface Passkeys {
  /** @returns what the browser is asked to make, as JSON; its challenge is good once and for a few minutes */
  beginAdding(
    who: FactorHolder,
    input: { readonly site: PasskeySite; readonly siteName: string },
  ): Promise<string>;
  finishAdding(
    who: FactorHolder,
    input: { readonly site: PasskeySite; readonly made: PasskeyAttestation } & NewFactorFacts,
  ): Promise<AddedFactorOutcome>;
  /** @returns what the browser is asked to sign, as JSON; its challenge is good once and for a few minutes */
  ask(who: FactorHolder, site: PasskeySite): Promise<string>;
  check(
    who: FactorHolder,
    input: { readonly site: PasskeySite; readonly signed: PasskeyAssertion },
  ): Promise<FactorOutcome>;
}

/** Loaded when a passkey is first met: it is a third of what a command needs to start. */
const webauthn = () => import('@simplewebauthn/server');

/** How long a person may take to find the device, in milliseconds. */
const challengeLifeMs = 10 * 60_000;
/** How long the browser waits for the device, in milliseconds. */
const browserTimeoutMs = 5 * 60_000;

export function createPasskeys(deps: SecondFactorsDeps): Passkeys {
  const { database, guard } = deps;
  return {
    beginAdding: (who, input) => beginAdding(deps, who, input),
    finishAdding: (who, input) => finishAdding(deps, who, input),
    async ask(who, site) {
      const own = passkeysOf(await listFactors(database, who.userId), site);
      const options = await (await webauthn()).generateAuthenticationOptions({
        rpID: site.rpId,
        allowCredentials: own.map(({ id, transports }) => ({ id, transports: [...transports] })),
        challenge: newChallenge(deps),
        timeout: browserTimeoutMs,
        userVerification: 'preferred',
      });
      await putChallenge(database, { ...who, purpose: 'passkey-use', secret: options.challenge });
      return JSON.stringify(options);
    },
    check: (who, input) =>
      guard.attempt(who, { method: 'passkey', run: () => matchPasskey(deps, who, input) }),
  };
}

interface OwnPasskey {
  readonly id: string;
  readonly transports: readonly string[];
  readonly factor: Factor;
}

/** A user's passkeys for this site: one made under another name of the portal cannot be used here. */
function passkeysOf(factors: readonly Factor[], site: PasskeySite): readonly OwnPasskey[] {
  return factors.flatMap((factor) =>
    factor.credentialId === undefined || factor.rpId !== site.rpId
      ? []
      : [{ id: factor.credentialId, transports: factor.transports, factor }],
  );
}

const newChallenge = ({ randomBytes }: SecondFactorsDeps) => new Uint8Array(randomBytes(32));

async function beginAdding(
  deps: SecondFactorsDeps,
  who: FactorHolder,
  { site, siteName }: { readonly site: PasskeySite; readonly siteName: string },
): Promise<string> {
  const own = passkeysOf(await listFactors(deps.database, who.userId), site);
  const options = await (await webauthn()).generateRegistrationOptions({
    rpName: siteName,
    rpID: site.rpId,
    userName: who.userId,
    // Section 14.6.1: the handle that the device keeps must not say who the user is.
    userID: new Uint8Array(Buffer.from(deps.seal.digest(who.userId, 'passkey-handle'), 'base64url')),
    challenge: newChallenge(deps),
    timeout: browserTimeoutMs,
    attestationType: 'none',
    excludeCredentials: own.map(({ id, transports }) => ({ id, transports: [...transports] })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  });
  await putChallenge(deps.database, { ...who, purpose: 'passkey-add', secret: options.challenge });
  return JSON.stringify(options);
}

async function finishAdding(
  deps: SecondFactorsDeps,
  who: FactorHolder,
  input: Parameters<Passkeys['finishAdding']>[1],
): Promise<AddedFactorOutcome> {
  const { site, made } = input;
  const key = { ...who, purpose: 'passkey-add', lifeMs: challengeLifeMs } as const;
  const challenge = await takeChallenge(deps.database, key);
  if (challenge === undefined) return { kind: 'refused', why: 'expired' };
  const registered = await verifyMade({ site, made, challenge });
  if (registered === undefined) return { kind: 'refused', why: 'wrong' };
  const factor = {
    kind: 'passkey',
    name: input.name,
    secret: Buffer.from(registered.publicKey).toString('base64url'),
    credentialId: registered.id,
    rpId: site.rpId,
    transports: made.transports,
    counter: registered.counter,
  } as const;
  return storeFactor(deps, who, { factor, onlyFirst: input.onlyFirst });
}

async function verifyMade(input: {
  readonly site: PasskeySite;
  readonly made: PasskeyAttestation;
  readonly challenge: string;
}): Promise<{ readonly id: string; readonly publicKey: Uint8Array; readonly counter: number } | undefined> {
  const { id, clientDataJSON, attestationObject } = input.made;
  try {
    const outcome = await (await webauthn()).verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        response: { clientDataJSON, attestationObject },
        clientExtensionResults: {},
      },
      expectedChallenge: input.challenge,
      expectedOrigin: input.site.origin,
      expectedRPID: input.site.rpId,
      requireUserVerification: false,
    });
    return outcome.verified ? outcome.registrationInfo.credential : undefined;
  } catch {
    // The library throws for whatever does not hold: another challenge, origin or site, or bytes that are none of it.
    return undefined;
  }
}

async function matchPasskey(
  { database }: SecondFactorsDeps,
  who: FactorHolder,
  { site, signed }: { readonly site: PasskeySite; readonly signed: PasskeyAssertion },
): Promise<'right' | 'wrong' | 'used' | 'expired'> {
  const key = { ...who, purpose: 'passkey-use', lifeMs: challengeLifeMs } as const;
  // Taken before anything is looked at: a challenge is answered once, rightly or not.
  const challenge = await takeChallenge(database, key);
  if (challenge === undefined) return 'expired';
  const own = passkeysOf(await listFactors(database, who.userId), site).find(({ id }) => id === signed.id);
  if (own === undefined) return 'wrong';
  const counter = await verifySigned({ site, signed, challenge, own });
  if (counter === undefined) return 'wrong';
  const { id, counter: known } = own.factor;
  return (await advanceFactor(database, { id, known, counter })) ? 'right' : 'used';
}

/** @returns the authenticator's counter, or undefined when the signature or what it is over does not hold */
async function verifySigned(input: {
  readonly site: PasskeySite;
  readonly signed: PasskeyAssertion;
  readonly challenge: string;
  readonly own: OwnPasskey;
}): Promise<number | undefined> {
  const { site, challenge, own } = input;
  const { id, clientDataJSON, authenticatorData, signature } = input.signed;
  try {
    const outcome = await (await webauthn()).verifyAuthenticationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        response: { clientDataJSON, authenticatorData, signature },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.rpId,
      requireUserVerification: false,
      credential: {
        id,
        publicKey: new Uint8Array(Buffer.from(own.factor.secret, 'base64url')),
        // Section 6.1.1: one that does not go up tells of a copied authenticator. The library refuses it.
        counter: own.factor.counter,
      },
    });
    return outcome.verified ? outcome.authenticationInfo.newCounter : undefined;
  } catch {
    return undefined;
  }
}
