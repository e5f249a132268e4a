// SQLite's write-ahead log, made durable beside the event loop. SQLite itself would wait for the disk within COMMIT, on
// the one thread that serves everybody, once a commit. Instead COMMIT only writes (synchronous=NORMAL), and whoever
// was promised durability waits here, in the thread pool, for one fdatasync together with all others.
//
// Why this is as durable as synchronous=FULL: FULL is NORMAL plus a sync of the log after each commit
// (https://sqlite.org/pragma.html#pragma_synchronous), and that is the sync made here. Frames are only ever appended, so
// what is synced includes all transactions before it; before a checkpoint lets the log be overwritten, SQLite has synced
// log and database itself, in NORMAL too (https://sqlite.org/wal.html section 2.2). The log's file stays the same as
// long as a connection is open, and SQLite's locks are not on it, so closing a descriptor of it gives up no lock.

import { type FileHandle, open } from 'node:fs/promises';
import { shareSync } from './shared-sync.ts';

/**
 * A commit stands, but nobody knows whether it survives power loss. What it says may not be undone by hand: it is there
 * for everyone to read. The next start brings disk and journal together.
 */
export class CommitNotSyncedError extends Error {
  readonly code = 'storage.commit-not-synced';
  constructor(cause: unknown) {
    super(
      'The database could not be made durable: the disk reported a fault. Look at the disk, then restart.',
      {
        cause,
      },
    );
    this.name = 'CommitNotSyncedError';
  }
}

export interface SqliteLog {
  /** @throws CommitNotSyncedError */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** @param file the database's file; `:memory:` has no log, and nothing to make durable */
export function openSqliteLog(file: string): SqliteLog {
  if (file === ':memory:') return { sync: async () => undefined, close: async () => undefined };
  let handle: FileHandle | undefined;
  const sync = shareSync(async () => {
    try {
      // Opened late: it is there from the first write on.
      handle ??= await open(`${file}-wal`, 'r');
      await handle.datasync();
    } catch (thrown) {
      throw new CommitNotSyncedError(thrown);
    }
  });
  return {
    sync,
    async close() {
      await handle?.close();
      handle = undefined;
    },
  };
}
