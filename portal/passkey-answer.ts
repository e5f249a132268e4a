// What a browser hands over of a passkey, in a form's field: JSON, read once, here.

import { z } from 'zod';
import type { PasskeyAssertion, PasskeyAttestation } from '../auth/passkeys.ts';

const base64url = z
  .string()
  .min(1)
  .max(8192)
  .regex(/^[A-Za-z0-9_-]+$/);

const attestation = z.object({
  id: base64url,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z
      .array(z.string().regex(/^[a-z-]{1,20}$/))
      .max(10)
      .default([]),
  }),
});

const assertion = z.object({
  id: base64url,
  response: z.object({ clientDataJSON: base64url, authenticatorData: base64url, signature: base64url }),
});

/** @returns undefined when the text is none of it */
export function readAttestation(text: string): PasskeyAttestation | undefined {
  const read = attestation.safeParse(parseJson(text));
  return read.success ? { id: read.data.id, ...read.data.response } : undefined;
}

/** @returns undefined when the text is none of it */
export function readAssertion(text: string): PasskeyAssertion | undefined {
  const read = assertion.safeParse(parseJson(text));
  return read.success ? { id: read.data.id, ...read.data.response } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
