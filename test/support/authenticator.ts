// A person's authenticator app and the paper with the recovery codes: what stands between a password and a session,
// walked through as a person does.

import { Secret, TOTP } from 'otpauth';

interface Holding {
  readonly secret: string;
  readonly recoveryCodes: string[];
  /** The last time step whose code was given: the portal takes none twice. */
  lastStep: number;
}

const holdings = new Map<string, Holding>();
const clocks = new Map<string, () => number>();

const periodMs = 30_000;

/** Says which clock a portal goes by; one that is not named goes by the machine's. */
export function setPortalClock(url: string, now: () => number): void {
  clocks.set(url, now);
}

const nowOf = (url: string): number => (clocks.get(url) ?? Date.now)();

/** @returns the code that an app with this secret shows at a time */
export function codeOf(secret: string, atMs: number): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 });
  return totp.generate({ timestamp: atMs });
}

/** @returns the secret that the page «Set up an authenticator app» shows */
export function secretOn(html: string): string | undefined {
  return /id="totp-secret"[^>]*>([A-Z2-7 ]+)</.exec(html)?.[1]?.replaceAll(' ', '');
}

/** @returns the codes that the page «Your recovery codes» shows */
export function recoveryCodesOn(html: string): readonly string[] {
  return /id="recovery-codes"[^>]*>([^<]+)</.exec(html)?.[1]?.trim().split('\n') ?? [];
}

/** Adds a site to the app. @returns the code that it shows */
export function enrol(url: string, userId: string, secret: string): string {
  const nowMs = nowOf(url);
  const lastStep = Math.floor(nowMs / periodMs);
  holdings.set(`${url} ${userId}`, { secret, recoveryCodes: [], lastStep });
  return codeOf(secret, nowMs);
}

export function keepRecoveryCodes(url: string, userId: string, codes: readonly string[]): void {
  holdings.get(`${url} ${userId}`)?.recoveryCodes.push(...codes);
}

/**
 * What a person gives who is asked for the second factor: the app's newest code, the next one when that was given
 * already, and a recovery code when even that was.
 */
export function nextProof(
  url: string,
  userId: string,
): { readonly way: 'totp' | 'recovery-code'; readonly code: string } {
  const holding = holdings.get(`${url} ${userId}`);
  if (holding === undefined) throw new Error(`${userId} has no authenticator app for ${url}.`);
  const present = Math.floor(nowOf(url) / periodMs);
  const step = Math.max(present, holding.lastStep + 1);
  if (step <= present + 1) {
    holding.lastStep = step;
    return { way: 'totp', code: codeOf(holding.secret, step * periodMs) };
  }
  const code = holding.recoveryCodes.shift();
  if (code === undefined) throw new Error(`${userId} has used every recovery code.`);
  return { way: 'recovery-code', code };
}
