// The staging file of a small upload (small-upload.ts). It has no row: a start that finds it removes it (recovery.ts).
// Where the receive log will take it when it is whole (receive-log.ts) there is none: its bytes are kept in memory, as long
// as they are few.
// All of it is done on the event loop: making a file and writing 32 KiB take some 40 µs, and each turn through the thread
// pool takes more than that (docs/sftp.md, "Speed").

import { createHash, type Hash, hash } from 'node:crypto';
import { chmodSync, closeSync, fstatSync, futimesSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { type HostPath, syncDescriptor } from './data-directory.ts';
import { codeOf } from './disk-fault.ts';
import { originalMode, readWhole } from './publish-upload.ts';
import { smallOriginalBytes } from './small-original-bytes.ts';

/** Memory that is used again: of new one for each file V8 makes garbage that it looks for in its whole heap. */
const idleMemory: Buffer[] = [];
/** Of 64 KiB each. */
const mostIdleMemory = 8;

export class StagedBytes {
  readonly #path: HostPath;
  #file: number | undefined;
  #isThere = false;
  /** Of what is in the file: bytes in memory are hashed at once when they are all there. */
  #hash: Hash | undefined;
  #sizeBytes = 0;
  #isInMemory: boolean;
  #memory: Buffer | undefined;

  /** @param options.inMemory there is no file as long as the bytes are few enough to ride in the journal */
  constructor(path: HostPath, options?: { readonly inMemory: boolean }) {
    this.#path = path;
    this.#isInMemory = options?.inMemory === true;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** All bytes so far, until the next call; undefined when they are in the file. */
  get inMemory(): Uint8Array | undefined {
    if (!this.#isInMemory) return undefined;
    return this.#memory?.subarray(0, this.#sizeBytes) ?? new Uint8Array();
  }

  /**
   * Appends bytes; the first time, which may be of none, makes the file, unless they stay in memory.
   * @throws Error when the disk fails: then it is not known which of these bytes are there
   */
  append(bytes: Uint8Array): void {
    if (this.#isInMemory && this.#sizeBytes + bytes.length <= smallOriginalBytes) {
      this.#memory ??= idleMemory.pop() ?? Buffer.allocUnsafeSlow(smallOriginalBytes);
      // The packet that they came in will be used again.
      this.#memory.set(bytes, this.#sizeBytes);
    } else {
      this.#write(this.#opened(), bytes, this.#sizeBytes);
      this.#hashed().update(bytes);
    }
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
    const bytes = this.inMemory;
    return bytes === undefined ? this.#hashed().copy().digest('hex') : hash('sha256', bytes, 'hex');
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
    if (!this.#isThere) this.#opened();
    this.close();
    chmodSync(this.#path, 0o600);
    return { sizeBytes: this.#sizeBytes, hash: this.#hashed().copy() };
  }

  /** Removes the file, if there is one. Nothing may be asked of it afterwards. */
  discard(): void {
    this.#giveMemory();
    if (!this.#isThere) return;
    this.#isThere = false;
    this.close();
    removeAtOnce(this.#path);
  }

  /** Ends the use of file or memory; the file stays. */
  close(): void {
    this.#giveMemory();
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeSync(file);
  }

  /** The open file, made when it is not there yet, with what was in memory. */
  #opened(): number {
    if (this.#file !== undefined) return this.#file;
    if (this.#isThere) throw new Error('The staging file is not open.');
    // Its mode holds for those that open it later.
    const file = openSync(this.#path, 'wx+', originalMode);
    this.#file = file;
    this.#isThere = true;
    const before = this.inMemory;
    try {
      if (before !== undefined) {
        this.#write(file, before, 0);
        this.#hashed().update(before);
      }
    } finally {
      this.#isInMemory = false;
      this.#giveMemory();
    }
    return file;
  }

  #hashed(): Hash {
    this.#hash ??= createHash('sha256');
    return this.#hash;
  }

  #giveMemory(): void {
    if (this.#memory !== undefined && idleMemory.length < mostIdleMemory) idleMemory.push(this.#memory);
    this.#memory = undefined;
  }

  #write(file: number, bytes: Uint8Array, at: number): void {
    for (let done = 0; done < bytes.length; )
      done += writeSync(file, bytes, done, bytes.length - done, at + done);
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
