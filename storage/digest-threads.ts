// The threads that hash large uploads, as the process that serves sees it (digest-worker.ts).

import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import type { HostPath } from './data-directory.ts';

/** A thread that has nothing to do ends after this time, in milliseconds: it takes more memory than it takes to start. */
const idleTimeoutMs = 5_000;

export interface DigestThreads {
  /** @returns the SHA-256 of a file, in hexadecimal @throws Error when it cannot be read */
  hash(path: HostPath): Promise<string>;
  /** What is under way is given up, and rejects. */
  close(): Promise<void>;
}

/** They start when they are first needed. */
export function createDigestThreads(): DigestThreads {
  // In the sources the worker is a `.ts` file, in the built product the `.js` beside this one.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const pool = new Piscina({
    filename: new URL(`./digest-worker.${extension}`, import.meta.url).href,
    name: 'hashOriginal',
    minThreads: 0,
    // One processor is left to those who serve.
    maxThreads: Math.max(1, Math.min(2, availableParallelism() - 1)),
    idleTimeout: idleTimeoutMs,
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 },
  });
  return {
    hash: (path) => pool.run({ path }),
    close: () => pool.destroy(),
  };
}
