// Secrets that must be read again, at rest: AES-256-GCM under a key that is not in the database, bound to whom they
// belong to, so that a row cannot be given to another user.

import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

export interface SecretSeal {
  /** @param owner what the secret is bound to, such as `totp:maria.lopez` */
  seal(secret: string, owner: string): string;
  /** @returns the secret, or undefined when it was sealed for another owner, by another key, or changed since */
  open(sealed: string, owner: string): string | undefined;
  /** @returns a keyed hash, for what is compared and never read again */
  digest(text: string, owner: string): string;
}

/** NIST SP 800-38D section 5.2.1.1: 96 bits of nonce, 128 bits of tag. */
const nonceBytes = 12;
const tagBytes = 16;
const version = 'v1.';

export function createSecretSeal(deps: {
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly randomBytes: (count: number) => Uint8Array;
}): SecretSeal {
  const { key } = deps;
  return {
    seal(secret, owner) {
      const nonce = deps.randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(owner, 'utf8'));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return version + Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
    },
    open(sealed, owner) {
      if (!sealed.startsWith(version)) return undefined;
      const bytes = Buffer.from(sealed.slice(version.length), 'base64url');
      if (bytes.length < nonceBytes + tagBytes) return undefined;
      const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
      try {
        const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes))
          .setAAD(Buffer.from(owner, 'utf8'))
          .setAuthTag(tag);
        const text = bytes.subarray(nonceBytes + tagBytes);
        return Buffer.concat([cipher.update(text), cipher.final()]).toString('utf8');
      } catch {
        // GCM's only answer to bytes that are not what was sealed.
        return undefined;
      }
    },
    digest: (text, owner) =>
      createHmac('sha256', key)
        .update(JSON.stringify(['digest', owner, text]))
        .digest('base64url'),
  };
}
