// Files that another program put into `inbound` (rsync, a shared file system, an administrator's cp). They are copied
// into staging and go the road of an upload from there, so that the other program holds no inode that we count on.

import { constants, type Stats } from 'node:fs';
import { chmod, copyFile, link, lstat, open, unlink } from 'node:fs/promises';
import { newTransmissionId, type PartnerId, type TransmissionId } from '../domain/ids.ts';
import type { Observe } from '../domain/observation.ts';
import { type EntryName, isTemporaryName } from '../domain/virtual-path.ts';
import { type DataDirectory, syncFolder } from './data-directory.ts';
import { unlessMissing } from './disk-fault.ts';
import { publishUpload } from './publish-upload.ts';
import type { Database } from './transaction.ts';
import { hashFile } from './upload.ts';
import { beginUpload, discardUpload } from './upload-journal.ts';

export interface AdoptDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly observe: Observe;
  readonly maxFileBytes: number;
}

/**
 * Adopts one entry of `inbound`, unless it is ours already, is not whole, or changed while it was copied.
 * @returns the new transmission, or undefined when there was nothing to adopt
 */
export async function adoptFile(
  deps: AdoptDeps,
  input: { readonly partnerId: PartnerId; readonly name: EntryName },
): Promise<TransmissionId | undefined> {
  const { database, directory } = deps;
  const { partnerId, name } = input;
  const entry = directory.entry(partnerId, 'inbound', name);
  const before = await unlessMissing(() => lstat(entry), undefined);
  if (before === undefined || !before.isFile() || isTemporaryName(name)) return undefined;
  if (await isOurs(deps, before)) return undefined;
  if (before.size > deps.maxFileBytes) return refuseLarge(deps, input);
  const id = newTransmissionId(database.now(), database.randomBytes(10));
  const writer = database.randomBytes(12).toString('hex');
  const staged = directory.staged(id);
  await beginUpload(database, { id, partnerId, userId: undefined, name, source: 'adopted', writer });
  try {
    await copyFile(entry, staged, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await chmod(staged, 0o600);
    const after = await unlessMissing(() => lstat(entry), undefined);
    const whole = after !== undefined && isUnchanged(before, after);
    if (whole && (await publish(deps, { id, writer, partnerId, name }))) return id;
  } catch (thrown) {
    await giveUp(deps, id);
    throw thrown;
  }
  await giveUp(deps, id);
  return undefined;
}

/**
 * A file that is larger than a partner may send goes into quarantine, by the same road, so that its partner is told. It
 * is linked and not copied: nothing will read it, and the disk may have no room for it twice.
 */
async function refuseLarge(
  deps: AdoptDeps,
  input: { readonly partnerId: PartnerId; readonly name: EntryName },
): Promise<TransmissionId | undefined> {
  const { database, directory, maxFileBytes } = deps;
  const { partnerId, name } = input;
  const id = newTransmissionId(database.now(), database.randomBytes(10));
  const writer = database.randomBytes(12).toString('hex');
  const reason = `a file may have at most ${maxFileBytes} bytes here. Split it, and send its parts as files of their own`;
  const decision = { verb: 'quarantine', reason } as const;
  const source = 'adopted';
  await beginUpload(database, { id, partnerId, userId: undefined, name, source, writer, decision });
  const staged = directory.staged(id);
  try {
    await link(directory.entry(partnerId, 'inbound', name), staged);
    const published = await publish(deps, { id, writer, partnerId, name });
    // Giving a file a name that it has already leaves the old one there too (POSIX rename).
    await unlessMissing(() => unlink(staged), undefined);
    if (published) return id;
  } catch (thrown) {
    await giveUp(deps, id);
    throw thrown;
  }
  await giveUp(deps, id);
  return undefined;
}

async function giveUp({ database, directory }: AdoptDeps, id: TransmissionId): Promise<void> {
  await discardUpload(database, { id, reason: 'the file changed while it was adopted' });
  await unlessMissing(() => unlink(directory.staged(id)), undefined);
}

function isUnchanged(before: Stats, after: Stats): boolean {
  return before.ino === after.ino && before.size === after.size && before.mtimeMs === after.mtimeMs;
}

async function publish(
  deps: AdoptDeps,
  input: {
    readonly id: TransmissionId;
    readonly writer: string;
    readonly partnerId: PartnerId;
    readonly name: EntryName;
  },
): Promise<boolean> {
  const handle = await open(deps.directory.staged(input.id), 'r+');
  try {
    const published = await publishUpload(
      { ...deps, syncFolder },
      { ...input, handle, userId: undefined, source: 'adopted', hash: () => hashFile(handle) },
    );
    if (published !== undefined) {
      const { id: transmissionId, partnerId, name } = input;
      deps.observe({ kind: 'transmission.adopted', transmissionId, partnerId, name });
    }
    return published !== undefined;
  } finally {
    await handle.close();
  }
}

/** Whether an entry is the name of an original, under whatever name (a partner may have renamed it). */
async function isOurs({ database, directory }: AdoptDeps, entry: Stats): Promise<boolean> {
  const row = await database.sql
    .selectFrom('transmissions')
    .select('original_path')
    .where('inode', '=', `${entry.dev}:${entry.ino}`)
    .where('original_path', 'is not', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row?.original_path === undefined || row.original_path === null) return false;
  // An inode's number is used again after a purge: it counts only while the original has it.
  const original = directory.stored(row.original_path);
  const found = await unlessMissing(() => lstat(original), undefined);
  return found !== undefined && found.ino === entry.ino && found.dev === entry.dev;
}
