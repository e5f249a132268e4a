// A trading partner's mailbox, opened for one of its users: the folders on disk, and in `inbound` also this user's
// uploads that are not whole yet, which no one else sees (invariant I1). It is the only way from a virtual path to the
// disk (invariant I4): no symbolic link is followed, and only regular files are shown.

import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, opendir, statfs, unlink, utimes } from 'node:fs/promises';
import type { FileAttributes, FileRefusal, Mailbox, MailboxEntry, ReadableFile } from '../domain/mailbox.ts';
import { type MailboxFolder, parseEntryName, type VirtualPath } from '../domain/virtual-path.ts';
import { BriefMemory } from './brief-memory.ts';
import { recordDownload } from './collection-store.ts';
import { checkMailboxFolders, makePartnerFolders, syncFolder } from './data-directory.ts';
import { noSuchFile, refusalOf, refuse } from './disk-fault.ts';
import { watchFreeSpace } from './free-space.ts';
import {
  dropUpload,
  findEntry,
  findOwnUpload,
  lstatEntry,
  type MailboxDeps,
  type MailboxOwner,
} from './mailbox-entry.ts';
import { renameEntry } from './mailbox-rename.ts';
import { maySeeEntry, openView, type SeenEntry, viewBatch } from './mailbox-view.ts';
import { openForWrite } from './mailbox-write.ts';
import { forgetOutboundFile } from './outbound-file-store.ts';
import type { ReceiveLog } from './receive-log.ts';
import { RightWithdrawnError } from './right-withdrawn.ts';
import { SmallUploads } from './small-uploads.ts';
import { findUnfinished, type UnfinishedUpload } from './unfinished-uploads.ts';
import { UploadTurns } from './upload-turns.ts';
import { WriteBack } from './write-back.ts';

export interface Mailboxes {
  /**
   * Opens a partner's mailbox for a user.
   * @throws MailboxReplacedError
   */
  open(owner: MailboxOwner): Promise<Mailbox>;
  /** From now on small uploads over SFTP may wait in this log; undefined: no longer. */
  useLog(log: ReceiveLog | undefined): void;
}

/** Everything that mailboxes share in one process. */
export function createMailboxes(
  deps: Omit<
    MailboxDeps,
    | 'openUploads'
    | 'smallUploads'
    | 'memory'
    | 'turns'
    | 'writeBack'
    | 'log'
    | 'whenEarlierIsThere'
    | 'lookedInto'
    | 'syncFolder'
    | 'whyNoRoom'
  >,
): Mailboxes {
  let receiveLog: ReceiveLog | undefined;
  const shared: MailboxDeps = {
    ...deps,
    openUploads: new Map(),
    smallUploads: new SmallUploads(),
    memory: {
      unfinished: new BriefMemory(deps.database),
      rights: new BriefMemory(deps.database),
      profiles: new BriefMemory(deps.database),
    },
    turns: new UploadTurns(),
    writeBack: new WriteBack(),
    log: () => receiveLog,
    async whenEarlierIsThere({ partnerId, name }) {
      // What cannot be put there now does not take the place of a later one when it can (receive-log.ts, `again`); the log
      // has told of it.
      await receiveLog?.applied(partnerId, { name }).catch(() => undefined);
    },
    lookedInto: new Map(),
    syncFolder,
    whyNoRoom: watchFreeSpace({
      folder: deps.directory.staging,
      minFreeBytes: deps.settings.minFreeBytes,
    }),
  };
  return {
    async open(owner) {
      await makePartnerFolders(deps.directory, owner.partnerId);
      await checkMailboxFolders(deps.directory, owner.partnerId);
      return mailboxOf(shared, owner);
    },
    useLog(log) {
      receiveLog = log;
    },
  };
}

function mailboxOf(deps: MailboxDeps, owner: MailboxOwner): Mailbox {
  return {
    stat: (path) => statPath(deps, owner, path),
    list: (path) => listPath(deps, owner, path),
    openForRead: (path) => openForRead(deps, owner, path),
    openForWrite: (path, options) => openForWrite(deps, owner, path, options),
    remove: (path) => removeEntry(deps, owner, path),
    rename: (from, to, options) => renameEntry(deps, owner, { from, to, ...options }),
    setAttributes: (path, changes) => setAttributes(deps, owner, path, changes),
    async space() {
      const found = await statfs(deps.directory.root);
      return { blockBytes: found.bsize, blocksTotal: found.blocks, blocksFree: found.bavail };
    },
  };
}

async function statPath(
  deps: MailboxDeps,
  owner: MailboxOwner,
  path: VirtualPath,
): Promise<{ readonly kind: 'ok'; readonly attributes: FileAttributes } | FileRefusal> {
  switch (path.kind) {
    case 'root':
      return { kind: 'ok', attributes: folderAttributes(await lstat(deps.directory.mailboxes)) };
    case 'folder':
      return {
        kind: 'ok',
        attributes: folderAttributes(await lstat(deps.directory.mailboxFolder(owner.partnerId, path.folder))),
      };
    case 'nowhere':
      return noSuchFile;
    case 'entry': {
      const upload = await findOwnUpload(deps, owner, path);
      if (upload !== undefined) return { kind: 'ok', attributes: await uploadAttributes(deps, upload) };
      const found = await findEntry(deps, owner, path);
      return found === undefined ? noSuchFile : { kind: 'ok', attributes: fileAttributes(found) };
    }
  }
}

async function listPath(
  deps: MailboxDeps,
  owner: MailboxOwner,
  path: VirtualPath,
): Promise<{ readonly kind: 'ok'; readonly entries: AsyncIterable<MailboxEntry> } | FileRefusal> {
  switch (path.kind) {
    case 'root':
      return { kind: 'ok', entries: listRoot(deps, owner) };
    case 'folder':
      return { kind: 'ok', entries: listFolder(deps, owner, path.folder) };
    case 'nowhere':
      return noSuchFile;
    case 'entry':
      return (await statPath(deps, owner, path)).kind === 'ok'
        ? refuse('failure', 'This is a file, not a folder.')
        : noSuchFile;
  }
}

async function* listRoot(deps: MailboxDeps, owner: MailboxOwner): AsyncGenerator<MailboxEntry> {
  for (const folder of ['inbound', 'outbound'] as const) {
    const found = await lstat(deps.directory.mailboxFolder(owner.partnerId, folder));
    yield { name: folder, attributes: folderAttributes(found) };
  }
}

async function* listFolder(
  deps: MailboxDeps,
  owner: MailboxOwner,
  folder: MailboxFolder,
): AsyncGenerator<MailboxEntry> {
  const shown = new Set<string>();
  if (folder === 'inbound') {
    await deps.log()?.applied(owner.partnerId, { userId: owner.userId });
    await deps.smallUploads.record(owner);
    for (const upload of await findUnfinished(deps.database, owner)) {
      if (shown.has(upload.name)) continue;
      shown.add(upload.name);
      yield { name: upload.name, attributes: await uploadAttributes(deps, upload) };
    }
  }
  const view = await openView(deps, owner, { folder });
  let batch: SeenEntry[] = [];
  for await (const found of await opendir(deps.directory.mailboxFolder(owner.partnerId, folder))) {
    const name = parseEntryName(found.name);
    if (name === undefined || shown.has(name) || !found.isFile()) continue;
    // It may have gone since the folder was read.
    const stats = await lstatEntry(deps.directory.entry(owner.partnerId, folder, name));
    if (stats !== undefined) batch.push({ name, stats });
    if (batch.length < viewBatch) continue;
    yield* (await view(batch)).map(mailboxEntry);
    batch = [];
  }
  yield* (await view(batch)).map(mailboxEntry);
}

const mailboxEntry = ({ name, stats }: SeenEntry): MailboxEntry => ({
  name,
  attributes: fileAttributes(stats),
});

async function uploadAttributes(deps: MailboxDeps, upload: UnfinishedUpload): Promise<FileAttributes> {
  const live = deps.openUploads.get(upload.id);
  if (live !== undefined) return live.attributes();
  // While another process has it open, or since that died, only the file itself knows how far it is.
  const staged =
    upload.state === 'receiving' ? await lstatEntry(deps.directory.staged(upload.id)) : undefined;
  const at = { modifiedAtMs: upload.updatedAtMs, accessedAtMs: upload.updatedAtMs };
  const sizeBytes = staged?.size ?? upload.sizeBytes;
  return { kind: 'file', sizeBytes, permissions: 0o600, ...at };
}

function fileAttributes(stats: Stats): FileAttributes {
  // Shown as writable by its owner although the original is not: some clients refuse to overwrite what looks read-only.
  const times = { modifiedAtMs: stats.mtimeMs, accessedAtMs: stats.atimeMs };
  return { kind: 'file', sizeBytes: stats.size, permissions: 0o600, ...times };
}

function folderAttributes(stats: Stats): FileAttributes {
  return {
    kind: 'folder',
    sizeBytes: 0,
    permissions: 0o700,
    modifiedAtMs: stats.mtimeMs,
    accessedAtMs: stats.atimeMs,
  };
}

async function openForRead(
  deps: MailboxDeps,
  owner: MailboxOwner,
  path: VirtualPath,
): Promise<{ readonly kind: 'ok'; readonly file: ReadableFile } | FileRefusal> {
  if (path.kind === 'nowhere') return noSuchFile;
  if (path.kind !== 'entry') return refuse('failure', 'This is a folder, not a file.');
  const upload = await findOwnUpload(deps, owner, path);
  const place =
    upload === undefined
      ? deps.directory.entry(owner.partnerId, path.folder, path.name)
      : deps.directory.staged(upload.id);
  let handle: FileHandle;
  try {
    handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (thrown) {
    return refusalOf(thrown);
  }
  const { folder, name } = path;
  const stats = await handle.stat();
  const maySee = () =>
    upload === undefined ? maySeeEntry(deps, owner, { folder, name, stats }) : Promise.resolve(true);
  if (!stats.isFile() || !(await maySee())) {
    await handle.close();
    return noSuchFile;
  }
  const closed = async (endBytes: number): Promise<void> => {
    // An upload that its uploader reads back is no one's file yet, and so no download.
    if (upload !== undefined || endBytes === 0) return;
    await recordDownload(deps.database, { owner, folder, name, whole: endBytes >= stats.size });
  };
  return { kind: 'ok', file: readableFile(handle, { maySee, closed, now: deps.database.now }) };
}

/** How long after a change of grants an open file may still be read, in milliseconds. */
const recheckMs = 500;

function readableFile(
  handle: FileHandle,
  deps: {
    readonly maySee: () => Promise<boolean>;
    /** Told once, with how far the file was read. */
    readonly closed: (endBytes: number) => Promise<void>;
    readonly now: () => number;
  },
): ReadableFile {
  const { maySee, now } = deps;
  let checkedAtMs = now();
  let endBytes = 0;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await handle.close();
    await deps.closed(endBytes);
  };
  return {
    attributes: async () => fileAttributes(await handle.stat()),
    async read(target, offsetBytes) {
      if (now() - checkedAtMs >= recheckMs) {
        checkedAtMs = now();
        if (!(await maySee())) throw new RightWithdrawnError();
      }
      const { bytesRead } = await handle.read(target, 0, target.length, offsetBytes);
      if (bytesRead > 0) endBytes = Math.max(endBytes, offsetBytes + bytesRead);
      return bytesRead;
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

async function removeEntry(
  deps: MailboxDeps,
  owner: MailboxOwner,
  path: VirtualPath,
): Promise<FileRefusal | undefined> {
  if (path.kind === 'nowhere') return noSuchFile;
  if (path.kind !== 'entry') return refuse('permission-denied', 'The folders of a mailbox stay.');
  const upload = await findOwnUpload(deps, owner, path);
  if (upload !== undefined) {
    await deps.openUploads.get(upload.id)?.fence();
    await dropUpload(deps, upload, 'removed by its uploader');
    return undefined;
  }
  const place = deps.directory.entry(owner.partnerId, path.folder, path.name);
  if ((await findEntry(deps, owner, path)) === undefined) return noSuchFile;
  try {
    await unlink(place);
  } catch (thrown) {
    return refusalOf(thrown);
  }
  await deps.database.transaction(async (transaction) => {
    // Its row says that a file of that name is there: it is put back at start when it is not.
    if (path.folder === 'outbound') await forgetOutboundFile(transaction, { ...owner, name: path.name });
    await transaction.audit({
      actor: { kind: 'user', id: owner.userId },
      action: 'file.remove',
      subject: `mailbox:${owner.partnerId}`,
      detail: { folder: path.folder, name: path.name },
    });
  });
  return undefined;
}

async function setAttributes(
  deps: MailboxDeps,
  owner: MailboxOwner,
  path: VirtualPath,
  changes: { readonly modifiedAtMs?: number; readonly sizeBytes?: number },
): Promise<FileRefusal | undefined> {
  if (path.kind === 'nowhere') return noSuchFile;
  if (path.kind !== 'entry') return undefined;
  if (changes.sizeBytes !== undefined) return truncateEntry(deps, owner, path, changes.sizeBytes);
  const found = await statPath(deps, owner, path);
  if (found.kind === 'refused' || changes.modifiedAtMs === undefined) {
    return found.kind === 'refused' ? found : undefined;
  }
  const upload = await findOwnUpload(deps, owner, path);
  const live = upload === undefined ? undefined : deps.openUploads.get(upload.id);
  if (live !== undefined) {
    await live.setModifiedAt(changes.modifiedAtMs);
    return undefined;
  }
  const place =
    upload === undefined
      ? deps.directory.entry(owner.partnerId, path.folder, path.name)
      : deps.directory.staged(upload.id);
  // A time belongs to the inode and not to its bytes: the original stays what it was (invariant I3).
  try {
    await utimes(place, changes.modifiedAtMs / 1000, changes.modifiedAtMs / 1000);
    return undefined;
  } catch (thrown) {
    return refusalOf(thrown);
  }
}

/** Cutting a file by its name is an update like any other: it works on a copy, and its close is a new transmission. */
async function truncateEntry(
  deps: MailboxDeps,
  owner: MailboxOwner,
  path: VirtualPath & { readonly kind: 'entry' },
  sizeBytes: number,
): Promise<FileRefusal | undefined> {
  const upload = await findOwnUpload(deps, owner, path);
  const live = upload === undefined ? undefined : deps.openUploads.get(upload.id);
  if (live !== undefined) return live.truncate(sizeBytes);
  const opened = await openForWrite(deps, owner, path, { create: false, truncate: false, exclusive: false });
  if (opened.kind === 'refused') return opened;
  const { file } = opened;
  const wasBytes = (await file.attributes()).sizeBytes;
  // Clients set the size that a file has already after an upload; that is no change.
  const refused = wasBytes === sizeBytes ? undefined : await file.truncate(sizeBytes);
  return (await file.close()) ?? refused;
}
