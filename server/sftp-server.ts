// The SFTP daemon: its listeners, one SshConnection a socket, and one clock that looks after them all.

import { createRequire } from 'node:module';
import type { SftpGate, SftpPrincipal } from '../domain/login.ts';
import type { Mailbox } from '../domain/mailbox.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import { BufferPool } from './buffer-pool.ts';
import { ByteBudget } from './byte-budget.ts';
import { ConnectionGuard } from './connection-guard.ts';
import { type HostKey, HostKeyUnusable, readHostKey } from './host-keys.ts';
import { ListenerEnd } from './listener-end.ts';
import { SessionBook, type SessionBookDeps } from './session-book.ts';
import type { ListenerSettings, SftpServerSettings } from './settings.ts';
import { algorithmProfiles } from './ssh-algorithms.ts';
import { type Arrival, SshConnection } from './ssh-connection.ts';
import { SshListener } from './ssh-listener.ts';
import { poolTransportPackets } from './transport-packets.ts';

/** A READ or WRITE of 32 KiB with what stands around it, in bytes. */
const commonPacketBytes = 33 * 1024;

export interface SftpServerDeps {
  readonly gate: SftpGate;
  /** Opens the mailbox of someone who has signed in. */
  readonly openMailbox: (principal: SftpPrincipal) => Promise<Mailbox>;
  readonly observe: Observe;
  readonly settings: SftpServerSettings;
  /**
   * Private keys, ed25519 and ECDSA P-256, in PEM or OpenSSH format (host-keys.ts makes them). At least one. An RSA key
   * is used by listeners of the profile `legacy` and by no other.
   */
  readonly hostKeys: readonly string[];
  /** Keys that clients are told of and that do not serve yet: a rotation is under way. */
  readonly announcedHostKeys?: readonly string[];
  /** @returns milliseconds since 1970 */
  readonly now: () => number;
  /** @returns so many bytes from a secure source */
  readonly randomBytes: (count: number) => Uint8Array;
  /**
   * Subscribes to changes of accounts: every session is checked at once when one is announced (invariant I5). Without
   * it they are checked by the clock alone.
   * @returns what ends the subscription
   */
  readonly changed?: (listener: () => void) => () => void;
  /** Where sessions are written down that have a `sessionId` by the gate; without it, nowhere. */
  readonly reportSessions?: SessionBookDeps['report'];
  /** Whether an address is banned, asked before it may say a word. A fault counts as no: the gate refuses as well. */
  readonly isBanned?: (address: string) => Promise<boolean>;
}

export interface SftpServer {
  readonly host: string;
  readonly port: number;
  /** Where the further listeners are, by name; without those whose time is over. */
  readonly listeners: readonly { readonly name: string; readonly host: string; readonly port: number }[];
  /** `SHA256:...`, one a host key at the start, ed25519 first. */
  readonly fingerprints: readonly string[];
  /** Connections that are open, signed in or not. */
  readonly connections: () => number;
  /**
   * Bytes that sessions hold in memory for their clients, and the most they ever held; and what clients have sent that
   * no session has read yet, which their windows bound.
   */
  readonly bytesHeld: () => {
    readonly nowBytes: number;
    readonly peakBytes: number;
    readonly unreadBytes: number;
  };
  /** New connections are served with these keys; those that are open keep theirs. @throws HostKeyUnusable */
  readonly useHostKeys: (keys: {
    readonly serving: readonly string[];
    readonly announced: readonly string[];
  }) => void;
  /** Stops listening, lets requests under way finish, ends every connection. Safe to call twice. */
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

interface HostKeys {
  readonly serving: readonly HostKey[];
  readonly announced: readonly HostKey[];
}

interface OpenListener {
  readonly settings: ListenerSettings;
  readonly listener: SshListener;
  readonly end: ListenerEnd;
  readonly host: string;
  readonly port: number;
}

/**
 * Starts the daemon.
 * @returns when it listens; the caller closes it
 * @throws HostKeyUnusable for a host key of another kind; Error (EADDRINUSE, EACCES, ...) when it cannot listen
 */
export async function startSftpServer(deps: SftpServerDeps): Promise<SftpServer> {
  const { settings } = deps;
  const budget = new ByteBudget(settings.bytesInFlightTotal);
  let keys: HostKeys = {
    serving: readHostKeys(deps.hostKeys),
    announced: readAnnounced(deps.announcedHostKeys ?? []),
  };
  const sessions = new SessionBook({
    report: deps.reportSessions ?? (async () => undefined),
    now: deps.now,
    fault: (where, thrown) => deps.observe({ kind: 'fault', where, fault: describeFault(thrown) }),
  });
  const opened = await openListeners(deps, { budget, sessions, keys: () => keys });
  const [first] = opened.listeners;
  if (first === undefined) throw new Error('The first listener has no end, and so is there.');
  const all = () => opened.listeners.flatMap(({ listener }) => [...listener.connections.values()]);
  const watcher = setInterval(() => {
    for (const connection of all()) connection.watch();
    for (const open of opened.listeners) closeWhenOver(open);
    sessions.progress(() => all().flatMap(({ progress }) => progress ?? []));
  }, settings.watchIntervalMs);
  const unsubscribe = deps.changed?.(() => {
    for (const connection of all()) connection.checkWelcome();
  });

  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= shutDown();
    return closing;
  };
  async function shutDown(): Promise<void> {
    unsubscribe?.();
    const stopped = Promise.all(opened.listeners.map(({ listener }) => listener.stop()));
    const ended = Promise.all(all().map((connection) => connection.close('shutting down')));
    await atMost(3 * settings.drainMs, ended);
    clearInterval(watcher);
    await stopped;
    await sessions.flush();
  }
  return {
    host: first.host,
    port: first.port,
    listeners: opened.listeners.slice(1).map((open) => ({
      name: open.settings.name,
      host: open.host,
      port: open.port,
    })),
    fingerprints: keys.serving.map((key) => key.fingerprint),
    useHostKeys(texts) {
      keys = { serving: readHostKeys(texts.serving), announced: readAnnounced(texts.announced) };
      for (const { listener } of opened.listeners) listener.useHostKeys(keys.serving);
    },
    connections: () => all().length,
    bytesHeld: () => ({
      nowBytes: budget.usedBytes,
      peakBytes: budget.peakBytes,
      unreadBytes: all().reduce((sum, connection) => sum + connection.unreadBytes, 0),
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** @throws HostKeyUnusable when there is none, or one cannot be used */
function readHostKeys(texts: readonly string[]): readonly HostKey[] {
  const order = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'];
  const keys = texts.map((text) => readHostKey(text, { rsa: true }));
  if (keys.length === 0) throw new HostKeyUnusable('The daemon needs at least one host key.');
  return keys.sort((one, other) => order.indexOf(one.type) - order.indexOf(other.type));
}

function readAnnounced(texts: readonly string[]): readonly HostKey[] {
  return texts.map((text) => readHostKey(text, { rsa: true }));
}

async function openListeners(
  deps: SftpServerDeps,
  shared: {
    readonly budget: ByteBudget;
    readonly sessions: SessionBook;
    readonly keys: () => HostKeys;
  },
) {
  const { settings, observe, now } = deps;
  const { host, port, profile, trustedProxies } = settings;
  const guard = new ConnectionGuard({ limits: settings, randomBytes: deps.randomBytes });
  // Most clients move 32 KiB at a time, and some as much as a packet may hold; both with their length fields.
  const pool = new BufferPool({
    bufferBytes: [commonPacketBytes, settings.maxPacketBytes + 4],
    maxIdle: settings.maxIdleBuffers,
  });
  const transportPackets = poolTransportPackets(settings.maxIdleBuffers);
  let accepted = 0;
  const connect = (arrival: Omit<Arrival, 'number'>) => {
    accepted += 1;
    const hostKeys = () => [...shared.keys().serving, ...shared.keys().announced];
    const { budget, sessions } = shared;
    const connectionDeps = { ...deps, budget, sessions, pool, transportPackets, hostKeys };
    return new SshConnection(connectionDeps, { ...arrival, number: accepted });
  };
  const main: ListenerSettings = { name: 'main', host, port, profile, trustedProxies, closesAtMs: undefined };
  const listeners: OpenListener[] = [];
  try {
    for (const listenerSettings of [main, ...settings.listeners]) {
      const end = new ListenerEnd({ listener: listenerSettings, settings, observe, now });
      if (end.judge() === 'over') continue;
      const keys = shared
        .keys()
        .serving.filter(({ type }) =>
          algorithmProfiles[listenerSettings.profile].hostKeyTypes.includes(type),
        );
      const listener = new SshListener({
        listener: listenerSettings,
        settings,
        hostKeys: keys,
        guard,
        observe,
        connect,
        isBanned: (address) => isBanned(deps, address),
      });
      const bound = await listener.listen();
      listeners.push({ settings: listenerSettings, listener, end, ...bound });
      observe({
        kind: 'sftp.listening',
        ...bound,
        listener: listenerSettings.name,
        profile: listenerSettings.profile,
        fingerprints: keys.map((key) => key.fingerprint),
        nativeCrypto: hasNativeCrypto(),
      });
    }
  } catch (thrown) {
    // Whoever sees the error has nothing to close.
    for (const { listener } of listeners) await listener.stop();
    throw thrown;
  }
  return { listeners };
}

async function isBanned(deps: SftpServerDeps, address: string): Promise<boolean> {
  try {
    return (await deps.isBanned?.(address)) ?? false;
  } catch (thrown) {
    deps.observe({ kind: 'fault', where: 'sftp bans', fault: describeFault(thrown) });
    return false;
  }
}

/** A listener whose end has come takes nobody in any more, and lets go of those it has. */
function closeWhenOver({ listener, end }: OpenListener): void {
  if (end.isOver || end.judge() !== 'over') return;
  // Its connections are closed below, and so both settle.
  void listener.stop();
  for (const connection of listener.connections.values()) void connection.close('the listener was closed');
}

/** Waits for a promise, but not for a disk that never answers: its uploads are found as interrupted at the next start. */
async function atMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}

/** Whether ssh2 runs with its native ciphers, which are several times as fast (fault 30). */
function hasNativeCrypto(): boolean {
  try {
    createRequire(import.meta.url)('ssh2/lib/protocol/crypto/build/Release/sshcrypto.node');
    return true;
  } catch {
    return false;
  }
}
