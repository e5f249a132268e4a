// Codes of an authenticator app: TOTP (RFC 6238) with SHA-1, 6 digits and 30 seconds, the only form that every app
// takes, whatever the QR code asks for.

import { Secret, TOTP } from 'otpauth';

/** The length of a time step, in seconds. */
const period = 30;
const digits = 6;
/** RFC 4226 section 4, R6: 128 bits at least, 160 recommended. */
const secretBytes = 20;
/** How many steps a phone's clock may be off, each way (RFC 6238 section 5.2: at most one for the network's delay). */
const drift = 1;

/** @returns a new shared secret, in base32 */
export function newTotpSecret(randomBytes: (count: number) => Uint8Array): string {
  const bytes = new Uint8Array(randomBytes(secretBytes));
  return new Secret({ buffer: bytes.buffer }).base32;
}

/**
 * What the QR code holds.
 * @param input.issuer the site's name, as the app shows it above the code
 */
export function totpUri(input: {
  readonly secret: string;
  readonly issuer: string;
  readonly userId: string;
}): string {
  return totpOf(input.secret, { issuer: input.issuer, label: input.userId }).toString();
}

/**
 * Finds the time step that a code belongs to.
 * @param input.code as typed, with or without spaces
 * @param input.nowMs milliseconds since 1970
 * @returns the number of the step, or undefined when the code is of none near enough
 */
export function findTotpStep(input: {
  readonly secret: string;
  readonly code: string;
  readonly nowMs: number;
}): number | undefined {
  const token = input.code.replace(/[\s-]/g, '');
  if (!/^\d{6}$/.test(token)) return undefined;
  const delta = totpOf(input.secret, {}).validate({ token, timestamp: input.nowMs, window: drift });
  return delta === null ? undefined : Math.floor(input.nowMs / (period * 1000)) + delta;
}

function totpOf(secret: string, names: { readonly issuer?: string; readonly label?: string }): TOTP {
  return new TOTP({ ...names, secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits, period });
}
