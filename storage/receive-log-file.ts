// One file of the receive log (receive-log.ts): appended to, synced for all who wait at once, and begun again when everything
// in it is applied.
//
// What is appended goes into memory, and from there to the disk past everything else (direct-file.ts): while one half of the
// memory is being written the other one is filled. The block in which one write ends is the one in which the next begins.
//
// The file is made longer in large steps, ahead of what is written, and not shorter when it is begun again: to write bytes
// where a file had bytes before waits for these bytes alone, while a file that has grown waits for everything that was
// done to the file system meanwhile, and that is what applying does all the time.

import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type HostPath, syncFolder } from './data-directory.ts';
import { blockBytes, blockMemory, DirectFile } from './direct-file.ts';
import { fileHead, fileHeadBytes, type LoggedUpload, markBytes, readLog } from './receive-log-format.ts';
import { shareSync } from './shared-sync.ts';

const nameForm = /^\d{8}\.log$/;

/** By so much it is made longer, in bytes. */
const growthBytes = 1024 * 1024;
/** Never written to; made when a file is made longer for the first time, since commands that only read need none. */
let zeros: Buffer | undefined;
/** So much is written at once at most, in bytes: several of the largest records. */
const halfBytes = 512 * 1024;
/** No record has so much, in bytes, and a half always has room for it once it was written. */
const mostAppendedBytes = halfBytes / 2;
/** Of files that are removed, for those that come. */
const idleHalves: Buffer[] = [];
const mostIdleHalves = 4;
const takeHalf = (): Buffer => idleHalves.pop() ?? blockMemory(halfBytes);

/** @returns the log's files in the order in which they were begun; none where there is no such folder */
export function listLogFiles(folder: HostPath): readonly HostPath[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => nameForm.test(name))
    .sort()
    .map((name) => join(folder, name) as HostPath);
}

/** A piece of a file of the log that holds whole records, so many. */
export interface LogPiece {
  readonly path: HostPath;
  readonly fromBytes: number;
  readonly toBytes: number;
  readonly uploads: number;
  /** Something failed before: it may not be the first try. */
  readonly again: boolean;
}

/** @throws Error when it is not what was written */
export function readLogPiece({ path, fromBytes, toBytes, uploads }: LogPiece): readonly LoggedUpload[] {
  const file = openSync(path, 'r');
  const bytes = Buffer.allocUnsafe(fileHeadBytes + toBytes - fromBytes);
  try {
    readSync(file, bytes, 0, fileHeadBytes, 0);
    readSync(file, bytes, fileHeadBytes, toBytes - fromBytes, fromBytes);
  } finally {
    closeSync(file);
  }
  const found = readLog(bytes);
  if (found.uploads.length !== uploads)
    throw new Error(`Of ${uploads} uploads in the receive log ${found.uploads.length} can be read.`);
  return found.uploads;
}

export class LogFile {
  readonly path: HostPath;
  readonly #randomBytes: (count: number) => Uint8Array;
  #mark: Uint8Array = new Uint8Array();
  readonly #descriptor: number;
  readonly #file: DirectFile;
  /** What is filled, and what was written last or is being written. */
  #half = takeHalf();
  #otherHalf = takeHalf();
  /** Where in the file the half begins that is filled: at a block. */
  #halfFromBytes = 0;
  readonly #sync: () => Promise<void>;
  /** Where the next record comes. */
  #sizeBytes = 0;
  /** How long it is on the disk. */
  #roomBytes = 0;
  /** Up to here it is on the disk. */
  #syncedBytes = 0;
  #isNamed = false;
  #failed = false;
  #isOver = false;
  #isRemoved = false;
  /** Records that are not applied yet. */
  #records = 0;

  /**
   * Makes a file. It is on the disk when its first record is.
   * @param input.randomBytes gives bytes that nobody can guess
   * @throws Error when the disk fails
   */
  constructor(input: {
    readonly folder: HostPath;
    readonly number: number;
    readonly randomBytes: (count: number) => Uint8Array;
  }) {
    this.path = join(input.folder, `${String(input.number).padStart(8, '0')}.log`) as HostPath;
    this.#randomBytes = input.randomBytes;
    this.#descriptor = openSync(this.path, 'wx', 0o600);
    this.#sync = shareSync(() => this.#syncOnce());
    try {
      this.#file = new DirectFile(this.path, this.#descriptor);
    } catch (thrown) {
      closeSync(this.#descriptor);
      unlinkSync(this.path);
      throw thrown;
    }
    try {
      this.#begin();
    } catch (thrown) {
      this.end();
      throw thrown;
    }
  }

  /** What its records begin with now. */
  get mark(): Uint8Array {
    return this.#mark;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get isIdle(): boolean {
    return this.#records === 0;
  }

  /**
   * Appends a record, and waits until it is on the disk.
   * @returns where it stands
   * @throws Error when the disk fails: then it is not known whether it is there, and nothing may be appended any more
   */
  async append(
    pieces: readonly Uint8Array[],
  ): Promise<{ readonly fromBytes: number; readonly toBytes: number }> {
    const recordBytes = pieces.reduce((sum, { length }) => sum + length, 0);
    if (recordBytes > mostAppendedBytes) throw new RangeError(`No record has ${recordBytes} bytes.`);
    this.#records += 1;
    try {
      while (!this.#hasRoom(recordBytes)) await this.#sync();
      const fromBytes = this.#sizeBytes;
      this.#put(pieces);
      const toBytes = this.#sizeBytes;
      await this.#sync();
      return { fromBytes, toBytes };
    } catch (thrown) {
      this.applied(1);
      throw thrown;
    }
  }

  /** Records of it are applied. The last ones, when nothing is appended any more, take the file with them. */
  applied(records: number): void {
    this.#records -= records;
    this.#removeIfDone();
  }

  /**
   * Forgets all records, which must be applied.
   * @throws Error when the disk fails: then it must be ended
   */
  beginAgain(): void {
    if (this.#records > 0) throw new Error('Not everything in the receive log is applied.');
    if (this.#sizeBytes > fileHeadBytes) this.#begin();
  }

  /** Nothing will be appended any more. */
  end(): void {
    this.#isOver = true;
    this.#removeIfDone();
  }

  /** With a new mark, so that no record from before counts any more. */
  #begin(): void {
    this.#mark = this.#randomBytes(markBytes);
    this.#sizeBytes = 0;
    this.#syncedBytes = 0;
    this.#halfFromBytes = 0;
    const head = fileHead(this.#mark);
    this.#put([head]);
    // Whoever reads the file sees at once that nothing is in it.
    const written = writeSync(this.#descriptor, head, 0, head.length, 0);
    if (written !== head.length) throw new Error('The receive log could not be begun.');
  }

  #hasRoom(recordBytes: number): boolean {
    return this.#sizeBytes + recordBytes - this.#halfFromBytes < halfBytes;
  }

  #put(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      this.#half.set(piece, this.#sizeBytes - this.#halfFromBytes);
      this.#sizeBytes += piece.length;
    }
  }

  async #syncOnce(): Promise<void> {
    // What was cut off by a write that failed stays so: a record behind the gap would look like one behind lost ones.
    if (this.#failed) throw new Error('The receive log could not be written.');
    try {
      await this.#writeHalf();
    } catch (thrown) {
      this.#fail();
      throw thrown;
    }
  }

  async #writeHalf(): Promise<void> {
    const half = this.#half;
    const [fromBytes, sizeBytes] = [this.#halfFromBytes, this.#sizeBytes];
    const lastBlock = Math.floor((sizeBytes - fromBytes) / blockBytes) * blockBytes;
    const filledBytes = lastBlock + blockBytes;
    half.fill(0, sizeBytes - fromBytes, filledBytes);
    half.copy(this.#otherHalf, 0, lastBlock, filledBytes);
    this.#half = this.#otherHalf;
    this.#otherHalf = half;
    this.#halfFromBytes = fromBytes + lastBlock;
    while (fromBytes + filledBytes > this.#roomBytes) {
      zeros ??= blockMemory(growthBytes);
      await this.#file.write(zeros, growthBytes, this.#roomBytes);
      this.#roomBytes += growthBytes;
    }
    await this.#file.write(half, filledBytes, fromBytes);
    if (!this.#isNamed) await syncFolder(dirname(this.path) as HostPath);
    this.#isNamed = true;
    this.#syncedBytes = sizeBytes;
  }

  /** What nobody was answered for is taken out again, if the disk lets it. */
  #fail(): void {
    if (this.#failed) return;
    this.#failed = true;
    try {
      ftruncateSync(this.#descriptor, this.#syncedBytes);
    } catch {
      // The next start reads it, and finds torn records or whole ones: either is safe.
    }
  }

  #removeIfDone(): void {
    if (!this.#isOver || this.#records > 0 || this.#isRemoved) return;
    this.#isRemoved = true;
    this.#file.close();
    closeSync(this.#descriptor);
    // Nothing is being written any more: for each write a record waits, and none is left.
    if (idleHalves.length < mostIdleHalves) idleHalves.push(this.#half, this.#otherHalf);
    try {
      unlinkSync(this.path);
    } catch {
      // The next start finds that everything in it is in the journal, and removes it.
    }
  }
}
