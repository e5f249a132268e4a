// The transfers of one connection while they run: what is open, how far it is, and whether it still moves. By it an
// operator sees what a session does, and a gateway that stops knows what is worth waiting for.

import type { FileRefusal, Mailbox, ReadableFile, WritableFile } from '../domain/mailbox.ts';
import type { VirtualPath } from '../domain/virtual-path.ts';
import type { SessionTransfer } from '../storage/sftp-session-store.ts';

/** A transfer on which nothing has moved for so long is not waited for. */
const stalledMs = 2000;
/** How often a waiting one looks, in milliseconds. */
const lookMs = 25;

interface Running {
  readonly direction: 'upload' | 'download';
  readonly path: string;
  bytes: number;
  movedAtMs: number;
}

const stopping: FileRefusal = {
  kind: 'refused',
  reason: 'permission-denied',
  why: 'The gateway is being restarted. Connect again in a moment; an interrupted upload can be resumed.',
};

export class TransferLog {
  readonly #now: () => number;
  readonly #running = new Set<Running>();
  #stopping = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** What is open now. */
  get running(): readonly SessionTransfer[] {
    return [...this.#running].map(({ direction, path, bytes }) => ({ direction, path, bytes }));
  }

  /**
   * No file is opened any more; those that are open go on.
   * @returns when none of them moves any more, or the limit is reached
   */
  async settle(limitMs: number): Promise<void> {
    this.#stopping = true;
    const giveUpAtMs = performance.now() + limitMs;
    while (this.#isMoving() && performance.now() < giveUpAtMs) {
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }

  /** The mailbox with its files watched. */
  watch(mailbox: Mailbox): Mailbox {
    return {
      stat: (path) => mailbox.stat(path),
      list: (path) => mailbox.list(path),
      openForRead: async (path) => {
        if (this.#stopping) return stopping;
        const opened = await mailbox.openForRead(path);
        if (opened.kind !== 'ok') return opened;
        return { kind: 'ok', file: this.#readable(opened.file, this.#begin('download', path)) };
      },
      openForWrite: async (path, options) => {
        if (this.#stopping) return stopping;
        const opened = await mailbox.openForWrite(path, options);
        if (opened.kind !== 'ok') return opened;
        return { kind: 'ok', file: this.#writable(opened.file, this.#begin('upload', path)) };
      },
      remove: (path) => mailbox.remove(path),
      rename: (from, to, options) => mailbox.rename(from, to, options),
      setAttributes: (path, changes) => mailbox.setAttributes(path, changes),
      space: (folder) => mailbox.space(folder),
    };
  }

  #isMoving(): boolean {
    const nowMs = this.#now();
    for (const { movedAtMs } of this.#running) if (nowMs - movedAtMs < stalledMs) return true;
    return false;
  }

  #begin(direction: Running['direction'], path: VirtualPath): Running {
    const shown = path.kind === 'entry' ? `/${path.folder}/${path.name}` : '/';
    const running: Running = { direction, path: shown, bytes: 0, movedAtMs: this.#now() };
    this.#running.add(running);
    return running;
  }

  #moved(running: Running, bytes: number): void {
    running.bytes += bytes;
    running.movedAtMs = this.#now();
  }

  #readable(file: ReadableFile, running: Running): ReadableFile {
    return {
      attributes: () => file.attributes(),
      read: async (target, offsetBytes) => {
        const count = await file.read(target, offsetBytes);
        this.#moved(running, count);
        return count;
      },
      close: () => {
        this.#running.delete(running);
        return file.close();
      },
    };
  }

  #writable(file: WritableFile, running: Running): WritableFile {
    return {
      attributes: () => file.attributes(),
      read: (target, offsetBytes) => file.read(target, offsetBytes),
      write: async (source, offsetBytes) => {
        const refusal = await file.write(source, offsetBytes);
        this.#moved(running, source.length);
        return refusal;
      },
      truncate: (sizeBytes) => file.truncate(sizeBytes),
      setModifiedAt: (modifiedAtMs) => file.setModifiedAt(modifiedAtMs),
      sync: () => file.sync(),
      close: async () => {
        try {
          return await file.close();
        } finally {
          this.#running.delete(running);
        }
      },
      abandon: () => {
        this.#running.delete(running);
        return file.abandon();
      },
    };
  }
}
