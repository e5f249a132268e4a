// What the SSH transport offers. Always an explicit list: ssh2's defaults hold group exchange, which it cannot do as a
// server (fault 1 of the ssh2 notes), and zlib before sign-in (fault 23, rule R13), and hmac-sha1 (fault 27).

import type { Algorithms } from 'ssh2';

/**
 * The profile `modern`: nothing with SHA-1, no compression, no group exchange. The NIST curves stay, because clients
 * of many trading partners (JSch 0.1.55) know no other. The order is ours; the client's counts (RFC 4253 section 7.1).
 */
export const modernAlgorithms = {
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
  serverHostKey: ['ssh-ed25519', 'ecdsa-sha2-nistp256'],
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
} as const satisfies Algorithms;
