// Monitoring put together: metrics and health of this process, on a listener of their own. It is imported only where
// the configuration wants it.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, stat, statfs } from 'node:fs/promises';
import type { Config } from '../config/schema.ts';
import type { Core } from '../core.ts';
import { describeFault } from '../domain/observation.ts';
import type { DiskFacts, Standing } from '../metrics/gauges.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { type Certificate, type Readiness, startMonitoringServer } from '../metrics/monitoring-server.ts';
import { watchCertificate } from '../portal/certificate-reload.ts';
import { askDatabase, readQueueDepths } from '../storage/queue-depths.ts';
import type { Closable } from './closable.ts';

/** Scrapes that come faster than this get what the last one found: several monitors cost what one does. */
const holdsMs = 1_000;
/** A shorter token could be guessed, in characters. */
const minTokenLength = 16;
/** How often a renewed certificate is looked for; SIGHUP looks at once. */
const certificateLookMs = 30_000;

/** The token file does not hold a token. */
export class MonitoringTokenError extends Error {
  readonly code = 'monitoring.token';
  constructor(file: string) {
    super(
      `${file} must hold one token of at least ${minTokenLength} characters, without spaces. Make one with: openssl rand -hex 32`,
    );
    this.name = 'MonitoringTokenError';
  }
}

export interface Monitoring extends Closable {
  readonly host: string;
  readonly port: number;
  /** From now on it says that the gateway serves, or that it is being stopped. */
  become(phase: 'serving' | 'stopping'): void;
}

/**
 * Starts to listen, before anything else does: until told so it says that the gateway is not ready.
 * @throws MonitoringTokenError; the listener's error when host and port cannot be taken
 */
export async function startMonitoring(core: Core, metrics: Metrics): Promise<Monitoring> {
  const { config, database, observe } = core;
  let phase: 'starting' | 'serving' | 'stopping' = 'starting';
  const look = heldFor(holdsMs, () => findStanding(core));
  const readiness = async (): Promise<Readiness> => {
    const checks = { gateway: phase === 'serving' ? 'ok' : phase, database: await databaseWord(core) };
    return { ready: Object.values(checks).every((word) => word === 'ok'), checks };
  };
  const server = await startMonitoringServer({
    settings: settingsOf(config),
    contentType: metrics.contentType,
    render: async () =>
      metrics.render({ ...(await look()), nowMs: database.now(), ready: phase === 'serving' }),
    readiness,
    observe,
  });
  const follow = followCertificate(core, server.useCertificate);
  return {
    host: server.host,
    port: server.port,
    become(next) {
      phase = next;
    },
    async close() {
      follow.close();
      await server.close();
    },
  };
}

function settingsOf({ monitoring }: Config) {
  const { host, port, tokenFile } = monitoring;
  const token = tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim();
  if (tokenFile !== undefined && !/^\S+$/.test(token ?? '')) throw new MonitoringTokenError(tokenFile);
  if (tokenFile !== undefined && (token ?? '').length < minTokenLength)
    throw new MonitoringTokenError(tokenFile);
  const files = filesOf(monitoring);
  return { host, port, token, tls: files === undefined ? undefined : readCertificate(files) };
}

interface Files {
  readonly certificateFile: string;
  readonly keyFile: string;
}

function filesOf({ tlsCertificateFile, tlsKeyFile }: Config['monitoring']): Files | undefined {
  return tlsCertificateFile === undefined || tlsKeyFile === undefined
    ? undefined
    : { certificateFile: tlsCertificateFile, keyFile: tlsKeyFile };
}

function readCertificate({ certificateFile, keyFile }: Files): Certificate {
  return { certificate: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

function followCertificate({ config, observe }: Core, use: (tls: Certificate) => void) {
  const files = filesOf(config.monitoring);
  if (files === undefined) return { close: () => undefined };
  const read = () => readCertificate(files);
  const watch = watchCertificate({ files, everyMs: certificateLookMs, read, use, observe });
  process.on('SIGHUP', watch.look);
  return {
    close() {
      process.off('SIGHUP', watch.look);
      watch.close();
    },
  };
}

/** One look for all who ask within a time. A look that failed is not held. */
function heldFor<Seen>(ms: number, look: () => Promise<Seen>): () => Promise<Seen> {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let answer: Promise<Seen> | undefined;
  return () => {
    const nowMs = performance.now();
    if (answer !== undefined && nowMs - askedAtMs <= ms) return answer;
    askedAtMs = nowMs;
    const asked = look();
    answer = asked;
    asked.catch(() => {
      if (answer === asked) answer = undefined;
    });
    return asked;
  };
}

async function findStanding(core: Core): Promise<Omit<Standing, 'nowMs' | 'ready'>> {
  const { config, database } = core;
  return {
    queues: await readQueueDepths(database),
    disk: await findDisk(core),
    certificateEndsAtMs: await certificateEnd(config.portal.tlsCertificateFile),
  };
}

async function findDisk({ config, directory }: Core): Promise<DiskFacts> {
  const volume = await statfs(directory.root);
  const size = async (file: string) => (await stat(file).catch(() => undefined))?.size ?? 0;
  return {
    freeBytes: volume.bavail * volume.bsize,
    sizeBytes: volume.blocks * volume.bsize,
    minFreeBytes: config.storage.minFreeBytes,
    freeInodes: volume.ffree,
    databaseBytes: await size(directory.database),
    logBytes: await size(`${directory.database}-wal`),
  };
}

async function certificateEnd(file: string | undefined): Promise<number | undefined> {
  if (file === undefined) return undefined;
  try {
    return Date.parse(new X509Certificate(await readFile(file)).validTo);
  } catch {
    // It is being replaced, or is no certificate: the portal's own watch tells of that.
    return undefined;
  }
}

async function databaseWord({ database, observe }: Core): Promise<string> {
  try {
    await askDatabase(database);
    return 'ok';
  } catch (thrown) {
    observe({ kind: 'fault', where: 'monitoring readiness', fault: describeFault(thrown) });
    return 'cannot be read';
  }
}
