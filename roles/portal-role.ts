// The portal role put together: the web pages, their certificate, and what they tell of the SFTP daemon.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createIdentityProvider, type IdentityProviderDeps } from '../auth/identity-provider.ts';
import type { Config } from '../config/schema.ts';
import type { Core } from '../core.ts';
import { dayMs } from '../domain/activity.ts';
import type { PartnerProfile } from '../domain/partner-profile.ts';
import { type Certificate, type CertificateFiles, watchCertificate } from '../portal/certificate-reload.ts';
import { type Portal, startPortal } from '../portal/portal.ts';
import type { ConnectionFacts, ExchangeFacts, PortalSettings } from '../portal/portal-settings.ts';
import type { HostKeySet } from '../server/host-key-ring.ts';
import { knownHostsLine } from '../server/host-keys.ts';
import { algorithmProfiles } from '../server/ssh-algorithms.ts';
import type { Partner } from '../storage/partner-store.ts';
import { createTransmissionFiles } from '../storage/transmission-files.ts';
import type { Closable } from './closable.ts';
import { ediProfileOf } from './partner-edi-profile.ts';

export async function startPortalRole(core: Core, connection: () => ConnectionFacts) {
  const { database, directory, users, accountSetup, mailboxes, observe } = core;
  const { registration, recovery, secondFactors, passkeys, emailCodes } = core;
  const provider = providerOf(core.config, { seal: core.seal, observe, now: database.now });
  return startPortal({
    secrets: core.secrets,
    database,
    mailboxes,
    files: createTransmissionFiles({ database, directory }),
    disk: () => findRoom(core),
    directory: users,
    accountSetup,
    registration,
    recovery,
    secondFactors,
    passkeys,
    emailCodes,
    provider,
    loginGate: core.gates.login,
    observe,
    settings: portalSettings(core.config),
    connection,
    exchangeOf: (of) => exchangeFacts(core.config, of),
    now: database.now,
    randomBytes,
  });
}

/** What a companion guide tells: how intake judges the partner's files, or anyone's. */
function exchangeFacts(
  config: Config,
  of: { readonly partner: Partner; readonly agreed: PartnerProfile } | undefined,
): ExchangeFacts {
  const { partner, agreed = {} } = of ?? {};
  const { duplicateWindowDays, inboundNames, maxFileBytes } = agreed;
  return {
    profile: ediProfileOf(config, { partner, agreed }),
    checkSenderId: config.intake.checkSenderId,
    duplicateWindowMs:
      duplicateWindowDays === undefined ? config.intake.duplicateWindowMs : duplicateWindowDays * dayMs,
    interruptedExpiryMs: config.storage.interruptedExpiryMs,
    inboundNames,
    maxFileBytes:
      maxFileBytes === undefined ? undefined : Math.min(maxFileBytes, config.storage.maxFileBytes),
  };
}

async function findRoom({ config, directory }: Core) {
  const volume = await statfs(directory.root);
  return {
    freeBytes: volume.bavail * volume.bsize,
    sizeBytes: volume.blocks * volume.bsize,
    minFreeBytes: config.storage.minFreeBytes,
  };
}

function portalSettings({ identity, portal, storage }: Config): PortalSettings {
  const { tlsCertificateFile, tlsKeyFile, behindHttps, ...settings } = portal;
  const tls = certificateOf({ tlsCertificateFile, tlsKeyFile });
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

/** @returns the certificate that settings name, if any */
export function certificateOf(settings: {
  readonly tlsCertificateFile: string | undefined;
  readonly tlsKeyFile: string | undefined;
}): Certificate | undefined {
  const { tlsCertificateFile, tlsKeyFile } = settings;
  return tlsCertificateFile === undefined || tlsKeyFile === undefined
    ? undefined
    : readCertificate({ certificateFile: tlsCertificateFile, keyFile: tlsKeyFile });
}

function readCertificate({ certificateFile, keyFile }: CertificateFiles): Certificate {
  return { certificate: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

/** How often a renewed certificate is looked for; SIGHUP looks at once. */
const certificateLookMs = 30_000;

/** Gives the portal, or the API, each new certificate of its settings. */
export function followCertificate(
  { observe }: Core,
  settings: {
    readonly tlsCertificateFile?: string | undefined;
    readonly tlsKeyFile?: string | undefined;
  },
  server: Pick<Portal, 'useCertificate'>,
): Closable {
  const { tlsCertificateFile, tlsKeyFile } = settings;
  if (tlsCertificateFile === undefined || tlsKeyFile === undefined) return { close: () => undefined };
  const files = { certificateFile: tlsCertificateFile, keyFile: tlsKeyFile };
  const watch = watchCertificate({
    files,
    everyMs: certificateLookMs,
    read: () => readCertificate(files),
    use: server.useCertificate,
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

export function connectionFacts(
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

/** How the links in mails begin. */
export function portalUrl({ portal }: Config, listeningPort: number | undefined): string {
  if (portal.publicUrl !== undefined) return portal.publicUrl.replace(/\/+$/, '');
  const scheme = portal.tlsCertificateFile === undefined ? 'http' : 'https';
  const host = portal.host.includes(':') ? `[${portal.host}]` : portal.host;
  return `${scheme}://${host}:${listeningPort ?? portal.port}`;
}
