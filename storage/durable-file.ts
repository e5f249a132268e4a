// Files that Claimgate itself writes: whole or not there at all, and durable before anyone is told of them.

import { link, lstat, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DataDirectory, type HostPath, syncFile, syncFolder } from './data-directory.ts';
import { codeOf } from './disk-fault.ts';
import { moveDurably, originalMode } from './publish-upload.ts';

/** What the name of an answer ends in while it is in staging, where uploads are named by their ids alone. */
const stagedAnswerEnding = '.ack';

/** Tells an answer that is being written from an upload, by its name in staging. */
export function isStagedAnswer(name: string): boolean {
  return name.endsWith(stagedAnswerEnding);
}

/** Where an answer is while it is written. */
export const stagedAnswer = (directory: DataDirectory, id: string): HostPath =>
  directory.staged(`${id}${stagedAnswerEnding}`);

/**
 * Writes an answer, which will never change, durably. Writing the same path again replaces it.
 * @param input.to where it shall stand
 * @param input.id a name for its time in staging
 */
export async function writeDurably(
  directory: DataDirectory,
  input: { readonly id: string; readonly to: HostPath; readonly content: Uint8Array },
): Promise<void> {
  const staged = stagedAnswer(directory, input.id);
  const handle = await open(staged, 'w', 0o600);
  try {
    await handle.writeFile(input.content);
    await handle.chmod(originalMode);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await keepStagedAnswer(directory, input);
}

/** Gives an answer that was written whole and synced in staging its place, durably. */
export async function keepStagedAnswer(
  directory: DataDirectory,
  input: { readonly id: string; readonly to: HostPath },
): Promise<void> {
  await moveDurably(directory, stagedAnswer(directory, input.id), input.to);
}

/**
 * Gives a file a further name in a folder, never overwriting another file.
 * @param options.isDurable the file's bytes are on the disk already
 * @returns false when the name is taken by a different file; true when it stands there now, or did already
 */
export async function linkOnce(
  from: HostPath,
  to: HostPath,
  { isDurable }: { readonly isDurable: boolean } = { isDurable: false },
): Promise<boolean> {
  // An original may not be durable by itself yet (small-originals.ts), and what is made of it lasts.
  if (!isDurable) await syncFile(from);
  try {
    await link(from, to);
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
    const [one, other] = await Promise.all([lstat(from), lstat(to)]);
    return one.ino === other.ino && one.dev === other.dev;
  }
  await syncFolder(dirname(to) as HostPath);
  return true;
}

/** Writes a file by a temporary name beside it and a rename, durably: readers see the old one or the new one, whole. */
export async function replaceDurably(to: HostPath, content: string): Promise<void> {
  const temporary = `${to}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, to);
  await syncFolder(dirname(to) as HostPath);
}
