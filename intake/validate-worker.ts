// What runs in a worker thread: one original, read once in blocks, hashed and validated on the way. The thread is the
// place where a hostile file may take its time; the event loop that serves partners never reads one.

import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { FileResult } from '../edi/file-result.ts';
import { createFileValidator } from '../edi/file-validator.ts';
import { createGuideLibrary } from '../edi/guide-library.ts';
import type { EdiProfile } from '../edi/profile.ts';
import { type ReadDispatch, type ReadDispatchTask, readIntoStaging } from './dispatch-worker.ts';
import { type SplitMade, type SplitTask, writeSplit } from './split-worker.ts';

export interface ValidateTask {
  /** The original on the host. */
  readonly path: string;
  /** What its bytes must hash to (invariant I3). */
  readonly sha256: string;
  readonly profile: EdiProfile;
}

export type ValidateOutcome =
  | { readonly kind: 'validated'; readonly result: FileResult }
  /** The bytes are not those that were received. */
  | { readonly kind: 'altered'; readonly sha256: string };

/** How much is read at once, in bytes. */
const blockBytes = 256 * 1024;

// The thread's own, made once: guides are compiled when first needed and kept for the files that follow.
const library = createGuideLibrary();

/**
 * Validates one original.
 * @throws Error when the file cannot be read
 */
export function validateOriginal(task: ValidateTask): ValidateOutcome {
  const file = openSync(task.path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const validator = createFileValidator({ library, profile: task.profile });
    const hash = createHash('sha256');
    const block = Buffer.allocUnsafe(blockBytes);
    for (;;) {
      const length = readSync(file, block, 0, block.length, null);
      if (length === 0) break;
      const chunk = block.subarray(0, length);
      hash.update(chunk);
      validator.push(chunk);
    }
    const result = validator.end();
    const sha256 = hash.digest('hex');
    return sha256 === task.sha256 ? { kind: 'validated', result } : { kind: 'altered', sha256 };
  } finally {
    closeSync(file);
  }
}

/** @see writeSplit */
export function splitIntoFile(task: SplitTask): SplitMade | undefined {
  return writeSplit(library, task);
}

/** @see readIntoStaging */
export function readDispatch(task: ReadDispatchTask): ReadDispatch {
  return readIntoStaging(library, task);
}
