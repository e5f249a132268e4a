// Waiting for the disk together. However many ask for the same thing to be made durable while it is being done, the
// disk is asked once more for all of them: this is what groups the commits and the folders of CLOSEs that come at once.

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { HostPath } from './data-directory.ts';

/**
 * Shares one way of syncing among all who ask for it.
 * @param sync makes durable whatever was written before it is called
 * @returns the same for many: its promise settles when a sync that began after the call is over
 */
export function shareSync(sync: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    next = undefined;
    const work = sync();
    running = work;
    const over = () => {
      if (running === work) running = undefined;
    };
    work.then(over, over);
    return work;
  };
  return () => {
    if (running === undefined) return begin();
    // The one that runs may have begun before this caller's bytes were there, and so counts for nothing here.
    next ??= running.then(begin, begin);
    return next;
  };
}

/** How long a folder is kept open after its last sync, in milliseconds. */
const idleMs = 1000;

/** Makes the entries of folders durable, as `syncFolder` does, with everyone who waits for the same folder. */
export function createFolderSync(): (folder: HostPath) => Promise<void> {
  const folders = new Map<HostPath, () => Promise<void>>();
  return (folder) => {
    let sync = folders.get(folder);
    if (sync === undefined) {
      sync = shareSync(openedFolder(folder, () => folders.delete(folder)));
      folders.set(folder, sync);
    }
    return sync();
  };
}

/** One at a time is called by `shareSync`, and so the handle is never closed under a sync. */
function openedFolder(folder: HostPath, forget: () => void): () => Promise<void> {
  let handle: FileHandle | undefined;
  let idle: NodeJS.Timeout | undefined;
  return async () => {
    clearTimeout(idle);
    handle ??= await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    const opened = handle;
    try {
      await opened.sync();
    } finally {
      idle = setTimeout(() => {
        forget();
        handle = undefined;
        void opened.close();
      }, idleMs);
      idle.unref();
    }
  };
}
