// What the errors of the host's file system mean to the one at the client, where a folder of the host is served as it
// is. (A mailbox has its own words: storage/disk-fault.ts.) No sentence holds a path.

import type { FileRefusal } from '../domain/mailbox.ts';

type Told = readonly [reason: FileRefusal['reason'], why: string];

const noSuchFile: Told = ['no-such-file', 'There is no such file.'];
const notAllowed: Told = ['permission-denied', 'The system does not allow this here.'];
const busy: Told = ['failure', 'The file is in use by another program; try again later.'];

const sentences: Readonly<Record<string, Told>> = {
  ENOENT: noSuchFile,
  ENOTDIR: noSuchFile,
  ELOOP: noSuchFile,
  EACCES: notAllowed,
  EPERM: notAllowed,
  EROFS: ['permission-denied', 'This place may only be read.'],
  EEXIST: ['already-exists', 'There is something of that name already.'],
  ENOTEMPTY: ['failure', 'The folder is not empty.'],
  EISDIR: ['failure', 'This is a folder.'],
  EBUSY: busy,
  ETXTBSY: busy,
  EXDEV: ['failure', 'This would lead to another disk; copy the file instead.'],
  EMLINK: ['failure', 'The file has too many names already.'],
  EMFILE: ['failure', 'Too many files are open; close some first.'],
  ENFILE: ['failure', 'Too many files are open; close some first.'],
  ENXIO: ['failure', 'This is not a file.'],
  ESPIPE: ['failure', 'This is not a file.'],
  EOPNOTSUPP: ['failure', 'The file system does not do this.'],
  ENOSPC: ['no-space', 'The disk is full.'],
  EDQUOT: ['no-space', 'The quota for this account is used up.'],
  EFBIG: ['no-space', 'The file would be larger than the file system allows.'],
  ENAMETOOLONG: ['bad-name', 'The name is too long.'],
  EINVAL: ['bad-name', 'This cannot be done with this name or value.'],
};

/** @returns the error's code, such as `ENOENT` */
export function errorCodeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined;
}

/**
 * @returns what to tell the client
 * @throws whatever was thrown, when it is nothing that the file system says
 */
export function hostRefusal(thrown: unknown): FileRefusal {
  const told = sentences[errorCodeOf(thrown) ?? ''];
  if (told === undefined) throw thrown;
  const [reason, why] = told;
  return { kind: 'refused', reason, why };
}

/** Does `work`; what the file system says against it becomes a refusal. */
export async function orRefusal<Result>(work: () => Promise<Result>): Promise<Result | FileRefusal> {
  try {
    return await work();
  } catch (thrown) {
    return hostRefusal(thrown);
  }
}
