// What a worker thread does for a split: the original is read twice, once to find the places of the sets and once to copy
// what is kept, so that memory does not grow with the file.

import { createHash } from 'node:crypto';
import { closeSync, constants, fchmodSync, fsyncSync, openSync, readSync } from 'node:fs';
import { createFileValidator } from '../edi/file-validator.ts';
import type { GuideLibrary } from '../edi/guide-library.ts';
import type { EdiProfile } from '../edi/profile.ts';
import { createSplitPlanner, type SplitPiece } from '../edi/split-plan.ts';
import { writeWhole } from './write-whole.ts';

export interface SplitTask {
  /** The original on the host. */
  readonly path: string;
  /** What its bytes must hash to (invariant I3). */
  readonly sha256: string;
  /** Places of the sets to keep, as split-plan.ts names them. */
  readonly kept: readonly string[];
  /** Where to write, on the host; what is there is written over. */
  readonly to: string;
  readonly profile: EdiProfile;
}

export interface SplitMade {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** How much is read at once, in bytes. */
const blockBytes = 256 * 1024;
/** As every original: read by its owner, written by no one. */
const derivedMode = 0o400;

/**
 * Writes the file of the sets kept, and reads it with the engine on the way.
 * @returns undefined when it would not be accepted
 * @throws Error when the original is not what was received, or the disk fails
 */
export function writeSplit(library: GuideLibrary, task: SplitTask): SplitMade | undefined {
  const source = openSync(task.path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const pieces = planPieces(source, task);
    const target = openSync(task.to, 'w', 0o600);
    try {
      const validator = createFileValidator({ library, profile: task.profile });
      const hash = createHash('sha256');
      let sizeBytes = 0;
      for (const chunk of bytesOf(source, pieces)) {
        writeWhole(target, chunk);
        hash.update(chunk);
        validator.push(chunk);
        sizeBytes += chunk.length;
      }
      fchmodSync(target, derivedMode);
      fsyncSync(target);
      const result = validator.end();
      const readable =
        result.kind === 'x12' &&
        result.warnings.length === 0 &&
        result.interchanges.every(({ verdict }) => verdict.startsWith('accepted'));
      return readable ? { sizeBytes, sha256: hash.digest('hex') } : undefined;
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

function planPieces(source: number, task: SplitTask): readonly SplitPiece[] {
  const planner = createSplitPlanner(new Set(task.kept));
  const hash = createHash('sha256');
  const block = Buffer.allocUnsafe(blockBytes);
  for (;;) {
    const length = readSync(source, block, 0, block.length, null);
    const chunk = block.subarray(0, length);
    hash.update(chunk);
    planner.push(chunk, length === 0);
    if (length === 0) break;
  }
  if (hash.digest('hex') !== task.sha256)
    throw new Error('The original changed between being validated and being split.');
  return planner.pieces();
}

function* bytesOf(source: number, pieces: readonly SplitPiece[]): Generator<Uint8Array> {
  const block = Buffer.allocUnsafe(blockBytes);
  for (const piece of pieces) {
    if (piece.kind === 'text') yield Buffer.from(piece.text, 'latin1');
    else
      for (let at = piece.start; at < piece.end; ) {
        const length = readSync(source, block, 0, Math.min(block.length, piece.end - at), at);
        if (length === 0) throw new Error('The original is shorter than it was.');
        at += length;
        yield block.subarray(0, length);
      }
  }
}
