// Public keys as users paste them: one line of OpenSSH's format (sshd(8), AUTHORIZED_KEYS FILE FORMAT) without options.
// The bytes of a key are only ever compared as bytes (rule R3).

import { createHash } from 'node:crypto';

export interface PublicKey {
  readonly algorithm: string;
  readonly blobBase64: string;
  readonly fingerprint: string;
  readonly comment: string;
}

export type PublicKeyOutcome =
  | { readonly kind: 'ok'; readonly key: PublicKey }
  | { readonly kind: 'refused'; readonly why: string };

/** The types that the daemon takes, and what the first field of the blob must be. */
const takenAlgorithms = new Set([
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
]);
const minRsaBits = 2048;
const maxLineCharacters = 16_384;

/**
 * Reads one public key line.
 * @param text as pasted, with or without a comment
 */
export function parsePublicKey(text: string): PublicKeyOutcome {
  const line = text.trim();
  if (line.includes('PRIVATE KEY')) {
    return {
      kind: 'refused',
      why: 'This is a private key. Paste the public one (the file whose name ends in .pub), and keep the private key to yourself.',
    };
  }
  if (line.length > maxLineCharacters || /[\r\n]/.test(line)) {
    return {
      kind: 'refused',
      why: 'Paste one public key, on one line, as it stands in the file whose name ends in .pub.',
    };
  }
  const [algorithm = '', base64 = '', ...comment] = line.split(/[ \t]+/);
  if (!takenAlgorithms.has(algorithm)) return { kind: 'refused', why: whyNotTaken(algorithm) };
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    return { kind: 'refused', why: 'The key is cut off or has a character that does not belong there.' };
  const blob = Buffer.from(base64, 'base64');
  const fields = readFields(blob);
  if (fields === undefined || fields[0]?.toString('latin1') !== algorithm || fields.length < 2) {
    return {
      kind: 'refused',
      why: 'The key is damaged: its content does not match its type. Copy it again, whole.',
    };
  }
  if (algorithm === 'ssh-rsa' && rsaBits(fields) < minRsaBits) {
    return {
      kind: 'refused',
      why: `An RSA key needs at least ${minRsaBits} bits. An Ed25519 key (ssh-keygen -t ed25519) is shorter and stronger.`,
    };
  }
  return {
    kind: 'ok',
    key: {
      algorithm,
      blobBase64: blob.toString('base64'),
      fingerprint: fingerprintOf(blob),
      comment: comment
        .join(' ')
        .replace(/[^\x20-\x7e]/g, '')
        .slice(0, 100),
    },
  };
}

/** @returns `SHA256:` and the hash in base64 without padding, as ssh-keygen -l prints it */
export function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

function whyNotTaken(algorithm: string): string {
  if (algorithm === 'ssh-dss')
    return 'DSA keys are no longer safe. Make an Ed25519 key (ssh-keygen -t ed25519).';
  if (algorithm.startsWith('sk-'))
    return 'Security-key types (sk-...) are not supported yet. Use an Ed25519 key (ssh-keygen -t ed25519).';
  if (algorithm.includes('-cert-'))
    return 'This is a certificate. Paste the public key itself: the file whose name ends in .pub, not in -cert.pub.';
  return 'A public key begins with ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521 or ssh-rsa.';
}

/** Splits a blob into its length-prefixed fields (RFC 4251 section 5, `string`). */
function readFields(blob: Buffer): readonly Buffer[] | undefined {
  const fields: Buffer[] = [];
  let at = 0;
  while (at < blob.length) {
    if (at + 4 > blob.length) return undefined;
    const length = blob.readUInt32BE(at);
    if (at + 4 + length > blob.length) return undefined;
    fields.push(blob.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return fields;
}

/** ssh-rsa has the fields name, e, n (RFC 4253 section 6.6); n's length in bits, without its sign byte. */
function rsaBits(fields: readonly Buffer[]): number {
  const modulus = fields[2];
  if (modulus === undefined) return 0;
  const first = modulus.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (modulus.length - first - 1) * 8 + (32 - Math.clz32(modulus[first] ?? 0));
}
