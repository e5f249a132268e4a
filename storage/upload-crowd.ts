// When small uploads come as a crowd (receive-log.ts), and who among those that send them would rather have each file at
// once.

import type { UserId } from '../domain/ids.ts';

/** How far apart the first and the last file of a crowd may be, in milliseconds. */
const crowdMs = 100;
/** Who waits so often for files of his own within `impatientMs` looks at each one after he has sent it. */
const impatientLooks = 4;
const impatientMs = 10_000;

export class UploadCrowd {
  readonly #files: number;
  readonly #closes: number[] = [];
  readonly #looks = new Map<UserId, { count: number; readonly untilMs: number }>();

  /** @param files so many small uploads within a tenth of a second are a crowd; with 1 each one is */
  constructor(files: number) {
    this.#files = files;
  }

  /** A small upload was closed. */
  noteClose(): void {
    this.#closes.push(performance.now());
    if (this.#closes.length > this.#files) this.#closes.shift();
  }

  /** Somebody had to wait for a file that was sent a moment ago. */
  noteLook(userId: UserId): void {
    const nowMs = performance.now();
    const known = this.#looks.get(userId);
    if (known !== undefined && known.untilMs > nowMs) known.count += 1;
    else this.#looks.set(userId, { count: 1, untilMs: nowMs + impatientMs });
  }

  /** Whether what this user begins now is one of a crowd, and better kept for later. */
  isCrowd(userId: UserId): boolean {
    const nowMs = performance.now();
    const first = this.#closes.length < this.#files ? undefined : this.#closes[0];
    const isCrowd = this.#files === 1 || (first !== undefined && nowMs - first < crowdMs);
    return isCrowd && !this.#isImpatient(userId, nowMs);
  }

  #isImpatient(userId: UserId, nowMs: number): boolean {
    const known = this.#looks.get(userId);
    if (known === undefined) return false;
    if (known.untilMs <= nowMs) this.#looks.delete(userId);
    return known.untilMs > nowMs && known.count >= impatientLooks;
  }
}
