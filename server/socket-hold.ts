// Leaves what clients send in the kernel while the process has no room for it. A window of 2 MiB a channel (fault 22
// of the ssh2 notes) is little for one client and much for fifty that push at a disk that stands still; and what waits
// in memory grows old there, and is garbage for long.
//
// While the shared budget is full, or its sessions are at their own limits, a connection that has brought bytes is not
// read any further. When the budget has room, connections are read again one after the other, each with a reservation
// of what one read of a socket brings.
//
// Two connections are never held. One whose replies wait for a WINDOW_ADJUST (RFC 4254 section 5.2) or for a key
// exchange: those come by the same socket, and it would wait for itself. And one without a request under way, for which a session
// always has room: otherwise clients that do not read their replies could fill the budget and stop everyone.
//
// A connection that is held for long is read once from time to time: its answers to keepalives wait in the kernel too,
// and any packet shows ssh2 that the client is alive.

import type { Socket } from 'node:net';
import type { ByteBudget } from './byte-budget.ts';

/** What Node reads from a socket at a time (libuv's suggested size). */
const readBytes = 64 * 1024;

export interface SocketHoldDeps {
  readonly socket: Pick<Socket, 'pause' | 'resume'>;
  /** Shared by all sessions of the process. */
  readonly budget: ByteBudget;
  /** Bytes of this connection that wait because its sessions are at their own limits. */
  readonly unreadBytes: () => number;
  /** Whether replies of this connection wait for something that the client has to send. */
  readonly isBlocked: () => boolean;
  /** Requests of this connection that are not answered yet. */
  readonly requestsInFlight: () => number;
  /** How long a connection is held before it is read once, in milliseconds. */
  readonly sipMs: number;
  /** @returns milliseconds since 1970 */
  readonly now: () => number;
}

export class SocketHold {
  readonly #deps: SocketHoldDeps;
  #held = false;
  #heldSinceMs = 0;
  #reserved = false;
  #over = false;
  readonly #readOn = () => {
    this.#reserve(true);
    this.#flow(true);
  };

  constructor(deps: SocketHoldDeps) {
    this.#deps = deps;
  }

  get isHeld(): boolean {
    return this.#held;
  }

  /** Bytes have come in and have been worked on, as far as there was room. */
  received(): void {
    this.#reserve(false);
    this.judge();
  }

  /** To be called also when bytes of a channel were read or written. */
  judge(): void {
    const { budget, unreadBytes, isBlocked, requestsInFlight } = this.#deps;
    const mayBeHeld = !this.#over && !this.#reserved && !isBlocked();
    // What has been read already goes first: its session asks the budget itself.
    const isBehind = unreadBytes() > 0;
    const waitsForRoom = mayBeHeld && !isBehind && requestsInFlight() > 0 && !budget.hasRoom;
    const hold = mayBeHeld && (isBehind || waitsForRoom);
    if (waitsForRoom) budget.whenRoom(this.#readOn);
    else if (this.#held) budget.forget(this.#readOn);
    this.#flow(!hold);
  }

  /** To be called every second or so. */
  watch(): void {
    if (this.#held && this.#deps.now() - this.#heldSinceMs >= this.#deps.sipMs) this.#flow(true);
  }

  /** The connection ends: nothing is held any more, so that its end can be read. */
  release(): void {
    this.#over = true;
    this.#reserve(false);
    this.judge();
  }

  #flow(open: boolean): void {
    if (open !== this.#held) return;
    this.#held = !open;
    this.#heldSinceMs = this.#deps.now();
    if (open) this.#deps.socket.resume();
    else this.#deps.socket.pause();
  }

  #reserve(reserved: boolean): void {
    if (reserved === this.#reserved) return;
    this.#reserved = reserved;
    this.#deps.budget.adjust(reserved ? readBytes : -readBytes);
  }
}
