// The bytes that all sessions together may hold in memory at one time (invariant I10). A session whose turn it is not
// stops reading its channel, and is called back when there is room again: in the order in which they asked, so that a
// greedy client cannot starve the others. A budget may be a part of a larger one: a trading partner's of the process's.

export class ByteBudget {
  readonly #limitBytes: number;
  readonly #whole: ByteBudget | undefined;
  #used = 0;
  #peak = 0;
  readonly #waiting = new Set<() => void>();
  #scheduled = false;

  /**
   * @param limitBytes all that share it together
   * @param whole what this is a part of: what is taken here is taken there as well
   */
  constructor(limitBytes: number, whole?: ByteBudget) {
    this.#limitBytes = limitBytes;
    this.#whole = whole;
  }

  get usedBytes(): number {
    return this.#used;
  }

  /** The most that was ever in use, for the tests and the metrics. */
  get peakBytes(): number {
    return this.#peak;
  }

  get hasRoom(): boolean {
    return this.#hasOwnRoom && this.#whole?.hasRoom !== false;
  }

  get #hasOwnRoom(): boolean {
    return this.#used < this.#limitBytes;
  }

  /** @param bytes taken when above 0, given back when below */
  adjust(bytes: number): void {
    this.#used += bytes;
    if (this.#used > this.#peak) this.#peak = this.#used;
    if (bytes < 0) this.#wakeSoon();
    this.#whole?.adjust(bytes);
  }

  /** Calls back once when there is room, or was a moment ago. Asking twice is asking once. */
  whenRoom(callback: () => void): void {
    if (this.#whole !== undefined && this.#hasOwnRoom) this.#whole.whenRoom(callback);
    else this.#waiting.add(callback);
  }

  /** Takes a question back. */
  forget(callback: () => void): void {
    this.#waiting.delete(callback);
    this.#whole?.forget(callback);
  }

  /** Later, not at once: whoever gives back is in the middle of its own work. */
  #wakeSoon(): void {
    if (this.#scheduled || this.#waiting.size === 0 || !this.#hasOwnRoom) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      for (const callback of [...this.#waiting]) {
        if (!this.#hasOwnRoom) return;
        this.#waiting.delete(callback);
        // Whoever waited for the part may have to wait for the whole now.
        if (this.hasRoom) callback();
        else this.whenRoom(callback);
      }
    });
  }
}
