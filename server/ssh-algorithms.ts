// What the SSH transport offers, by profile. Always explicit lists: ssh2's defaults hold group exchange, which it cannot
// do as a server (fault 1 of the ssh2 notes), and zlib before sign-in (fault 23, rule R13), and hmac-sha1 (fault 27). The
// order is ours; the client's counts (RFC 4253 section 7.1).

import type { CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import type { HostKeyType } from './host-keys.ts';

export type AlgorithmProfile = 'modern' | 'compatible' | 'legacy';

export interface ProfileAlgorithms {
  readonly kex: readonly KexAlgorithm[];
  readonly cipher: readonly CipherAlgorithm[];
  readonly hmac: readonly MacAlgorithm[];
  readonly compress: readonly ['none'];
  /** Host keys of other types are not used: ssh2 itself filters none (fault 2). */
  readonly hostKeyTypes: readonly HostKeyType[];
  readonly serverHostKey: readonly ServerHostKeyAlgorithm[];
  /** Whether users may sign with RSA and SHA-1 (fault 4). */
  readonly sha1Signatures: boolean;
}

const modern: ProfileAlgorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group14-sha256',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes256-ctr',
    'aes192-ctr',
    'aes128-ctr',
    'chacha20-poly1305@openssh.com',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
  hostKeyTypes: ['ssh-ed25519'],
  serverHostKey: ['ssh-ed25519'],
  sha1Signatures: false,
};

/** The NIST curves besides: JSch 0.1.55, as most Java EDI stacks have it, knows no other and no ed25519. */
const compatible: ProfileAlgorithms = {
  ...modern,
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group14-sha256',
  ],
  hostKeyTypes: ['ssh-ed25519', 'ecdsa-sha2-nistp256'],
  serverHostKey: ['ssh-ed25519', 'ecdsa-sha2-nistp256'],
};

/** SHA-1 besides: key exchange, MAC, RSA host key and users' RSA signatures. Only on a listener with an end date. */
const legacy: ProfileAlgorithms = {
  ...compatible,
  kex: [...compatible.kex, 'diffie-hellman-group14-sha1'],
  hmac: [...compatible.hmac, 'hmac-sha1'],
  hostKeyTypes: [...compatible.hostKeyTypes, 'ssh-rsa'],
  serverHostKey: [...compatible.serverHostKey, 'rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
  sha1Signatures: true,
};

export const algorithmProfiles: Readonly<Record<AlgorithmProfile, ProfileAlgorithms>> = {
  modern,
  compatible,
  legacy,
};
