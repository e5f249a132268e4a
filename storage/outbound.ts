// Where answers and released files go. Each step may be repeated after a crash: a link that is there already is
// recognised by its inode, and nothing of another file is ever overwritten.

import { lstatSync } from 'node:fs';
import { mkdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartnerId } from '../domain/ids.ts';
import { together } from '../domain/together.ts';
import { parseEntryName } from '../domain/virtual-path.ts';
import {
  type DueRelease,
  listDueReleases,
  listUnpublished,
  markPublished,
  markReleased,
  type PublishedFile,
  type UnpublishedFile,
} from './answer-store.ts';
import { type DataDirectory, type HostPath, makePartnerFolders, syncFolder } from './data-directory.ts';
import { codeOf, unlessMissing } from './disk-fault.ts';
import { linkAtOnce, linkOnce, replaceDurably } from './durable-file.ts';
import { inodeOf } from './outbound-file-store.ts';
import { ridesInJournal } from './small-originals.ts';
import type { Database } from './transaction.ts';

export interface OutboundDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
}

const batch = 100;

/**
 * Puts an answer into its partner's `outbound`: there it is seen. `settleAnswers` comes after it; a crash between them
 * leaves a name that no row tells of, which is looked into as any other file there is.
 * @throws Error when the disk fails, or every name is taken
 */
export async function nameAnswer(
  { database, directory }: OutboundDeps,
  file: UnpublishedFile,
): Promise<PublishedFile> {
  const name = parseEntryName(file.name);
  if (name === undefined) throw new Error(`Acknowledgement ${file.id} has a name that no mailbox can hold.`);
  const from = directory.stored(file.path);
  // The name has our control number in it, so only a file put there by hand can be in the way.
  const other = parseEntryName(`${file.id}-${name}`.slice(0, 250));
  for (const free of [name, other]) {
    if (free === undefined) continue;
    const to = directory.entry(file.partnerId, 'outbound', free);
    // It was synced before the row that tells of it (durable-file.ts).
    const link = async () => linkAtOnce(from, to);
    if (!file.isCollected && !(await inFolderOf(directory, file.partnerId, link))) continue;
    return { file, name: free, inode: inodeOf(lstatSync(from)), publishedAtMs: database.now() };
  }
  throw new Error(`Acknowledgement ${file.id} cannot be put into outbound: its name is taken.`);
}

/** Makes the names of answers durable, and tells the journal that they are there. */
export async function settleAnswers(
  { database, directory }: OutboundDeps,
  published: readonly PublishedFile[],
): Promise<void> {
  if (published.length === 0) return;
  const partners = new Set(published.map(({ file }) => file.partnerId));
  await together([...partners].map((partner) => syncFolder(directory.mailboxFolder(partner, 'outbound'))));
  await markPublished(database, published);
}

/** Puts all written answers into `outbound`. @returns those that were put there by this call */
export async function publishAnswers(deps: OutboundDeps): Promise<readonly PublishedFile[]> {
  const all: PublishedFile[] = [];
  for (;;) {
    const files = await listUnpublished(deps.database, batch);
    const published: PublishedFile[] = [];
    for (const file of files) published.push(await nameAnswer(deps, file));
    await settleAnswers(deps, published);
    all.push(...published);
    if (files.length < batch) return all;
  }
}

/** Puts a file into a partner's folder, which is made when it is not there. */
async function inFolderOf(
  directory: DataDirectory,
  partnerId: PartnerId,
  put: () => Promise<boolean>,
  makeFurther: () => Promise<unknown> = async () => undefined,
): Promise<boolean> {
  try {
    return await put();
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
    await makePartnerFolders(directory, partnerId);
    await makeFurther();
    return put();
  }
}

export interface Released {
  readonly transmissionId: string;
  readonly partnerId: string;
  /** Below the data directory. */
  readonly manifestPath: string;
}

/** Hands every release that is due to the back end: a hard link of the original, and then its manifest. */
export async function releaseOriginals(deps: OutboundDeps): Promise<readonly Released[]> {
  const released: Released[] = [];
  for (;;) {
    const due = await listDueReleases(deps.database, batch);
    // At once, so that they share a commit and its wait for the disk.
    released.push(...(await together(due.map((release) => releaseOriginal(deps, release)))));
    if (due.length < batch) return released;
  }
}

async function releaseOriginal(
  { database, directory }: OutboundDeps,
  release: DueRelease,
): Promise<Released> {
  const { partnerId } = release;
  const folder = directory.backEnd(release.folder, partnerId);
  const file = join(folder, release.transmissionId) as HostPath;
  // Whatever does not ride in the journal any more was made durable by itself.
  const isDurable = !(await ridesInJournal(database, release.transmissionId));
  const link = () => linkOnce(directory.stored(release.path), file, { isDurable });
  await inFolderOf(directory, partnerId, link, () => mkdir(folder, { recursive: true, mode: 0o700 }));
  // The manifest comes last: a back end that waits for manifests never sees one without its file.
  const manifestPath = join('backend', release.folder, release.partnerId, `${release.transmissionId}.json`);
  await replaceDurably(directory.stored(manifestPath), release.manifest);
  await markReleased(database, { release, manifestPath });
  return { transmissionId: release.transmissionId, partnerId: release.partnerId, manifestPath };
}

/** Links an original into the quarantine, where an administrator finds it. Doing it again changes nothing. */
export async function quarantineOriginal(
  directory: DataDirectory,
  input: { readonly id: string; readonly originalPath: string },
): Promise<void> {
  await linkOnce(directory.stored(input.originalPath), join(directory.quarantine, input.id) as HostPath);
}

/**
 * Takes a name out of quarantine that an attempt has put there and that does not count: someone has decided otherwise
 * meanwhile. What is quarantined, or read by another attempt, stays.
 */
export async function leaveQuarantine({ database, directory }: OutboundDeps, id: string): Promise<void> {
  const row = await database.sql
    .selectFrom('transmissions')
    .select('state')
    .where('id', '=', id)
    .executeTakeFirst();
  if (row?.state === 'quarantined' || row?.state === 'processing') return;
  await unlessMissing(() => unlink(join(directory.quarantine, id)), undefined);
}
