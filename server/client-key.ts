// What is asked of a public key before the gate hears of it, and the verification of the signature (RFC 4252 section 7,
// RFC 8332). The key that signed is the identity, never one that was merely offered (rule R20).

import ssh2, { type ParsedKey, type PublicKeyAuthContext } from 'ssh2';

/** NIST SP 800-57 part 1: 112 bits of strength. */
const minRsaBits = 2048;

const allowedTypes: ReadonlySet<string> = new Set([
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
]);

export interface KeyRules {
  /** Whether RSA may sign with SHA-1: on a listener of the profile `legacy` alone. */
  readonly sha1Signatures: boolean;
}

/** What ssh2 hands over of a publickey request. */
export type OfferedKey = Pick<PublicKeyAuthContext, 'key' | 'signature' | 'blob' | 'hashAlgo'>;

/**
 * Reads a client's public key.
 * @returns undefined when the key is of a kind that is not taken, too short, signed with SHA-1, or not a key at all
 */
export function readClientKey(
  offered: OfferedKey,
  rules: KeyRules = { sha1Signatures: false },
): ParsedKey | undefined {
  const { algo, data } = offered.key;
  if (!allowedTypes.has(algo)) return undefined;
  // `ssh-rsa` without a hash is SHA-1 (fault 4 of the ssh2 notes); RFC 8332 names the hash.
  const isSha2 = offered.hashAlgo === 'sha256' || offered.hashAlgo === 'sha512';
  if (algo === 'ssh-rsa' && !isSha2 && !rules.sha1Signatures) return undefined;
  if (algo === 'ssh-rsa' && rsaBits(data) < minRsaBits) return undefined;
  const key = parseBlob(algo, data);
  if (key === undefined || key.isPrivateKey() || key.type !== algo) return undefined;
  // The blob that is compared later must be the key that verified, byte for byte (CVE-2024-5806, rule R3).
  return key.getPublicSSH().equals(data) ? key : undefined;
}

/** ssh2 throws, and does not only return, an error for some blobs that are not a key: ECDSA without a point is one. */
function parseBlob(algorithm: string, blob: Buffer): ParsedKey | undefined {
  try {
    const key = ssh2.utils.parseKey(`${algorithm} ${blob.toString('base64')}`);
    return key instanceof Error ? undefined : key;
  } catch {
    return undefined;
  }
}

/**
 * Verifies that the client holds the key.
 * @returns true only for a signature over this session by this key
 */
export function isSignedBy(key: ParsedKey, offered: OfferedKey): boolean {
  const { blob, signature, hashAlgo } = offered;
  if (blob === undefined || signature === undefined) return false;
  try {
    return key.verify(blob, signature, hashAlgo) === true;
  } catch {
    return false;
  }
}

/** The length of the modulus: string "ssh-rsa", mpint e, mpint n (RFC 4253 section 6.6). */
function rsaBits(blob: Buffer): number {
  let at = 0;
  let modulus: Buffer | undefined;
  for (let field = 0; field < 3; field += 1) {
    if (blob.length - at < 4) return 0;
    const length = blob.readUInt32BE(at);
    if (length > blob.length - at - 4) return 0;
    modulus = blob.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  const first = modulus?.findIndex((byte) => byte !== 0) ?? -1;
  if (modulus === undefined || first === -1) return 0;
  return (modulus.length - first) * 8 - Math.clz32(modulus[first] ?? 0) + 24;
}
