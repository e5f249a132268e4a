// Opening a file for writing: only in `inbound`, always into a staging file, never into an inode that is linked.

import { constants, lstatSync, type Stats } from 'node:fs';
import { chmod, copyFile, type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { newTransmissionId, type TransmissionId } from '../domain/ids.ts';
import type { FileRefusal, OpenedForWrite, OpenWriteOptions } from '../domain/mailbox.ts';
import { type EntryName, isTemporaryName, type VirtualPath } from '../domain/virtual-path.ts';
import { noSuchFile, refusalOf, refuse, unlessMissing } from './disk-fault.ts';
import {
  dropUpload,
  findOwnUpload,
  lstatEntry,
  type MailboxDeps,
  type MailboxOwner,
  whyNotReplaceable,
  whyNotWritable,
} from './mailbox-entry.ts';
import { SmallUpload, type SmallUploadDeps } from './small-upload.ts';
import type { UnfinishedUpload } from './unfinished-uploads.ts';
import { type BegunWith, Upload } from './upload.ts';
import { beginUpload, takeUpload } from './upload-journal.ts';
import { askUploadTerms, type UploadTerms } from './upload-terms.ts';
import { noTurn } from './upload-turns.ts';

type Opened = OpenedForWrite | FileRefusal;

/** @see Mailbox.openForWrite */
export async function openForWrite(
  deps: MailboxDeps,
  owner: MailboxOwner,
  path: VirtualPath,
  options: OpenWriteOptions,
): Promise<Opened> {
  const unwritable = whyNotWritable(path);
  if (unwritable !== undefined) return unwritable;
  if (path.kind !== 'entry') return noSuchFile;
  const place = deps.directory.entry(owner.partnerId, path.folder, path.name);
  const noRoom = await deps.whyNoRoom();
  if (noRoom !== undefined) return noRoom;
  const upload = await findOwnUpload(deps, owner, path);
  const there = lstatSync(place, { throwIfNoEntry: false });
  const taken = await whyTaken(deps, owner, { name: path.name, stats: there, create: options.create });
  if (taken !== undefined) return taken;
  if (options.exclusive && (upload !== undefined || there !== undefined)) {
    return refuse('already-exists', 'There is a file of that name already.');
  }
  if (!options.create && upload === undefined && there === undefined) return noSuchFile;
  const { partnerId } = owner;
  const terms = await askUploadTerms(deps, {
    partnerId,
    name: path.name,
    isNew: upload === undefined,
  });
  if (terms.kind === 'refused') return terms;
  const bounded = boundBy(deps, terms);
  try {
    if (!options.truncate && upload !== undefined) return await goOn(bounded, owner, upload);
    if (!options.truncate && there !== undefined) return await startFromCopy(bounded, owner, path.name);
    return await start(bounded, owner, { name: path.name, stale: upload, counted: terms.counted });
  } catch (thrown) {
    return refusalOf(thrown);
  }
}

/** The same, for files of at most so many bytes. */
function boundBy(deps: MailboxDeps, { maxFileBytes }: UploadTerms): MailboxDeps {
  const { settings } = deps;
  return maxFileBytes >= settings.maxFileBytes ? deps : { ...deps, settings: { ...settings, maxFileBytes } };
}

async function whyTaken(
  deps: MailboxDeps,
  owner: MailboxOwner,
  input: { readonly name: EntryName; readonly stats: Stats | undefined; readonly create: boolean },
): Promise<FileRefusal | undefined> {
  const { name, stats, create } = input;
  const taken = stats === undefined ? undefined : await whyNotReplaceable(deps, owner, { name, stats });
  // Without leave to make a file, what may not be known of is not there.
  return taken !== undefined && !create && stats?.isFile() === true ? noSuchFile : taken;
}

/** A new upload; an older unfinished one of this user and name is given up with it. */
async function start(
  deps: MailboxDeps,
  owner: MailboxOwner,
  input: {
    readonly name: EntryName;
    readonly stale: UnfinishedUpload | undefined;
    readonly counted: boolean;
  },
): Promise<Opened> {
  const { name, stale, counted } = input;
  if (stale !== undefined) {
    await deps.openUploads.get(stale.id)?.fence();
    await dropUpload(deps, stale, 'begun again from the start');
  }
  const id = newId(deps);
  const begun = async (begunWith?: BegunWith): Promise<Upload> => {
    const handle = await open(deps.directory.staged(id), begunWith === undefined ? 'wx+' : 'r+', 0o600);
    return begin(deps, owner, { id, name, handle, sizeBytes: 0, isCopy: false, begunWith });
  };
  const file = mayStayInMemory(deps, owner, { name, counted })
    ? await keepSmall(deps, owner, { id, name, begin: begun })
    : await begun();
  return { kind: 'ok', file, transmissionId: id };
}

/** Whoever has the role `sftp` restores what rides in the journal; a gate reads a file, and a held one is one. */
const mayStayInMemory = (
  { gate }: MailboxDeps,
  { source }: MailboxOwner,
  { name, counted }: { readonly name: EntryName; readonly counted: boolean },
): boolean => source === 'sftp' && gate === undefined && !counted && !isTemporaryName(name);

/** Of so many small uploads that are open the bytes may be in memory; each has at most 64 KiB. */
const mostInMemory = 64;

async function keepSmall(
  deps: MailboxDeps,
  { partnerId, userId }: MailboxOwner,
  input: { readonly id: TransmissionId; readonly name: EntryName } & Pick<SmallUploadDeps, 'begin'>,
): Promise<SmallUpload> {
  const { database, directory, observe, settings, smallUploads: uploads, whenEarlierIsThere, turns } = deps;
  const { id, name, begin } = input;
  const { maxFileBytes } = settings;
  const receiveLog = deps.log();
  const log = receiveLog?.wants(userId) === true && uploads.size < mostInMemory ? receiveLog : undefined;
  // What the log takes is so little work that nobody need wait for another's.
  const turn = log === undefined ? await turns.take() : noTurn;
  const noteClose = () => receiveLog?.noteClose();
  const upload = new SmallUpload(
    { database, directory, observe, maxFileBytes, uploads, turn, log, noteClose, whenEarlierIsThere, begin },
    { id, partnerId, userId, name, openedAtMs: database.now() },
  );
  upload.makeFile();
  return upload;
}

/** An open for update of a finished file: what is closed will be a new transmission, and the original stays. */
async function startFromCopy(deps: MailboxDeps, owner: MailboxOwner, name: EntryName): Promise<Opened> {
  const place = deps.directory.entry(owner.partnerId, 'inbound', name);
  const source: Stats | undefined = await lstatEntry(place);
  if (source === undefined) return noSuchFile;
  const id = newId(deps);
  const staged = deps.directory.staged(id);
  await copyFile(place, staged, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  let handle: FileHandle | undefined;
  try {
    // The copy has the original's mode, which lets no one write.
    await chmod(staged, 0o600);
    handle = await open(staged, 'r+');
    const sizeBytes = (await handle.stat()).size;
    const file = await begin(deps, owner, { id, name, handle, sizeBytes, isCopy: true });
    return { kind: 'ok', file, transmissionId: id };
  } catch (thrown) {
    await handle?.close();
    await unlessMissing(() => unlink(staged), undefined);
    throw thrown;
  }
}

async function begin(
  deps: MailboxDeps,
  owner: MailboxOwner,
  input: {
    readonly id: TransmissionId;
    readonly name: EntryName;
    readonly handle: FileHandle;
    readonly sizeBytes: number;
    readonly isCopy: boolean;
    readonly begunWith?: BegunWith | undefined;
  },
): Promise<Upload> {
  const writer = newWriter(deps);
  try {
    await beginUpload(deps.database, { id: input.id, ...owner, name: input.name, writer });
  } catch (thrown) {
    await input.handle.close();
    await unlessMissing(() => unlink(deps.directory.staged(input.id)), undefined);
    throw thrown;
  }
  return register(deps, owner, { ...input, writer });
}

/** Goes on with an interrupted or held upload, or takes one over whose connection has not noticed its end yet. */
async function goOn(deps: MailboxDeps, owner: MailboxOwner, upload: UnfinishedUpload): Promise<Opened> {
  const live = deps.openUploads.get(upload.id);
  await live?.fence();
  const writer = newWriter(deps);
  const isHeldElsewhere = upload.state === 'receiving' && live === undefined;
  if (!(await takeUpload(deps.database, { id: upload.id, writer }))) return noSuchFile;
  if (isHeldElsewhere) await leaveToOther(deps, upload.id);
  const handle = await open(deps.directory.staged(upload.id), 'r+');
  const sizeBytes = (await handle.stat()).size;
  const input = { id: upload.id, name: upload.name, handle, sizeBytes, isCopy: false };
  return { kind: 'ok', file: register(deps, owner, { ...input, writer }), transmissionId: input.id };
}

/**
 * Another process of ours may have this upload open, and cannot be told at once that it lost it: what that one still
 * writes goes to the inode that it has, and this upload goes on with a copy of its own.
 */
async function leaveToOther({ directory }: MailboxDeps, id: TransmissionId): Promise<void> {
  const copy = directory.staged(`${id}.taken-over`);
  await copyFile(directory.staged(id), copy, constants.COPYFILE_FICLONE);
  await rename(copy, directory.staged(id));
}

function register(
  deps: MailboxDeps,
  owner: MailboxOwner,
  input: {
    readonly id: TransmissionId;
    readonly writer: string;
    readonly name: EntryName;
    readonly handle: FileHandle;
    readonly sizeBytes: number;
    readonly isCopy: boolean;
    readonly begunWith?: BegunWith | undefined;
  },
): Upload {
  const {
    database,
    directory,
    observe,
    openUploads,
    settings,
    syncFolder,
    whenEarlierIsThere,
    gate,
    writeBack,
  } = deps;
  const ended = (upload: Upload) => {
    if (openUploads.get(upload.id) === upload) openUploads.delete(upload.id);
  };
  const upload = new Upload(
    {
      database,
      directory,
      observe,
      syncFolder,
      whenEarlierIsThere,
      gate,
      writeBack,
      maxFileBytes: settings.maxFileBytes,
      ended,
    },
    { ...owner, ...input },
  );
  openUploads.set(input.id, upload);
  return upload;
}

const newId = (deps: MailboxDeps): TransmissionId =>
  newTransmissionId(deps.database.now(), deps.database.randomBytes(10));

const newWriter = (deps: MailboxDeps): string => deps.database.randomBytes(12).toString('hex');
