// The CLOSE of a small upload (small-upload.ts): from a staging file without a row to a transmission with one transaction,
// in an order that makes every crash between two steps harmless (invariants I1 and I2; publish-upload.ts has the general
// way):
//
//   1. the staging file, which nobody else may write, is linked into originals/         crash from here on: it has no
//      row, and recovery removes both names; nothing was promised
//   2. file and folder are synced; a file that is small enough leaves this out, and its bytes go into the journal
//      (small-originals.ts)
//   3. one transaction: the row as `received`, event, audit record; and its sync        crash after: step 4 is done at
//      start, and what power loss took of a file whose bytes are in the journal is written anew
//   4. the staging name becomes the name in inbound/
//   5. only now is CLOSE answered OK

import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PartnerId, TransmissionId, UserId } from '../domain/ids.ts';
import { together } from '../domain/together.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import { type DataDirectory, type HostPath, syncFolder } from './data-directory.ts';
import { linkAtOnce } from './publish-upload.ts';
import { smallOriginalBytes } from './small-original-bytes.ts';
import { CommitNotSyncedError } from './sqlite-log.ts';
import { removeAtOnce, type StagedBytes } from './staged-bytes.ts';
import type { Database } from './transaction.ts';
import { receiveSmallUploads } from './upload-journal.ts';

export interface PublishSmallInput {
  readonly id: TransmissionId;
  readonly partnerId: PartnerId;
  readonly userId: UserId;
  readonly name: EntryName;
  readonly openedAtMs: number;
  /** Its staging file, to which nothing is written any more. */
  readonly file: StagedBytes;
  /** What the client has set, in milliseconds since 1970. */
  readonly modifiedAtMs: number | undefined;
}

/**
 * Receives an upload over SFTP of which the journal knows nothing yet: all steps but the last.
 * @throws CommitNotSyncedError when it may or may not be published: the next start finds out; Error when the disk or the
 *   database fails otherwise, and then nothing was received, and the staging file is what is left
 */
export async function receiveSmall(
  deps: { readonly database: Database; readonly directory: DataDirectory },
  input: PublishSmallInput,
): Promise<void> {
  const { database, directory } = deps;
  const { modifiedAtMs, file, ...facts } = input;
  const staged = directory.staged(input.id);
  const originalPath = directory.originalPath(input.id, database.now());
  const original = directory.stored(originalPath);
  try {
    const inode = file.seal(modifiedAtMs);
    await linkAtOnce(directory, staged, original);
    const { sizeBytes } = file;
    const rides = sizeBytes <= smallOriginalBytes;
    const bytes = rides ? file.bytes() : undefined;
    if (!rides) await together([file.sync(), syncFolder(dirname(original) as HostPath)]);
    file.close();
    const what = { ...facts, sizeBytes, sha256: file.sha256(), originalPath, inode, bytes };
    await receiveSmallUploads(database, [{ ...what, receivedAtMs: database.now() }]);
  } catch (thrown) {
    if (!(thrown instanceof CommitNotSyncedError)) removeAtOnce(original);
    throw thrown;
  }
}

/**
 * Gives what was received its name in `inbound`.
 * @throws Error when the disk fails: the next start does it
 */
export function nameSmall(
  directory: DataDirectory,
  { id, partnerId, name }: Pick<PublishSmallInput, 'id' | 'partnerId' | 'name'>,
): void {
  renameSync(directory.staged(id), directory.entry(partnerId, 'inbound', name));
}
