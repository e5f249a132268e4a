// The staging file of a small upload (small-upload.ts), written ahead of its CLOSE, in the time that the client takes to
// ask for it. It has no row before: a start that finds it removes it (recovery.ts).

import { closeSync, fchmodSync, fstatSync, futimesSync, openSync, unlinkSync, writeSync } from 'node:fs';
import type { HostPath } from './data-directory.ts';
import { codeOf } from './disk-fault.ts';
import { originalMode } from './publish-upload.ts';

/** All of it takes some 60 µs on the event loop, less than one turn through the thread pool. */
export class StagedBytes {
  readonly #path: HostPath;
  #file: number | undefined;
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
   * Nothing is written any more. Call it after `write`.
   * @param modifiedAtMs what the client has set, in milliseconds since 1970
   * @returns `device:inode` of the file
   */
  finish(modifiedAtMs: number | undefined): string {
    const file = this.#file;
    if (file === undefined) throw new Error('A staging file was finished before it was written.');
    if (modifiedAtMs !== undefined) futimesSync(file, modifiedAtMs / 1000, modifiedAtMs / 1000);
    const { dev, ino } = fstatSync(file, { bigint: true });
    this.#close();
    return `${dev}:${ino}`;
  }

  /** Leaves the file to an upload that goes on with it. @returns whether there is one */
  handOver(): boolean {
    if (this.#file === undefined) return false;
    fchmodSync(this.#file, 0o600);
    this.#close();
    return true;
  }

  /** Removes the file, finished or not; `write` may begin anew. */
  discard(): void {
    if (this.#writtenBytes === 0 && this.#file === undefined) return;
    this.#close();
    removeAtOnce(this.#path);
  }

  #close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeSync(file);
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
