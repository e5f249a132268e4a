// The CLOSE of a small upload (small-upload.ts): from bytes in memory to a transmission with one wait for the disk, in an
// order that makes every crash between two steps harmless (invariants I1 and I2; publish-upload.ts has the general way):
//
//   1. the staging file is made of the bytes, read-only, most often before the CLOSE came (staged-bytes.ts), and linked
//      into originals/                                                                  crash from here on: the staging
//      file has no row, and recovery removes both names; nothing was promised
//   2. one transaction: the row as `received`, with the bytes beside it (small-originals.ts), event, audit record; and
//      its sync                                                                         crash after: step 3 is done at
//      start, and what power loss took of the file is written anew
//   3. the staging name becomes the name in inbound/
//   4. only now is CLOSE answered OK

import { hash } from 'node:crypto';
import { renameSync } from 'node:fs';
import type { PartnerId, TransmissionId, UserId } from '../domain/ids.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import type { DataDirectory } from './data-directory.ts';
import { linkAtOnce } from './publish-upload.ts';
import { CommitNotSyncedError } from './sqlite-log.ts';
import { removeAtOnce, type StagedBytes } from './staged-bytes.ts';
import type { Database } from './transaction.ts';
import { receiveSmallUpload } from './upload-journal.ts';

export interface PublishSmallInput {
  readonly id: TransmissionId;
  readonly partnerId: PartnerId;
  readonly userId: UserId;
  readonly name: EntryName;
  readonly openedAtMs: number;
  readonly bytes: Uint8Array;
  /** Its staging file, which may have some of the bytes already. */
  readonly file: StagedBytes;
  /** What the client has set, in milliseconds since 1970. */
  readonly modifiedAtMs: number | undefined;
}

/**
 * Publishes an upload over SFTP of which nothing is on the disk yet.
 * @throws CommitNotSyncedError when it may or may not be published: the next start finds out; Error when the disk or the
 *   database fails otherwise, and then nothing was published and nothing is left on the disk
 */
export async function publishSmall(
  deps: { readonly database: Database; readonly directory: DataDirectory },
  input: PublishSmallInput,
): Promise<void> {
  const { database, directory } = deps;
  const { bytes, modifiedAtMs, file, ...facts } = input;
  const staged = directory.staged(input.id);
  const originalPath = directory.originalPath(input.id, database.now());
  const original = directory.stored(originalPath);
  try {
    file.write([bytes]);
    const inode = file.finish(modifiedAtMs);
    await linkAtOnce(directory, staged, original);
    const sha256 = hash('sha256', bytes);
    await receiveSmallUpload(database, { ...facts, bytes, sha256, originalPath, inode });
  } catch (thrown) {
    if (!(thrown instanceof CommitNotSyncedError)) {
      removeAtOnce(original);
      file.discard();
    }
    throw thrown;
  }
  renameSync(staged, directory.entry(input.partnerId, 'inbound', input.name));
}
