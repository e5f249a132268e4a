// The second factors of a portal user: authenticator apps and recovery codes here, passkeys in passkeys.ts. Each is
// asked for between the password and the session, and again before a sensitive act.

import type { UserId } from '../domain/ids.ts';
import { putChallenge, readChallenge, takeChallenge } from '../storage/factor-challenge-store.ts';
import { addFactor, advanceFactor, type Factor, listFactors } from '../storage/factor-store.ts';
import {
  countRecoveryCodes,
  replaceRecoveryCodes,
  spendRecoveryCode,
} from '../storage/recovery-code-store.ts';
import type { Database } from '../storage/transaction.ts';
import type { FactorGuard, FactorHolder, FactorOutcome } from './factor-guard.ts';
import { newRecoveryCodes, readRecoveryCode } from './recovery-code.ts';
import type { SecretSeal } from './secret-seal.ts';
import { findTotpStep, newTotpSecret, totpUri } from './totp.ts';

/** What a user has. */
export interface FactorHoldings {
  readonly factors: readonly Factor[];
  readonly recoveryCodesLeft: number;
}

export type AddedFactorOutcome =
  /** `recoveryCodes`: the codes that came with the first factor, to be shown now and never again. */
  | { readonly kind: 'added'; readonly recoveryCodes: readonly string[] | undefined }
  /** `expired`: what was begun was not finished in time. `taken`: the passkey is registered already. */
  | { readonly kind: 'refused'; readonly why: 'wrong' | 'expired' | 'taken' | 'too-many' | 'not-first' };

export interface NewFactorFacts {
  /** What the user calls it. */
  readonly name: string;
  /** Whether it must be the user's first: the person has given the password and nothing else. */
  readonly onlyFirst: boolean;
}

export interface SecondFactors {
  holdings(userId: UserId): Promise<FactorHoldings>;
  /**
   * Begins adding an authenticator app; asked again, it gives the same secret, so that a reload changes nothing.
   * @param input.issuer the site's name, for the app
   */
  beginTotp(
    who: FactorHolder,
    input: { readonly issuer: string },
  ): Promise<{ readonly secret: string; readonly uri: string }>;
  /** Adds it, once the app has shown a right code. */
  finishTotp(
    who: FactorHolder,
    input: { readonly code: string } & NewFactorFacts,
  ): Promise<AddedFactorOutcome>;
  /** Checks a code of an authenticator app. A code is taken once. */
  checkTotp(who: FactorHolder, code: string): Promise<FactorOutcome>;
  /** Checks a recovery code, and uses it up. */
  checkRecoveryCode(who: FactorHolder, code: string): Promise<FactorOutcome>;
  /** @returns new recovery codes; every earlier one is worth nothing from then on */
  renewRecoveryCodes(who: FactorHolder): Promise<readonly string[]>;
}

export interface SecondFactorsDeps {
  readonly database: Database;
  readonly guard: FactorGuard;
  readonly seal: SecretSeal;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** How long adding an authenticator app may take, in milliseconds. */
const enrolmentLifeMs = 30 * 60_000;

export function createSecondFactors(deps: SecondFactorsDeps): SecondFactors {
  const { database, guard } = deps;
  return {
    holdings: async (userId) => ({
      factors: await listFactors(database, userId),
      recoveryCodesLeft: await countRecoveryCodes(database, userId),
    }),
    async beginTotp(who, { issuer }) {
      const secret = (await readNewSecret(deps, who)) ?? (await putNewSecret(deps, who));
      return { secret, uri: totpUri({ secret, issuer, userId: who.userId }) };
    },
    finishTotp: (who, input) => finishTotp(deps, who, input),
    checkTotp: (who, code) =>
      guard.attempt(who, { method: 'totp', run: () => matchTotp(deps, who.userId, code) }),
    checkRecoveryCode: (who, code) =>
      guard.attempt(who, { method: 'recovery-code', run: () => matchRecoveryCode(deps, who, code) }),
    async renewRecoveryCodes(who) {
      const { codes, hashes } = makeRecoveryCodes(deps, who.userId);
      await replaceRecoveryCodes(database, { ...who, recoveryHashes: hashes });
      return codes;
    },
  };
}

/** What a secret is bound to. */
const ownerOf = (userId: UserId): string => `totp:${userId}`;

async function readNewSecret(deps: SecondFactorsDeps, who: FactorHolder): Promise<string | undefined> {
  const challenge = { ...who, purpose: 'totp-add', lifeMs: enrolmentLifeMs } as const;
  const sealed = await readChallenge(deps.database, challenge);
  return sealed === undefined ? undefined : deps.seal.open(sealed, ownerOf(who.userId));
}

async function putNewSecret(deps: SecondFactorsDeps, who: FactorHolder): Promise<string> {
  const secret = newTotpSecret(deps.randomBytes);
  const sealed = deps.seal.seal(secret, ownerOf(who.userId));
  await putChallenge(deps.database, { ...who, purpose: 'totp-add', secret: sealed });
  return secret;
}

async function finishTotp(
  deps: SecondFactorsDeps,
  who: FactorHolder,
  input: { readonly code: string } & NewFactorFacts,
): Promise<AddedFactorOutcome> {
  const { database, seal } = deps;
  const secret = await readNewSecret(deps, who);
  if (secret === undefined) return { kind: 'refused', why: 'expired' };
  const step = findTotpStep({ secret, code: input.code, nowMs: database.now() });
  if (step === undefined) return { kind: 'refused', why: 'wrong' };
  const challenge = { ...who, purpose: 'totp-add', lifeMs: enrolmentLifeMs } as const;
  // Taken, not read: of two forms sent at once, one adds the factor.
  if ((await takeChallenge(database, challenge)) === undefined) return { kind: 'refused', why: 'expired' };
  const sealed = seal.seal(secret, ownerOf(who.userId));
  const factor = { kind: 'totp', name: input.name, secret: sealed, rpId: '', counter: step } as const;
  return storeFactor(deps, who, { factor, onlyFirst: input.onlyFirst });
}

/** Adds a factor, with recovery codes when it is the user's first. Also for passkeys. */
export async function storeFactor(
  deps: Pick<SecondFactorsDeps, 'database' | 'seal' | 'randomBytes'>,
  who: FactorHolder,
  input: Pick<Parameters<typeof addFactor>[1], 'factor' | 'onlyFirst'>,
): Promise<AddedFactorOutcome> {
  const { codes, hashes } = makeRecoveryCodes(deps, who.userId);
  const added = await addFactor(deps.database, { ...who, ...input, recoveryHashes: hashes });
  if (added.kind !== 'added') return { kind: 'refused', why: added.kind };
  return { kind: 'added', recoveryCodes: added.first ? codes : undefined };
}

function makeRecoveryCodes(
  deps: Pick<SecondFactorsDeps, 'seal' | 'randomBytes'>,
  userId: UserId,
): { readonly codes: readonly string[]; readonly hashes: readonly string[] } {
  const codes = newRecoveryCodes(deps.randomBytes);
  const hashes = codes.map((code) => hashRecoveryCode(deps, userId, readRecoveryCode(code) ?? ''));
  return { codes, hashes };
}

const hashRecoveryCode = ({ seal }: Pick<SecondFactorsDeps, 'seal'>, userId: UserId, code: string): string =>
  seal.digest(code, `recovery:${userId}`);

async function matchTotp(
  { database, seal }: SecondFactorsDeps,
  userId: UserId,
  code: string,
): Promise<'right' | 'wrong' | 'used'> {
  let used = false;
  for (const factor of await listFactors(database, userId)) {
    if (factor.kind !== 'totp') continue;
    const secret = seal.open(factor.secret, ownerOf(userId));
    // A secret that does not open was not sealed for this user by this gateway: it proves nothing.
    if (secret === undefined) continue;
    const step = findTotpStep({ secret, code, nowMs: database.now() });
    if (step === undefined) continue;
    const known = factor.counter;
    // RFC 6238 section 5.2: a code that was accepted is not accepted again, nor is one before it.
    if (step > known && (await advanceFactor(database, { id: factor.id, known, counter: step })))
      return 'right';
    used = true;
  }
  return used ? 'used' : 'wrong';
}

async function matchRecoveryCode(
  deps: SecondFactorsDeps,
  { userId, address }: FactorHolder,
  text: string,
): Promise<'right' | 'wrong'> {
  const code = readRecoveryCode(text);
  if (code === undefined) return 'wrong';
  const codeHash = hashRecoveryCode(deps, userId, code);
  return (await spendRecoveryCode(deps.database, { userId, codeHash, address })) ? 'right' : 'wrong';
}
