// Files that Claimgate itself writes: whole or not there at all, and durable before anyone is told of them.

// What only changes names is done at once, as in publish-upload.ts; what waits for the disk is not.

import { closeSync, fchmodSync, linkSync, lstatSync, openSync, renameSync, write, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { type DataDirectory, type HostPath, syncDescriptor, syncFile, syncFolder } from './data-directory.ts';
import { codeOf } from './disk-fault.ts';
import { moveAtOnce, moveDurably, originalMode } from './publish-upload.ts';

/** What the name of an answer ends in while it is in staging, where uploads are named by their ids alone. */
const stagedAnswerEnding = '.ack';

/** Tells an answer that is being written from an upload, by its name in staging. */
export function isStagedAnswer(name: string): boolean {
  return name.endsWith(stagedAnswerEnding);
}

/** Where an answer is while it is written. */
export const stagedAnswer = (directory: DataDirectory, id: string): HostPath =>
  directory.staged(`${id}${stagedAnswerEnding}`);

/** What is larger is written in the thread pool, in bytes: a disk that is behind makes the writer wait. */
const writtenAtOnceBytes = 256 * 1024;

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
  const descriptor = openSync(staged, 'w', 0o600);
  try {
    await writeAll(descriptor, input.content);
    fchmodSync(descriptor, originalMode);
    await moveAtOnce(directory, staged, input.to);
    // Nobody knows of it before both are over, and so it does not matter which of them a power loss comes between.
    await Promise.all([syncDescriptor(descriptor), syncFolder(dirname(input.to) as HostPath)]);
  } finally {
    closeSync(descriptor);
  }
}

async function writeAll(descriptor: number, content: Uint8Array): Promise<void> {
  const atOnce = content.length <= writtenAtOnceBytes;
  for (let at = 0; at < content.length; )
    at += atOnce
      ? writeSync(descriptor, content, at)
      : (await writeLater(descriptor, content, at, content.length - at)).bytesWritten;
}

const writeLater = promisify(write);

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
  if (!linkAtOnce(from, to)) return false;
  await syncFolder(dirname(to) as HostPath);
  return true;
}

/** As `linkOnce`, of a file that is durable; the new name is not, before its folder is synced. */
export function linkAtOnce(from: HostPath, to: HostPath): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
    const [one, other] = [lstatSync(from), lstatSync(to)];
    return one.ino === other.ino && one.dev === other.dev;
  }
}

/** Writes a file by a temporary name beside it and a rename, durably: readers see the old one or the new one, whole. */
export async function replaceDurably(to: HostPath, content: string): Promise<void> {
  const temporary = `${to}.tmp`;
  const descriptor = openSync(temporary, 'w', 0o600);
  try {
    await writeAll(descriptor, Buffer.from(content));
    await syncDescriptor(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, to);
  await syncFolder(dirname(to) as HostPath);
}
