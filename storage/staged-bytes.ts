// The staging file of a small upload (small-upload.ts). It has no row: a start that finds it removes it (recovery.ts).
// All of it is done on the event loop: making a file and writing 32 KiB take some 40 µs, and each turn through the thread
// pool takes more than that (docs/sftp.md, "Speed").

import { createHash, type Hash } from 'node:crypto';
import { chmodSync, closeSync, fstatSync, futimesSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { type HostPath, syncDescriptor } from './data-directory.ts';
import { codeOf } from './disk-fault.ts';
import { originalMode, readWhole } from './publish-upload.ts';

export class StagedBytes {
  readonly #path: HostPath;
  #file: number | undefined;
  #isThere = false;
  readonly #hash: Hash = createHash('sha256');
  #sizeBytes = 0;

  constructor(path: HostPath) {
    this.#path = path;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /**
   * Appends bytes; the first time, which may be of none, makes the file.
   * @throws Error when the disk fails: then it is not known which of these bytes are there
   */
  append(bytes: Uint8Array): void {
    // Its mode holds for those that open it later.
    this.#file ??= openSync(this.#path, 'wx+', originalMode);
    this.#isThere = true;
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.#file, bytes, done, bytes.length - done, this.#sizeBytes + done);
    this.#hash.update(bytes);
    this.#sizeBytes += bytes.length;
  }

  /**
   * Call it when nothing is appended any more.
   * @param modifiedAtMs what the client has set, in milliseconds since 1970
   * @returns `device:inode` of the file
   */
  seal(modifiedAtMs: number | undefined): string {
    const file = this.#opened();
    if (modifiedAtMs !== undefined) futimesSync(file, modifiedAtMs / 1000, modifiedAtMs / 1000);
    const { dev, ino } = fstatSync(file, { bigint: true });
    return `${dev}:${ino}`;
  }

  /** @returns the SHA-256 of all bytes so far, in hexadecimal */
  sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  /** Reads all bytes back, which were written a moment ago and so are in memory. */
  bytes(): Uint8Array {
    return readWhole(this.#opened(), this.#sizeBytes);
  }

  /** Makes the bytes durable. */
  sync(): Promise<void> {
    return syncDescriptor(this.#opened());
  }

  /** Leaves the file to an upload that goes on with it, and may write it. */
  handOver(): { readonly sizeBytes: number; readonly hash: Hash } {
    this.close();
    chmodSync(this.#path, 0o600);
    return { sizeBytes: this.#sizeBytes, hash: this.#hash.copy() };
  }

  /** Removes the file, if there is one. Nothing may be asked of it afterwards. */
  discard(): void {
    if (!this.#isThere) return;
    this.#isThere = false;
    this.close();
    removeAtOnce(this.#path);
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeSync(file);
  }

  #opened(): number {
    if (this.#file === undefined) throw new Error('The staging file is not open.');
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
