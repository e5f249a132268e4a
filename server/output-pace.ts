// How far ahead of its client a channel's output runs. A client whose whole window is full works on its own backlog:
// OpenSSH's `ssh` grows the buffer of what it has not handed on by 32 KiB at a time, each time into new memory, so that the
// first two megabytes cost it half a second (`perf`: memmove and page faults), whatever comes after. So less is kept under
// way than the window allows, from the first byte on, where that costs nothing: to a client that is near, and that opens
// its window after every few packets. Everyone else gets what the window allows, as RFC 4254 section 5.2 says.
//
// Clients differ in when they open their window: OpenSSH after three packets, curl after a quarter of it, asyncssh after
// half, PuTTY after a gigabyte. Nobody says so in advance, nor how far away a client is: it is seen. States:
//
//   trying   -> paced     the client is near, and opened its window after little
//   trying   -> watching  it opened its window after much, or late each time, or was waited for at all: full speed
//   watching -> paced     as above
//   paced    -> watching  it was waited for too long
//   paced    -> unpaced   that happened too often

/** At most so many bytes are under way to a paced client; at `nearMs` this is still 128 MiB/s, more than 1 Gbit/s. */
const pacedBytes = { first: 512 * 1024, later: 1024 * 1024 };
/**
 * From here on it is the larger number. A client whose cipher takes long runs dry of the smaller one between two turns of
 * ours (aes256-ctr: a fifth of its speed); to grow its buffer in the first megabytes costs it more than that.
 */
const longBytes = 64 * 1024 * 1024;
/** A client that opens its window by no more than this does so often enough to be paced. */
const littleBytes = 256 * 1024;
/** A client is near when it answered, or gave back the room of what it was sent, within so many milliseconds, once. */
const nearMs = 4;
/** After so many marks that all came back later than that, the client is far away. */
const farMarks = 3;
/** How long a client may leave us waiting for its window while it is not known how it opens it, in milliseconds. */
const firstPatienceMs = { near: 50, unknown: 10 } as const;
/** How long a paced client may, in milliseconds: it has enough to work on, and is late because it is busy. */
const pacedPatienceMs = 250;
/** So often a paced client may leave us waiting. */
const maxDisappointments = 3;
/** What ssh2 puts into one SSH packet, and every client takes (RFC 4253 section 6.1). */
const packetBytes = 32 * 1024;

export class OutputPace {
  readonly #now: () => number;
  #state: 'trying' | 'paced' | 'watching' | 'unpaced' = 'trying';
  /** The window when all was given back: what is missing from it is under way. */
  #fullBytes: number;
  #windowBytes: number;
  /** Sent, and given back by the client, since the channel was opened. */
  #sentBytes = 0;
  #returnedBytes = 0;
  /** The first of all: the client says nothing before it has it (INIT and VERSION, draft section 4). */
  #firstSentAtMs: number | undefined;
  /** When the byte was sent whose return is waited for, to know how near the client is. */
  #mark: { readonly bytes: number; readonly atMs: number } | undefined;
  #marksReturned = 0;
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

  /** How long share() may say 0 before disappointed() is to be called, in milliseconds. */
  get patienceMs(): number {
    if (this.#state === 'paced') return pacedPatienceMs;
    return this.#isNear ? firstPatienceMs.near : firstPatienceMs.unknown;
  }

  /**
   * How much may be sent now.
   * @param waitingBytes what there is to send, above 0
   * @param windowBytes what the client allows
   * @returns bytes; 0 when the client's next bytes have to be waited for
   */
  share(waitingBytes: number, windowBytes: number): number {
    const allowed = Math.min(waitingBytes, windowBytes);
    if (this.#state !== 'trying' && this.#state !== 'paced') return allowed;
    const mostBytes = this.#sentBytes < longBytes ? pacedBytes.first : pacedBytes.later;
    const roomBytes = mostBytes - (this.#fullBytes - windowBytes);
    // Whole packets: many small ones cost both sides more.
    return roomBytes >= allowed ? allowed : Math.max(0, Math.floor(roomBytes / packetBytes) * packetBytes);
  }

  /** So many bytes were sent. @param windowBytes what the client allows after that */
  sent(bytes: number, windowBytes: number): void {
    this.#windowBytes = windowBytes;
    this.#firstSentAtMs ??= this.#now();
    // The first packet of many: the last one waits for those before it, also with a client that is near, and the room
    // of a few bytes is given back with that of the next.
    if (bytes >= packetBytes) this.#mark ??= { bytes: this.#sentBytes + packetBytes, atMs: this.#now() };
    this.#sentBytes += bytes;
  }

  /** Something came in from the client. @param windowBytes what it allows now */
  received(windowBytes: number): void {
    if (this.#nearestMs === Number.POSITIVE_INFINITY && this.#firstSentAtMs !== undefined)
      this.#nearestMs = this.#now() - this.#firstSentAtMs;
    const returnedBytes = windowBytes - this.#windowBytes;
    if (returnedBytes <= 0) return;
    this.#windowBytes = windowBytes;
    this.#fullBytes = Math.max(this.#fullBytes, windowBytes);
    this.#returnedBytes += returnedBytes;
    this.#judgeDistance();
    if (this.#state !== 'trying' && this.#state !== 'watching') return;
    if (returnedBytes <= littleBytes && this.#isNear) this.#state = 'paced';
    else if (returnedBytes > littleBytes || this.#marksReturned >= farMarks) this.#state = 'watching';
  }

  get #isNear(): boolean {
    return this.#nearestMs < nearMs;
  }

  #judgeDistance(): void {
    if (this.#mark === undefined || this.#returnedBytes < this.#mark.bytes) return;
    this.#nearestMs = Math.min(this.#nearestMs, this.#now() - this.#mark.atMs);
    this.#mark = undefined;
    this.#marksReturned += 1;
  }

  /** share() has said 0, and for `patienceMs` nothing has been received. */
  disappointed(): void {
    if (this.#state === 'paced') this.#disappointments += 1;
    this.#state = this.#disappointments < maxDisappointments ? 'watching' : 'unpaced';
  }
}
