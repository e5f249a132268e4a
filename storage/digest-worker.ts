// The thread that hashes large uploads after their CLOSE (late-digests.ts).

import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';

/** How much is read at once, in bytes. */
const blockBytes = 256 * 1024;

/** @returns the SHA-256 of a file, in hexadecimal @throws Error when it cannot be read */
export function hashOriginal({ path }: { readonly path: string }): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const hash = createHash('sha256');
    const block = Buffer.allocUnsafe(blockBytes);
    for (;;) {
      const length = readSync(file, block, 0, block.length, null);
      if (length === 0) return hash.digest('hex');
      hash.update(block.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}
