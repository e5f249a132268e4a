// What a worker thread does for a dispatch: one file, read once, copied, hashed and validated on the way. The copy is
// what we count on from then on; the other program keeps its own.

import { createHash } from 'node:crypto';
import { closeSync, constants, fchmodSync, fsyncSync, openSync, readSync } from 'node:fs';
import type { FileResult } from '../edi/file-result.ts';
import { createFileValidator } from '../edi/file-validator.ts';
import type { GuideLibrary } from '../edi/guide-library.ts';
import type { EdiProfile } from '../edi/profile.ts';
import { writeWhole } from './write-whole.ts';

export interface ReadDispatchTask {
  /** The file on the host. */
  readonly from: string;
  /** Where to copy it, on the host; what is there is written over. */
  readonly to: string;
  readonly profile: EdiProfile;
}

export interface ReadDispatch {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly result: FileResult;
}

/** How much is read at once, in bytes. */
const blockBytes = 256 * 1024;
/** As every original: read by its owner, written by no one. */
const copyMode = 0o400;

/** @throws Error when it cannot be read or written */
export function readIntoStaging(library: GuideLibrary, task: ReadDispatchTask): ReadDispatch {
  const source = openSync(task.from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const target = openSync(task.to, 'w', 0o600);
    try {
      const validator = createFileValidator({ library, profile: task.profile });
      const hash = createHash('sha256');
      const block = Buffer.allocUnsafe(blockBytes);
      let sizeBytes = 0;
      for (;;) {
        const length = readSync(source, block, 0, block.length, null);
        if (length === 0) break;
        const chunk = block.subarray(0, length);
        hash.update(chunk);
        validator.push(chunk);
        writeWhole(target, chunk);
        sizeBytes += length;
      }
      fchmodSync(target, copyMode);
      fsyncSync(target);
      return { sizeBytes, sha256: hash.digest('hex'), result: validator.end() };
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}
