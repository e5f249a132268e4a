// The bytes that all sessions together may hold in memory at one time (invariant I10). A session whose turn it is not
// stops reading its channel, and is called back when there is room again: in the order in which they asked, so that a
// greedy client cannot starve the others.

export class ByteBudget {
  readonly #limitBytes: number;
  #used = 0;
  #peak = 0;
  readonly #waiting = new Set<() => void>();
  #scheduled = false;

  /** @param limitBytes all sessions together */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#used;
  }

  /** The most that was ever in use, for the tests and the metrics. */
  get peakBytes(): number {
    return this.#peak;
  }

  get hasRoom(): boolean {
    return this.#used < this.#limitBytes;
  }

  /** @param bytes taken when above 0, given back when below */
  adjust(bytes: number): void {
    this.#used += bytes;
    if (this.#used > this.#peak) this.#peak = this.#used;
    if (bytes < 0) this.#wakeSoon();
  }

  /** Calls back once when there is room. Asking twice is asking once. */
  whenRoom(callback: () => void): void {
    this.#waiting.add(callback);
  }

  /** Takes a question back. */
  forget(callback: () => void): void {
    this.#waiting.delete(callback);
  }

  /** Later, not at once: whoever gives back is in the middle of its own work. */
  #wakeSoon(): void {
    if (this.#scheduled || this.#waiting.size === 0 || !this.hasRoom) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      for (const callback of [...this.#waiting]) {
        if (!this.hasRoom) return;
        this.#waiting.delete(callback);
        callback();
      }
    });
  }
}
