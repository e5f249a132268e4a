// The worker threads that validate files.

import { Piscina } from 'piscina';
import type { ReadDispatch, ReadDispatchTask } from './dispatch-worker.ts';
import type { SplitMade, SplitTask } from './split-worker.ts';
import type { ValidateOutcome, ValidateTask } from './validate-worker.ts';

export interface ValidatorPool {
  /**
   * Validates one original in a thread.
   * @throws Error when the file cannot be read, or the time is over: the thread is ended then (invariant I11)
   */
  validate(task: ValidateTask, timeoutMs: number): Promise<ValidateOutcome>;
  /**
   * Writes the accepted sets of an original into a file of their own, durably, in a thread.
   * @returns undefined when that file would not be accepted
   * @throws Error as `validate`, and when it cannot be written
   */
  split(task: SplitTask, timeoutMs: number): Promise<SplitMade | undefined>;
  /**
   * Copies a file from the back end into staging and reads it on the way, in a thread.
   * @throws Error as `validate`, and when it cannot be written
   */
  readDispatch(task: ReadDispatchTask, timeoutMs: number): Promise<ReadDispatch>;
  /** How many threads there are now, and a way to end them as the system would: the next file gets a new one. */
  readonly threads: { count(): number; end(): Promise<void> };
  close(): Promise<void>;
}

/**
 * How long a thread stays that has nothing to do, in milliseconds. It has compiled its guides, which costs it as much
 * as hundreds of small files do: one that ended between two files would do that again for each.
 */
const idleTimeoutMs = 10 * 60_000;

const youngGenerationMb = 16;

export function createValidatorPool(settings: { readonly workers: number }): ValidatorPool {
  // In the sources the worker is a `.ts` file, in the built product the `.js` beside this one.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const pool = new Piscina({
    filename: new URL(`./validate-worker.${extension}`, import.meta.url).href,
    name: 'validateOriginal',
    minThreads: 1,
    // One that large files never have (intake.ts).
    maxThreads: settings.workers + 1,
    idleTimeout: idleTimeoutMs,
    // Enough for the largest set of findings; a runaway thread ends instead of the process.
    // The young generation is no larger in a thread than for the whole process, if that is not said otherwise, and a
    // faulty file makes many findings.
    resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: youngGenerationMb },
  });
  return {
    validate: (task, timeoutMs): Promise<ValidateOutcome> =>
      pool.run(task, { signal: AbortSignal.timeout(timeoutMs) }),
    split: (task, timeoutMs): Promise<SplitMade | undefined> =>
      pool.run(task, { signal: AbortSignal.timeout(timeoutMs), name: 'splitIntoFile' }),
    readDispatch: (task, timeoutMs): Promise<ReadDispatch> =>
      pool.run(task, { signal: AbortSignal.timeout(timeoutMs), name: 'readDispatch' }),
    threads: {
      count: () => pool.threads.length,
      async end() {
        await Promise.all(pool.threads.map((thread) => thread.terminate()));
      },
    },
    close: () => pool.destroy(),
  };
}
