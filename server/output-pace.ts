// How far ahead of its client a channel's output runs. A client whose whole window is full works on its own backlog:
// OpenSSH's `ssh` then spends its time on growing and moving its buffers, and takes 220 MiB/s where it takes 400 when a
// quarter of the window is full (measured by `npm run bench -- sftp`, one file down, on loopback). So less is kept under
// way than the window allows, where that costs nothing: only to a client that is near, and that opens its window after
// every few packets. Everyone else gets what the window allows, as RFC 4254 section 5.2 says.
//
// Clients differ in when they open their window: OpenSSH after three packets, asyncssh after half of it, PuTTY after a
// gigabyte. Nobody says so in advance: it is seen. States:
//
//   watching -> paced     the client is near, and opened its window while little was under way
//   paced    -> watching  what is under way was waited for too long: full speed, until it is seen again
//   watching -> unpaced   that happened too often

/** At most so many bytes are under way to a paced client; at `nearMs` this is still 128 MiB/s, more than 1 Gbit/s. */
const pacedBytes = 512 * 1024;
/** A client that opens its window with no more than this under way does so often enough to be paced. */
const provenBytes = pacedBytes / 2;
/** A client is near when bytes were taken and their room was given back within so many milliseconds, once. */
const nearMs = 4;
/** How long a paced client may leave us waiting for its window, in milliseconds. */
export const patienceMs = 50;
/** So often a paced client may leave us waiting. */
const maxDisappointments = 3;
/** What ssh2 puts into one SSH packet, and every client takes (RFC 4253 section 6.1). */
const packetBytes = 32 * 1024;

export class OutputPace {
  readonly #now: () => number;
  #state: 'watching' | 'paced' | 'unpaced' = 'watching';
  /** The window when all was given back: what is missing from it is under way. */
  #fullBytes: number;
  #windowBytes: number;
  /** Sent, and given back by the client, since the channel was opened. */
  #sentBytes = 0;
  #returnedBytes = 0;
  /** When the byte was sent whose return is waited for, to know how near the client is. */
  #mark: { readonly bytes: number; readonly atMs: number } | undefined;
  #nearestMs = Number.POSITIVE_INFINITY;
  #disappointments = 0;

  /**
   * @param windowBytes what the client allows as the channel is opened
   * @param now milliseconds of a clock that only goes forward
   */
  constructor(windowBytes: number, now: () => number) {
    this.#now = now;
    this.#fullBytes = windowBytes;
    this.#windowBytes = windowBytes;
  }

  /**
   * How much may be sent now.
   * @param waitingBytes what there is to send, above 0
   * @param windowBytes what the client allows
   * @returns bytes; 0 when the client's next bytes have to be waited for
   */
  share(waitingBytes: number, windowBytes: number): number {
    const allowed = Math.min(waitingBytes, windowBytes);
    if (this.#state !== 'paced') return allowed;
    const roomBytes = pacedBytes - (this.#fullBytes - windowBytes);
    // Whole packets: many small ones cost both sides more.
    return roomBytes >= allowed ? allowed : Math.max(0, Math.floor(roomBytes / packetBytes) * packetBytes);
  }

  /** So many bytes were sent. @param windowBytes what the client allows after that */
  sent(bytes: number, windowBytes: number): void {
    this.#windowBytes = windowBytes;
    this.#sentBytes += bytes;
    this.#mark ??= { bytes: this.#sentBytes, atMs: this.#now() };
  }

  /** Something came in from the client. @param windowBytes what it allows now */
  received(windowBytes: number): void {
    const returnedBytes = windowBytes - this.#windowBytes;
    if (returnedBytes <= 0) return;
    const underWayBytes = this.#fullBytes - this.#windowBytes;
    this.#windowBytes = windowBytes;
    this.#fullBytes = Math.max(this.#fullBytes, windowBytes);
    this.#returnedBytes += returnedBytes;
    if (this.#mark !== undefined && this.#returnedBytes >= this.#mark.bytes) {
      this.#nearestMs = Math.min(this.#nearestMs, this.#now() - this.#mark.atMs);
      this.#mark = undefined;
    }
    const isProven = underWayBytes <= provenBytes && this.#nearestMs < nearMs;
    if (this.#state === 'watching' && isProven) this.#state = 'paced';
  }

  /** share() has said 0, and for `patienceMs` nothing has been received. */
  disappointed(): void {
    this.#disappointments += 1;
    this.#state = this.#disappointments < maxDisappointments ? 'watching' : 'unpaced';
  }
}
