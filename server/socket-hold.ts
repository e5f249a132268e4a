// Leaves what clients send in the kernel while the process has no room for it. A window of 2 MiB a channel (fault 22
// of the ssh2 notes) is little for one client and much for fifty that push at a disk that stands still.
//
// A connection is held, that is, not read any further, while three things are so: the bytes of all sessions are spent,
// it has requests of its own under way, and nothing of its own waits for its client. Without the second, clients that
// fill the budget could stop everyone else; without the third a WINDOW_ADJUST (RFC 4254 section 5.2) or a key exchange
// would wait behind the hold that waits for it. Whether they are so is asked anew when bytes came, when a reply left and
// when there is room again; holding and letting go change none of the three, so that they cannot drive each other.
//
// A connection that is held for long is read once from time to time: its answers to keepalives and its end wait in the
// kernel too.

import type { Socket } from 'node:net';
import type { ByteBudget } from './byte-budget.ts';

export interface SocketHoldDeps {
  readonly socket: Pick<Socket, 'pause' | 'resume'>;
  /** Shared by all sessions of the process. */
  readonly budget: Pick<ByteBudget, 'hasRoom' | 'whenRoom' | 'forget'>;
  /** Requests of this connection that are not answered yet. */
  readonly requestsInFlight: () => number;
  /** Whether something of this connection waits for what its client has to send. */
  readonly waitsForClient: () => boolean;
  /** How long a connection is held before it is read once, in milliseconds. */
  readonly sipMs: number;
  /** @returns milliseconds since 1970 */
  readonly now: () => number;
}

export class SocketHold {
  readonly #deps: SocketHoldDeps;
  #held = false;
  #heldSinceMs = 0;
  #over = false;
  readonly #roomAgain = () => this.judge();

  constructor(deps: SocketHoldDeps) {
    this.#deps = deps;
  }

  get isHeld(): boolean {
    return this.#held;
  }

  /** Holds the connection, or lets it go. To be called when bytes came in, and when a reply was given away. */
  judge(): void {
    const { budget, requestsInFlight, waitsForClient } = this.#deps;
    const hold = !this.#over && !budget.hasRoom && requestsInFlight() > 0 && !waitsForClient();
    if (hold) budget.whenRoom(this.#roomAgain);
    this.#flow(!hold);
  }

  /** To be called every second or so: what is held for long is read once. */
  sip(): void {
    if (this.#held && this.#deps.now() - this.#heldSinceMs >= this.#deps.sipMs) this.#flow(true);
  }

  /** The connection ends: nothing is held any more, so that its end can be read. Safe to call twice. */
  release(): void {
    this.#over = true;
    this.#deps.budget.forget(this.#roomAgain);
    this.#flow(true);
  }

  #flow(open: boolean): void {
    if (open !== this.#held) return;
    this.#held = !open;
    this.#heldSinceMs = this.#deps.now();
    if (open) this.#deps.socket.resume();
    else this.#deps.socket.pause();
  }
}
