// What an operator's tools may ask of the SFTP daemon without one that runs: whether a host key's file can be used, and
// which algorithms a client would need.

import { type HostKey, readHostKey } from '../server/host-keys.ts';
import { adviseNegotiation } from '../server/negotiation-advice.ts';

export type { AlgorithmProfile } from '../server/ssh-algorithms.ts';

/**
 * Says what a client and a profile lack in common.
 * @param lists the client's algorithms by kind (kex, hostKey, cipher, mac), as the log's `offered` has them
 */
export const adviseClient = adviseNegotiation;

/**
 * Reads a host key's file as the daemon would.
 * @throws HostKeyUnusable
 */
export function readHostKeyText(text: string, input: { readonly rsa: boolean }): HostKey {
  return readHostKey(text, input);
}
