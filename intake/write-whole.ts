// Writing in a worker thread.

import { writeSync } from 'node:fs';

/** Writes all of a block: one write may take less than it was given, on a disk that is nearly full. */
export function writeWhole(target: number, block: Uint8Array): void {
  for (let at = 0; at < block.length; ) at += writeSync(target, block, at);
}
