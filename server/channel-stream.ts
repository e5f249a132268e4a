// An SSH channel as the byte stream of a session. Output is counted until it has left the process: what the channel
// waits for the client's window (output-pace.ts), and what the socket holds because the client does not read
// (fault 15 of the ssh2 notes). Channels of one connection share the socket, so each counts it.

import type { Socket } from 'node:net';
import type { ServerChannel } from 'ssh2';
import { OutputPace } from './output-pace.ts';
import type { SessionStream, SessionStreamReceiver } from './session-stream.ts';
import { keepWindowShutWhilePaused, outgoingWindow } from './ssh2-internals.ts';

/**
 * Twice ssh2's window (Channel.js MAX_WINDOW) and one packet more: more than any client that keeps to its window can
 * have sent, also should keepWindowShutWhilePaused stop working.
 */
const maxWindowBytes = 2 * 2 * 1024 * 1024 + 64 * 1024;

/** From here on an own SSH packet for the few bytes that do not fit the last one costs less than a copy. */
const ownPieceBytes = 128 * 1024;

export interface ChannelStreamDeps {
  readonly channel: ServerChannel;
  readonly socket: Socket;
  /** Bytes that ssh2 holds back during a key exchange. */
  readonly heldByTransport: () => number;
  /** Told when replies have been given to the channel. */
  readonly replied: () => void;
}

/** Bytes on their way to ssh2. */
interface Piece {
  readonly bytes: Buffer;
  /** Told when it is given away. */
  readonly taken: (() => void) | undefined;
}

export class ChannelStream implements SessionStream {
  readonly #channel: ServerChannel;
  readonly #socket: Socket;
  readonly #heldByTransport: () => number;
  readonly #replied: () => void;
  #receiver: SessionStreamReceiver | undefined;
  readonly #pace: OutputPace;
  readonly #waiting: Piece[] = [];
  #patience: NodeJS.Timeout | undefined;
  #closed = false;
  /** What waits here, and what ssh2 has not taken yet. */
  #unsent = 0;
  #exitStatus: number | undefined;

  constructor(deps: ChannelStreamDeps) {
    this.#channel = deps.channel;
    this.#socket = deps.socket;
    this.#heldByTransport = deps.heldByTransport;
    this.#replied = deps.replied;
    // First of all: an error without a listener ends the process (fault 12).
    this.#channel.on('error', () => this.cut());
    this.#channel.on('close', () => this.cut());
    keepWindowShutWhilePaused(this.#channel);
    this.#pace = new OutputPace(outgoingWindow(this.#channel), () => performance.now());
  }

  start(receiver: SessionStreamReceiver): void {
    this.#receiver = receiver;
    if (this.#closed) {
      receiver.closed();
      return;
    }
    this.#channel.on('data', (chunk: Buffer) => receiver.data(chunk));
    this.#channel.on('end', () => receiver.end());
  }

  pause(): void {
    this.#channel.pause();
  }

  resume(): void {
    if (!this.#closed) this.#channel.resume();
  }

  write(packets: readonly Buffer[], taken: () => void): void {
    if (this.#closed) return;
    const pieces = join(packets);
    for (const [index, bytes] of pieces.entries()) {
      this.#unsent += bytes.length;
      // Pieces leave in order: with the last one all are gone.
      this.#waiting.push({ bytes, taken: index === pieces.length - 1 ? taken : undefined });
    }
    this.#send();
    this.#replied();
  }

  /** Whether replies wait for the client to open its window. */
  waitsForClient(): boolean {
    return !this.#closed && this.#waiting.length > 0;
  }

  /** Something came in on the connection: the client may have opened its window. */
  received(): void {
    if (this.#closed) return;
    this.#pace.received(outgoingWindow(this.#channel));
    if (this.#waiting.length > 0) this.#send();
  }

  unsentBytes(): number {
    return this.#closed ? 0 : this.#unsent + this.#socket.writableLength + this.#heldByTransport();
  }

  finish(exitStatus: number): void {
    this.#exitStatus ??= exitStatus;
    if (this.#unsent === 0) this.#finishNow();
  }

  destroy(): void {
    if (this.#closed) return;
    try {
      this.#channel.close();
    } catch {
      // The transport is gone; cut() below is all that is left to do.
    }
    this.cut();
  }

  /** The socket has room again. */
  drained(): void {
    if (!this.#closed) this.#receiver?.drained();
  }

  /** The connection is gone, or the channel was closed by the client. */
  cut(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#patience);
    this.#receiver?.closed();
  }

  /** Bytes that came in and that nobody has read: at most a window. */
  unreadBytes(): number {
    return this.#channel.readableLength;
  }

  /** Whether the client has sent more than its window allows (fault 14). */
  isOverrun(): boolean {
    return this.unreadBytes() > maxWindowBytes;
  }

  /** Sends what the client's window and the pace allow. */
  #send(): void {
    clearTimeout(this.#patience);
    try {
      for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
        const windowBytes = outgoingWindow(this.#channel);
        const count = this.#pace.share(first.bytes.length, windowBytes);
        if (count === 0) {
          if (windowBytes > 0) this.#waitForClient();
          return;
        }
        this.#give(first, count);
      }
    } catch {
      // ssh2 throws from write once its transport is gone ("Instance unusable").
      this.cut();
    }
  }

  #give(piece: Piece, count: number): void {
    const isWhole = count === piece.bytes.length;
    if (isWhole) this.#waiting.shift();
    else this.#waiting[0] = { ...piece, bytes: piece.bytes.subarray(count) };
    this.#channel.write(isWhole ? piece.bytes : piece.bytes.subarray(0, count), () => {
      this.#unsent -= count;
      if (isWhole) piece.taken?.();
      if (this.#unsent === 0) this.#finishNow();
      this.#receiver?.drained();
    });
    this.#pace.sent(count, outgoingWindow(this.#channel));
  }

  #waitForClient(): void {
    this.#patience = setTimeout(() => {
      if (this.#closed) return;
      this.#pace.disappointed();
      this.#send();
    }, this.#pace.patienceMs);
  }

  /** RFC 4254 sections 6.10 and 5.3: the exit status, then EOF and CLOSE (fault 20: nobody else sends them). */
  #finishNow(): void {
    if (this.#exitStatus === undefined || this.#closed) return;
    try {
      this.#channel.exit(this.#exitStatus);
      this.#channel.end();
    } catch {
      this.cut();
    }
  }
}

/** Puts small packets together, so that they share SSH packets, and leaves large ones as they are. */
function join(packets: readonly Buffer[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let small: Buffer[] = [];
  const flush = () => {
    const [first] = small;
    if (first !== undefined) pieces.push(small.length === 1 ? first : Buffer.concat(small));
    small = [];
  };
  for (const packet of packets) {
    if (packet.length < ownPieceBytes) {
      small.push(packet);
    } else {
      flush();
      pieces.push(packet);
    }
  }
  flush();
  return pieces;
}
