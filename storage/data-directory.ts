// The one directory that everything is kept in, and the only place where paths on the host are made. Every function
// takes parsed values (ids, entry names), never text from outside, so that no path can lead out (invariant I4).

import { closeSync, constants, fsync, mkdirSync, openSync } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { PartnerId, TransmissionId } from '../domain/ids.ts';
import type { EntryName, MailboxFolder } from '../domain/virtual-path.ts';
import { shareSync } from './shared-sync.ts';

declare const brand: unique symbol;
/** A path on the host, below the data directory. */
export type HostPath = string & { readonly [brand]: 'HostPath' };

export interface DataDirectory {
  readonly root: HostPath;
  readonly database: HostPath;
  readonly locks: HostPath;
  readonly keys: HostPath;
  readonly staging: HostPath;
  /** Small uploads that were answered and are not in the journal yet (receive-log.ts). */
  readonly receiveLog: HostPath;
  readonly mailboxes: HostPath;
  readonly quarantine: HostPath;
  staged(id: string): HostPath;
  /** Below the root, for the journal: `originals/2026/11/21/<id>`. */
  originalPath(id: TransmissionId, atMs: number): string;
  /** Below the root: where the durable copy of an acknowledgement is. */
  acknowledgementPath(id: string, atMs: number): string;
  /** Below the root: what is released in an original's place. */
  derivedPath(id: string, atMs: number): string;
  /** Below the root: where the durable copy of a dispatch is. */
  dispatchPath(id: string, atMs: number): string;
  /** A path that the journal holds, on the host. */
  stored(path: string): HostPath;
  mailboxFolder(partner: PartnerId, folder: MailboxFolder): HostPath;
  entry(partner: PartnerId, folder: MailboxFolder, name: EntryName): HostPath;
  /** Where a mail is written when there is no mail server. */
  mail(id: string): HostPath;
  accepted(partner: PartnerId): HostPath;
  outgoing(partner: PartnerId): HostPath;
  /** What every partner's `outgoing` is below. */
  readonly allOutgoing: HostPath;
  /** One of the back end's folders for a partner; those beside `accepted` and `outgoing` are made when first needed. */
  backEnd(folder: 'accepted' | 'test' | 'refused', partner: PartnerId): HostPath;
}

/** What stands directly below the data directory, beside the database. */
export const dataFolders: readonly string[] = [
  'keys',
  'locks',
  'staging',
  'receive-log',
  'originals',
  'derived',
  'dispatched',
  'mailboxes',
  'backend',
  'quarantine',
  'mail',
];

/**
 * Makes what is missing of the data directory, for its owner alone, and gives the paths in it.
 * @param root absolute
 * @throws Error when it cannot be made
 */
export function openDataDirectory(root: string): DataDirectory {
  const below = (...names: readonly string[]) => join(root, ...names) as HostPath;
  for (const name of dataFolders) mkdirSync(below(name), { recursive: true, mode: 0o700 });
  return pathsBelow(root);
}

/**
 * The paths in a data directory, which need not be there: for who looks at one, or makes one out of a backup.
 * @param root absolute
 */
export function pathsBelow(root: string): DataDirectory {
  const top = resolve(root);
  // Every name is a parsed one or ours: there is nothing to normalise, and path.join does that several times a request.
  const below = (...names: readonly string[]) => [top, ...names].join('/') as HostPath;
  return {
    root: below(),
    database: below('claimgate.db'),
    locks: below('locks'),
    keys: below('keys'),
    staging: below('staging'),
    receiveLog: below('receive-log'),
    mailboxes: below('mailboxes'),
    quarantine: below('quarantine'),
    staged: (id) => below('staging', id),
    originalPath: (id, atMs) => join('originals', ...dayOf(atMs), id),
    acknowledgementPath: (id, atMs) => join('originals', ...dayOf(atMs), `${id}.ack`),
    derivedPath: (id, atMs) => join('derived', ...dayOf(atMs), id),
    dispatchPath: (id, atMs) => join('dispatched', ...dayOf(atMs), id),
    stored: (path) => below(path),
    mailboxFolder: (partner, folder) => below('mailboxes', partner, folder),
    entry: (partner, folder, name) => below('mailboxes', partner, folder, name),
    mail: (id) => below('mail', `${id}.eml`),
    accepted: (partner) => below('backend', 'accepted', partner),
    outgoing: (partner) => below('backend', 'outgoing', partner),
    allOutgoing: below('backend', 'outgoing'),
    backEnd: (folder, partner) => below('backend', folder, partner),
  };
}

/** Year, month and day in UTC, so that the folders do not depend on the machine's time zone. */
function dayOf(atMs: number): readonly string[] {
  return new Date(atMs).toISOString().slice(0, 10).split('-');
}

/** Makes a partner's folders; doing it again changes nothing. */
export async function makePartnerFolders(directory: DataDirectory, partner: PartnerId): Promise<void> {
  for (const path of [
    directory.mailboxFolder(partner, 'inbound'),
    directory.mailboxFolder(partner, 'outbound'),
    directory.accepted(partner),
    directory.outgoing(partner),
  ]) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  }
}

/** A folder of a mailbox is not a real directory: someone has put something else in its place. */
export class MailboxReplacedError extends Error {
  readonly code = 'storage.mailbox-replaced';
  constructor(path: HostPath) {
    super(
      `${path} is not a directory. Someone has replaced it; look at what is there and restore the directory.`,
    );
    this.name = 'MailboxReplacedError';
  }
}

/**
 * Checks that a partner's mailbox folders are real directories, not links that lead elsewhere (invariant I4).
 * @throws MailboxReplacedError
 */
export async function checkMailboxFolders(directory: DataDirectory, partner: PartnerId): Promise<void> {
  for (const path of [
    join(directory.mailboxes, partner) as HostPath,
    directory.mailboxFolder(partner, 'inbound'),
    directory.mailboxFolder(partner, 'outbound'),
  ]) {
    if (!(await lstat(path)).isDirectory()) throw new MailboxReplacedError(path);
  }
}

/** Makes a file's bytes durable, whoever wrote them. */
export async function syncFile(path: HostPath): Promise<void> {
  await syncOpened(path, constants.O_RDONLY | constants.O_NOFOLLOW);
}

const folderSyncs = new Map<HostPath, { readonly sync: () => Promise<void>; waiting: number }>();

/**
 * Makes a directory's entries durable: what was linked, renamed or removed in it survives power loss. All who ask for the
 * same one at once wait together.
 */
export async function syncFolder(path: HostPath): Promise<void> {
  let folder = folderSyncs.get(path);
  if (folder === undefined) {
    const sync = shareSync(() => syncOpened(path, constants.O_RDONLY | constants.O_DIRECTORY));
    folder = { sync, waiting: 0 };
    folderSyncs.set(path, folder);
  }
  folder.waiting += 1;
  try {
    await folder.sync();
  } finally {
    folder.waiting -= 1;
    if (folder.waiting === 0) folderSyncs.delete(path);
  }
}

/** Opening and closing take microseconds, and each turn through the thread pool a hundred; what waits is the sync. */
async function syncOpened(path: HostPath, flags: number): Promise<void> {
  const descriptor = openSync(path, flags);
  try {
    await syncDescriptor(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes durable what was written through an open file. */
export const syncDescriptor = promisify(fsync);
