// A small mailbox over a folder of the test: real files, and just enough of domain/mailbox.ts's contract to serve a
// session. Uploads stand in `staging/` until CLOSE; an abandoned one is kept under its name for resuming.

import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  statfs,
  truncate,
  utimes,
} from 'node:fs/promises';
import { join } from 'node:path';
import type {
  FileAttributes,
  FileRefusal,
  Mailbox,
  MailboxEntry,
  OpenWriteOptions,
  ReadableFile,
  WritableFile,
} from '../../../domain/mailbox.ts';
import type { VirtualPath } from '../../../domain/virtual-path.ts';

/** What a test may do to a mailbox and see of it. */
export interface FolderMailbox extends Mailbox {
  readonly root: string;
  /** Names of uploads that ended with CLOSE, in order. */
  readonly published: string[];
  /** Names of uploads that were abandoned, in order. */
  readonly abandoned: string[];
  /** While set, writes wait for it: a slow disk. */
  stall: Promise<void> | undefined;
  /** While set, writes are refused with it: a full disk. */
  full: FileRefusal | undefined;
  /** While set, every operation throws it: a broken disk. */
  broken: Error | undefined;
  writesUnderWay: number;
}

const noSuchFile: FileRefusal = { kind: 'refused', reason: 'no-such-file', why: 'There is no such file.' };
const taken: FileRefusal = { kind: 'refused', reason: 'already-exists', why: 'This name is taken.' };
const denied: FileRefusal = {
  kind: 'refused',
  reason: 'permission-denied',
  why: 'A mailbox does not allow this here.',
};

/** Opens a mailbox below a folder, which is made. */
export async function openFolderMailbox(root: string): Promise<FolderMailbox> {
  for (const folder of ['inbound', 'outbound', 'staging'])
    await mkdir(join(root, folder), { recursive: true });
  const mailbox: FolderMailbox = {
    root,
    published: [],
    abandoned: [],
    stall: undefined,
    full: undefined,
    broken: undefined,
    writesUnderWay: 0,
    async stat(path) {
      if (mailbox.broken) throw mailbox.broken;
      if (path.kind === 'nowhere') return noSuchFile;
      const found = (await attributesAt(placeOf(root, path))) ?? (await attributesAt(stagingOf(root, path)));
      return found === undefined ? noSuchFile : { kind: 'ok', attributes: found };
    },
    async list(path) {
      if (path.kind === 'nowhere' || path.kind === 'entry') return noSuchFile;
      return { kind: 'ok', entries: entriesOf(root, path) };
    },
    async openForRead(path) {
      if (path.kind !== 'entry') return path.kind === 'nowhere' ? noSuchFile : denied;
      try {
        return { kind: 'ok', file: readable(await open(placeOf(root, path), 'r')) };
      } catch {
        return noSuchFile;
      }
    },
    async openForWrite(path, options) {
      if (mailbox.broken) throw mailbox.broken;
      if (path.kind !== 'entry' || path.folder !== 'inbound')
        return path.kind === 'nowhere' ? noSuchFile : denied;
      return openWritable(mailbox, { path, options });
    },
    async remove(path) {
      if (path.kind !== 'entry') return path.kind === 'nowhere' ? noSuchFile : denied;
      try {
        await rm(placeOf(root, path));
        return undefined;
      } catch {
        return noSuchFile;
      }
    },
    async rename(from, to, options) {
      if (from.kind !== 'entry' || to.kind !== 'entry') return denied;
      if ((await attributesAt(placeOf(root, from))) === undefined) return noSuchFile;
      if (!options.overwrite && (await attributesAt(placeOf(root, to))) !== undefined) return taken;
      await rename(placeOf(root, from), placeOf(root, to));
      return undefined;
    },
    async setAttributes(path, changes) {
      if (path.kind !== 'entry') return path.kind === 'nowhere' ? noSuchFile : denied;
      const place = placeOf(root, path);
      if ((await attributesAt(place)) === undefined) return noSuchFile;
      if (changes.sizeBytes !== undefined) await truncate(place, changes.sizeBytes);
      if (changes.modifiedAtMs !== undefined) {
        await utimes(place, changes.modifiedAtMs / 1000, changes.modifiedAtMs / 1000);
      }
      return undefined;
    },
    async space() {
      const volume = await statfs(root);
      return { blockBytes: volume.bsize, blocksTotal: volume.blocks, blocksFree: volume.bavail };
    },
  };
  return mailbox;
}

function placeOf(root: string, path: VirtualPath): string {
  if (path.kind === 'folder') return join(root, path.folder);
  if (path.kind === 'entry') return join(root, path.folder, path.name);
  return root;
}

function stagingOf(root: string, path: VirtualPath): string {
  return path.kind === 'entry' ? join(root, 'staging', path.name) : '/nonexistent';
}

async function attributesAt(place: string): Promise<FileAttributes | undefined> {
  try {
    return attributesOf(await stat(place));
  } catch {
    return undefined;
  }
}

function attributesOf(found: Awaited<ReturnType<typeof stat>>): FileAttributes {
  return {
    kind: found.isDirectory() ? 'folder' : 'file',
    sizeBytes: Number(found.size),
    permissions: Number(found.mode) & 0o777,
    modifiedAtMs: Number(found.mtimeMs),
    accessedAtMs: Number(found.atimeMs),
  };
}

async function* entriesOf(root: string, path: VirtualPath): AsyncGenerator<MailboxEntry> {
  for (const name of await readdir(placeOf(root, path))) {
    if (name === 'staging') continue;
    const attributes = await attributesAt(join(placeOf(root, path), name));
    if (attributes !== undefined) yield { name, attributes };
  }
}

function readable(handle: FileHandle): ReadableFile {
  let closed: Promise<void> | undefined;
  return {
    attributes: async () => attributesOf(await handle.stat()),
    read: async (target, offsetBytes) => (await handle.read(target, 0, target.length, offsetBytes)).bytesRead,
    close() {
      closed ??= handle.close();
      return closed;
    },
  };
}

async function openWritable(
  mailbox: FolderMailbox,
  asked: { readonly path: VirtualPath & { readonly kind: 'entry' }; readonly options: OpenWriteOptions },
): Promise<{ readonly kind: 'ok'; readonly file: WritableFile } | FileRefusal> {
  const { path, options } = asked;
  const place = placeOf(mailbox.root, path);
  const staging = stagingOf(mailbox.root, path);
  const exists = (await attributesAt(place)) !== undefined;
  const interrupted = (await attributesAt(staging)) !== undefined;
  if (options.exclusive && exists) return taken;
  if (!options.create && !exists && !interrupted) return noSuchFile;
  if (exists && !interrupted && !options.truncate) await rename(place, staging);
  const flags = options.truncate || !(exists || interrupted) ? 'w+' : 'r+';
  return { kind: 'ok', file: writable(mailbox, { path, handle: await open(staging, flags) }) };
}

function writable(
  mailbox: FolderMailbox,
  opened: { readonly path: VirtualPath & { readonly kind: 'entry' }; readonly handle: FileHandle },
): WritableFile {
  const { handle, path } = opened;
  let state: 'open' | 'closed' = 'open';
  let failed: FileRefusal | undefined;
  return {
    attributes: async () => attributesOf(await handle.stat()),
    read: async (target, offsetBytes) => (await handle.read(target, 0, target.length, offsetBytes)).bytesRead,
    async write(source, offsetBytes) {
      mailbox.writesUnderWay += 1;
      try {
        if (mailbox.stall !== undefined) await mailbox.stall;
        if (mailbox.full) {
          failed = mailbox.full;
          return failed;
        }
        await handle.write(source, 0, source.length, offsetBytes);
        return undefined;
      } finally {
        mailbox.writesUnderWay -= 1;
      }
    },
    async truncate(sizeBytes) {
      await handle.truncate(sizeBytes);
      return undefined;
    },
    setModifiedAt: (modifiedAtMs) => handle.utimes(modifiedAtMs / 1000, modifiedAtMs / 1000),
    sync: () => handle.sync(),
    async close() {
      if (state === 'closed') return undefined;
      state = 'closed';
      await handle.close();
      if (failed !== undefined) return failed;
      await rename(stagingOf(mailbox.root, path), placeOf(mailbox.root, path));
      mailbox.published.push(path.name);
      return undefined;
    },
    async abandon() {
      if (state === 'closed') return;
      state = 'closed';
      await handle.close();
      mailbox.abandoned.push(path.name);
    },
  };
}
