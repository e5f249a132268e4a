// The SFTP role put together: in this process alone, or as the parent of several that serve one port.

import { randomBytes } from 'node:crypto';
import { isBanned } from '../auth/ban.ts';
import type { Config } from '../config/schema.ts';
import type { SftpGate } from '../domain/login.ts';
import { type Network, parseNetwork } from '../domain/network.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import type { HostKeyRing, HostKeySet } from '../server/host-key-ring.ts';
import { defaultSftpServerSettings, type SftpServerSettings } from '../server/settings.ts';
import { startSftpServer } from '../server/sftp-server.ts';
import { startWorkerPool } from '../server/worker-pool.ts';
import { countAccountChanges } from '../storage/account-changes.ts';
import type { DataDirectory } from '../storage/data-directory.ts';
import { createDigestThreads } from '../storage/digest-threads.ts';
import { countHostKeyChanges } from '../storage/host-key-changes.ts';
import { startLateDigests } from '../storage/late-digests.ts';
import type { Mailboxes } from '../storage/mailbox.ts';
import { ReceiveLog } from '../storage/receive-log.ts';
import { createReceivedThread } from '../storage/received-thread.ts';
import { recoverUploads } from '../storage/recovery.ts';
import { forgetSftpSessions, reportSessions } from '../storage/sftp-session-store.ts';
import { settleOriginals } from '../storage/small-originals.ts';
import type { Database } from '../storage/transaction.ts';

export interface SftpRoleDeps {
  readonly config: Config;
  readonly directory: DataDirectory;
  readonly database: Database;
  readonly observe: Observe;
  readonly gate: SftpGate;
  readonly mailboxes: Mailboxes;
  readonly hostKeys: HostKeyRing;
}

export interface SftpService {
  readonly host: string;
  readonly port: number;
  readonly fingerprints: readonly string[];
  /** Whether bytes of a transfer are in hand in this process. */
  readonly isTransferring: () => boolean;
  close(): Promise<void>;
}

/** How a worker knows that it is one: the name that its sessions bear, given by its parent. */
export const workerVariable = 'SFTP_WORKER';

/** A withdrawn right is seen after so long at most, in milliseconds, however much else is written meanwhile. */
const restMs = 25;

/** How often small files are made durable by themselves, in milliseconds: by then the kernel has written most. */
const settleIntervalMs = 5000;

/** When a worker has not drained in so many times the drain time, nothing will (server/sftp-server.ts takes three). */
const drainsUntilKill = 4;

/**
 * Takes over from whoever had the role before, and serves.
 * @param workers.commandLine the arguments of a worker process, where the configuration asks for more than one
 * @param workers.count counts what workers have observed
 */
export async function startSftpRole(
  deps: SftpRoleDeps,
  {
    commandLine,
    count,
  }: {
    readonly commandLine: readonly string[] | undefined;
    readonly count: Observe;
  },
): Promise<SftpService> {
  const { config, directory, database, observe } = deps;
  const { interruptedExpiryMs } = config.storage;
  const report = await recoverUploads({ database, directory, interruptedExpiryMs, observe });
  if (Object.values(report).some((count) => count > 0)) observe({ kind: 'storage.recovered', ...report });
  // This process has the role now: whoever left sessions behind is gone.
  await forgetSftpSessions(database);
  const { workers, drainMs } = config.sftp;
  const isAlone = workers === 1 || commandLine === undefined;
  const service = await (isAlone
    ? serveSftp(deps, { workers: 1 })
    : startWorkerPool({
        workers,
        commandLine,
        environmentOf: (name) => ({ [workerVariable]: name }),
        newName: () => randomBytes(8).toString('hex'),
        observe,
        count,
        endMs: drainsUntilKill * drainMs,
        gone: (name) => forgetSftpSessions(database, name),
      }));
  // Of several workers each would show its own clients alone what its log holds.
  const receiveLog = isAlone ? openReceiveLog(deps) : undefined;
  const stopSettling = settleNowAndThen(deps);
  const digests = openDigests(deps);
  return {
    // Of several workers the parent sees what they commit and no more.
    isTransferring: () => false,
    ...service,
    async close() {
      await service.close();
      await receiveLog?.close();
      await stopSettling();
      await digests.close();
    },
  };
}

/** Large uploads are hashed behind their CLOSE from now on (storage/late-digests.ts). */
function openDigests({ database, directory, observe }: SftpRoleDeps) {
  const thread = createDigestThreads();
  const digests = startLateDigests({ database, directory, observe, hash: thread.hash });
  return {
    async close() {
      const closed = digests.close();
      await thread.close();
      await closed;
    },
  };
}

/** Small uploads of a crowd go by the receive log from now on. @returns undefined where the configuration wants none */
function openReceiveLog({ config, directory, database, observe, mailboxes }: SftpRoleDeps) {
  const { receiveLogFiles: crowdFiles, busyTimeoutMs } = config.storage;
  if (crowdFiles === 0) return undefined;
  const thread = createReceivedThread({ database, directory, busyTimeoutMs });
  const { apply } = thread;
  const log = new ReceiveLog({ folder: directory.receiveLog, observe, randomBytes, crowdFiles, apply });
  mailboxes.useLog(log);
  return {
    async close() {
      await log.close();
      mailboxes.useLog(undefined);
      await thread.close();
    },
  };
}

/**
 * Makes small files durable by themselves (storage/small-originals.ts). What is left at the end the next start does.
 * @returns what stops it
 */
function settleNowAndThen({ database, directory, observe }: SftpRoleDeps): () => Promise<void> {
  let running: Promise<void> | undefined;
  const settle = async (): Promise<void> => {
    try {
      await settleOriginals({ database, directory });
    } catch (thrown) {
      observe({ kind: 'fault', where: 'sftp settle originals', fault: describeFault(thrown) });
    } finally {
      running = undefined;
    }
  };
  const timer = setInterval(() => {
    running ??= settle();
  }, settleIntervalMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/**
 * Serves in this process, which may be one of several.
 * @param share.workers how many share the limits of the process
 */
export async function serveSftp(
  deps: SftpRoleDeps,
  share: { readonly workers: number },
): Promise<SftpService> {
  const { config, database, observe, gate, mailboxes } = deps;
  const { serving, announced } = textsOf(readHostKeys(deps));
  const server = await startSftpServer({
    gate,
    openMailbox: ({ partnerId, userId }) => mailboxes.open({ partnerId, userId, source: 'sftp' }),
    observe,
    settings: shareOf(sftpSettings(config), share.workers),
    hostKeys: serving,
    announcedHostKeys: announced,
    isBanned: (address) => isBanned(database, address),
    reportSessions: (report) => reportSessions(database, report),
    now: database.now,
    randomBytes,
    changed: (listener) => onChangeOf(deps, { count: countAccountChanges, listener }),
  });
  const unsubscribe = onChangeOf(deps, {
    count: countHostKeyChanges,
    listener: () => server.useHostKeys(textsOf(readHostKeys(deps))),
  });
  return {
    ...server,
    isTransferring: () => server.bytesHeld().nowBytes > 0,
    close() {
      unsubscribe();
      return server.close();
    },
  };
}

/** Read anew each time: a rotation changes them while the gateway runs. */
export function readHostKeys({
  config,
  database,
  hostKeys,
}: Pick<SftpRoleDeps, 'config' | 'database' | 'hostKeys'>): HostKeySet {
  const nowMs = database.now();
  const rsa = sftpSettings(config).listeners.some(
    ({ profile, closesAtMs = 0 }) => profile === 'legacy' && closesAtMs > nowMs,
  );
  return hostKeys.read({ rsa });
}

function textsOf({ serving, announced }: HostKeySet) {
  const text = (key: { readonly privateText: string }) => key.privateText;
  return { serving: serving.map(text), announced: announced.map(text) };
}

/** Connections are handed out in turn: of what holds for all of them together, each worker has its share. */
function shareOf(settings: SftpServerSettings, workers: number): SftpServerSettings {
  const share = (limit: number) => Math.ceil(limit / workers);
  return {
    ...settings,
    maxConnections: share(settings.maxConnections),
    maxUnauthenticatedConnections: share(settings.maxUnauthenticatedConnections),
    unauthenticatedDropStart: share(settings.unauthenticatedDropStart),
    maxConnectionsPerAddress: share(settings.maxConnectionsPerAddress),
    bytesInFlightTotal: share(settings.bytesInFlightTotal),
  };
}

function sftpSettings(config: Config): SftpServerSettings {
  const { trustedProxies, listeners, ...settings } = config.sftp;
  const dropStart = Math.ceil(settings.maxUnauthenticatedConnections / 2);
  return {
    ...defaultSftpServerSettings,
    ...settings,
    unauthenticatedDropStart: dropStart,
    trustedProxies: networksOf(trustedProxies),
    listeners: listeners.map(({ until, ...listener }) => ({
      ...listener,
      trustedProxies: networksOf(listener.trustedProxies),
      closesAtMs: until === undefined ? undefined : Date.parse(`${until}T00:00:00Z`),
    })),
  };
}

/** @throws Error for a network with bits after its prefix, which the schema does not see */
function networksOf(texts: readonly string[]): readonly Network[] {
  return texts.map((text) => {
    const network = parseNetwork(text);
    if (network === undefined) {
      throw new Error(
        `"${text}" in trustedProxies is not a network: the bits after its prefix must be 0, as in 192.0.2.0/24.`,
      );
    }
    return network;
  });
}

/**
 * Tells when something of one kind has changed, and not at every commit.
 * @param watched.count a number that differs after a change
 */
function onChangeOf(
  { database, observe }: Pick<SftpRoleDeps, 'database' | 'observe'>,
  watched: { readonly count: (database: Database) => Promise<number>; readonly listener: () => void },
): () => void {
  let known: number | undefined;
  const look = async (): Promise<void> => {
    try {
      const count = await watched.count(database);
      if (known !== undefined && count !== known) watched.listener();
      known = count;
    } catch (thrown) {
      observe({ kind: 'fault', where: 'gateway.changes', fault: describeFault(thrown) });
    }
  };
  void look();
  return database.changes.subscribe(() => void look(), { restMs });
}
