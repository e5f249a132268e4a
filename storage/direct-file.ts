// Writing that is on the disk when it is over, past Linux's memory for files (O_DIRECT and O_DSYNC): one turn of the thread
// pool, and the disk fetches the bytes itself. What goes by that memory is copied there, looked for again, written and
// waited for, and who copies it there waits as well when the disk is behind with its work.
//
// Such a write is of whole blocks, from memory that begins at a block. Where a file system does not do it (EINVAL or ENOTSUP,
// when the file is opened or when it is written), the same bytes are written and synced the ordinary way.

import { closeSync, constants, fdatasync, openSync, write } from 'node:fs';
import { promisify } from 'node:util';
import type { HostPath } from './data-directory.ts';
import { codeOf } from './disk-fault.ts';

/** What disks and file systems ask for at most, in bytes. */
export const blockBytes = 4096;

const syncData = promisify(fdatasync);
const writeBytes = promisify(write);

/**
 * @returns memory that begins at a block, as no buffer of Node's is sure to: WebAssembly's is mapped in pages of its own. That
 *   takes gigabytes of addresses, though not of memory, so whoever asks for it keeps it
 */
export function blockMemory(sizeBytes: number): Buffer {
  const pageBytes = 64 * 1024;
  const { WebAssembly } = globalThis as unknown as {
    readonly WebAssembly: {
      readonly Memory: new (size: {
        readonly initial: number;
        readonly maximum: number;
      }) => {
        readonly buffer: ArrayBuffer;
      };
    };
  };
  const pages = Math.ceil(sizeBytes / pageBytes);
  return Buffer.from(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer);
}

export class DirectFile {
  readonly #path: HostPath;
  /** Undefined where it must be done the ordinary way. */
  #direct: number | undefined;
  readonly #descriptor: number;

  /** @param descriptor of the same file, open for writing; the caller closes it */
  constructor(path: HostPath, descriptor: number) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#direct = this.#open();
  }

  /**
   * Writes whole blocks, and waits until they are on the disk.
   * @param memory see `blockMemory`; it must not change meanwhile
   * @throws Error when the disk fails: then it is not known which of them are there
   */
  async write(memory: Buffer, sizeBytes: number, atBytes: number): Promise<void> {
    if (this.#direct !== undefined) {
      try {
        await writeAll(this.#direct, memory.subarray(0, sizeBytes), atBytes);
        return;
      } catch (thrown) {
        if (!isNotDone(thrown)) throw thrown;
        this.close();
      }
    }
    await writeAll(this.#descriptor, memory.subarray(0, sizeBytes), atBytes);
    await syncData(this.#descriptor);
  }

  close(): void {
    if (this.#direct !== undefined) closeSync(this.#direct);
    this.#direct = undefined;
  }

  #open(): number | undefined {
    try {
      return openSync(this.#path, constants.O_WRONLY | constants.O_DIRECT | constants.O_DSYNC);
    } catch (thrown) {
      if (isNotDone(thrown)) return undefined;
      throw thrown;
    }
  }
}

const isNotDone = (thrown: unknown): boolean => ['EINVAL', 'ENOTSUP'].includes(codeOf(thrown) ?? '');

async function writeAll(descriptor: number, bytes: Buffer, atBytes: number): Promise<void> {
  const { bytesWritten } = await writeBytes(descriptor, bytes, 0, bytes.length, atBytes);
  // What is short of that a disk that is full has not taken.
  if (bytesWritten !== bytes.length)
    throw new Error(`Of ${bytes.length} bytes ${bytesWritten} were written.`);
}
