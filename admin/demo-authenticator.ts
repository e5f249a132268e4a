// The authenticator app of the demo's person: reads the key off the page, and makes the code that it asks for.

import { Secret, TOTP } from 'otpauth';

/**
 * @param html the page «Set up an authenticator app»
 * @returns the code that an app shows now
 */
export function demoCode(html: string): string {
  const secret = /id="totp-secret"[^>]*>([A-Z2-7 ]+)</.exec(html)?.[1]?.replaceAll(' ', '');
  if (secret === undefined) throw new Error('the portal did not ask for a second factor');
  return new TOTP({
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: 30,
  }).generate();
}
