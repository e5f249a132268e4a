// Which addresses are nobody's public host: what an operator did not allow must not lead there, or a receiver's name
// becomes a way to the services of this machine, of its network, and to the cloud's metadata (server-side request
// forgery). The ranges are IANA's special-purpose registries (RFC 6890), with the addresses that carry an IPv4 address
// inside them judged by that one.

import { BlockList, isIP } from 'node:net';

const privateV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local, and with it the metadata service of the clouds.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;

/** Of IPv6 only 2000::/3 is anyone's global unicast address; these of it are not either. */
const privateV6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4: a relay would carry it to the IPv4 address inside.
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const ranges = new BlockList();
for (const [network, prefix] of privateV4) ranges.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of privateV6) ranges.addSubnet(network, prefix, 'ipv6');

const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/**
 * Whether an address is loopback, private, link-local, multicast or otherwise no one's public host.
 * @param address as a resolver or a socket gives it; what is no address at all counts as private
 */
export function isPrivateAddress(address: string): boolean {
  const [plain = ''] = address.split('%');
  const family = isIP(plain);
  if (family === 0) return true;
  if (family === 4) return ranges.check(plain, 'ipv4');
  const inside = ipv4Inside(plain);
  if (inside !== undefined) return ranges.check(inside, 'ipv4');
  return !globalUnicast.check(plain, 'ipv6') || ranges.check(plain, 'ipv6');
}

/** @returns the IPv4 address in an IPv4-mapped (RFC 4291 section 2.5.5.2) or NAT64 (RFC 6052 section 2.1) address */
function ipv4Inside(address: string): string | undefined {
  const words = wordsOf(address);
  const head = words.slice(0, 6).map((word) => word.toString(16));
  const isMapped = head.join(':') === '0:0:0:0:0:ffff';
  const isNat64 = head.join(':') === '64:ff9b:0:0:0:0';
  if (!isMapped && !isNat64) return undefined;
  return words
    .slice(6)
    .flatMap((word) => [word >> 8, word & 0xff])
    .join('.');
}

/** The eight 16-bit words of a well-formed IPv6 address. */
function wordsOf(address: string): readonly number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text =
    dotted === null
      ? address
      : `${dotted[1]}${hexWord(dotted[2], dotted[3])}:${hexWord(dotted[4], dotted[5])}`;
  const [before = '', after] = text.split('::');
  const words = (part: string) =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  if (after === undefined) return words(before);
  const [left, right] = [words(before), words(after)];
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
}

const hexWord = (high = '0', low = '0'): string => (Number(high) * 256 + Number(low)).toString(16);
