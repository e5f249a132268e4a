// The one place where Claimgate is put together: configuration -> open -> start -> run until told -> close in reverse.
// Tests and `claimgate demo` start the same gateway that `claimgate serve` does.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tidyIdentities } from './auth/identity-housekeeping.ts';
import { createIdentityProvider, type IdentityProviderDeps } from './auth/identity-provider.ts';
import type { Config } from './config/schema.ts';
import { type Core, type CoreDeps, openCore } from './core.ts';
import { describeFault, type Observe } from './domain/observation.ts';
import { KNOWN_ALIASES } from './edi/guide-library.ts';
import { defaultProfile, type EdiProfile, strictProfile } from './edi/profile.ts';
import { createFolderTransport, createSmtpTransport, type MailTransport } from './hooks/mail-transport.ts';
import { startMailer } from './hooks/mailer.ts';
import { startWebhooks } from './hooks/webhooks.ts';
import { startIntake } from './intake/intake.ts';
import { createValidatorPool } from './intake/validator-pool.ts';
import { watchInbound } from './intake/watch.ts';
import { readVersion } from './observe.ts';
import { type Certificate, type CertificateFiles, watchCertificate } from './portal/certificate-reload.ts';
import { type Portal, startPortal } from './portal/portal.ts';
import type { ConnectionFacts, PortalSettings } from './portal/portal-settings.ts';
import type { HostKeySet } from './server/host-key-ring.ts';
import { knownHostsLine } from './server/host-keys.ts';
import { algorithmProfiles } from './server/ssh-algorithms.ts';
import { type StdioServerDeps, serveStdio, stdioRequestNames } from './server/stdio-server.ts';
import { readHostKeys, type SftpService, serveSftp, startSftpRole, workerVariable } from './sftp-role.ts';
import { pruneChallenges } from './storage/factor-challenge-store.ts';
import type { ClaimedTransmission } from './storage/intake-queue.ts';
import { removeOldMails } from './storage/mail-file.ts';
import { findPartner } from './storage/partner-store.ts';
import { prunePendingSignIns } from './storage/pending-sign-in-store.ts';
import { prunePortalSessions } from './storage/portal-session-store.ts';
import { type RecoveryReport, recoverAdoptions } from './storage/recovery.ts';
import { takeRole } from './storage/role-lock.ts';
import { pruneRefusals } from './storage/sftp-refusal-store.ts';
import { pruneThrottles } from './storage/throttle-store.ts';
import { createTransmissionFiles } from './storage/transmission-files.ts';
import { expireUploads } from './storage/upload-expiry.ts';

export { workerVariable };

export interface Gateway {
  readonly core: Core;
  /** Where the SFTP daemon listens; undefined without that role. */
  readonly sftp:
    | { readonly host: string; readonly port: number; readonly fingerprints: readonly string[] }
    | undefined;
  /** Where the portal listens; undefined without that role. */
  readonly portal: { readonly host: string; readonly port: number } | undefined;
  /** What the portal tells partners of the SFTP daemon. */
  readonly connection: () => ConnectionFacts;
  /** Stops everything in the reverse order of its start. Safe to call twice. */
  close(): Promise<void>;
}

interface Closable {
  close(): Promise<void> | void;
}

/**
 * Starts the roles that the configuration names.
 * @throws RoleTakenError when another process has one of them; Error when a port cannot be listened on. What was
 *   started before is closed again.
 */
export async function startGateway(deps: CoreDeps): Promise<Gateway> {
  const opened: Closable[] = [];
  const closeAll = async (): Promise<void> => {
    for (let last = opened.pop(); last !== undefined; last = opened.pop()) await last.close();
  };
  try {
    return await start(deps, opened, closeAll);
  } catch (thrown) {
    await closeAll();
    throw thrown;
  }
}

/**
 * Serves SFTP as one of several workers of a gateway that has the role. The caller closes it.
 * @throws Error when the port cannot be listened on
 */
export async function startSftpWorker(deps: CoreDeps): Promise<SftpService> {
  const core = openCore(deps);
  try {
    const service = await serveSftp(core, { workers: core.config.sftp.workers });
    return {
      ...service,
      async close() {
        await service.close();
        await core.close();
      },
    };
  } catch (thrown) {
    await core.close();
    throw thrown;
  }
}

async function start(deps: CoreDeps, opened: Closable[], closeAll: () => Promise<void>): Promise<Gateway> {
  const core = openCore(deps);
  opened.push(core);
  const { config, directory, observe } = core;
  for (const role of config.roles) opened.push(takeRole(directory, role));
  // All of them are made at once, whatever the role: the portal shows what the daemon uses.
  readHostKeys(core);
  let sftp: Gateway['sftp'];
  const connection = () => connectionFacts(config, readHostKeys(core), sftp?.port);
  if (config.roles.includes('intake')) opened.push(await startIntakeRole(core));
  if (config.roles.includes('sftp')) {
    const server = await startSftpRole(core, deps.workerCommandLine);
    opened.push(server);
    sftp = server;
  }
  let portal: Gateway['portal'];
  if (config.roles.includes('portal')) {
    const started = await startPortalRole(core, connection);
    opened.push(started);
    opened.push(followCertificate(core, started));
    portal = started;
  }
  if (config.roles.includes('hooks'))
    opened.push(startHooksRole(core, () => portalUrl(config, portal?.port)));
  opened.push(startHousekeeping(core));
  observe({
    kind: 'gateway.started',
    version: readVersion(),
    roles: config.roles,
    dataDirectory: directory.root,
  });
  let closing: Promise<void> | undefined;
  return {
    core,
    sftp,
    portal,
    connection,
    close() {
      closing ??= closeAll().then(() => observe({ kind: 'gateway.stopped' }));
      return closing;
    },
  };
}

function connectionFacts(
  config: Config,
  hostKeys: HostKeySet,
  listeningPort: number | undefined,
): ConnectionFacts {
  const host = config.sftp.publicHost ?? config.sftp.host;
  const port = config.sftp.publicPort ?? listeningPort ?? config.sftp.port;
  const offered = algorithmProfiles[config.sftp.profile];
  // Those that are only announced too: who takes them over now is not asked when they begin to serve.
  const keys = [...hostKeys.serving, ...hostKeys.announced];
  return {
    host,
    port,
    fingerprints: keys.map((key) => ({ algorithm: key.type, sha256: key.fingerprint })),
    knownHosts: keys.map((key) => knownHostsLine(key, { host, port })),
    algorithms: {
      keyExchange: offered.kex,
      cipher: offered.cipher,
      mac: offered.hmac,
      hostKey: offered.serverHostKey,
    },
  };
}

function tellOfRecovery(observe: Observe, report: RecoveryReport): void {
  if (Object.values(report).some((count) => count > 0)) observe({ kind: 'storage.recovered', ...report });
}

async function startIntakeRole(core: Core): Promise<Closable> {
  const { config, directory, database, observe } = core;
  tellOfRecovery(observe, await recoverAdoptions({ database, directory }));
  const profileOf = (claimed: ClaimedTransmission) => profileOfPartner(core, claimed);
  const pool = createValidatorPool(config.intake);
  const intake = await startIntake({
    database,
    directory,
    observe,
    pool,
    settings: config.intake,
    profileOf,
  });
  const { maxFileBytes } = config.storage;
  const stabilityMs = config.intake.adoptStabilityMs;
  const watcher = await watchInbound({ database, directory, observe, maxFileBytes, stabilityMs });
  return {
    async close() {
      await watcher.close();
      await intake.close();
      await pool.close();
    },
  };
}

async function profileOfPartner(core: Core, claimed: ClaimedTransmission): Promise<EdiProfile> {
  const partner = await findPartner(core.database, claimed.partnerId);
  return {
    ...commonProfile(core.config),
    ...(core.config.intake.checkSenderId && partner !== undefined
      ? { senderIds: [partner.submitterId] }
      : {}),
  };
}

/** What holds for every partner. */
function commonProfile({ intake }: Config): EdiProfile {
  const { ta1Policy, validation, receiverIds, guideAliases } = intake;
  return {
    ...(validation === 'strict' ? strictProfile : defaultProfile),
    ta1: ta1Policy,
    aliases: guideAliases ? KNOWN_ALIASES : {},
    ...(receiverIds.length === 0 ? {} : { receiverIds }),
  };
}

async function startPortalRole(core: Core, connection: () => ConnectionFacts) {
  const { database, directory, users, accountSetup, mailboxes, observe } = core;
  const { registration, recovery, secondFactors, passkeys, emailCodes } = core;
  const provider = providerOf(core.config, { seal: core.seal, observe, now: database.now });
  return startPortal({
    secrets: core.secrets,
    database,
    mailboxes,
    files: createTransmissionFiles({ database, directory }),
    directory: users,
    accountSetup,
    registration,
    recovery,
    secondFactors,
    passkeys,
    emailCodes,
    provider,
    observe,
    settings: portalSettings(core.config),
    connection,
    exchange: {
      profile: commonProfile(core.config),
      checkSenderId: core.config.intake.checkSenderId,
      duplicateWindowMs: core.config.intake.duplicateWindowMs,
      interruptedExpiryMs: core.config.storage.interruptedExpiryMs,
    },
    now: database.now,
    randomBytes,
  });
}

function portalSettings({ identity, portal, storage }: Config): PortalSettings {
  const { tlsCertificateFile, tlsKeyFile, behindHttps, ...settings } = portal;
  const tls =
    tlsCertificateFile === undefined || tlsKeyFile === undefined
      ? undefined
      : readCertificate({ certificateFile: tlsCertificateFile, keyFile: tlsKeyFile });
  const { maxFileBytes } = storage;
  const { oidc } = identity;
  return {
    ...settings,
    maxFileBytes,
    tls,
    secureCookies: behindHttps || tls !== undefined,
    unknownUsers: oidc?.unknownUsers ?? 'refuse',
    providerName: oidc?.name,
    providerOrigin: oidc === undefined ? undefined : new URL(oidc.issuer).origin,
  };
}

function readCertificate({ certificateFile, keyFile }: CertificateFiles): Certificate {
  return { certificate: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

/** How often a renewed certificate is looked for; SIGHUP looks at once. */
const certificateLookMs = 30_000;

/** Gives the portal each new certificate. */
function followCertificate({ config, observe }: Core, portal: Portal): Closable {
  const { tlsCertificateFile, tlsKeyFile } = config.portal;
  if (tlsCertificateFile === undefined || tlsKeyFile === undefined) return { close: () => undefined };
  const files = { certificateFile: tlsCertificateFile, keyFile: tlsKeyFile };
  const watch = watchCertificate({
    files,
    everyMs: certificateLookMs,
    read: () => readCertificate(files),
    use: portal.useCertificate,
    observe,
  });
  process.on('SIGHUP', watch.look);
  return {
    close() {
      process.off('SIGHUP', watch.look);
      watch.close();
    },
  };
}

/** The identity provider that the settings name, if any. */
function providerOf(config: Config, deps: Pick<IdentityProviderDeps, 'seal' | 'observe' | 'now'>) {
  const { oidc } = config.identity;
  if (oidc === undefined) return undefined;
  const { clientSecretFile, ...settings } = oidc;
  const clientSecret =
    clientSecretFile === undefined ? undefined : readFileSync(clientSecretFile, 'utf8').trim();
  return createIdentityProvider({ ...deps, settings: { ...settings, clientSecret } });
}

function startHooksRole(core: Core, url: () => string): Closable {
  const { config, database, observe, secrets } = core;
  const webhooks = config.hooks.webhooks.map(({ secretFile, ...webhook }) => ({
    ...webhook,
    secret: readFileSync(secretFile, 'utf8'),
  }));
  const posting = startWebhooks({
    database,
    observe,
    settings: config.hooks,
    webhooks,
    random: Math.random,
  });
  const mailer = startMailer({
    database,
    observe,
    settings: config.mail,
    transport: mailTransport(core),
    place: () => ({ ...config.portal, portalUrl: url() }),
    secrets,
    random: Math.random,
  });
  return {
    async close() {
      await mailer.close();
      await posting.close();
    },
  };
}

function mailTransport({ config, directory }: Core): MailTransport {
  const { smtp, timeoutMs } = config.mail;
  const { host, port, tls, user, passwordFile, caFile } = smtp;
  if (host === undefined) return createFolderTransport(directory);
  const read = (file: string | undefined) =>
    file === undefined ? undefined : readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  return createSmtpTransport({
    host,
    port,
    tls,
    user,
    password: read(passwordFile),
    ca: read(caFile),
    timeoutMs,
  });
}

/** How the links in mails begin. */
function portalUrl({ portal }: Config, listeningPort: number | undefined): string {
  if (portal.publicUrl !== undefined) return portal.publicUrl.replace(/\/+$/, '');
  const scheme = portal.tlsCertificateFile === undefined ? 'http' : 'https';
  const host = portal.host.includes(':') ? `[${portal.host}]` : portal.host;
  return `${scheme}://${host}:${listeningPort ?? portal.port}`;
}

const housekeepingMs = 10 * 60 * 1000;
/** Failed sign-ins older than this are forgotten. */
const throttleMemoryMs = 24 * 60 * 60 * 1000;

/** Refused SFTP logins are told of for so long. */
const refusalMemoryMs = 30 * 24 * 60 * 60 * 1000;
/** Sign-ins and second factors that nobody finished are forgotten after so long; they are worth nothing much earlier. */
const pendingMemoryMs = 60 * 60 * 1000;

/** Removes what means nothing any more. */
function startHousekeeping({ config, directory, database, observe }: Core): Closable {
  const tidy = async (): Promise<void> => {
    try {
      await pruneThrottles(database, database.now() - throttleMemoryMs);
      const { sessionIdleMs: idleMs, sessionAbsoluteMs: absoluteMs } = config.portal;
      await prunePortalSessions(database, { idleMs, absoluteMs });
      await prunePendingSignIns(database, database.now() - pendingMemoryMs);
      await pruneRefusals(database, database.now() - refusalMemoryMs);
      await pruneChallenges(database, database.now() - pendingMemoryMs);
      await tidyIdentities(database, config.identity);
      await removeOldMails({ database, directory }, database.now() - config.mail.keepMs);
      const { interruptedExpiryMs } = config.storage;
      await expireUploads({ database, directory, interruptedExpiryMs });
    } catch (thrown) {
      observe({ kind: 'fault', where: 'gateway.housekeeping', fault: describeFault(thrown) });
    }
  };
  const timer = setInterval(() => void tidy(), housekeepingMs);
  timer.unref();
  return { close: () => clearInterval(timer) };
}

/**
 * Runs the SFTP engine over a folder of this machine, on standard input and output. Needs no data directory.
 * @returns the exit status
 * @throws Error when the folder cannot be opened, or a request is named that there is none of
 */
export async function runSftpStdio(
  options: Pick<StdioServerDeps, 'root' | 'workingDirectory' | 'readOnly' | 'allowed' | 'denied'> & {
    /** What is told on standard error. */
    readonly log: 'nothing' | 'faults' | 'everything';
  },
): Promise<number> {
  const unknown = [...(options.allowed ?? []), ...options.denied].filter(
    (name) => name !== '' && !stdioRequestNames.includes(name),
  );
  if (unknown.length > 0) throw new Error(`There is no request called ${unknown.join(', ')}.`);
  const tell = (words: string, facts: object): void => {
    if (options.log === 'everything') process.stderr.write(`${words} ${JSON.stringify(facts)}\n`);
  };
  return serveStdio({
    ...options,
    input: process.stdin,
    output: process.stdout,
    observer: {
      refused: (refusal) => tell('refused', refusal),
      transferred: (transfer) => tell('transferred', transfer),
      protocolError: (message) => tell('protocol error', { message }),
      fault(where, thrown) {
        if (options.log !== 'nothing')
          process.stderr.write(`fault ${JSON.stringify({ where, ...describeFault(thrown) })}\n`);
      },
    },
    now: Date.now,
    randomBytes,
  });
}
