// IP addresses and networks as an operator writes them (RFC 4632, RFC 4291 section 2.3): is an address in a network, and
// which network does an address belong to. Pure, and strict: what is not an address is no address, never a guess.

export interface Network {
  /** As it is shown: `192.0.2.0/24`, `2001:db8::/56`. */
  readonly text: string;
  readonly version: 4 | 6;
  /** The address with every bit after the prefix 0. */
  readonly bits: bigint;
  readonly prefixBits: number;
}

interface Address {
  readonly version: 4 | 6;
  readonly bits: bigint;
}

/** A household or small firm's share of addresses: what one attacker can change among at no cost. */
const neighbourhoodBits = { 4: 24, 6: 56 } as const;
const widthBits = { 4: 32, 6: 128 } as const;
const mappedPrefix = 0xffffn << 32n;

/**
 * Reads a network: an address, or an address with the length of its prefix.
 * @returns undefined when it is none, or has bits set after its prefix (which is a slip of whoever wrote it)
 */
export function parseNetwork(text: string): Network | undefined {
  const [host = '', length, ...more] = text.trim().split('/');
  const address = parseAddress(host);
  if (address === undefined || more.length > 0) return undefined;
  const width = widthBits[address.version];
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefixBits = length === undefined ? width : Number(length);
  if (prefixBits > width) return undefined;
  const network = networkAround(address, prefixBits);
  return network.bits === address.bits ? network : undefined;
}

/** @param address as a socket names it; one that cannot be read is in no network */
export function isInNetwork(network: Network, address: string): boolean {
  const parsed = parseAddress(address);
  if (parsed?.version !== network.version) return false;
  return networkAround(parsed, network.prefixBits).bits === network.bits;
}

/**
 * The network that an address shares with its neighbours: /24 for IPv4, /56 for IPv6.
 * @returns undefined for what is no address
 */
export function neighbourhoodOf(address: string): Network | undefined {
  const parsed = parseAddress(address);
  return parsed === undefined ? undefined : networkAround(parsed, neighbourhoodBits[parsed.version]);
}

function networkAround(address: Address, prefixBits: number): Network {
  const { version } = address;
  const hostBits = BigInt(widthBits[version] - prefixBits);
  const bits = (address.bits >> hostBits) << hostBits;
  const shown = version === 4 ? printIpv4(bits) : printIpv6(bits);
  const text = prefixBits === widthBits[version] ? shown : `${shown}/${prefixBits}`;
  return { text, version, bits, prefixBits };
}

/** IPv4 in IPv6 (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) is IPv4: a dual-stack listener names it so. */
function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const bits = parseIpv4(text);
    return bits === undefined ? undefined : { version: 4, bits };
  }
  const bits = parseIpv6(text.replace(/%[\w.-]+$/, ''));
  if (bits === undefined) return undefined;
  return bits >> 32n === mappedPrefix >> 32n
    ? { version: 4, bits: bits & 0xffffffffn }
    : { version: 6, bits };
}

function parseIpv4(text: string): bigint | undefined {
  // No leading zeros: some programs read them as octal.
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [groupsOf(halves[0] ?? ''), groupsOf(halves[1] ?? '')];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n);
}

function groupsOf(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.') && index === parts.length - 1) {
      const bits = parseIpv4(part);
      if (bits === undefined) return undefined;
      groups.push(Number(bits >> 16n), Number(bits & 0xffffn));
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function printIpv4(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');
}

/** RFC 5952: lower case, no leading zeros, the first longest run of zeros as `::`. */
function printIpv6(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((bits >> BigInt(112 - 16 * at)) & 0xffffn).toString(16),
  );
  let [start, length] = [0, 1];
  for (let at = 0; at < 8; at += 1) {
    let run = 0;
    while (groups[at + run] === '0') run += 1;
    if (run > length) [start, length] = [at, run];
  }
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}
