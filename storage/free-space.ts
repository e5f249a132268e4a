// Whether the volume has room for another upload. Asked at every OPEN, answered anew a few times a second.

import { statfs } from 'node:fs/promises';
import type { FileRefusal } from '../domain/mailbox.ts';
import type { HostPath } from './data-directory.ts';
import { refuse } from './disk-fault.ts';

/** How long an answer holds, in milliseconds: less than it takes to fill what is kept free. */
const holdsMs = 250;

const noRoom = refuse(
  'no-space',
  'The gateway is short of disk space and takes no new files now. Try again later.',
);

/**
 * @param deps.minFreeBytes what must be free for an upload to begin
 * @returns what tells why none may begin; undefined when one may
 */
export function watchFreeSpace(deps: {
  readonly folder: HostPath;
  readonly minFreeBytes: number;
}): () => Promise<FileRefusal | undefined> {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let answer: Promise<FileRefusal | undefined> = Promise.resolve(undefined);
  const ask = async (): Promise<FileRefusal | undefined> => {
    const volume = await statfs(deps.folder);
    return volume.bavail * volume.bsize < deps.minFreeBytes ? noRoom : undefined;
  };
  return () => {
    const nowMs = performance.now();
    if (nowMs - askedAtMs > holdsMs) {
      askedAtMs = nowMs;
      answer = ask();
    }
    return answer;
  };
}
