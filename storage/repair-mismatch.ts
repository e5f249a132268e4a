// What is done about each mismatch at start. Nothing that may be someone's data is ever removed: what no row tells of is
// moved to `unclaimed/`, where an administrator looks at it. Every repair may be cut off and made again.

import { chmod, copyFile, lstat, mkdir, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseEntryName } from '../domain/virtual-path.ts';
import { type DataDirectory, type HostPath, makePartnerFolders, syncFolder } from './data-directory.ts';
import { codeOf, unlessMissing } from './disk-fault.ts';
import { linkOnce } from './durable-file.ts';
import { listPartnerIds } from './find-mismatches.ts';
import { namesIn } from './folder-names.ts';
import { failLostOriginal, reopenLostAnswer } from './lost-file-store.ts';
import type { Mismatch } from './mismatch.ts';
import { inodeOf } from './outbound-file-store.ts';
import { linkDurably } from './publish-upload.ts';
import type { Database } from './transaction.ts';
import { discardUpload } from './upload-journal.ts';

export interface RepairDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
}

/** What became of a mismatch, in the words of the log. */
export type Repair =
  | 'put-back'
  | 'removed'
  | 'moved-to-unclaimed'
  | 'given-up'
  | 'answered-again'
  | 'failed'
  | 'made'
  | 'left-to-adoption'
  /** Another role repairs it at its own start. */
  | 'left';

/**
 * Repairs one mismatch. Only the one process with the role `intake` may call it, before it begins.
 * @returns what was done
 */
export async function repairMismatch(deps: RepairDeps, mismatch: Mismatch): Promise<Repair> {
  const { database, directory } = deps;
  switch (mismatch.kind) {
    case 'original-missing':
      return putBackOriginal(deps, mismatch);
    case 'upload-missing':
      await discardUpload(database, { id: mismatch.transmissionId, reason: 'its bytes are gone' });
      return 'given-up';
    case 'answer-missing':
      return putBackAnswer(deps, mismatch);
    case 'outbound-missing':
      return putBackOutbound(deps, mismatch);
    case 'quarantine-missing':
      return putBackQuarantine(deps, mismatch);
    case 'mailbox-missing':
      await makePartnerFolders(directory, mismatch.partnerId);
      return 'made';
    // The uploads that are under way are the SFTP role's, and it may be running: its own start sweeps staging.
    case 'staging-unknown':
    case 'staging-finished':
      return 'left';
    case 'original-unknown':
      return keepUnknownOriginal(deps, mismatch.path);
    case 'original-purged':
    case 'answer-unknown':
      await unlessMissing(() => unlink(directory.stored(mismatch.path)), undefined);
      return 'removed';
    case 'inbound-unknown':
      return separateInbound(deps, mismatch);
    case 'quarantine-unknown':
      return mismatch.known
        ? removeName(join(directory.quarantine, mismatch.name) as HostPath)
        : moveToUnclaimed(directory, join('quarantine', mismatch.name));
    case 'release-unknown':
      return moveToUnclaimed(directory, join('backend', 'accepted', mismatch.partnerId, mismatch.name));
    case 'mailbox-unknown':
      return removeIfEmpty(directory, mismatch.path);
  }
}

type Of<Kind extends Mismatch['kind']> = Extract<Mismatch, { readonly kind: Kind }>;

/** The other names of an original: one of them has its bytes still. */
async function putBackOriginal(deps: RepairDeps, lost: Of<'original-missing'>): Promise<Repair> {
  const { database, directory } = deps;
  const row = await database.sql
    .selectFrom('transmissions')
    .select(['inode', 'name'])
    .where('id', '=', lost.transmissionId)
    .executeTakeFirstOrThrow();
  const inbound = directory.mailboxFolder(lost.partnerId, 'inbound');
  const places = [
    join(inbound, row.name),
    join(directory.quarantine, lost.transmissionId),
    join(directory.accepted(lost.partnerId), lost.transmissionId),
    ...(await namesIn(inbound)).map((name) => join(inbound, name)),
  ].map((place) => place as HostPath);
  for (const place of places) {
    const stats = await unlessMissing(() => lstat(place), undefined);
    if (stats?.isFile() !== true || inodeOf(stats) !== row.inode) continue;
    // Whether its bytes are what was received is checked before they are used (invariant I3).
    await linkDurably(directory, place, directory.stored(lost.path));
    return 'put-back';
  }
  await failLostOriginal(database, lost);
  return 'failed';
}

async function putBackAnswer(deps: RepairDeps, lost: Of<'answer-missing'>): Promise<Repair> {
  const { database, directory } = deps;
  const name = parseEntryName(lost.name);
  const row = await database.sql
    .selectFrom('outbound_files')
    .select('inode')
    .where('partner_id', '=', lost.partnerId)
    .where('name', '=', lost.name)
    .executeTakeFirst();
  if (name !== undefined && row?.inode != null) {
    const place = directory.entry(lost.partnerId, 'outbound', name);
    const stats = await unlessMissing(() => lstat(place), undefined);
    if (stats !== undefined && inodeOf(stats) === row.inode) {
      await linkDurably(directory, place, directory.stored(lost.path));
      return 'put-back';
    }
  }
  return reopenLostAnswer(database, lost);
}

async function putBackOutbound(deps: RepairDeps, lost: Of<'outbound-missing'>): Promise<Repair> {
  const { database, directory } = deps;
  const name = parseEntryName(lost.name);
  // Whoever has fetched it has it, and may well have removed it since.
  const answer = await database.sql
    .selectFrom('acknowledgements')
    .leftJoin('collections', 'collections.file_id', 'acknowledgements.id')
    .select('path')
    .where('acknowledgements.partner_id', '=', lost.partnerId)
    .where('name', '=', lost.name)
    .where('purged_at_ms', 'is', null)
    .where('collections.file_id', 'is', null)
    .executeTakeFirst();
  const dispatch = await database.sql
    .selectFrom('dispatches')
    .select('path')
    .where('partner_id', '=', lost.partnerId)
    .where('name', '=', lost.name)
    .where('state', '=', 'published')
    .where('path', 'is not', null)
    .orderBy('dispatched_at_ms', 'desc')
    .executeTakeFirst();
  const copy = answer?.path ?? dispatch?.path ?? undefined;
  const put =
    copy !== undefined &&
    name !== undefined &&
    (await unlessMissing(
      () => linkOnce(directory.stored(copy), directory.entry(lost.partnerId, 'outbound', name)),
      false,
    ));
  if (put) return 'put-back';
  await database.sql
    .deleteFrom('outbound_files')
    .where('partner_id', '=', lost.partnerId)
    .where('name', '=', lost.name)
    .execute();
  return 'given-up';
}

async function putBackQuarantine(deps: RepairDeps, lost: Of<'quarantine-missing'>): Promise<Repair> {
  const { directory } = deps;
  const place = join(directory.quarantine, lost.transmissionId) as HostPath;
  const put = await unlessMissing(() => linkOnce(directory.stored(lost.path), place), false);
  return put ? 'put-back' : 'failed';
}

/**
 * An original without a row: its CLOSE was answered, and then the journal was restored from an older backup. Where the
 * partner's name for it is there still, it becomes a file that another program has put there, and is adopted.
 */
async function keepUnknownOriginal({ database, directory }: RepairDeps, path: string): Promise<Repair> {
  const original = directory.stored(path);
  const stats = await unlessMissing(() => lstat(original), undefined);
  if (stats === undefined) return 'removed';
  // A CLOSE that is under way, or was cut off: its staging file says so, and the start of the SFTP role decides.
  const staged = directory.staged(basename(path));
  if ((await unlessMissing(() => lstat(staged), undefined)) !== undefined) return 'left';
  for (const partnerId of await listPartnerIds(database)) {
    const inbound = directory.mailboxFolder(partnerId, 'inbound');
    for (const name of await namesIn(inbound)) {
      const entry = await unlessMissing(() => lstat(join(inbound, name)), undefined);
      if (entry === undefined || inodeOf(entry) !== inodeOf(stats)) continue;
      await unlink(original);
      return 'left-to-adoption';
    }
  }
  return moveToUnclaimed(directory, path);
}

/** Gives a name in `inbound` bytes of its own, so that it is adopted like every file that was put there. */
async function separateInbound(
  { database, directory }: RepairDeps,
  found: Of<'inbound-unknown'>,
): Promise<Repair> {
  const name = parseEntryName(found.name);
  if (name === undefined) return 'left';
  const place = directory.entry(found.partnerId, 'inbound', name);
  // A temporary name beside it, which nothing adopts.
  const copy = `${directory.mailboxFolder(found.partnerId, 'inbound')}/.${database.randomBytes(8).toString('hex')}.part`;
  await copyFile(place, copy);
  await chmod(copy, 0o600);
  await rename(copy, place);
  return 'left-to-adoption';
}

async function removeName(path: HostPath): Promise<Repair> {
  await unlessMissing(() => unlink(path), undefined);
  return 'removed';
}

async function removeIfEmpty(directory: DataDirectory, path: string): Promise<Repair> {
  for (const inner of ['inbound', 'outbound', '.']) {
    try {
      await rmdir(directory.stored(join(path, inner)));
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') continue;
      return moveToUnclaimed(directory, path);
    }
  }
  return 'removed';
}

/** Moves something to where nobody uses it and an administrator finds it; a name that is taken gets a number. */
async function moveToUnclaimed(directory: DataDirectory, path: string): Promise<Repair> {
  const folder = directory.stored('unclaimed');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const taken = new Set(await readdir(folder));
  const wanted = path.replaceAll('/', '-');
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}.${number}`;
  await unlessMissing(() => rename(directory.stored(path), join(folder, basename(name))), undefined);
  await syncFolder(folder);
  return 'moved-to-unclaimed';
}
