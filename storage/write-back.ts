// Writing back while bytes arrive. Linux keeps what is written in memory until much of it waits, so that the sync at the CLOSE
// of a large upload had all of it still to write: a third of the whole time for a gigabyte, in which neither its client
// nor this process had anything to do. So every few megabytes the bytes so far are synced beside those that arrive.
//
// One upload at a time: each sync holds a thread of the pool for as long as the disk takes, and there are few, on which
// everyone's files wait. Whoever finds another one at it asks again when more has arrived.

/** From so many bytes on that may not be on the disk it is worth a sync. */
const worthBytes = 8 * 1024 * 1024;

/** Shared by the uploads of a process. */
export class WriteBack {
  #busy = false;

  /**
   * Syncs when enough has been written since the last time, and nobody else is at it.
   * @param writtenBytes since `sync` began the last time
   * @param sync makes durable what was written; may be called at once
   * @returns what `sync` returns; undefined when it is left for later
   */
  start(writtenBytes: number, sync: () => Promise<void>): Promise<void> | undefined {
    if (this.#busy || writtenBytes < worthBytes) return undefined;
    this.#busy = true;
    return sync().finally(() => {
      this.#busy = false;
    });
  }
}
