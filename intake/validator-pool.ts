// The worker threads that validate files.

import { Piscina } from 'piscina';
import type { ValidateOutcome, ValidateTask } from './validate-worker.ts';

export interface ValidatorPool {
  /**
   * Validates one original in a thread.
   * @throws Error when the file cannot be read, or the time is over: the thread is ended then (invariant I11)
   */
  validate(task: ValidateTask, timeoutMs: number): Promise<ValidateOutcome>;
  /** How many threads there are now, and a way to end them as the system would: the next file gets a new one. */
  readonly threads: { count(): number; end(): Promise<void> };
  close(): Promise<void>;
}

export function createValidatorPool(settings: { readonly workers: number }): ValidatorPool {
  // In the sources the worker is a `.ts` file, in the built product the `.js` beside this one.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const pool = new Piscina<ValidateTask, ValidateOutcome>({
    filename: new URL(`./validate-worker.${extension}`, import.meta.url).href,
    name: 'validateOriginal',
    minThreads: 1,
    // One that large files never have (intake.ts).
    maxThreads: settings.workers + 1,
    // Enough for the largest set of findings; a runaway thread ends instead of the process.
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  return {
    validate: (task, timeoutMs) => pool.run(task, { signal: AbortSignal.timeout(timeoutMs) }),
    threads: {
      count: () => pool.threads.length,
      async end() {
        await Promise.all(pool.threads.map((thread) => thread.terminate()));
      },
    },
    close: () => pool.destroy(),
  };
}
