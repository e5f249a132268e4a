// Why a client and we found nothing in common, and what either side can change: for the log line that an operator reads
// when a partner says that it does not connect.

import { type AlgorithmProfile, algorithmProfiles } from './ssh-algorithms.ts';

type Lists = Readonly<Record<string, readonly string[]>>;

/** Named as a client's offer is (client-offer.ts). */
export function offeredBy(profile: AlgorithmProfile): Lists {
  const { kex, serverHostKey, cipher, hmac, compress } = algorithmProfiles[profile];
  return { kex, hostKey: serverHostKey, cipher, mac: hmac, compression: compress };
}

const words: Readonly<Record<string, string>> = {
  kex: 'key exchange',
  hostKey: 'host key type',
  cipher: 'cipher',
  mac: 'MAC',
  compression: 'compression',
};

/**
 * @param theirs what the client offers, by kind
 * @returns sentences: what is missing, and the least change that would help
 */
export function adviseNegotiation(theirs: Lists, profile: AlgorithmProfile): string {
  const missing = missingFrom(theirs, profile);
  if (missing.length === 0) return 'Both have algorithms in common; the client gave up for another reason.';
  const said = `Nothing in common in: ${missing.map((kind) => words[kind] ?? kind).join(', ')}.`;
  if (profile === 'modern' && missingFrom(theirs, 'compatible').length === 0)
    return `${said} The profile compatible would do: set sftp.profile or add a listener with it.`;
  if (profile !== 'legacy' && missingFrom(theirs, 'legacy').length === 0) {
    return `${said} Ask the partner to update its client. Until then a listener in sftp.listeners with the profile legacy and an end date would do.`;
  }
  return `${said} No profile would do: the partner must update its client.`;
}

function missingFrom(theirs: Lists, profile: AlgorithmProfile): readonly string[] {
  const ours = offeredBy(profile);
  return Object.keys(ours).filter((kind) => {
    const offered = theirs[kind];
    return offered !== undefined && !offered.some((name) => ours[kind]?.includes(name));
  });
}
