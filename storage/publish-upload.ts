// From whole bytes to a transmission: the steps of a CLOSE, in the order that makes every crash between two of them
// harmless (invariants I1 and I2):
//
//   1. the staging file is synced and made read-only: from now on no one writes to this inode
//   2. a hard link in originals/, and that folder synced           crash: recovery removes the link; the upload is interrupted
//   3. one transaction: state `received`, event, audit record      crash before: as above; after: step 4 is done at start
//   4. the staging name becomes the name in inbound/               (the staging name is what tells recovery to do this)
//   5. only now is CLOSE answered OK

import { chmod, link, mkdir, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PartnerId, TransmissionId, UserId } from '../domain/ids.ts';
import type { TransmissionSource } from '../domain/transmission.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import { type DataDirectory, type HostPath, syncFolder } from './data-directory.ts';
import { codeOf, unlessMissing } from './disk-fault.ts';
import type { Database } from './transaction.ts';
import { receiveUpload } from './upload-journal.ts';

/** A finished original may be read by its owner and written by no one (invariant I3). */
export const originalMode = 0o400;

export interface PublishInput {
  readonly id: TransmissionId;
  /** The open handle; undefined when a held upload gets its final name. */
  readonly writer: string | undefined;
  readonly partnerId: PartnerId;
  readonly userId: UserId | undefined;
  readonly name: EntryName;
  readonly source: TransmissionSource;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** `device:inode` of the staging file. */
  readonly inode: string;
}

export interface PublishDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
}

/**
 * Publishes a staging file that was synced.
 * @returns false when the upload was taken over or finished by someone else; then nothing was published
 * @throws Error when the disk or the database fails; then nothing was published either
 */
export async function publishUpload(deps: PublishDeps, input: PublishInput): Promise<boolean> {
  const { database, directory } = deps;
  const staged = directory.staged(input.id);
  const originalPath = directory.originalPath(input.id, database.now());
  const original = directory.stored(originalPath);
  await chmod(staged, originalMode);
  await linkDurably(directory, staged, original);
  let received: boolean;
  try {
    received = await receiveUpload(database, { ...input, originalPath });
  } catch (thrown) {
    await withdraw(original, staged);
    throw thrown;
  }
  if (!received) {
    await withdraw(original, staged);
    return false;
  }
  const entry = directory.entry(input.partnerId, 'inbound', input.name);
  await rename(staged, entry);
  await syncFolder(directory.mailboxFolder(input.partnerId, 'inbound'));
  return true;
}

/** Links a file into a folder by day, making the folder when it is the first of its day, durably. */
export async function linkDurably(directory: DataDirectory, from: HostPath, to: HostPath): Promise<void> {
  const folder = dirname(to) as HostPath;
  try {
    await link(from, to);
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
    const first = await mkdir(folder, { recursive: true, mode: 0o700 });
    // The new folders' own names must survive too, up to the first one that was there.
    for (
      let made = folder;
      first !== undefined && made.length >= first.length;
      made = dirname(made) as HostPath
    ) {
      await syncFolder(dirname(made) as HostPath);
      if (made === directory.root) break;
    }
    await link(from, to);
  }
  await syncFolder(folder);
}

async function withdraw(original: HostPath, staged: HostPath): Promise<void> {
  await unlessMissing(() => unlink(original), undefined);
  await unlessMissing(() => chmod(staged, 0o600), undefined);
}
