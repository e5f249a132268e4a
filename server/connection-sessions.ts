// The sessions of one connection that has signed in: opening channels (RFC 4254 section 5.1), the one subsystem that
// there is (section 6.5), and what is asked of all sessions together.

import type { Socket } from 'node:net';
import type { Connection, ServerChannel, Session } from 'ssh2';
import type { SftpPrincipal } from '../domain/login.ts';
import type { Mailbox } from '../domain/mailbox.ts';
import type { Observe } from '../domain/observation.ts';
import type { VirtualPath } from '../domain/virtual-path.ts';
import type { SessionTransfer } from '../storage/sftp-session-store.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { ByteBudget } from './byte-budget.ts';
import { ChannelStream } from './channel-stream.ts';
import { mailboxFileSystem } from './mailbox-file-system.ts';
import type { SessionObserver } from './session-context.ts';
import type { SftpServerSettings } from './settings.ts';
import { SftpSession } from './sftp-session.ts';
import { SocketHold } from './socket-hold.ts';
import { bytesHeldByKeyExchange, isExchangingKeys } from './ssh2-internals.ts';
import { TransferLog } from './transfer-log.ts';

export interface ConnectionSessionsDeps {
  readonly client: Connection;
  readonly socket: Socket;
  readonly principal: SftpPrincipal;
  /** The connection's number and the client's address, for what is observed. */
  readonly connection: number;
  readonly address: string;
  readonly openMailbox: (principal: SftpPrincipal) => Promise<Mailbox>;
  readonly observe: Observe;
  readonly fault: (where: string, thrown: unknown) => void;
  readonly settings: SftpServerSettings;
  /** Shared by all sessions of the process. */
  readonly budget: ByteBudget;
  readonly pool: BufferPool;
  /** Where the transport's packets are given back. */
  readonly transportPackets: BufferPool;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

interface LiveSession {
  readonly stream: ChannelStream;
  readonly session: SftpSession<VirtualPath>;
}

export class ConnectionSessions {
  readonly #deps: ConnectionSessionsDeps;
  readonly #startedAtMs: number;
  readonly #transfers: TransferLog;
  readonly #hold: SocketHold;
  readonly #live = new Set<LiveSession>();
  readonly #streams = new Set<ChannelStream>();
  /** Session channels that are open, with or without the subsystem. */
  #channels = 0;
  #closing = false;
  #lastActiveAtMs: number;

  constructor(deps: ConnectionSessionsDeps) {
    this.#deps = deps;
    this.#startedAtMs = deps.now();
    this.#transfers = new TransferLog(deps.now);
    this.#lastActiveAtMs = this.#startedAtMs;
    this.#hold = new SocketHold({
      socket: deps.socket,
      budget: deps.budget,
      requestsInFlight: () => this.#requestsInFlight(),
      waitsForClient: () => this.#waitsForClient(),
      sipMs: deps.settings.keepaliveIntervalMs / 2,
      now: deps.now,
    });
    // Listening from sign-in on, so after ssh2, which knows of a wider window by then.
    deps.socket.on('data', () => {
      for (const stream of this.#streams) stream.received();
      this.#hold.judge();
    });
    // Forwarding and everything else that is no session ssh2 refuses, because nobody listens for it (rule R16).
    deps.client.on('session', (accept, reject) => this.#opened(accept, reject));
  }

  /** When the last byte of SFTP came or went, in milliseconds since 1970. Keepalives do not count. */
  get lastActiveAtMs(): number {
    for (const { session } of this.#live) {
      this.#lastActiveAtMs = Math.max(this.#lastActiveAtMs, session.lastActiveAtMs);
    }
    return this.#lastActiveAtMs;
  }

  /** Bytes that clients have sent and that no session has read yet: what their windows let them have here. */
  get unreadBytes(): number {
    let bytes = 0;
    for (const stream of this.#streams) bytes += stream.unreadBytes();
    return bytes;
  }

  /** Whether the client is not being read, so that it may not seem to answer. */
  get isHeld(): boolean {
    return this.#hold.isHeld;
  }

  /** To be called every second or so. */
  watch(): void {
    this.#hold.sip();
  }

  /** What is being uploaded and downloaded now. */
  get transfers(): readonly SessionTransfer[] {
    return this.#transfers.running;
  }

  /** Opens nothing any more. @returns when no transfer moves any more, or the drain time is over */
  settle(): Promise<void> {
    this.#closing = true;
    return this.#transfers.settle(this.#deps.settings.drainMs);
  }

  /** Whether a client has sent more than its window allows (fault 14 of the ssh2 notes). */
  isOverrun(): boolean {
    for (const stream of this.#streams) if (stream.isOverrun()) return true;
    return false;
  }

  /** The socket has room again, or a key exchange is done. */
  drained(): void {
    for (const stream of this.#streams) stream.drained();
  }

  /** The connection is gone: sessions are over at once, and uploads that were not closed are abandoned. */
  cut(): void {
    this.#closing = true;
    this.#hold.release();
    for (const stream of this.#streams) stream.cut();
  }

  /** Ends every session; what is under way is still answered. @returns when all have let go of their files */
  async drain(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#live].map(({ session }) => session.end()));
  }

  /** @returns when all sessions have let go of their files, however they ended */
  async ended(): Promise<void> {
    await Promise.all([...this.#live].map(({ session }) => session.ended));
  }

  #requestsInFlight(): number {
    let requests = 0;
    for (const { session } of this.#live) requests += session.requestsInFlight;
    return requests;
  }

  #waitsForClient(): boolean {
    if (isExchangingKeys(this.#deps.client)) return true;
    for (const stream of this.#streams) if (stream.waitsForClient()) return true;
    return false;
  }

  #opened(accept: () => Session, reject: () => void): void {
    if (this.#closing || this.#channels >= this.#deps.settings.maxSessionsPerConnection) {
      reject();
      return;
    }
    this.#channels += 1;
    const session = accept();
    session.on('error', () => undefined);
    session.once('close', () => {
      this.#channels -= 1;
    });
    // Nobody listens for exec, shell, pty, env, x11 or agent: ssh2 answers those with CHANNEL_FAILURE (rule R16). Nobody
    // listens for `sftp` either, or ssh2 would start its own SFTP class (faults 13 and 17).
    session.on('subsystem', (acceptChannel, rejectChannel, info) => {
      if (info.name === 'sftp' && !this.#closing) this.#serve(acceptChannel());
      else rejectChannel?.();
    });
  }

  /** @param channel undefined when the client closed the channel while it was asking */
  #serve(channel: ServerChannel | undefined): void {
    if (channel === undefined) return;
    const { client, socket, principal, openMailbox } = this.#deps;
    const stream = new ChannelStream({
      channel,
      socket,
      heldByTransport: () => bytesHeldByKeyExchange(client),
      replied: () => this.#hold.judge(),
    });
    this.#streams.add(stream);
    channel.once('close', () => this.#streams.delete(stream));
    // Bytes that come before the mailbox is open wait in the channel, within its window.
    openMailbox(principal)
      .then((mailbox) => this.#start(stream, mailbox))
      .catch((thrown: unknown) => {
        this.#deps.fault('sftp open mailbox', thrown);
        stream.finish(1);
      });
  }

  #start(stream: ChannelStream, mailbox: Mailbox): void {
    if (this.#closing) {
      stream.finish(1);
      return;
    }
    const { settings, budget, pool, transportPackets, now, randomBytes } = this.#deps;
    const session = new SftpSession({
      stream,
      files: mailboxFileSystem(this.#transfers.watch(mailbox)),
      limits: settings,
      budget,
      pool,
      usedUp: (chunk) => transportPackets.give(chunk),
      observer: this.#observer(),
      readOnly: false,
      now,
      randomBytes,
    });
    const live: LiveSession = { stream, session };
    this.#live.add(live);
    session.ended
      .then(() => {
        this.#lastActiveAtMs = now();
        this.#live.delete(live);
      })
      .catch((thrown: unknown) => this.#deps.fault('sftp session', thrown));
    session.start();
  }

  #observer(): SessionObserver {
    const { observe, fault, connection, address, principal } = this.#deps;
    const { userId, partnerId } = principal;
    return {
      refused: (refusal) => observe({ kind: 'sftp.request-refused', connection, userId, ...refusal }),
      transferred: (transfer) =>
        observe({ kind: 'sftp.transfer', connection, userId, partnerId, ...transfer }),
      protocolError: (message) => observe({ kind: 'sftp.protocol-error', connection, address, message }),
      fault,
    };
  }
}
