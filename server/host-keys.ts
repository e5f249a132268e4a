// The daemon's host keys: making them, and what the world is shown of them. Only ed25519 and ECDSA P-256: with an RSA
// host key ssh2 always offers SHA-1 signatures (fault 2 of the ssh2 notes), and every client that was tried takes one
// of these two. An RSA key is for a listener of the profile `legacy` alone. Storing them is the caller's job.

import { createHash, generateKeyPairSync } from 'node:crypto';
import ssh2 from 'ssh2';

/** A host key that the daemon cannot use: `why` is for the operator and never holds the key. */
export class HostKeyUnusable extends Error {
  readonly code = 'server.host-key-unusable' as const;
  override readonly name = 'HostKeyUnusable';
}

export type HostKeyType = 'ssh-ed25519' | 'ecdsa-sha2-nistp256' | 'ssh-rsa';

export interface HostKey {
  readonly type: HostKeyType;
  /** The key as on the wire (RFC 4253 section 6.6). */
  readonly blob: Buffer;
  /** `SHA256:` and base64 without padding, as OpenSSH prints it. */
  readonly fingerprint: string;
  /** Type and base64, as in known_hosts and authorized_keys. */
  readonly publicLine: string;
  /** The private key as it was given. Secret. */
  readonly privateText: string;
}

/**
 * Makes a new pair of host keys. Not with ssh2's generator: one in about two hundred of its ed25519 keys cannot be
 * read again, by ssh2 or anyone (21 of 4,000 in a trial with 1.17.0).
 * @returns their private texts, ed25519 in OpenSSH's format and ECDSA P-256 in PEM (RFC 5915)
 */
export function generateHostKeys(): { readonly ed25519: string; readonly ecdsa: string } {
  const ecdsa = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  return {
    ed25519: printEd25519(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
    ecdsa: ecdsa.export({ type: 'sec1', format: 'pem' }).toString(),
  };
}

/** @returns a new RSA key for the profile `legacy`, in PEM; takes a second or so */
export function generateRsaHostKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
}

/** OpenSSH PROTOCOL.key: without a passphrase, one key, padded with 1, 2, 3, ... to the cipher's block of 8. */
function printEd25519(jwk: { readonly x?: string | undefined; readonly d?: string | undefined }): string {
  const publicKey = Buffer.from(jwk.x ?? '', 'base64url');
  const seed = Buffer.from(jwk.d ?? '', 'base64url');
  const type = 'ssh-ed25519';
  const publicBlob = Buffer.concat([field(type), field(publicKey)]);
  // Two equal check words tell a right passphrase from a wrong one; without one they may be anything.
  const checks = Buffer.alloc(8);
  const secret = Buffer.concat([checks, publicBlob, field(Buffer.concat([seed, publicKey])), field('')]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (secret.length % 8)) % 8));
  const keys = Buffer.from([0, 0, 0, 1]);
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...[field('none'), field('none'), field(''), keys, field(publicBlob)],
    field(Buffer.concat([secret, padding])),
  ]).toString('base64');
  const lines = body.match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join(
    '\n',
  );
}

/** A string as on the wire (RFC 4251 section 5). */
function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * Reads a private host key.
 * @param privateText PEM or OpenSSH format, without a passphrase
 * @param options.rsa whether an RSA key is taken, which only the profile `legacy` may use
 * @throws HostKeyUnusable when it is not one, or of another type
 */
export function readHostKey(privateText: string, options: { readonly rsa?: boolean } = {}): HostKey {
  const key = ssh2.utils.parseKey(privateText);
  if (key instanceof Error) throw new HostKeyUnusable('A host key is not a private key that can be read.');
  if (!key.isPrivateKey())
    throw new HostKeyUnusable('A host key is a public key; the private one is needed.');
  const { type } = key;
  const taken = type === 'ssh-ed25519' || type === 'ecdsa-sha2-nistp256';
  if (!taken && !(type === 'ssh-rsa' && options.rsa === true)) {
    throw new HostKeyUnusable(`A host key is of type ${type}; use ed25519 and ECDSA P-256.`);
  }
  const blob = key.getPublicSSH();
  return {
    type,
    blob,
    fingerprint: printFingerprint(blob),
    publicLine: `${type} ${blob.toString('base64')}`,
    privateText,
  };
}

/**
 * Prints the fingerprint of a public key.
 * @param blob the key as on the wire (RFC 4253 section 6.6)
 */
export function printFingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/**
 * The line that a client puts into known_hosts (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
 * @param key one host key
 * @param address where clients connect to
 */
export function knownHostsLine(
  key: HostKey,
  address: { readonly host: string; readonly port: number },
): string {
  const name = address.port === 22 ? address.host : `[${address.host}]:${address.port}`;
  return `${name} ${key.publicLine}`;
}
