// Lets one arrival through in a turn of the event loop. What a new connection takes before it has said who it is, some tenths
// of a millisecond for each step of its key exchange, those that are signed in wait for; of a thousand that come at once they
// would wait for as many as the kernel has ready. One after the other they stay apart for the steps that follow, too.

export class Turnstile {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  /** Resolves when it is one's turn; at once, when nobody had this one. Who came first goes first. */
  async pass(): Promise<void> {
    if (this.#isTaken) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      return;
    }
    this.#isTaken = true;
    setImmediate(() => this.#next());
  }

  #next(): void {
    const go = this.#waiting.shift();
    if (go === undefined) {
      this.#isTaken = false;
      return;
    }
    setImmediate(() => this.#next());
    go();
  }
}
