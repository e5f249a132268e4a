// From whole bytes to a transmission: the steps of a CLOSE, in the order that makes every crash between two of them
// harmless (invariants I1 and I2):
//
//   1. the staging file is made read-only, and linked into originals/: no one writes to this inode any more
//   2. the file and its folder in originals/ are synced, at once     crash until here: recovery removes the link; the
//      upload is interrupted. A small upload over SFTP leaves this out: its bytes go into the journal (small-originals.ts)
//   3. one transaction: state `received`, event, audit record, and its sync        crash before: as above; after: step 4
//      is done at start
//   4. the staging name becomes the name in inbound/               (the staging name is what tells recovery to do this)
//   5. only now is CLOSE answered OK
//
// Before step 1 the operator's gate is asked, where there is one. What it refuses goes the same road up to step 3, where it
// is received as refused, and intake quarantines it; it gets no name in inbound/, and CLOSE is answered with the refusal.
//
// Neither staging/ nor inbound/ is synced before the answer: bytes, original and journal are durable by then, and of the
// file's two other names one or the other is there after power loss. The staging name was made before the link of step 2,
// and file systems with a journal keep the order of what happens to one inode; a rename takes a name away only together
// with giving the new one. Where it did not survive, recovery does it again.
//
// What takes microseconds and changes names alone is done at once, not in the thread pool: each turn through the pool
// costs more than the call, for this upload and for everyone else's (docs/sftp.md, "Speed", has the numbers). What waits
// for the disk is never done on the event loop.

import { fchmodSync, fstatSync, linkSync, readSync, renameSync, unlinkSync } from 'node:fs';
import { type FileHandle, mkdir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { UploadGate } from '../domain/gate.ts';
import type { PartnerId, TransmissionId, UserId } from '../domain/ids.ts';
import { together } from '../domain/together.ts';
import type { TransmissionSource } from '../domain/transmission.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import { type DataDirectory, type HostPath, syncFolder } from './data-directory.ts';
import { codeOf, unlessMissing } from './disk-fault.ts';
import { smallOriginalBytes } from './small-original-bytes.ts';
import { CommitNotSyncedError } from './sqlite-log.ts';
import type { Database } from './transaction.ts';
import { receiveUpload } from './upload-journal.ts';

/** A finished original may be read by its owner and written by no one (invariant I3). */
export const originalMode = 0o400;

export interface PublishInput {
  readonly id: TransmissionId;
  /** The staging file, to which nothing is written any more. */
  readonly handle: Pick<FileHandle, 'fd' | 'chmod' | 'sync'>;
  /** The open upload; undefined when a held one gets its final name. */
  readonly writer: string | undefined;
  readonly partnerId: PartnerId;
  readonly userId: UserId | undefined;
  readonly name: EntryName;
  readonly source: TransmissionSource;
  /**
   * @returns the SHA-256 of the staging file, which has so many bytes, in hexadecimal
   * undefined: it is computed later (late-digests.ts)
   */
  readonly hash: ((sizeBytes: number) => Promise<string>) | undefined;
}

/** Which gate has refused an upload, and its sentence for the sender. */
export interface GateRefusal {
  readonly gate: string;
  readonly why: string;
}

/** What was published; undefined when the upload was taken over or finished by someone else. */
export type Published =
  | {
      readonly sizeBytes: number;
      /** It was taken as refused, and is answered so. */
      readonly refusal: GateRefusal | undefined;
    }
  | undefined;

export interface PublishDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  /** What may refuse an upload; undefined: nothing does. */
  readonly gate?: UploadGate | undefined;
  /** Makes a folder's entries durable, with everyone else who waits for that. */
  readonly syncFolder: (folder: HostPath) => Promise<void>;
  /** Left out where nothing waits in a receive log. */
  readonly whenEarlierIsThere?: WhenEarlierIsThere | undefined;
}

/** Waits until what a partner sent under a name before is in its place (receive-log.ts). Never throws. */
export type WhenEarlierIsThere = (input: {
  readonly partnerId: PartnerId;
  readonly name: EntryName;
}) => Promise<void>;

/**
 * Makes a staging file durable and publishes it.
 * @returns what was published, if anything was
 * @throws CommitNotSyncedError when it may or may not be published: the next start finds out; Error when the disk or the
 *   database fails otherwise, and then nothing was published
 */
export async function publishUpload(deps: PublishDeps, input: PublishInput): Promise<Published> {
  const { database, directory, syncFolder: sync } = deps;
  const { handle, ...upload } = input;
  const { refusal, hash } = await askGate(deps, input);
  const staged = directory.staged(input.id);
  const originalPath = directory.originalPath(input.id, database.now());
  const original = directory.stored(originalPath);
  let published: Published;
  let linked = false;
  const withdraw = async () => {
    // Only what this one has linked: of the same name there may be the original of whoever took the upload over.
    if (linked) await unlessMissing(() => unlink(original), undefined);
    await handle.chmod(0o600);
  };
  try {
    const stats = fstatSync(handle.fd, { bigint: true });
    fchmodSync(handle.fd, originalMode);
    await linkAtOnce(directory, staged, original);
    linked = true;
    const sizeBytes = Number(stats.size);
    const inode = `${stats.dev}:${stats.ino}`;
    const rides = refusal === undefined && ridesInJournal(input, sizeBytes);
    const bytes = rides ? readWhole(handle.fd, sizeBytes) : undefined;
    const durable = () => [handle.sync(), sync(dirname(original) as HostPath)];
    const [sha256] = await together([hash?.(sizeBytes) ?? none, ...(bytes === undefined ? durable() : [])]);
    const facts = { ...upload, sizeBytes, sha256, inode, originalPath, bytes, refusal };
    if (await receiveUpload(database, facts)) published = { sizeBytes, refusal };
  } catch (thrown) {
    if (!(thrown instanceof CommitNotSyncedError)) await withdraw();
    throw thrown;
  }
  if (published === undefined) {
    await withdraw();
    return undefined;
  }
  await deps.whenEarlierIsThere?.(input);
  // A file that another program has put into `inbound` is there already, refused or not: ours takes its place, so that it
  // is known again.
  if (refusal === undefined || input.source === 'adopted')
    renameSync(staged, directory.entry(input.partnerId, 'inbound', input.name));
  else unlinkSync(staged);
  return published;
}

const none = Promise.resolve(undefined);

/** Asks the operator's gate. @returns its refusal, if any, and the hash, which is not computed twice */
async function askGate(
  { directory, gate }: PublishDeps,
  input: PublishInput,
): Promise<{ readonly refusal: GateRefusal | undefined; readonly hash: PublishInput['hash'] }> {
  if (gate === undefined) return { refusal: undefined, hash: input.hash };
  const { id: transmissionId, partnerId, userId, source, name, handle } = input;
  const { size: sizeBytes } = fstatSync(handle.fd);
  if (input.hash === undefined) throw new Error('A gate is told the SHA-256 of what it is asked about.');
  const sha256 = await input.hash(sizeBytes);
  const facts = { transmissionId, partnerId, userId, source, name, sizeBytes, sha256 };
  const decision = await gate.decide({ ...facts, path: directory.staged(transmissionId) });
  const refusal = decision.kind === 'refused' ? { gate: decision.gate, why: decision.why } : undefined;
  return { refusal, hash: async () => sha256 };
}

/** Whoever has the role `sftp` settles and restores what rides (small-originals.ts), and so nobody else's files do. */
function ridesInJournal({ source, writer }: PublishInput, sizeBytes: number): boolean {
  return source === 'sftp' && writer !== undefined && sizeBytes <= smallOriginalBytes;
}

/** Reads back what was written a moment ago, and so is in memory. @returns all bytes of an open file, which has so many */
export function readWhole(file: number, sizeBytes: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  const count = readSync(file, bytes, 0, sizeBytes, 0);
  if (count !== sizeBytes) throw new Error(`Of ${sizeBytes} bytes of an upload ${count} could be read back.`);
  return bytes;
}

/** Links a file into a folder by day, durably. */
export async function linkDurably(directory: DataDirectory, from: HostPath, to: HostPath): Promise<void> {
  await linkAtOnce(directory, from, to);
  await syncFolder(dirname(to) as HostPath);
}

/** Moves a file into a folder by day, durably, in the place of one that is there. */
export async function moveDurably(directory: DataDirectory, from: HostPath, to: HostPath): Promise<void> {
  await moveAtOnce(directory, from, to);
  await syncFolder(dirname(to) as HostPath);
}

/** Moves a file into a folder by day; when the folder is there, without leaving the event loop. */
export function moveAtOnce(directory: DataDirectory, from: HostPath, to: HostPath): Promise<void> {
  return inFolderByDay(directory, to, () => renameSync(from, to));
}

/** As `moveAtOnce`, with a second name. */
export function linkAtOnce(directory: DataDirectory, from: HostPath, to: HostPath): Promise<void> {
  return inFolderByDay(directory, to, () => linkSync(from, to));
}

/** Puts a file into a folder by day. When it is the first of its day the folder is made, and that durably. */
async function inFolderByDay(directory: DataDirectory, to: HostPath, put: () => void): Promise<void> {
  const folder = dirname(to) as HostPath;
  try {
    put();
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
    put();
  }
}
