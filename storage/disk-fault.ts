// What the file system's errors mean to the one who asked: in one place, and without a host path in any sentence.

import type { FileRefusal } from '../domain/mailbox.ts';

/** @returns the error's code, such as `ENOENT` */
export function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined;
}

export function refuse(reason: FileRefusal['reason'], why: string): FileRefusal {
  return { kind: 'refused', reason, why };
}

export const noSuchFile: FileRefusal = refuse('no-such-file', 'There is no such file.');

/**
 * Turns an error that a client can have caused, or must know of, into a refusal.
 * @throws whatever was thrown, when it is a fault of ours
 */
export function refusalOf(thrown: unknown): FileRefusal {
  switch (codeOf(thrown)) {
    case 'ENOENT':
    case 'ENOTDIR':
    // O_NOFOLLOW on a symbolic link: for a client it is not there (invariant I4).
    case 'ELOOP':
      return noSuchFile;
    case 'EEXIST':
      return refuse('already-exists', 'There is a file of that name already.');
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return refuse('no-space', 'The gateway has no room for this now. Nothing was lost; try again later.');
    case 'EROFS':
      return refuse(
        'permission-denied',
        'The gateway cannot write here now: its disk is read-only. Nothing was lost; try again later.',
      );
    case 'EBUSY':
    case 'ETXTBSY':
      return refuse('failure', 'The file is being used by something else. Try again in a moment.');
    case 'ENAMETOOLONG':
      return refuse('bad-name', 'The name is too long.');
    default:
      throw thrown;
  }
}

/** Does `work`, giving `fallback` when the file is not there. */
export async function unlessMissing<Result, Fallback>(
  work: () => Promise<Result>,
  fallback: Fallback,
): Promise<Result | Fallback> {
  try {
    return await work();
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return fallback;
    throw thrown;
  }
}
