// The files that are sent. They lie in memory where the machine has room there, so that only the server's disk is
// measured and not the client's.

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOf } from './sftp-scenes.mjs';

const mib = 1024 * 1024;
const smallBytes = 20_000;

/** @typedef {{ folder: string, big: string, bigSha256: string, streams: string[], small: string[], close: () => void }} BenchFiles */

/** @returns {Promise<BenchFiles>} the caller closes it */
export async function makeFiles({ bigMib, streams, smallFiles }) {
  const folder = mkdtempSync(join(folderWithRoom(3 * bigMib * mib), 'claimgate-bench-files-'));
  const block = randomBytes(mib);
  const make = (name, sizeMib) => {
    const file = join(folder, name);
    const handle = openSync(file, 'wx');
    for (let written = 0; written < sizeMib; written += 1) writeSync(handle, block);
    closeSync(handle);
    return file;
  };
  const big = make('big', bigMib);
  return {
    folder,
    big,
    bigSha256: await hashOf(big),
    streams: Array.from({ length: streams }, (_, index) =>
      make(`stream-${index}`, Math.round(bigMib / streams)),
    ),
    small: Array.from({ length: smallFiles }, (_, index) => {
      const file = join(folder, `small-${index}.edi`);
      writeFileSync(file, randomBytes(smallBytes));
      return file;
    }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Frees the disk of the large files in a folder and below it: of those, and not of thousands of small ones (`bench sftp` says why). */
export function removeLargeFiles(folder) {
  // The gateway makes a mailbox when someone first signs in to it.
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && statSync(path).size >= mib) rmSync(path);
  }
}

function folderWithRoom(bytes) {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize > bytes) return '/dev/shm';
  } catch {
    // There is no such place: the disk it is.
  }
  return tmpdir();
}
