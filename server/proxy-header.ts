// The header by which a load balancer says whose connection it passes on: PROXY protocol versions 1 and 2
// (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt). Read only from proxies that the operator trusts, and
// before a byte of SSH: whoever else could send one could claim any address.

import { isIP } from 'node:net';

export type ProxyHeader =
  /** More bytes are needed. */
  | { readonly kind: 'incomplete' }
  /** `address` is undefined when the proxy speaks for itself (a health check) or of no IP connection. */
  | { readonly kind: 'complete'; readonly address: string | undefined; readonly length: number }
  | { readonly kind: 'malformed'; readonly why: string };

/** Section 2.1: the longest line of version 1, with its CRLF. */
const maxLineBytes = 107;
/** What follows the 16 fixed bytes of version 2: addresses (216 at most) and extensions, which hold no more in practice. */
const maxBodyBytes = 2048;
const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const lineStart = Buffer.from('PROXY ');
const fixedBytes = 16;

/** The most bytes that a header may have. */
export const maxProxyHeaderBytes = fixedBytes + maxBodyBytes;

/**
 * Reads a header from the first bytes of a connection. Never throws.
 * @param bytes all that came so far, also beyond the header
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (startsLike(bytes, signature)) return readVersion2(bytes);
  if (startsLike(bytes, lineStart)) return readVersion1(bytes);
  return malformed('it does not begin with a PROXY header');
}

const malformed = (why: string): ProxyHeader => ({ kind: 'malformed', why });

/** Whether the bytes begin with the mark, or may yet when they are too few. */
function startsLike(bytes: Buffer, mark: Buffer): boolean {
  const length = Math.min(bytes.length, mark.length);
  return bytes.subarray(0, length).equals(mark.subarray(0, length));
}

/** `PROXY TCP4 192.0.2.1 198.51.100.2 40000 22\r\n`, section 2.1. */
function readVersion1(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, maxLineBytes).indexOf('\r\n');
  if (end === -1) {
    return bytes.length < maxLineBytes ? { kind: 'incomplete' } : malformed('its line does not end');
  }
  const length = end + 2;
  const [, family = '', source = '', destination = '', ...ports] = bytes
    .subarray(0, end)
    .toString('latin1')
    .split(' ');
  if (family === 'UNKNOWN') return { kind: 'complete', address: undefined, length };
  const version = family === 'TCP4' ? 4 : family === 'TCP6' ? 6 : 0;
  if (version === 0) return malformed('its protocol is neither TCP4, TCP6 nor UNKNOWN');
  if (isIP(source) !== version || isIP(destination) !== version) return malformed('its addresses are none');
  if (ports.length !== 2 || !ports.every(isPort)) return malformed('its ports are none');
  return { kind: 'complete', address: source, length };
}

function isPort(text: string): boolean {
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

/** Section 2.2: signature, version and command, family and protocol, length, addresses, extensions. */
function readVersion2(bytes: Buffer): ProxyHeader {
  if (bytes.length < fixedBytes) return { kind: 'incomplete' };
  const versionAndCommand = bytes.readUInt8(12);
  const family = bytes.readUInt8(13);
  const bodyBytes = bytes.readUInt16BE(14);
  if (versionAndCommand >> 4 !== 2) return malformed('its version is neither 1 nor 2');
  if (bodyBytes > maxBodyBytes) return malformed(`it is longer than ${maxProxyHeaderBytes} bytes`);
  const length = fixedBytes + bodyBytes;
  const command = versionAndCommand & 0x0f;
  if (command > 1) return malformed('its command is neither LOCAL nor PROXY');
  if (bytes.length < length) return { kind: 'incomplete' };
  // LOCAL: the proxy's own connection, whatever the rest says.
  if (command === 0) return { kind: 'complete', address: undefined, length };
  const body = bytes.subarray(fixedBytes, length);
  switch (family) {
    case 0x11:
      return body.length < 12
        ? malformed('its addresses are cut off')
        : { kind: 'complete', address: body.subarray(0, 4).join('.'), length };
    case 0x21:
      return body.length < 36
        ? malformed('its addresses are cut off')
        : { kind: 'complete', address: printIpv6(body), length };
    case 0x00:
      return { kind: 'complete', address: undefined, length };
    default:
      return malformed('it is not of a TCP connection');
  }
}

function printIpv6(body: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, at) => body.readUInt16BE(2 * at).toString(16));
  return groups.join(':');
}
