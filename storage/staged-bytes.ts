// The staging file of a small upload (small-upload.ts), written ahead of its CLOSE, in the time that the client takes to
// ask for it. It has no row before: a start that finds it removes it (recovery.ts).

import { closeSync, fchmodSync, fstatSync, futimesSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { type HostPath, syncDescriptor } from './data-directory.ts';
import { codeOf } from './disk-fault.ts';
import { originalMode } from './publish-upload.ts';

/** All of it takes some 60 µs on the event loop, less than one turn through the thread pool. */
export class StagedBytes {
  readonly #path: HostPath;
  #file: number | undefined;
  #isThere = false;
  #writtenBytes = 0;

  constructor(path: HostPath) {
    this.#path = path;
  }

  /**
   * Makes the file, if it is not there, and writes what it does not have yet.
   * @param pieces all bytes from the start
   * @throws Error when the disk fails; it may be called again
   */
  write(pieces: readonly Uint8Array[]): void {
    // Its mode holds for those that open it later.
    this.#file ??= openSync(this.#path, 'wx', originalMode);
    this.#isThere = true;
    let startBytes = 0;
    for (const piece of pieces) {
      const endBytes = startBytes + piece.length;
      while (this.#writtenBytes < endBytes) {
        const rest = piece.subarray(this.#writtenBytes - startBytes);
        this.#writtenBytes += writeSync(this.#file, rest, 0, rest.length, this.#writtenBytes);
      }
      startBytes = endBytes;
    }
  }

  /**
   * Call it after `write`, when nothing is written any more.
   * @param modifiedAtMs what the client has set, in milliseconds since 1970
   * @returns `device:inode` of the file
   */
  seal(modifiedAtMs: number | undefined): string {
    const file = this.#opened();
    if (modifiedAtMs !== undefined) futimesSync(file, modifiedAtMs / 1000, modifiedAtMs / 1000);
    const { dev, ino } = fstatSync(file, { bigint: true });
    return `${dev}:${ino}`;
  }

  /** Makes the bytes durable. */
  sync(): Promise<void> {
    return syncDescriptor(this.#opened());
  }

  /** Leaves the file, which may be written by its owner then, to an upload that goes on with it. */
  handOver(): void {
    fchmodSync(this.#opened(), 0o600);
    this.close();
  }

  /** Removes the file, wherever it has got to; `write` may begin anew. */
  discard(): void {
    if (!this.#isThere) return;
    this.#isThere = false;
    this.#writtenBytes = 0;
    this.close();
    removeAtOnce(this.#path);
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeSync(file);
  }

  #opened(): number {
    if (this.#file === undefined) throw new Error('A staging file was used before it was written.');
    return this.#file;
  }
}

/** Removes a name, if it is there. */
export function removeAtOnce(path: HostPath): void {
  try {
    unlinkSync(path);
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
  }
}
