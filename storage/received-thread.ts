// The thread that applies the receive log, as the process that serves sees it (received-worker.ts).

import { Piscina } from 'piscina';
import type { DataDirectory } from './data-directory.ts';
import type { LogPiece } from './receive-log-file.ts';
import type { ReceivedTask } from './received-worker.ts';
import type { Database } from './transaction.ts';

/** A thread that has nothing to do ends after this time, in milliseconds. */
const idleTimeoutMs = 60_000;

export interface ReceivedThread {
  /** Takes a piece of the log into the journal. @throws Error when the disk, the database or the thread fails */
  apply(piece: LogPiece): Promise<void>;
  close(): Promise<void>;
}

/** The thread starts when it is first needed. */
export function createReceivedThread(deps: {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly busyTimeoutMs: number;
}): ReceivedThread {
  const { database, directory, busyTimeoutMs } = deps;
  // In the sources the worker is a `.ts` file, in the built product the `.js` beside this one.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const pool = new Piscina({
    filename: new URL(`./received-worker.${extension}`, import.meta.url).href,
    name: 'applyStep',
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: idleTimeoutMs,
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
  });
  const run = (step: ReceivedTask['step'], piece: LogPiece): Promise<void> =>
    pool.run({ step, root: directory.root, busyTimeoutMs, piece } satisfies ReceivedTask);
  return {
    async apply(piece) {
      await run('prepare', piece);
      await database.lend(() => run('commit', piece));
      await run('name', piece);
    },
    close: () => pool.destroy(),
  };
}
