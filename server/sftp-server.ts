// The SFTP daemon: a listener of our own in front, because ssh2 says nothing of a socket until the client has
// identified itself (faults 7 and 8 of the ssh2 notes) and does not set TCP_NODELAY (fault 28); behind it ssh2's
// transport, one SshConnection a socket, and one clock that looks after them all.

import { createRequire } from 'node:module';
import { createServer, type Server } from 'node:net';
import ssh2 from 'ssh2';
import type { SftpGate, SftpPrincipal } from '../domain/login.ts';
import type { Mailbox } from '../domain/mailbox.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import { BufferPool } from './buffer-pool.ts';
import { ByteBudget } from './byte-budget.ts';
import { ConnectionGuard } from './connection-guard.ts';
import { HostKeyUnusable, readHostKey } from './host-keys.ts';
import type { SftpServerSettings } from './settings.ts';
import { modernAlgorithms } from './ssh-algorithms.ts';
import { SshConnection } from './ssh-connection.ts';

export interface SftpServerDeps {
  readonly gate: SftpGate;
  /** Opens the mailbox of someone who has signed in. */
  readonly openMailbox: (principal: SftpPrincipal) => Promise<Mailbox>;
  readonly observe: Observe;
  readonly settings: SftpServerSettings;
  /** Private keys, ed25519 and ECDSA P-256, in PEM or OpenSSH format (host-keys.ts makes them). At least one. */
  readonly hostKeys: readonly string[];
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
}

export interface SftpServer {
  readonly host: string;
  readonly port: number;
  /** `SHA256:...`, one a host key, ed25519 first. */
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
  /** Stops listening, lets requests under way finish, ends every connection. Safe to call twice. */
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/**
 * Starts the daemon.
 * @returns when it listens; the caller closes it
 * @throws HostKeyUnusable for a host key of another kind; Error (EADDRINUSE, EACCES, ...) when it cannot listen
 */
export async function startSftpServer(deps: SftpServerDeps): Promise<SftpServer> {
  const { settings, observe } = deps;
  const keys = deps.hostKeys.map(readHostKey).sort((one, other) => other.type.localeCompare(one.type));
  if (keys.length === 0) throw new HostKeyUnusable('The daemon needs at least one host key.');
  const fingerprints = keys.map((key) => key.fingerprint);
  const budget = new ByteBudget(settings.bytesInFlightTotal);
  const pool = new BufferPool({
    // The longest packet with its length field, in and out.
    bufferBytes: settings.maxPacketBytes + 4,
    maxIdle: settings.maxIdleBuffers,
  });
  const guard = new ConnectionGuard({ limits: settings, randomBytes: deps.randomBytes });
  const connections = new Map<string, SshConnection>();
  const transport = startTransport(deps, {
    keys: keys.map((key) => key.privateText),
    find: (peer) => connections.get(peer),
  });

  let accepted = 0;
  const listener = createServer({ noDelay: true }, (socket) => {
    // Before anything else: an error without a listener ends the process (fault 12).
    socket.on('error', () => undefined);
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) {
      socket.destroy();
      return;
    }
    const address = remoteAddress.replace(/^::ffff:/, '');
    const admission = guard.judge(address);
    if (admission.kind === 'refused') {
      observe({ kind: 'sftp.connection-refused', address, reason: admission.reason });
      socket.destroy();
      return;
    }
    accepted += 1;
    const connection = new SshConnection(
      { ...deps, budget, pool },
      { socket, number: accepted, address, place: guard.enter(address) },
    );
    const peer = peerOf(remoteAddress, remotePort);
    connections.set(peer, connection);
    socket.once('close', () => connections.delete(peer));
    transport.injectSocket(socket);
  });

  await listen(listener, settings);
  const watcher = setInterval(() => {
    for (const connection of connections.values()) connection.watch();
  }, settings.watchIntervalMs);
  const unsubscribe = deps.changed?.(() => {
    for (const connection of connections.values()) connection.checkWelcome();
  });
  const { host, port } = boundTo(listener, settings);
  observe({ kind: 'sftp.listening', host, port, fingerprints, nativeCrypto: hasNativeCrypto() });

  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= shutDown();
    return closing;
  };
  async function shutDown(): Promise<void> {
    unsubscribe?.();
    const stopped = new Promise<void>((resolve) => {
      listener.close(() => resolve());
    });
    const ended = Promise.all(
      [...connections.values()].map((connection) => connection.close('shutting down')),
    );
    await atMost(2 * settings.drainMs, ended);
    clearInterval(watcher);
    await stopped;
  }
  return {
    host,
    port,
    fingerprints,
    connections: () => connections.size,
    bytesHeld: () => ({
      nowBytes: budget.usedBytes,
      peakBytes: budget.peakBytes,
      unreadBytes: [...connections.values()].reduce((sum, connection) => sum + connection.unreadBytes, 0),
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** ssh2's server without a listener: sockets are injected, and announced by address and port once they speak SSH. */
function startTransport(
  deps: SftpServerDeps,
  known: {
    readonly keys: string[];
    readonly find: (peer: string) => SshConnection | undefined;
  },
): ssh2.Server {
  const { settings } = deps;
  const transport = new ssh2.Server(
    {
      hostKeys: known.keys,
      algorithms: modernAlgorithms,
      ident: settings.softwareIdent,
      ...(settings.banner === '' ? {} : { banner: settings.banner }),
      keepaliveInterval: settings.keepaliveIntervalMs,
      keepaliveCountMax: settings.keepaliveCountMax,
    },
    (client, info) => {
      const connection = known.find(peerOf(info.ip, info.port));
      if (connection !== undefined) {
        connection.attach(client);
        return;
      }
      // The socket was reset in the same breath: there is nobody to serve.
      client.on('error', () => undefined);
      client.end();
    },
  );
  transport.on('error', (thrown: unknown) => {
    deps.observe({ kind: 'fault', where: 'sftp transport', fault: describeFault(thrown) });
  });
  return transport;
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

function peerOf(address: string, port: number): string {
  return `${address} ${port}`;
}

function listen(listener: Server, settings: SftpServerSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(settings.port, settings.host, () => {
      listener.off('error', reject);
      // Out of descriptors, say: the next connection may fare better, and nobody is served by a crash.
      listener.on('error', () => undefined);
      resolve();
    });
  });
}

function boundTo(listener: Server, settings: SftpServerSettings): { host: string; port: number } {
  const address = listener.address();
  return typeof address === 'object' && address !== null
    ? { host: address.address, port: address.port }
    : { host: settings.host, port: settings.port };
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
