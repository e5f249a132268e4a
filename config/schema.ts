// Everything an operator may set: the one schema that gives the defaults, the limits, the units and the help. The
// loader validates against it, `claimgate config reference` and docs/config.md are printed from it.
// With no file and no environment at all the result runs on loopback: SFTP on 2022, the portal on 8080.

import { isIP } from 'node:net';
import { z } from 'zod';
import { identity, impossibleMail, mail } from './identity-schema.ts';
import { impossibleProvider, isLoopback } from './provider-schema.ts';

const port = z.int().min(0).max(65535);
const milliseconds = z.int().min(0);
const count = z.int().min(1);
const bytes = z.int().min(1);
const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const gibibyte = 1024 * mebibyte;
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

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

const sftp = z
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
      .default(64 * mebibyte)
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

const portal = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
    port: port.default(8080).describe('TCP port to listen on; 0 takes a free one.'),
    tlsCertificateFile: z
      .string()
      .min(1)
      .optional()
      .describe('PEM file with the certificate chain; with the key it turns HTTPS on.'),
    tlsKeyFile: z.string().min(1).optional().describe('PEM file with the private key.'),
    behindHttps: z
      .boolean()
      .default(false)
      .describe('A reverse proxy in front speaks HTTPS: cookies are marked secure.'),
    trustedProxies: z
      .array(z.string())
      .default([])
      .describe('Addresses of reverse proxies whose X-Forwarded-For is believed.'),
    publicUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('How browsers reach the portal, when a proxy in front changes it.'),
    timeZone: z.string().default('UTC').describe('The time zone that times are shown in, as IANA names it.'),
    siteName: z.string().min(1).default('Claimgate').describe('Name of the site.'),
    agencyName: z
      .string()
      .min(1)
      .default('Medicaid EDI Gateway')
      .describe('Name of the agency that runs it.'),
    idIssuer: z.string().min(1).default('NCID').describe('What the user id is called.'),
    tradingPartnerInformationUrl: z
      .string()
      .default('/help#trading-partners')
      .describe('Where the link to the Trading Partner Information Page leads.'),
    externalAccountUrl: z
      .string()
      .default('/help#accounts')
      .describe('Where external users (providers) manage their identity.'),
    governmentAccountUrl: z
      .string()
      .default('/help#accounts')
      .describe('Where state and local government employees manage their identity.'),
    supportText: z
      .string()
      .default('Contact the EDI support desk of your agency.')
      .describe('Whom to ask for help, as every page shows it.'),
    warningHeading: z
      .string()
      .max(200)
      .default('')
      .describe('Heading of the warning box on the public home page; empty: no box.'),
    warningItems: z
      .array(z.string().min(1).max(500))
      .default([])
      .describe('What the warning box says, one sentence an item.'),
    quickLinks: z
      .array(
        z.strictObject({
          text: z.string().min(1).max(100).describe('What the link says.'),
          url: z
            .string()
            .regex(/^(?:https:\/\/|\/(?!\/))/)
            .describe('https address, or a path of the portal.'),
        }),
      )
      .default([])
      .describe('Links of the box Quick Links on the public home page (text, url).'),
    maintenance: z
      .array(
        z.strictObject({
          text: z.string().min(1).max(500).describe('What will not work.'),
          from: z.iso.datetime({ offset: true }).describe('When it begins.'),
          until: z.iso.datetime({ offset: true }).describe('When it ends.'),
        }),
      )
      .default([])
      .describe('Planned downtimes (text, from, until): every page tells of them.'),
    maintenanceAheadMs: milliseconds
      .default(7 * day)
      .describe('How long before a planned downtime the pages begin to tell of it.'),
    sessionIdleMs: milliseconds
      .default(15 * minute)
      .describe('A session without a request for so long ends.'),
    secondFactor: z
      .enum(['required', 'optional', 'off'])
      .default('required')
      .describe(
        'Whether users prove more than their password: `required` has each make a second factor at the first sign-in, `optional` asks those who have one.',
      ),
    emailCode: z
      .boolean()
      .default(false)
      .describe(
        'Whether users without a second factor may have a code mailed at each sign-in instead of making one. Weaker: who reads the mailbox can choose a new password too.',
      ),
    confirmMs: milliseconds
      .default(10 * minute)
      .describe(
        'How long after a second factor sensitive acts (keys, factors, rights of users) ask for no new one.',
      ),
    bodyLimitBytes: bytes.default(mebibyte).describe('Largest form that the portal takes.'),
    sessionAbsoluteMs: milliseconds.default(12 * hour).describe('A session ends after so long, used or not.'),
  })
  .prefault({});

const auth = z
  .strictObject({
    passwordPolicy: z
      .enum(['myncid', 'ncid-classic', 'nist'])
      .default('myncid')
      .describe('Which identity passwords are taken.'),
    bcryptCost: z.int().min(10).max(16).default(12).describe('Cost of a password hash: 2^cost rounds.'),
    maxConcurrentHashes: count.default(2).describe('Password hashes computed at once.'),
    maxQueuedHashes: count
      .default(64)
      .describe('Sign-ins that may wait for their hash; further ones are refused.'),
    verifiedPasswordCacheMs: milliseconds
      .default(60 * second)
      .describe('How long an SFTP password once verified is not hashed again; 0 always hashes.'),
    freeFailures: count.default(5).describe('Wrong passwords in a row before there is any delay.'),
    firstDelayMs: milliseconds
      .default(30 * second)
      .describe('The first delay; it doubles with each further wrong password.'),
    maxDelayMs: milliseconds.default(hour).describe('The longest delay.'),
    lockFailures: z
      .int()
      .min(2)
      .max(100)
      .default(10)
      .describe('Wrong passwords in a row that lock the account.'),
    lockMs: milliseconds.default(2 * hour).describe('How long the lock lasts.'),
    addressFailures: count.default(50).describe('Wrong passwords from one address that block it.'),
    networkFailures: count
      .default(200)
      .describe('Wrong passwords from one network (/24, for IPv6 /56) that block it.'),
    addressBlockMs: milliseconds
      .default(15 * minute)
      .describe('How long a block of an address or network lasts.'),
  })
  .prefault({});

const storage = z
  .strictObject({
    busyTimeoutMs: milliseconds
      .default(10 * second)
      .describe('How long to wait for another process to finish writing.'),
    changePollMs: z
      .int()
      .min(10)
      .default(250)
      .describe('How often to look whether another process has changed something.'),
    maxFileBytes: bytes.default(2 * gibibyte).describe('Largest file that a partner may send.'),
    minFreeBytes: z
      .int()
      .min(0)
      .default(256 * mebibyte)
      .describe('Uploads are refused when less than this is free on the disk.'),
    interruptedExpiryMs: milliseconds
      .default(7 * day)
      .describe('An interrupted upload that no one resumes is removed after so long.'),
  })
  .prefault({});

const intake = z
  .strictObject({
    workers: count.default(1).describe('Threads that validate files.'),
    leaseMs: z
      .int()
      .min(1000)
      .default(5 * minute)
      .describe('How long one attempt at a file may take before it counts as lost.'),
    maxAttempts: count.default(5).describe('Attempts before a transmission is marked failed.'),
    retryFirstMs: milliseconds
      .default(5 * second)
      .describe('Delay before the second attempt; it doubles with each further one.'),
    retryMaxMs: milliseconds.default(10 * minute).describe('The longest delay between attempts.'),
    adoptStabilityMs: z
      .int()
      .min(100)
      .default(2000)
      .describe(
        'A file that another program put into inbound is taken up when it has not changed for so long.',
      ),
    ta1Policy: z
      .enum(['never', 'requested', 'requested-and-errors', 'always'])
      .default('requested-and-errors')
      .describe('When a TA1 is sent.'),
    validation: z.enum(['default', 'strict']).default('default').describe('How severe findings are judged.'),
    duplicateWindowMs: milliseconds
      .default(365 * day)
      .describe('An interchange control number used again within this time is a duplicate (TA1 025).'),
    guideAliases: z
      .boolean()
      .default(false)
      .describe(
        'Whether earlier and later addenda of a guide (X222, X222A2, X223A1, X223A3, X224, X224A1, X224A3) are read by the guide in force, rather than refused (AK905 2).',
      ),
    checkSenderId: z
      .boolean()
      .default(true)
      .describe("Whether ISA06 must be the trading partner's own submitter id (TA1 006)."),
    receiverIds: z
      .array(z.string().min(1).max(15))
      .default([])
      .describe('Our own ids in ISA08; an interchange to another id is rejected (TA1 009). Empty: any.'),
  })
  .prefault({});

const hook = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .describe('Name of the hook, for the log and the deliveries.'),
  url: z.url({ protocol: /^https?$/ }).describe('Where events are sent by POST.'),
  secretFile: z.string().min(1).describe('File that holds the signing secret (`whsec_` and base64).'),
  events: z.array(z.string()).default(['*']).describe('Event kinds to send; `*` for all.'),
  allowPrivateAddresses: z
    .boolean()
    .default(false)
    .describe('Whether the URL may lead to a loopback or private address.'),
});

const hooks = z
  .strictObject({
    webhooks: z.array(hook).default([]).describe('Webhooks, in the Standard Webhooks form.'),
    timeoutMs: milliseconds.default(15 * second).describe('How long a receiver may take to answer.'),
    retryFirstMs: milliseconds
      .default(5 * second)
      .describe('Delay before the second try; it doubles with each further one.'),
    retryMaxMs: milliseconds.default(hour).describe('The longest delay between tries.'),
    maxAttempts: count.default(30).describe('Tries before a delivery is put among the dead letters.'),
  })
  .prefault({});

const log = z
  .strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'])
      .default('info')
      .describe('The least severe line that is logged.'),
    file: z.string().min(1).optional().describe('File to append to. Without it: standard error.'),
  })
  .prefault({});

export const configSchema = z
  .strictObject({
    dataDirectory: z
      .string()
      .min(1)
      .default('data')
      .describe('The one directory that everything is kept in.'),
    roles: z
      .array(z.enum(['sftp', 'intake', 'portal', 'hooks']))
      .min(1)
      .default(['sftp', 'intake', 'portal', 'hooks'])
      .describe('What this process does.'),
    sftp,
    portal,
    auth,
    storage,
    intake,
    hooks,
    identity,
    mail,
    log,
  })
  .superRefine((config, context) => {
    for (const [path, message] of impossibleCombinations(config)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  });

export type Config = z.infer<typeof configSchema>;

type Combination = readonly [path: readonly string[], message: string];

function impossibleCombinations(config: {
  readonly portal: z.infer<typeof portal>;
  readonly sftp: z.infer<typeof sftp>;
  readonly auth: z.infer<typeof auth>;
  readonly identity: z.infer<typeof identity>;
  readonly hooks: z.infer<typeof hooks>;
  readonly mail: z.infer<typeof mail>;
}): readonly Combination[] {
  const found: Combination[] = [];
  const { portal, sftp, auth, hooks } = config;
  if ((portal.tlsCertificateFile === undefined) !== (portal.tlsKeyFile === undefined)) {
    found.push([
      ['portal', 'tlsKeyFile'],
      'HTTPS needs both the certificate and the key. Set portal.tlsCertificateFile and portal.tlsKeyFile, or neither.',
    ]);
  }
  if (portal.tlsCertificateFile === undefined && !isLoopback(portal.host)) {
    found.push([
      ['portal', 'host'],
      'Passwords would cross the network in the clear. Set portal.tlsCertificateFile and portal.tlsKeyFile; or listen on 127.0.0.1, with an HTTPS proxy on the same machine in front and portal.behindHttps: true.',
    ]);
  }
  found.push(...impossibleProvider({ oidc: config.identity.oidc, portal }));
  if (sftp.port !== 0 && sftp.port === portal.port && sftp.host === portal.host) {
    found.push([
      ['portal', 'port'],
      'The portal and SFTP cannot share a port. Give one of them another port.',
    ]);
  }
  if (auth.lockFailures <= auth.freeFailures) {
    found.push([
      ['auth', 'lockFailures'],
      'It must be more than auth.freeFailures, or accounts lock before there is any delay. Raise it or lower auth.freeFailures.',
    ]);
  }
  if (!isTimeZone(portal.timeZone)) {
    found.push([
      ['portal', 'timeZone'],
      `There is no time zone "${portal.timeZone}". Use a name such as America/New_York or UTC.`,
    ]);
  }
  if (sftp.bytesInFlightTotal < sftp.bytesInFlightPerSession) {
    found.push([
      ['sftp', 'bytesInFlightTotal'],
      'It must be at least sftp.bytesInFlightPerSession. Raise it.',
    ]);
  }
  found.push(...impossibleListeners(sftp), ...impossibleMail(config.mail));
  const names = hooks.webhooks.map((webhook) => webhook.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    found.push([['hooks', 'webhooks'], `Two webhooks are named ${twice}. Give each its own name.`]);
  return found;
}

function impossibleListeners({ listeners, host, port }: z.infer<typeof sftp>): readonly Combination[] {
  const found: Combination[] = [];
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

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
