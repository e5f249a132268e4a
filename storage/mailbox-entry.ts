// What the mailbox's operations share: whose mailbox it is, what is behind one of its names, and where one may write.

import { lstatSync, type Stats } from 'node:fs';
import { unlink } from 'node:fs/promises';
import type { UploadGate } from '../domain/gate.ts';
import type { PartnerId, UserId } from '../domain/ids.ts';
import type { FileRefusal } from '../domain/mailbox.ts';
import type { Observe } from '../domain/observation.ts';
import type { PartnerProfile } from '../domain/partner-profile.ts';
import type { EntryName, MailboxFolder, VirtualPath } from '../domain/virtual-path.ts';
import type { BriefMemory } from './brief-memory.ts';
import type { DataDirectory, HostPath } from './data-directory.ts';
import { refuse, unlessMissing } from './disk-fault.ts';
import { maySeeEntry, type ViewMemory } from './mailbox-view.ts';
import type { LookedInto } from './outbound-content.ts';
import type { WhenEarlierIsThere } from './publish-upload.ts';
import type { ReceiveLog } from './receive-log.ts';
import type { SmallUploads } from './small-uploads.ts';
import type { Database } from './transaction.ts';
import { findUnfinished, hasUnfinished, type UnfinishedUpload } from './unfinished-uploads.ts';
import type { Upload } from './upload.ts';
import { discardUpload } from './upload-journal.ts';
import type { UploadTurns } from './upload-turns.ts';
import type { WriteBack } from './write-back.ts';

export interface MailboxSettings {
  readonly maxFileBytes: number;
  /** Uploads are refused when less than this is free. */
  readonly minFreeBytes: number;
}

/** What of the journal is remembered for some milliseconds. */
export interface MailboxMemory extends ViewMemory {
  /** Whether a user has an upload that is not whole yet. */
  readonly unfinished: BriefMemory<boolean>;
  readonly profiles: BriefMemory<PartnerProfile>;
}

export interface MailboxDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly observe: Observe;
  readonly settings: MailboxSettings;
  /** What may refuse an upload; undefined: nothing does. */
  readonly gate?: UploadGate | undefined;
  /** Makes a folder's entries durable, with everyone else who waits for that. */
  readonly syncFolder: (folder: HostPath) => Promise<void>;
  /** Why no upload may begin now, for want of space. */
  readonly whyNoRoom: () => Promise<FileRefusal | undefined>;
  /** The uploads that are open in this process, by transmission id. */
  readonly openUploads: Map<string, Upload>;
  /** Those of this process that are small so far, and of which there is no row. */
  readonly smallUploads: SmallUploads;
  readonly memory: MailboxMemory;
  readonly turns: UploadTurns;
  readonly writeBack: WriteBack;
  /** Where small uploads wait in a crowd; undefined while there is none in this process. */
  readonly log: () => ReceiveLog | undefined;
  readonly whenEarlierIsThere: WhenEarlierIsThere;
  /** What files of `outbound` that no row tells of were found to hold. */
  readonly lookedInto: LookedInto;
}

export interface MailboxOwner {
  readonly partnerId: PartnerId;
  readonly userId: UserId;
  /** How its files come in. */
  readonly source: 'sftp' | 'portal';
}

/**
 * This user's upload of that name that is not whole yet, if there is one. A whole file of that name that waits in the
 * receive log is in its place after this.
 */
export async function findOwnUpload(
  deps: MailboxDeps,
  owner: MailboxOwner,
  path: { readonly folder: MailboxFolder; readonly name: EntryName },
): Promise<UnfinishedUpload | undefined> {
  if (path.folder !== 'inbound') return undefined;
  const log = deps.log();
  if (log?.holds(owner.partnerId, path.name) === true)
    await log.applied(owner.partnerId, { name: path.name, userId: owner.userId });
  if (deps.smallUploads.has(owner, path.name)) await deps.smallUploads.record(owner, path.name);
  const { memory, database } = deps;
  const key = `${owner.partnerId}/${owner.userId}`;
  if (!(await memory.unfinished.recall(key, () => hasUnfinished(database, owner)))) return undefined;
  const [newest] = await findUnfinished(database, { ...owner, name: path.name });
  return newest;
}

/** A regular file's attributes; undefined when it is missing or something else. */
export async function lstatEntry(path: HostPath): Promise<Stats | undefined> {
  // At once: it reads what is in memory, nearly always, and a turn through the thread pool takes ten times as long.
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true ? found : undefined;
}

/** A finished file that this user may know of; what it may not is as if it were not there. */
export async function findEntry(
  deps: MailboxDeps,
  owner: MailboxOwner,
  path: { readonly folder: MailboxFolder; readonly name: EntryName },
): Promise<Stats | undefined> {
  const stats = await lstatEntry(deps.directory.entry(owner.partnerId, path.folder, path.name));
  if (stats === undefined) return undefined;
  return (await maySeeEntry(deps, owner, { ...path, stats })) ? stats : undefined;
}

/**
 * Why a name of `inbound` that is taken by a file may not be used, whatever the client asks: what stands there is no
 * file, or a colleague's that this user may not know of, and so may not replace either.
 */
export async function whyNotReplaceable(
  deps: MailboxDeps,
  owner: MailboxOwner,
  input: { readonly name: EntryName; readonly stats: Stats },
): Promise<FileRefusal | undefined> {
  if (!input.stats.isFile())
    return refuse('permission-denied', 'There is something of that name that is not a file.');
  return (await maySeeEntry(deps, owner, { ...input, folder: 'inbound' }))
    ? undefined
    : refuse('permission-denied', 'This name cannot be used. Choose another one.');
}

/** Why nothing may be written under this path, whoever asks. */
export function whyNotWritable(path: VirtualPath): FileRefusal | undefined {
  switch (path.kind) {
    case 'root':
    case 'folder':
      return refuse('failure', 'This is a folder, not a file.');
    case 'nowhere':
      return refuse(
        'permission-denied',
        'Files can be put into /inbound only, and not into folders below it.',
      );
    case 'entry':
      return path.folder === 'inbound'
        ? undefined
        : refuse(
            'permission-denied',
            'Files can be put into /inbound only; /outbound is for files from the gateway.',
          );
  }
}

/** Ends an upload that will never be whole: the row first, so that a crash leaves only a file to sweep. */
export async function dropUpload(deps: MailboxDeps, upload: UnfinishedUpload, reason: string): Promise<void> {
  if (!(await discardUpload(deps.database, { id: upload.id, reason }))) return;
  await unlessMissing(() => unlink(deps.directory.staged(upload.id)), undefined);
}
