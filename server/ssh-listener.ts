// One place to listen at: a listener of our own in front, because ssh2 says nothing of a socket until the client has
// identified itself (faults 7 and 8 of the ssh2 notes) and does not set TCP_NODELAY (fault 28); behind it ssh2's
// transport with the algorithms of this listener's profile.
//
// The way of a socket: accepted -> (introduced by a trusted proxy) -> judged by the guard -> its turn has come -> not
// banned -> handed to ssh2. Whoever is refused on the way is closed without a word.

import { createServer, type Server, type Socket } from 'node:net';
import ssh2 from 'ssh2';
import { isInNetwork } from '../domain/network.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import type { ConnectionGuard, GuardPlace } from './connection-guard.ts';
import type { HostKey } from './host-keys.ts';
import { takeProxyHeader } from './proxied-socket.ts';
import type { ListenerSettings, SftpServerSettings } from './settings.ts';
import { algorithmProfiles } from './ssh-algorithms.ts';
import type { Arrival, SshConnection } from './ssh-connection.ts';
import { Turnstile } from './turnstile.ts';

/** A proxy sends its header at once; a slow one holds a place of those who have not signed in. */
const proxyHeaderMs = 5000;

export interface SshListenerDeps {
  readonly listener: ListenerSettings;
  readonly settings: SftpServerSettings;
  /** All host keys there are; those of the profile's types are used. */
  readonly hostKeys: readonly HostKey[];
  /** Shared by all listeners. */
  readonly guard: ConnectionGuard;
  readonly observe: Observe;
  /** Whether an address may not come in at all. */
  readonly isBanned: (address: string) => Promise<boolean>;
  readonly connect: (arrival: Omit<Arrival, 'number'>) => SshConnection;
}

interface Peer {
  readonly address: string;
  readonly port: number;
}

export class SshListener {
  readonly #deps: SshListenerDeps;
  readonly #connections = new Map<string, SshConnection>();
  readonly #server: Server;
  readonly #turnstile = new Turnstile();
  #transport: ssh2.Server;
  #state: 'open' | 'closed' = 'open';

  constructor(deps: SshListenerDeps) {
    this.#deps = deps;
    this.#transport = this.#newTransport(deps.hostKeys);
    this.#server = createServer({ noDelay: true }, (socket) => {
      // Before anything else: an error without a listener ends the process (fault 12).
      socket.on('error', () => undefined);
      this.#admit(socket).catch((thrown: unknown) => {
        this.#fault(thrown);
        socket.destroy();
      });
    });
  }

  get connections(): ReadonlyMap<string, SshConnection> {
    return this.#connections;
  }

  /** @throws Error (EADDRINUSE, EACCES, ...) when it cannot listen */
  listen(): Promise<{ readonly host: string; readonly port: number }> {
    const { host, port } = this.#deps.listener;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        // Out of descriptors, say: the next connection may fare better, and nobody is served by a crash.
        this.#server.on('error', () => undefined);
        const bound = this.#server.address();
        const known = typeof bound === 'object' && bound !== null;
        resolve(known ? { host: bound.address, port: bound.port } : { host, port });
      });
    });
  }

  /** New connections get these host keys; those that are open keep theirs. */
  useHostKeys(keys: readonly HostKey[]): void {
    this.#transport = this.#newTransport(keys);
  }

  /** Takes nobody in any more. @returns when the last connection is gone; safe to call twice */
  stop(): Promise<void> {
    this.#state = 'closed';
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  async #admit(socket: Socket): Promise<void> {
    const { guard, isBanned, listener } = this.#deps;
    const peer = peerOf(socket);
    if (peer === undefined) {
      socket.destroy();
      return;
    }
    const isProxy = listener.trustedProxies.some((proxy) => isInNetwork(proxy, peer.address));
    const admission = guard.judge(isProxy ? undefined : peer.address);
    if (admission.kind === 'refused') {
      this.#refuse(socket, { address: peer.address, reason: admission.reason });
      return;
    }
    const place = guard.enter(isProxy ? undefined : peer.address);
    socket.once('close', () => place.release());
    const address = isProxy ? await this.#introduced(socket, { proxy: peer.address, place }) : peer.address;
    if (address === undefined) return;
    await this.#turnstile.pass();
    if (await isBanned(address)) this.#refuse(socket, { address, reason: 'banned' });
    else if (!socket.destroyed && this.#state === 'open') this.#serve(socket, { peer, address, place });
    else socket.destroy();
  }

  /** @returns whom a trusted proxy brings; undefined when the socket was refused */
  async #introduced(
    socket: Socket,
    from: { readonly proxy: string; readonly place: GuardPlace },
  ): Promise<string | undefined> {
    const outcome = await takeProxyHeader(socket, proxyHeaderMs);
    if (outcome.kind === 'refused') {
      this.#refuse(socket, { address: from.proxy, reason: `no PROXY header: ${outcome.why}` });
      return undefined;
    }
    const address = outcome.address ?? from.proxy;
    const admission = from.place.cameFrom(address);
    if (admission.kind === 'admitted') return address;
    this.#refuse(socket, { address, reason: admission.reason });
    return undefined;
  }

  #serve(
    socket: Socket,
    from: { readonly peer: Peer; readonly address: string; readonly place: GuardPlace },
  ) {
    const { listener, connect } = this.#deps;
    const { address, place, peer } = from;
    const connection = connect({ socket, address, place, profile: listener.profile });
    const key = `${peer.address} ${peer.port}`;
    this.#connections.set(key, connection);
    socket.once('close', () => this.#connections.delete(key));
    this.#transport.injectSocket(socket);
  }

  #refuse(socket: Socket, refusal: { readonly address: string; readonly reason: string }): void {
    this.#deps.observe({ kind: 'sftp.connection-refused', ...refusal });
    socket.destroy();
  }

  /** ssh2's server without a listener: sockets are injected, and announced by address and port once they speak SSH. */
  #newTransport(keys: readonly HostKey[]): ssh2.Server {
    const { settings, listener } = this.#deps;
    const { kex, cipher, hmac, compress, serverHostKey, hostKeyTypes } = algorithmProfiles[listener.profile];
    const transport = new ssh2.Server(
      {
        hostKeys: keys.filter(({ type }) => hostKeyTypes.includes(type)).map((key) => key.privateText),
        algorithms: {
          kex: [...kex],
          cipher: [...cipher],
          hmac: [...hmac],
          compress: [...compress],
          serverHostKey: [...serverHostKey],
        },
        ident: settings.softwareIdent,
        ...(settings.banner === '' ? {} : { banner: settings.banner }),
        keepaliveInterval: settings.keepaliveIntervalMs,
        keepaliveCountMax: settings.keepaliveCountMax,
      },
      (client, info) => {
        const connection = this.#connections.get(`${plain(info.ip)} ${info.port}`);
        if (connection !== undefined) {
          connection.attach(client);
          return;
        }
        // The socket was reset in the same breath: there is nobody to serve.
        client.on('error', () => undefined);
        client.end();
      },
    );
    transport.on('error', (thrown: unknown) => this.#fault(thrown));
    return transport;
  }

  #fault(thrown: unknown): void {
    this.#deps.observe({ kind: 'fault', where: 'sftp transport', fault: describeFault(thrown) });
  }
}

/** @returns undefined when the socket is gone already */
function peerOf({ remoteAddress, remotePort }: Socket): Peer | undefined {
  return remoteAddress === undefined || remotePort === undefined
    ? undefined
    : { address: plain(remoteAddress), port: remotePort };
}

/** A dual-stack listener names IPv4 peers in IPv6. */
function plain(address: string): string {
  return address.replace(/^::ffff:/, '');
}
