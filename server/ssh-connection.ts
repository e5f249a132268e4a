// One SSH connection, from accept to the end of its socket.
//
// States: `arriving` (nothing but a socket: the client has not identified itself) -> `signing-in` (ssh2 has announced
// it) -> `open` (signed in; sessions come and go) -> `closing` (nothing new is taken, sessions end, the client is told)
// -> `closed` (the socket is gone). Any state may go to `closing` or, when the client hangs up, to `closed`.

import type { Socket } from 'node:net';
import type { Connection, ServerChannel, Session } from 'ssh2';
import type { SftpGate, SftpPrincipal } from '../domain/login.ts';
import type { Mailbox } from '../domain/mailbox.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import type { VirtualPath } from '../domain/virtual-path.ts';
import type { ByteBudget } from './byte-budget.ts';
import { ChannelStream } from './channel-stream.ts';
import { ClientOffer, printable } from './client-offer.ts';
import type { GuardPlace } from './connection-guard.ts';
import { mailboxFileSystem } from './mailbox-file-system.ts';
import type { SessionObserver } from './session-context.ts';
import type { SftpServerSettings } from './settings.ts';
import { SftpSession } from './sftp-session.ts';
import { SshLogin } from './ssh-login.ts';
import { bytesHeldByKeyExchange } from './ssh2-internals.ts';

export interface ConnectionDeps {
  readonly gate: SftpGate;
  readonly openMailbox: (principal: SftpPrincipal) => Promise<Mailbox>;
  readonly observe: Observe;
  readonly settings: SftpServerSettings;
  readonly budget: ByteBudget;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

type State = 'arriving' | 'signing-in' | 'open' | 'closing' | 'closed';

/** Faults in a row of the account check after which a session ends: a database that is away for a moment may return. */
const maxWelcomeFaults = 3;
const maxLoggedUserName = 64;

interface LiveSession {
  readonly stream: ChannelStream;
  readonly session: SftpSession<VirtualPath>;
}

export class SshConnection {
  readonly #deps: ConnectionDeps;
  readonly #socket: Socket;
  readonly #number: number;
  readonly #address: string;
  readonly #place: GuardPlace;
  readonly #offer = new ClientOffer();
  readonly #openedAtMs: number;
  readonly #graceTimer: NodeJS.Timeout;
  #hangUpTimer: NodeJS.Timeout | undefined;
  #state: State = 'arriving';
  #client: Connection | undefined;
  #login: SshLogin | undefined;
  #principal: SftpPrincipal | undefined;
  #reason = 'client hung up';
  /** Session channels that are open, with or without the subsystem. */
  #channels = 0;
  readonly #sessions = new Set<LiveSession>();
  #readyAtMs = 0;
  #welcomeCheckedAtMs = 0;
  #welcomeChecking = false;
  #welcomeFaults = 0;
  #keyedAtMs = 0;
  #keyedAtBytes = 0;
  #rekeyingSinceMs: number | undefined;
  #resolveClosed: () => void = () => undefined;
  /** Resolves when the socket is gone and every session has let go of its files. Never rejects. */
  readonly closed: Promise<void>;

  constructor(
    deps: ConnectionDeps,
    arrival: {
      readonly socket: Socket;
      readonly number: number;
      readonly address: string;
      readonly place: GuardPlace;
    },
  ) {
    this.#deps = deps;
    this.#socket = arrival.socket;
    this.#number = arrival.number;
    this.#address = arrival.address;
    this.#place = arrival.place;
    this.#openedAtMs = deps.now();
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    // ssh2 has no login timer (fault 7); sshd's LoginGraceTime.
    this.#graceTimer = setTimeout(() => this.#hangUp('sign-in took too long'), deps.settings.loginGraceMs);
    this.#watchSocket();
  }

  /** The bytes held for this connection's client, for the tests of the limits. */
  get heldBytes(): number {
    return [...this.#sessions].reduce((sum, { session }) => sum + session.heldBytes, 0);
  }

  /** Takes over what ssh2 has announced: the client has identified itself. */
  attach(client: Connection): void {
    // First of all: an error without a listener ends the process (fault 12).
    client.on('error', (error) => this.#transportFailed(error));
    this.#client = client;
    if (this.#state !== 'arriving') {
      this.#hangUp(this.#reason);
      return;
    }
    this.#state = 'signing-in';
    const login = this.#newLogin();
    this.#login = login;
    client.on('authentication', (context) => login.handle(context));
    client.on('ready', () => this.#signedIn(client));
    client.on('rekey', () => this.#rekeyed());
    client.on('end', () => this.#cutSessions());
    client.on('close', () => this.#cutSessions());
  }

  /** What has to be looked at from time to time: idle sessions, keys, the account. */
  watch(): void {
    if (this.#state !== 'open') return;
    const nowMs = this.#deps.now();
    this.#watchIdle(nowMs);
    this.#watchKeys(nowMs);
    if (nowMs - this.#welcomeCheckedAtMs >= this.#deps.settings.accountCheckMs) this.checkWelcome();
  }

  /** Asks whether the account behind this connection may go on, and ends the connection if not (invariant I5). */
  checkWelcome(): void {
    const principal = this.#principal;
    if (this.#state !== 'open' || principal === undefined || this.#welcomeChecking) return;
    this.#welcomeChecking = true;
    this.#welcomeCheckedAtMs = this.#deps.now();
    this.#isWelcome(principal)
      .then((welcome) => {
        this.#welcomeChecking = false;
        if (welcome || this.#state !== 'open') return;
        this.#deps.observe({
          kind: 'sftp.session-ended-by-account',
          connection: this.#number,
          userId: principal.userId,
        });
        this.#hangUp('the account changed');
      })
      .catch((thrown: unknown) => this.#fault('sftp account check', thrown));
  }

  /**
   * Ends the connection: requests under way may finish within the drain time, then the client is told, then the
   * socket goes. Safe to call twice.
   * @returns when it is closed
   */
  async close(reason: string): Promise<void> {
    if (this.#state !== 'closing' && this.#state !== 'closed') {
      this.#state = 'closing';
      this.#reason = reason;
      this.#login?.stop();
      // Whatever does not drain by then goes with the socket.
      this.#hangUpTimer = setTimeout(() => this.#socket.destroy(), this.#deps.settings.drainMs);
      await Promise.all([...this.#sessions].map(({ session }) => session.end()));
      this.#sayGoodbye();
    }
    await this.closed;
  }

  #watchSocket(): void {
    const socket = this.#socket;
    // First of all: an error without a listener ends the process (fault 12).
    socket.on('error', () => undefined);
    const readAlong = (chunk: Buffer) => {
      this.#offer.push(chunk);
      if (this.#offer.isDone) socket.off('data', readAlong);
    };
    socket.on('data', readAlong);
    socket.on('data', () => this.#watchWindows());
    socket.on('drain', () => {
      for (const { stream } of this.#sessions) stream.drained();
    });
    socket.once('close', () => this.#socketClosed());
  }

  #newLogin(): SshLogin {
    const { gate, settings, now, observe } = this.#deps;
    const who = { connection: this.#number, address: this.#address };
    return new SshLogin({
      gate,
      address: this.#address,
      maxAuthTries: settings.maxAuthTries,
      now,
      accepted: ({ principal, method, durationMs }) => {
        this.#principal = principal;
        const { userId, partnerId } = principal;
        const { software } = this.#offer;
        observe({ kind: 'sftp.login', ...who, userId, partnerId, method, software, durationMs });
      },
      refused: ({ userName, ...refusal }) => {
        const shown = printable(userName).slice(0, maxLoggedUserName);
        observe({ kind: 'sftp.login-refused', ...who, userName: shown, ...refusal });
      },
      exhausted: () => this.#hangUp('too many sign-in attempts'),
      fault: (where, thrown) => this.#fault(where, thrown),
    });
  }

  #signedIn(client: Connection): void {
    if (this.#state !== 'signing-in' || this.#principal === undefined) {
      this.#hangUp('signed in out of turn');
      return;
    }
    this.#state = 'open';
    clearTimeout(this.#graceTimer);
    this.#place.signedIn();
    const nowMs = this.#deps.now();
    this.#readyAtMs = nowMs;
    this.#welcomeCheckedAtMs = nowMs;
    this.#keyedAtMs = nowMs;
    client.on('session', (accept, reject) => this.#sessionAsked(accept, reject));
  }

  /** RFC 4254 section 5.1. Only sessions are asked for here: ssh2 refuses what nobody listens for (forwarding). */
  #sessionAsked(accept: () => Session, reject: () => void): void {
    if (this.#state !== 'open' || this.#channels >= this.#deps.settings.maxSessionsPerConnection) {
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
      if (info.name === 'sftp' && this.#state === 'open') this.#serve(acceptChannel());
      else rejectChannel?.();
    });
  }

  /** @param channel undefined when the client closed the channel while it was asking */
  #serve(channel: ServerChannel | undefined): void {
    const principal = this.#principal;
    const client = this.#client;
    if (channel === undefined || principal === undefined || client === undefined) return;
    const heldByTransport = () => bytesHeldByKeyExchange(client);
    const stream = new ChannelStream({ channel, socket: this.#socket, heldByTransport });
    this.#deps
      .openMailbox(principal)
      .then((mailbox) => this.#startSession({ stream, mailbox, principal }))
      .catch((thrown: unknown) => {
        this.#fault('sftp open mailbox', thrown);
        stream.finish(1);
      });
  }

  #startSession(opened: {
    readonly stream: ChannelStream;
    readonly mailbox: Mailbox;
    readonly principal: SftpPrincipal;
  }): void {
    const { stream, mailbox, principal } = opened;
    if (this.#state !== 'open') {
      stream.finish(1);
      return;
    }
    const { settings, budget, now, randomBytes } = this.#deps;
    const session = new SftpSession({
      stream,
      files: mailboxFileSystem(mailbox),
      limits: settings,
      budget,
      observer: this.#sessionObserver(principal),
      readOnly: false,
      now,
      randomBytes,
    });
    const live: LiveSession = { stream, session };
    this.#sessions.add(live);
    session.ended
      .then(() => this.#sessions.delete(live))
      .catch((thrown: unknown) => this.#fault('sftp session', thrown));
    session.start();
  }

  #sessionObserver(principal: SftpPrincipal): SessionObserver {
    const { observe } = this.#deps;
    const { userId, partnerId } = principal;
    const connection = this.#number;
    const address = this.#address;
    return {
      refused: (refusal) => observe({ kind: 'sftp.request-refused', connection, userId, ...refusal }),
      transferred: (transfer) =>
        observe({ kind: 'sftp.transfer', connection, userId, partnerId, ...transfer }),
      protocolError: (message) => observe({ kind: 'sftp.protocol-error', connection, address, message }),
      fault: (where, thrown) => this.#fault(where, thrown),
    };
  }

  #watchIdle(nowMs: number): void {
    let lastActiveAtMs = this.#readyAtMs;
    for (const { session } of this.#sessions) {
      lastActiveAtMs = Math.max(lastActiveAtMs, session.lastActiveAtMs);
    }
    this.#readyAtMs = lastActiveAtMs;
    if (nowMs - lastActiveAtMs >= this.#deps.settings.idleTimeoutMs) this.#hangUp('idle');
  }

  /** RFC 4253 section 9: new keys after a gigabyte or an hour. ssh2 does it only when asked (fault 21). */
  #watchKeys(nowMs: number): void {
    const { rekeyBytes, rekeyMs, rekeyGraceMs } = this.#deps.settings;
    if (this.#rekeyingSinceMs !== undefined) {
      if (nowMs - this.#rekeyingSinceMs >= rekeyGraceMs) this.#hangUp('key exchange took too long');
      return;
    }
    const bytes = this.#socket.bytesRead + this.#socket.bytesWritten - this.#keyedAtBytes;
    if (bytes < rekeyBytes && nowMs - this.#keyedAtMs < rekeyMs) return;
    this.#rekeyingSinceMs = nowMs;
    this.#client?.rekey((error?: unknown) => {
      if (error !== undefined) this.#hangUp('key exchange failed');
    });
  }

  /** Keys were exchanged anew, by our wish or the client's. */
  #rekeyed(): void {
    this.#rekeyingSinceMs = undefined;
    this.#keyedAtMs = this.#deps.now();
    this.#keyedAtBytes = this.#socket.bytesRead + this.#socket.bytesWritten;
    for (const { stream } of this.#sessions) stream.drained();
  }

  #watchWindows(): void {
    for (const { stream } of this.#sessions) {
      if (!stream.isOverrun()) continue;
      this.#protocolError('The client sent more than its window allows.');
      this.#hangUp('window overrun');
      return;
    }
  }

  async #isWelcome(principal: SftpPrincipal): Promise<boolean> {
    try {
      const welcome = (await this.#deps.gate.stillWelcome(principal)) === true;
      this.#welcomeFaults = 0;
      return welcome;
    } catch (thrown) {
      this.#fault('sftp account check', thrown);
      this.#welcomeFaults += 1;
      return this.#welcomeFaults < maxWelcomeFaults;
    }
  }

  /** ssh2 reports: a handshake that found nothing in common, bytes that are not SSH, a silent or reset peer. */
  #transportFailed(error: Error): void {
    const level: unknown = Reflect.get(error, 'level');
    if (level === 'handshake' && this.#state === 'signing-in') {
      this.#deps.observe({
        kind: 'sftp.negotiation-failed',
        connection: this.#number,
        address: this.#address,
        software: this.#offer.software,
        message: printable(error.message),
        offered: this.#offer.lists,
      });
      this.#reason = 'negotiation failed';
    } else if (level === 'client-timeout') {
      this.#reason = 'no answer from the client';
    } else if (level !== 'socket') {
      this.#protocolError(printable(error.message));
      this.#reason = 'protocol error';
    }
    this.#hangUp(this.#reason);
  }

  #protocolError(message: string): void {
    this.#deps.observe({
      kind: 'sftp.protocol-error',
      connection: this.#number,
      address: this.#address,
      message,
    });
  }

  #fault(where: string, thrown: unknown): void {
    this.#deps.observe({ kind: 'fault', where, fault: describeFault(thrown) });
  }

  /** Ends at once what is not worth draining. */
  #hangUp(reason: string): void {
    if (this.#state === 'closed') return;
    if (this.#state !== 'closing') {
      this.#state = 'closing';
      this.#reason = reason;
    }
    this.#login?.stop();
    this.#cutSessions();
    this.#sayGoodbye();
  }

  /** SSH_MSG_DISCONNECT, then FIN; a peer that does not hang up in turn loses its socket. */
  #sayGoodbye(): void {
    if (this.#client === undefined) {
      this.#socket.destroy();
      return;
    }
    try {
      this.#client.end();
    } catch {
      // ssh2's transport is gone already; the socket follows.
    }
    this.#socket.destroySoon();
    this.#hangUpTimer ??= setTimeout(() => this.#socket.destroy(), this.#deps.settings.drainMs);
  }

  #cutSessions(): void {
    for (const { stream } of this.#sessions) stream.cut();
  }

  #socketClosed(): void {
    this.#state = 'closed';
    clearTimeout(this.#graceTimer);
    clearTimeout(this.#hangUpTimer);
    this.#login?.stop();
    this.#place.release();
    this.#cutSessions();
    this.#deps.observe({
      kind: 'sftp.connection-closed',
      connection: this.#number,
      address: this.#address,
      reason: this.#reason,
      durationMs: Math.max(0, this.#deps.now() - this.#openedAtMs),
      bytesIn: this.#socket.bytesRead,
      bytesOut: this.#socket.bytesWritten,
    });
    Promise.all([...this.#sessions].map(({ session }) => session.ended)).then(
      this.#resolveClosed,
      this.#resolveClosed,
    );
  }
}
