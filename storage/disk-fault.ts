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

const laterAgain = 'Nothing that was acknowledged is lost; try again later.';

/** What a fault of ours means to a client, by its code or the beginning of it; no inner text, no host path. */
const faultSentences: readonly (readonly [code: string, why: string])[] = [
  ['ENOSPC', `The gateway has no room for this now. ${laterAgain}`],
  ['EDQUOT', `The gateway has no room for this now. ${laterAgain}`],
  ['SQLITE_FULL', `The gateway has no room for this now. ${laterAgain}`],
  ['EROFS', `The gateway cannot write now: its disk is read-only. ${laterAgain}`],
  ['SQLITE_READONLY', `The gateway cannot write now: its disk is read-only. ${laterAgain}`],
  ['SQLITE_BUSY', 'The gateway is kept from its journal by another program. Try again in a moment.'],
  ['SQLITE_CORRUPT', `The gateway cannot read its journal. ${laterAgain}`],
  ['SQLITE_NOTADB', `The gateway cannot read its journal. ${laterAgain}`],
  ['SQLITE_IOERR', `The gateway's disk reported a fault. ${laterAgain}`],
  ['SQLITE_CANTOPEN', `The gateway cannot open its journal. ${laterAgain}`],
  ['storage.commit-not-synced', `The gateway's disk reported a fault. ${laterAgain}`],
  ['EIO', `The gateway's disk reported a fault. ${laterAgain}`],
  ['EMFILE', 'The gateway has too many files open. Try again in a moment.'],
  ['ENFILE', 'The gateway has too many files open. Try again in a moment.'],
];

/** @returns why a fault of ours kept a request from being done, as far as a client may and need know */
export function explainFault(thrown: unknown): FileRefusal {
  // What is at the bottom says more: a commit that could not be synced does not tell that the disk is full.
  const known = causesOf(thrown)
    .map((cause) => faultSentences.find(([beginning]) => (codeOf(cause) ?? '').startsWith(beginning)))
    .findLast((found) => found !== undefined);
  return refuse('failure', known?.[1] ?? 'The operation failed; the cause was logged.');
}

/** An error, what caused it, and so on down; one that causes itself is told of once. */
function causesOf(thrown: unknown): readonly unknown[] {
  const found: unknown[] = [];
  for (let one = thrown; one instanceof Error && !found.includes(one); one = one.cause) found.push(one);
  return found;
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
