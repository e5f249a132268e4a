// Links and codes that people are sent. Neither is kept anywhere: both are an HMAC over the id and purpose of a row
// (storage/one-time-secret-store.ts) under a key in data/keys, computed when the mail is written and again when the
// person comes back. Who reads the database, or the queue of mails in it, has no link and no code.

import { createHmac } from 'node:crypto';
import { findOneTimeSecret, type OneTimeSecret } from '../storage/one-time-secret-store.ts';
import type { Database } from '../storage/transaction.ts';
import { sameText } from './password-hasher.ts';

/** Which secret is meant: its row's id and purpose. */
export interface SecretName {
  readonly id: string;
  readonly purpose: string;
}

export interface OneTimeSecrets {
  /** @returns what stands in a link: 64 characters that a URL takes as they are, with 256 secret bits */
  tokenOf(name: SecretName): string;
  /** @returns the six digits of a code */
  codeOf(name: SecretName): string;
  /** Whether this is the code, without telling by time how much of it is right. */
  isCode(name: SecretName, code: string): boolean;
  /** Finds the secret that a link carries; undefined when the link was made up. It may be used, or its time over. */
  find(database: Database, token: string): Promise<OneTimeSecret | undefined>;
}

/** Bytes of a row's id (a UUID), which the token begins with. */
const idBytes = 16;
const tokenForm = /^[A-Za-z0-9_-]{64}$/;

/** @param key at least 32 random bytes that only the gateway can read */
export function createOneTimeSecrets(key: Uint8Array): OneTimeSecrets {
  const mac = (what: 'link' | 'code', { id, purpose }: SecretName): Buffer =>
    createHmac('sha256', key).update(`${what}\0${purpose}\0${id}`).digest();
  const secrets: OneTimeSecrets = {
    tokenOf: (name) =>
      Buffer.concat([Buffer.from(name.id.replaceAll('-', ''), 'hex'), mac('link', name)]).toString(
        'base64url',
      ),
    // Six bytes leave a bias of one in 2^28, which helps no one guess.
    codeOf: (name) => String(mac('code', name).readUIntBE(0, 6) % 1_000_000).padStart(6, '0'),
    isCode: (name, code) => sameText(secrets.codeOf(name), code),
    async find(database, token) {
      if (!tokenForm.test(token)) return undefined;
      const hex = Buffer.from(token, 'base64url').subarray(0, idBytes).toString('hex');
      const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      const secret = await findOneTimeSecret(database, id);
      if (secret === undefined || !sameText(secrets.tokenOf(secret), token)) return undefined;
      return secret;
    },
  };
  return secrets;
}
