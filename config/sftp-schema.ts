// The settings of the SFTP daemon, and what of them cannot be together.

import { isIP } from 'node:net';
import { z } from 'zod';
import { bytes, count, gibibyte, hour, mebibyte, milliseconds, minute, port, second } from './measures.ts';

/** An address, or a network by the length of its prefix. */
const network = z.string().refine(isNetwork, {
  error: 'It must be an IP address, or a network such as 192.0.2.0/24',
});

const sftpListener = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .describe('Name of the listener, for the log.'),
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  port: port.describe('TCP port to listen on.'),
  profile: z
    .enum(['modern', 'compatible', 'legacy'])
    .default('modern')
    .describe('Which algorithms it offers; `legacy` has SHA-1 and needs `until`.'),
  until: z.iso
    .date()
    .optional()
    .describe('The first day (YYYY-MM-DD, UTC) on which it is not opened any more.'),
  trustedProxies: z
    .array(network)
    .default([])
    .describe('Load balancers that introduce their clients by the PROXY protocol.'),
});

export const sftp = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address to listen on. Use 0.0.0.0 or :: to serve partners.'),
    port: port.default(2022).describe('TCP port to listen on; 0 takes a free one.'),
    profile: z
      .enum(['modern', 'compatible'])
      .default('modern')
      .describe(
        'Which algorithms are offered. `compatible` adds the NIST curves, without which old Java clients (JSch 0.1.55) cannot connect; for older ones yet see sftp.listeners.',
      ),
    trustedProxies: z
      .array(network)
      .default([])
      .describe(
        'Load balancers, as addresses or networks, that introduce their clients by the PROXY protocol (v1 or v2); all others are clients themselves.',
      ),
    listeners: z
      .array(sftpListener)
      .default([])
      .describe(
        'Further listeners (name, host, port, profile, until, trustedProxies). `legacy`, with SHA-1, is a profile of these alone.',
      ),
    publicHost: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Host name that partners connect to, as the portal shows it. Without it: the address listened on.',
      ),
    publicPort: port.optional().describe('Port that partners connect to, as the portal shows it.'),
    banner: z
      .string()
      .max(2000)
      .default('Authorized use only. Set up your SFTP account in the portal before you sign in.\n')
      .describe('Text shown to every client before it signs in; the same for everyone.'),
    loginGraceMs: milliseconds.default(60 * second).describe('How long a connection may take to sign in.'),
    maxConnections: count.default(1000).describe('Connections at once.'),
    maxUnauthenticatedConnections: count
      .default(100)
      .describe(
        'Connections at once that have not signed in yet; from half of it on, new ones are dropped at random.',
      ),
    maxConnectionsPerAddress: count.default(50).describe('Connections at once from one address.'),
    maxConnectionsPerAccount: count
      .default(50)
      .describe('Signed-in connections at once of one SFTP account, over all workers.'),
    maxConnectionsPerPartner: count
      .default(200)
      .describe('Signed-in connections at once of all users of one trading partner, over all workers.'),
    maxSessionsPerConnection: count.default(10).describe('SFTP channels at once in one connection.'),
    maxAuthTries: count.default(6).describe('Sign-in attempts in one connection.'),
    maxHandlesPerSession: count.default(256).describe('Files and folders open at once in one session.'),
    idleTimeoutMs: milliseconds
      .default(15 * minute)
      .describe('A connection on which no byte moved for so long is ended.'),
    keepaliveIntervalMs: milliseconds
      .default(60 * second)
      .describe('How often an idle client is asked whether it is there.'),
    rekeyBytes: bytes
      .default(gibibyte)
      .describe('New session keys after so many bytes (RFC 4253 section 9).'),
    rekeyMs: milliseconds.default(hour).describe('New session keys after so long (RFC 4253 section 9).'),
    bytesInFlightPerSession: bytes
      .default(4 * mebibyte)
      .describe('Bytes of one session held in memory at once.'),
    bytesInFlightTotal: bytes
      .default(32 * mebibyte)
      .describe('Bytes of all sessions held in memory at once.'),
    workers: count
      .max(64)
      .default(1)
      .describe(
        'Processes that share the port, for `claimgate serve`: as many as there are cores to spare. Limits of connections and bytes that hold for all together are divided among them.',
      ),
    drainMs: milliseconds
      .default(10 * second)
      .describe('How long running transfers may finish when the gateway stops.'),
  })
  .prefault({});

/** What is wrong with listeners that are each right. */
export function impossibleListeners({
  listeners,
  host,
  port,
}: z.infer<typeof sftp>): readonly (readonly [path: readonly string[], message: string])[] {
  const found: [path: readonly string[], message: string][] = [];
  const taken = new Map([[`${host} ${port}`, 'sftp.port']]);
  for (const [index, listener] of listeners.entries()) {
    const path = ['sftp', 'listeners', String(index)];
    if (listener.profile === 'legacy' && listener.until === undefined) {
      found.push([
        [...path, 'until'],
        'The profile legacy has algorithms that are broken. Say until when it is offered: until: YYYY-MM-DD.',
      ]);
    }
    const place = `${listener.host} ${listener.port}`;
    const other = taken.get(place);
    if (other !== undefined && listener.port !== 0) {
      found.push([[...path, 'port'], `${other} has this port already. Give one of them another port.`]);
    }
    taken.set(place, `Listener ${listener.name}`);
    if (listeners.findIndex(({ name }) => name === listener.name) !== index) {
      found.push([[...path, 'name'], `Two listeners are named ${listener.name}. Give each its own name.`]);
    }
  }
  return found;
}

function isNetwork(text: string): boolean {
  const [address = '', length, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128));
}
