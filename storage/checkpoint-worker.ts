// The thread that brings SQLite's log into the database (sqlite-checkpoint.ts says why there is one).

import type SqliteFile from 'better-sqlite3';
import { describeFault } from '../domain/observation.ts';
import { openSqlite } from './sqlite-driver.ts';

/** `restart` waits for other processes too (https://sqlite.org/pragma.html#pragma_wal_checkpoint). */
export type CheckpointMode = 'passive' | 'restart';

/** How many pages the log has, and how many of them are in the database. */
export interface CheckpointOutcome {
  readonly logFrames: number;
  readonly movedFrames: number;
}

export interface CheckpointTask {
  /** The database; the same for all tasks of a thread. */
  readonly file: string;
  readonly mode: CheckpointMode;
}

/** How long this waits for other processes when it restarts the log, in milliseconds. */
const restartTimeoutMs = 250;

let database: SqliteFile.Database | undefined;

/** @throws Error when the disk or the database fails */
export function checkpoint({ file, mode }: CheckpointTask): CheckpointOutcome {
  try {
    database ??= open(file);
    const rows = database.pragma(`wal_checkpoint(${mode})`) as readonly {
      readonly log: number;
      readonly checkpointed: number;
    }[];
    return { logFrames: rows[0]?.log ?? 0, movedFrames: rows[0]?.checkpointed ?? 0 };
  } catch (thrown) {
    // The error of SQLite's driver loses its words on the way to another thread.
    throw new Error(describeFault(thrown).message);
  }
}

function open(file: string): SqliteFile.Database {
  const opened = openSqlite(file, { timeout: restartTimeoutMs, fileMustExist: true });
  // A checkpoint syncs log and database unless this is OFF; nothing is ever written on this connection itself.
  opened.pragma('synchronous = NORMAL');
  return opened;
}
