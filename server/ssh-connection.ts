// One SSH connection, from accept to the end of its socket.
//
// States: `arriving` (nothing but a socket: the client has not identified itself) -> `signing-in` (ssh2 has announced
// it) -> `open` (signed in; sessions come and go) -> `closing` (nothing new is taken, sessions end, the client is told)
// -> `closed` (the socket is gone). Any state may go to `closing` or, when the client hangs up, to `closed`.

import type { Socket } from 'node:net';
import type { Connection } from 'ssh2';
import type { SftpGate, SftpPrincipal } from '../domain/login.ts';
import type { Mailbox } from '../domain/mailbox.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import type { SessionProgress } from '../storage/sftp-session-store.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { ByteBudget } from './byte-budget.ts';
import { ClientOffer, printable } from './client-offer.ts';
import type { GuardPlace } from './connection-guard.ts';
import { ConnectionSessions } from './connection-sessions.ts';
import { gatherWrites } from './gathered-writes.ts';
import { announceHostKeys } from './host-key-announcement.ts';
import type { HostKey } from './host-keys.ts';
import { KeySchedule } from './key-schedule.ts';
import { adviseNegotiation, offeredBy } from './negotiation-advice.ts';
import type { SessionBook } from './session-book.ts';
import type { SftpServerSettings } from './settings.ts';
import { type AlgorithmProfile, algorithmProfiles } from './ssh-algorithms.ts';
import { SshLogin } from './ssh-login.ts';
import { readIntoSharedBuffer } from './transport-packets.ts';
import { WelcomeCheck } from './welcome-check.ts';

export interface ConnectionDeps {
  readonly gate: SftpGate;
  readonly openMailbox: (principal: SftpPrincipal) => Promise<Mailbox>;
  readonly observe: Observe;
  readonly settings: SftpServerSettings;
  /** Shared by all sessions of the process. */
  readonly budget: ByteBudget;
  readonly pool: BufferPool;
  /** Where the transport's packets are given back. */
  readonly transportPackets: BufferPool;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Where live sessions are written down. */
  readonly sessions?: SessionBook | undefined;
  /** All that there are now, those that only the next start will serve with too. */
  readonly hostKeys: () => readonly HostKey[];
}

export interface Arrival {
  readonly socket: Socket;
  /** Counts up from 1 as long as the process lives. */
  readonly number: number;
  readonly address: string;
  readonly place: GuardPlace;
  /** What its listener offers. */
  readonly profile: AlgorithmProfile;
}

/** What a connection has from signing in on. */
interface SignedIn {
  readonly sessions: ConnectionSessions;
  readonly welcome: WelcomeCheck;
  readonly keys: KeySchedule;
}

const maxLoggedUserName = 64;

export class SshConnection {
  readonly #deps: ConnectionDeps;
  readonly #arrival: Arrival;
  readonly #socket: Socket;
  readonly #offer = new ClientOffer();
  readonly #openedAtMs: number;
  readonly #graceTimer: NodeJS.Timeout;
  #hangUpTimer: NodeJS.Timeout | undefined;
  #state: 'arriving' | 'signing-in' | 'open' | 'closing' | 'closed' = 'arriving';
  #client: Connection | undefined;
  #login: SshLogin | undefined;
  /** Whom the gate has accepted, before ssh2 has said `ready`. */
  #principal: SftpPrincipal | undefined;
  #signedIn: SignedIn | undefined;
  #reason = 'client hung up';
  #resolveClosed: () => void = () => undefined;
  /** Resolves when the socket is gone and every session has let go of its files. Never rejects. */
  readonly closed: Promise<void>;

  constructor(deps: ConnectionDeps, arrival: Arrival) {
    this.#deps = deps;
    this.#arrival = arrival;
    this.#socket = arrival.socket;
    this.#openedAtMs = deps.now();
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    // ssh2 has no login timer (fault 7); sshd's LoginGraceTime.
    this.#graceTimer = setTimeout(() => this.#hangUp('sign-in took too long'), deps.settings.loginGraceMs);
    this.#watchSocket();
  }

  /** Bytes that the client has sent and that no session has read yet. */
  get unreadBytes(): number {
    return this.#signedIn?.sessions.unreadBytes ?? 0;
  }

  /** How far the session is; undefined before sign-in, after the end, and where sessions are not written down. */
  get progress(): SessionProgress | undefined {
    const id = this.#principal?.sessionId;
    if (id === undefined || this.#signedIn === undefined || this.#state === 'closed') return undefined;
    const { bytesRead: bytesIn, bytesWritten: bytesOut } = this.#socket;
    return { id, bytesIn, bytesOut, transfers: this.#signedIn.sessions.transfers };
  }

  /** Takes over what ssh2 has announced: the client has identified itself. */
  attach(client: Connection): void {
    // First of all: an error without a listener ends the process (fault 12).
    client.on('error', (error) => this.#transportFailed(error));
    this.#client = client;
    if (this.#state !== 'arriving') {
      this.#sayGoodbye();
      return;
    }
    this.#state = 'signing-in';
    const login = this.#newLogin();
    this.#login = login;
    client.on('authentication', (context) => login.handle(context));
    client.on('ready', () => this.#becomeOpen(client));
    client.on('rekey', () => this.#rekeyed());
    client.on('end', () => this.#signedIn?.sessions.cut());
    client.on('close', () => this.#signedIn?.sessions.cut());
  }

  /** What has to be looked at from time to time: idle sessions, keys, the account. */
  watch(): void {
    if (this.#state !== 'open' || this.#signedIn === undefined) return;
    const { sessions, welcome, keys } = this.#signedIn;
    const nowMs = this.#deps.now();
    sessions.watch();
    if (nowMs - sessions.lastActiveAtMs >= this.#deps.settings.idleTimeoutMs) {
      this.#hangUp('idle', 'polite');
      return;
    }
    const verdict = keys.judge({ nowMs, bytes: this.#bytes() });
    if (verdict === 'stuck') {
      this.#hangUp('key exchange took too long');
      return;
    }
    if (verdict === 'due') this.#rekey();
    welcome.tick();
  }

  /** Asks at once whether the account behind this connection may go on (invariant I5). */
  checkWelcome(): void {
    if (this.#state === 'open') this.#signedIn?.welcome.ask();
  }

  /**
   * Ends the connection: transfers that move may finish within the drain time, then requests under way are answered
   * within the same time again, then the client is told, then the socket goes. Safe to call twice.
   * @returns when it is closed
   */
  async close(reason: string): Promise<void> {
    if (this.#state !== 'closing' && this.#state !== 'closed') {
      this.#state = 'closing';
      this.#reason = reason;
      this.#login?.stop();
      await this.#signedIn?.sessions.settle();
      // Whatever has not drained by then goes with the socket.
      this.#hangUpTimer ??= setTimeout(() => this.#socket.destroy(), this.#deps.settings.drainMs);
      await this.#signedIn?.sessions.drain();
      this.#sayGoodbye();
    }
    await this.closed;
  }

  #watchSocket(): void {
    const socket = this.#socket;
    // First of all: an error without a listener ends the process (fault 12).
    socket.on('error', () => undefined);
    gatherWrites(socket, (packet) => this.#deps.transportPackets.give(packet));
    const readAlong = (chunk: Buffer) => {
      this.#offer.push(chunk);
      if (this.#offer.isDone) socket.off('data', readAlong);
    };
    socket.on('data', readAlong);
    socket.on('data', () => this.#watchWindows());
    socket.on('drain', () => this.#signedIn?.sessions.drained());
    socket.once('close', () => this.#socketClosed());
  }

  #newLogin(): SshLogin {
    const { gate, settings, now, observe } = this.#deps;
    const { number: connection, address, profile } = this.#arrival;
    return new SshLogin({
      gate,
      address,
      maxAuthTries: settings.maxAuthTries,
      sha1Signatures: algorithmProfiles[profile].sha1Signatures,
      now,
      accepted: ({ principal, method, durationMs }) => {
        this.#principal = principal;
        const { userId, partnerId } = principal;
        const { software } = this.#offer;
        observe({ kind: 'sftp.login', connection, address, userId, partnerId, method, software, durationMs });
      },
      refused: ({ userName, ...refusal }) => {
        const shown = printable(userName).slice(0, maxLoggedUserName);
        observe({ kind: 'sftp.login-refused', connection, address, userName: shown, ...refusal });
      },
      forsaken: (principal) => this.#deps.sessions?.ended(principal),
      exhausted: () => this.#hangUp('too many sign-in attempts', 'polite'),
      fault: (where, thrown) => this.#fault(where, thrown),
    });
  }

  #becomeOpen(client: Connection): void {
    const principal = this.#principal;
    if (this.#state !== 'signing-in' || principal === undefined) {
      this.#hangUp('signed in out of turn');
      return;
    }
    this.#state = 'open';
    clearTimeout(this.#graceTimer);
    this.#arrival.place.signedIn();
    this.#announceHostKeys(client);
    readIntoSharedBuffer(this.#socket, client);
    const { number: connection, address } = this.#arrival;
    const { settings, now, gate, observe } = this.#deps;
    const fault = (where: string, thrown: unknown) => this.#fault(where, thrown);
    const ended = () => {
      observe({ kind: 'sftp.session-ended-by-account', connection, userId: principal.userId });
      this.#hangUp('the account changed', 'polite');
    };
    this.#signedIn = {
      sessions: new ConnectionSessions({
        ...this.#deps,
        client,
        socket: this.#socket,
        principal,
        connection,
        address,
        fault,
      }),
      welcome: new WelcomeCheck({ gate, principal, intervalMs: settings.accountCheckMs, now, fault, ended }),
      keys: new KeySchedule(settings, now()),
    };
  }

  #announceHostKeys(client: Connection): void {
    const { hostKeyTypes } = algorithmProfiles[this.#arrival.profile];
    try {
      announceHostKeys(
        client,
        this.#deps.hostKeys().filter(({ type }) => hostKeyTypes.includes(type)),
      );
    } catch (thrown) {
      this.#fault('sftp host keys', thrown);
    }
  }

  #rekey(): void {
    this.#client?.rekey((error?: unknown) => {
      if (error !== undefined) this.#hangUp('key exchange failed');
    });
  }

  #rekeyed(): void {
    this.#signedIn?.keys.exchanged({ nowMs: this.#deps.now(), bytes: this.#bytes() });
    this.#signedIn?.sessions.drained();
  }

  #bytes(): number {
    return this.#socket.bytesRead + this.#socket.bytesWritten;
  }

  #watchWindows(): void {
    if (this.#signedIn?.sessions.isOverrun() !== true) return;
    this.#protocolError('The client sent more than its window allows.');
    this.#hangUp('window overrun');
  }

  /** ssh2 reports: a handshake that found nothing in common, bytes that are not SSH, a silent or reset peer. */
  #transportFailed(error: Error): void {
    const level: unknown = Reflect.get(error, 'level');
    const { number: connection, address, profile } = this.#arrival;
    if (level === 'handshake' && this.#state === 'signing-in') {
      this.#deps.observe({
        kind: 'sftp.negotiation-failed',
        connection,
        address,
        software: this.#offer.software,
        message: printable(error.message),
        offered: this.#offer.lists,
        weOffer: offeredBy(profile),
        advice: adviseNegotiation(this.#offer.lists, profile),
      });
      this.#hangUp('negotiation failed');
    } else if (level === 'client-timeout') {
      this.#hangUp('no answer from the client');
    } else if (level === 'socket') {
      this.#hangUp('connection reset');
    } else {
      this.#protocolError(printable(error.message));
      this.#hangUp('protocol error');
    }
  }

  #protocolError(message: string): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    const { number: connection, address } = this.#arrival;
    this.#deps.observe({ kind: 'sftp.protocol-error', connection, address, message });
  }

  #fault(where: string, thrown: unknown): void {
    this.#deps.observe({ kind: 'fault', where, fault: describeFault(thrown) });
  }

  /**
   * Ends at once what is not worth draining.
   * @param manner `polite` leaves the client time to read why, `abrupt` closes as soon as the bytes are out
   */
  #hangUp(reason: string, manner: 'polite' | 'abrupt' = 'abrupt'): void {
    if (this.#state === 'closed') return;
    if (this.#state !== 'closing') {
      this.#state = 'closing';
      this.#reason = reason;
    }
    this.#login?.stop();
    this.#signedIn?.sessions.cut();
    this.#sayGoodbye();
    if (manner === 'abrupt') this.#socket.destroySoon();
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
    this.#hangUpTimer ??= setTimeout(() => this.#socket.destroy(), this.#deps.settings.drainMs);
  }

  #socketClosed(): void {
    this.#state = 'closed';
    clearTimeout(this.#graceTimer);
    clearTimeout(this.#hangUpTimer);
    this.#login?.stop();
    this.#arrival.place.release();
    if (this.#principal !== undefined) this.#deps.sessions?.ended(this.#principal);
    const sessions = this.#signedIn?.sessions;
    sessions?.cut();
    this.#deps.observe({
      kind: 'sftp.connection-closed',
      connection: this.#arrival.number,
      address: this.#arrival.address,
      reason: this.#reason,
      durationMs: Math.max(0, this.#deps.now() - this.#openedAtMs),
      bytesIn: this.#socket.bytesRead,
      bytesOut: this.#socket.bytesWritten,
    });
    Promise.resolve(sessions?.ended()).then(this.#resolveClosed, this.#resolveClosed);
  }
}
