// From the receive log to the journal (receive-log.ts): what the CLOSE of a small upload leaves undone, for many at once.
// It is done by a thread while the gateway runs (received-worker.ts), and by the start for what a crash left (recovery.ts),
// in the order of publish-small.ts:
//
//   1. the bytes are written into staging/, linked into originals/, and synced, file and folder     crash: it is done anew,
//      since the log has them
//   2. one transaction for all: rows as `received`, events, audit records, and its sync     crash after: step 3 is done at
//      start; the row says that it was taken
//   3. the staging names become names in inbound/
//   4. the log may forget them
//
// Doing it again changes nothing: an upload is known by its id.

import { closeSync, fstatSync, fsyncSync, futimesSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TransmissionId } from '../domain/ids.ts';
import { completeEntry } from './complete-entry.ts';
import { type DataDirectory, type HostPath, syncFolder } from './data-directory.ts';
import { codeOf, unlessMissing } from './disk-fault.ts';
import { linkAtOnce, originalMode } from './publish-upload.ts';
import type { LoggedUpload } from './receive-log-format.ts';
import { removeAtOnce } from './staged-bytes.ts';
import type { Database } from './transaction.ts';
import { receiveSmallUploads } from './upload-journal.ts';

export interface ApplyDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
}

interface WrittenUpload extends Omit<LoggedUpload, 'bytes'> {
  readonly originalPath: string;
  readonly inode: string;
  readonly sizeBytes: number;
  /** The file is durable by itself. */
  readonly bytes: undefined;
}

/** Uploads of which the first step is done. */
export interface PreparedUploads {
  readonly written: readonly WrittenUpload[];
  /** Those that were received already, by an earlier try. */
  readonly known: readonly LoggedUpload[];
}

/** The first step. @throws Error when the disk fails: then some are written, and the next try writes them anew */
export async function prepareReceived(
  deps: ApplyDeps,
  uploads: readonly LoggedUpload[],
): Promise<PreparedUploads> {
  const journal = await knownOf(
    deps.database,
    uploads.map(({ id }) => id),
  );
  const written: WrittenUpload[] = [];
  for (const upload of uploads)
    if (!journal.has(upload.id)) written.push(await writeOriginal(deps.directory, upload));
  const originals = written.map(({ originalPath }) => deps.directory.stored(originalPath));
  for (const original of originals) syncAtOnce(original);
  for (const folder of new Set(originals.map((path) => dirname(path) as HostPath))) await syncFolder(folder);
  // One that the log failed to take, and the journal too, is its uploader's to resume: he has not heard OK.
  return { written, known: uploads.filter(({ id }) => journal.get(id) === 'received') };
}

/** @returns what the journal knows of some transmissions, by their ids: whether they are received, or not whole there */
export async function knownOf(
  { sql }: Database,
  ids: readonly TransmissionId[],
): Promise<ReadonlyMap<string, 'received' | 'unfinished'>> {
  const rows = await sql
    .selectFrom('transmissions')
    .select(['id', 'original_path'])
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.id, row.original_path === null ? 'unfinished' : 'received']));
}

/** In the thread nobody else waits for this, and at start nobody at all. */
function syncAtOnce(path: HostPath): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * The second step.
 * @param options as for a transaction
 * @throws CommitNotSyncedError, and Error when the database fails otherwise: then nothing was received
 */
export async function commitReceived(
  { database }: Pick<ApplyDeps, 'database'>,
  { written }: PreparedUploads,
  options?: { readonly survives: 'power-loss' | 'process-end' },
): Promise<void> {
  if (written.length > 0) await receiveSmallUploads(database, written, options);
}

/**
 * The third step.
 * @param options.again it is not the first try: a name may be a later file's by now
 * @throws Error when the disk fails: it may be done again
 */
export async function nameReceived(
  deps: ApplyDeps,
  { written, known }: PreparedUploads,
  { again }: { readonly again: boolean },
): Promise<void> {
  const { directory } = deps;
  for (const { id, partnerId, name } of again ? [] : written)
    renameSync(directory.staged(id), directory.entry(partnerId, 'inbound', name));
  for (const { id, partnerId: partner, name } of again ? [...known, ...written] : known) {
    const isNamed = await unlessMissing(() => completeEntry(deps, { id, partner, name }), undefined);
    if (isNamed === undefined) removeAtOnce(directory.staged(id));
  }
}

/** All of the steps, at start, for uploads in the order in which they were closed. @throws Error as each of them */
export async function applyReceived(deps: ApplyDeps, uploads: readonly LoggedUpload[]): Promise<void> {
  const prepared = await prepareReceived(deps, uploads);
  await commitReceived(deps, prepared);
  await nameReceived(deps, prepared, { again: true });
}

async function writeOriginal(directory: DataDirectory, upload: LoggedUpload): Promise<WrittenUpload> {
  // Of the day on which it was closed, whenever this is done: doing it again finds what was there.
  const originalPath = directory.originalPath(upload.id, upload.receivedAtMs);
  const staged = directory.staged(upload.id);
  const original = directory.stored(originalPath);
  const write = async (): Promise<WrittenUpload> => {
    const inode = writeFile(staged, upload);
    await linkAtOnce(directory, staged, original);
    return { ...upload, originalPath, inode, sizeBytes: upload.bytes.length, bytes: undefined };
  };
  try {
    return await write();
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
    // An earlier try was cut off before its commit.
    removeAtOnce(original);
    removeAtOnce(staged);
    return write();
  }
}

/** @returns `device:inode` of the new file */
function writeFile(path: HostPath, { bytes, modifiedAtMs }: LoggedUpload): string {
  const file = openSync(path, 'wx', originalMode);
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, done);
    if (modifiedAtMs !== undefined) futimesSync(file, modifiedAtMs / 1000, modifiedAtMs / 1000);
    const { dev, ino } = fstatSync(file, { bigint: true });
    return `${dev}:${ino}`;
  } finally {
    closeSync(file);
  }
}
