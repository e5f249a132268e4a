// SQLite's log, brought into the database by a thread of its own. SQLite itself does that within the COMMIT that makes
// the log a thousand pages long, and there waits for the disk twice: some milliseconds, on a busy disk more than a hundred,
// in which the one thread that serves everybody serves nobody. Here the thread is asked when enough was written.
//
// A log starts again at its beginning when all of it is in the database and somebody writes next; while commits go on
// that moment may never come, and the log grows. When it is long, commits wait, without holding up anything else, until
// the thread has caught up. When even that is in vain, because other processes write all the time, SQLite is asked for
// the moment itself, which makes them wait (https://sqlite.org/wal.html section 6).

import { Piscina } from 'piscina';
import { describeFault } from '../domain/observation.ts';
import type { CheckpointMode, CheckpointOutcome, CheckpointTask } from './checkpoint-worker.ts';

/** After so many transactions the thread is asked: some thousand pages. */
const everyCommits = 200;
/** From so many pages on commits wait for the thread: 64 MiB of 4 KiB. */
const longLogFrames = 16_384;
/** From so many on other processes do too, for a moment. */
const tooLongLogFrames = 2 * longLogFrames;
/** From so many on SQLite does it within a COMMIT after all: the last resort, which counts what no transaction wrote too. */
const lastResortPages = 4 * longLogFrames;
/** What SQLite does on its own, in pages (https://sqlite.org/pragma.html#pragma_wal_autocheckpoint): without the thread. */
const withoutThreadPages = 1000;
/** A thread that has nothing to do ends after this time, in milliseconds. */
const idleTimeoutMs = 60_000;

export interface SqliteCheckpoint {
  /** Says that transactions have been committed, or as much as so many write. */
  committed(transactions?: number): void;
  /** @returns what to wait for before the next transaction; undefined when there is nothing to wait for */
  room(): Promise<void> | undefined;
  close(): Promise<void>;
}

/**
 * The thread starts when it is first needed.
 * @param deps.limitLog has SQLite shorten the log within a COMMIT from so many pages on
 * @param deps.onFault told when a checkpoint or the thread failed; it is tried again later
 */
export function createSqliteCheckpoint(deps: {
  readonly file: string;
  readonly limitLog: (pages: number) => void;
  readonly onFault: (message: string) => void;
}): SqliteCheckpoint {
  deps.limitLog(lastResortPages);
  // In the sources the worker is a `.ts` file, in the built product the `.js` beside this one.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const pool = new Piscina({
    filename: new URL(`./checkpoint-worker.${extension}`, import.meta.url).href,
    name: 'checkpoint',
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: idleTimeoutMs,
    // It does nothing but to call SQLite.
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 1 },
  });
  const run = (mode: CheckpointMode): Promise<CheckpointOutcome> =>
    pool.run({ file: deps.file, mode } satisfies CheckpointTask);
  let commits = 0;
  let closing = false;
  let failed = false;
  let work: Promise<void> | undefined;
  let room: Promise<void> | undefined;
  /** From so many pages on it is tried to shorten the log; more after a try in vain: somebody reads, a backup perhaps. */
  let longFrom = longLogFrames;

  const shorten = async (): Promise<void> => {
    let { logFrames, movedFrames } = await run('passive');
    if (movedFrames < logFrames && logFrames >= tooLongLogFrames)
      ({ logFrames, movedFrames } = await run('restart'));
    longFrom = movedFrames < logFrames ? logFrames + longLogFrames : longLogFrames;
  };
  const checkpoint = async (): Promise<void> => {
    try {
      const { logFrames } = await run('passive');
      if (failed) deps.limitLog(lastResortPages);
      failed = false;
      if (logFrames < longLogFrames) longFrom = longLogFrames;
      if (logFrames < longFrom) return;
      const shortened = shorten();
      room = shortened.catch(() => undefined);
      await shortened;
    } catch (thrown) {
      failed = true;
      deps.limitLog(withoutThreadPages);
      if (!closing) deps.onFault(describeFault(thrown).message);
    } finally {
      room = undefined;
      work = undefined;
    }
  };
  return {
    committed(transactions = 1) {
      commits += transactions;
      if (commits < everyCommits || work !== undefined || closing) return;
      commits = 0;
      work = checkpoint();
    },
    room: () => room,
    async close() {
      closing = true;
      await work;
      await pool.destroy();
    },
  };
}
