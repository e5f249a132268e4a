// A folder of the host as the file system of a session: everything that SFTP can do, and nothing outside the folder.
// `claimgate sftp-stdio` serves it, so that others' test suites meet the engine that partners meet.

import { constants, type Dir } from 'node:fs';
import {
  chmod,
  chown,
  type FileHandle,
  lchown,
  link,
  lstat,
  lutimes,
  mkdir,
  open,
  opendir,
  readlink,
  rename,
  rmdir,
  statfs,
  symlink,
  unlink,
  utimes,
} from 'node:fs/promises';
import type { FileRefusal } from '../domain/mailbox.ts';
import type {
  AttributeChanges,
  FolderEntry,
  LastLink,
  SessionOpenOptions,
  SftpFileSystem,
} from './file-system.ts';
import { attributesOf, HostFile } from './host-file.ts';
import { type HostPath, parseHostPath, printHostPath } from './host-path.ts';
import { errorCodeOf, hostRefusal, orRefusal } from './host-refusal.ts';
import { type HostTree, pathOfHandle } from './host-tree.ts';

const isFolder: FileRefusal = { kind: 'refused', reason: 'failure', why: 'This is a folder.' };
const taken: FileRefusal = hostRefusal(Object.assign(new Error(), { code: 'EEXIST' }));
const linkPermissions: FileRefusal = {
  kind: 'refused',
  reason: 'failure',
  why: 'A link has no permissions of its own.',
};

/** What a new file and a new folder get, before the umask, when the client does not say. */
const filePermissions = 0o666;
const folderPermissions = 0o777;

/**
 * Shows a folder of the host as a file system.
 * @param options.start where relative paths begin, as names from the root on
 */
export function hostFileSystem(
  tree: HostTree,
  options: { readonly start: readonly string[] },
): SftpFileSystem<HostPath> {
  return {
    extensions: new Set(['hardlink@openssh.com', 'copy-data']),
    parsePath: (bytes) => parseHostPath(bytes, options.start),
    printPath: printHostPath,
    // Through links, any two names may be one place: requests on names are done one after the other.
    orderOf: () => '/',
    realPath: (path) =>
      orRefusal(() => tree.at(path, 'followed', async ({ printed }) => ({ kind: 'ok', text: printed }))),
    stat: (path, lastLink) =>
      orRefusal(() =>
        tree.at(path, path.meansFolder ? 'followed' : lastLink, async ({ at }) => ({
          kind: 'ok',
          attributes: attributesOf(await lstat(at)),
        })),
      ),
    list: (path) => orRefusal(() => listFolder(tree, path)),
    openForRead: (path) => orRefusal(() => openForRead(tree, path)),
    openForWrite: (path, asked) => orRefusal(() => openForWrite(tree, path, asked)),
    remove: (path) => orRefusal(() => tree.at(path, 'itself', async ({ at }) => unlink(at).then(nothing))),
    rename: (from, to, { overwrite }) =>
      orRefusal(() =>
        tree.at(from, 'itself', (old) =>
          tree.at(to, 'itself', (fresh) =>
            overwrite ? rename(old.at, fresh.at).then(nothing) : renameToFree(old.at, fresh.at),
          ),
        ),
      ),
    setAttributes: (path, changes, lastLink) => orRefusal(() => setAttributes(tree, path, changes, lastLink)),
    makeFolder: (path, permissions = folderPermissions) =>
      orRefusal(() => tree.at(path, 'itself', async ({ at }) => mkdir(at, permissions).then(nothing))),
    removeFolder: (path) =>
      orRefusal(() => tree.at(path, 'itself', async ({ at }) => rmdir(at).then(nothing))),
    makeLink: (path, target) =>
      orRefusal(() =>
        tree.at(path, 'itself', async ({ at }) => symlink(Buffer.from(target), at).then(nothing)),
      ),
    readLink: (path) =>
      orRefusal(() => tree.at(path, 'itself', async ({ at }) => ({ kind: 'ok', text: await readlink(at) }))),
    linkFile: (from, to) =>
      orRefusal(() =>
        tree.at(from, 'itself', (old) =>
          tree.at(to, 'itself', async (fresh) => link(old.at, fresh.at).then(nothing)),
        ),
      ),
    space: (path) =>
      orRefusal(() =>
        tree.holding(path, 'followed', async (held) => {
          const volume = await statfs(pathOfHandle(held));
          return { blockBytes: volume.bsize, blocksTotal: volume.blocks, blocksFree: volume.bavail };
        }),
      ),
  };
}

function nothing(): undefined {
  return undefined;
}

async function openForRead(tree: HostTree, path: HostPath) {
  return tree.at(path, 'followed', async ({ at }) =>
    fileOf(await open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)),
  );
}

async function openForWrite(tree: HostTree, path: HostPath, asked: SessionOpenOptions) {
  const flags =
    (asked.read ? constants.O_RDWR : constants.O_WRONLY) |
    (asked.create ? constants.O_CREAT : 0) |
    (asked.truncate ? constants.O_TRUNC : 0) |
    (asked.exclusive ? constants.O_EXCL : 0) |
    constants.O_NOFOLLOW |
    constants.O_NONBLOCK;
  // With O_EXCL a link is a taken name (open(2)).
  return tree.at(path, asked.exclusive ? 'itself' : 'followed', async ({ at }) =>
    fileOf(await open(at, flags, asked.permissions ?? filePermissions)),
  );
}

async function fileOf(handle: FileHandle) {
  const stats = await handle.stat();
  if (!stats.isDirectory()) return { kind: 'ok', file: new HostFile(handle) } as const;
  await handle.close();
  return isFolder;
}

/**
 * Renames without replacing anything. A file gets its new name before it loses the old one, so that no other program
 * can come between the question and the deed; what cannot be linked has that gap.
 */
async function renameToFree(from: string, to: string): Promise<FileRefusal | undefined> {
  if ((await lstat(from)).isFile()) {
    try {
      await link(from, to);
      await unlink(from);
      return undefined;
    } catch (thrown) {
      const code = errorCodeOf(thrown);
      // File systems without links (FAT, some network shares).
      if (code !== 'EPERM' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw thrown;
    }
  }
  try {
    await lstat(to);
    return taken;
  } catch (thrown) {
    if (errorCodeOf(thrown) !== 'ENOENT') throw thrown;
  }
  await rename(from, to);
  return undefined;
}

async function setAttributes(
  tree: HostTree,
  path: HostPath,
  changes: AttributeChanges,
  lastLink: LastLink,
): Promise<FileRefusal | undefined> {
  return tree.holding(path, lastLink, async (held, place) => {
    if ((await held.stat()).isSymbolicLink()) return setLinkAttributes(place.at, changes);
    const at = pathOfHandle(held);
    const { sizeBytes, owner, permissions, accessedAtMs, modifiedAtMs } = changes;
    if (sizeBytes !== undefined) {
      const file = await open(at, constants.O_WRONLY | constants.O_NONBLOCK);
      await file.truncate(sizeBytes).finally(() => file.close());
    }
    // In this order: a change of owner takes the set-user-id bit away.
    if (owner !== undefined) await chown(at, owner.userId, owner.groupId);
    if (permissions !== undefined) await chmod(at, permissions);
    if (accessedAtMs !== undefined && modifiedAtMs !== undefined)
      await utimes(at, accessedAtMs / 1000, modifiedAtMs / 1000);
    return undefined;
  });
}

async function setLinkAttributes(at: string, changes: AttributeChanges): Promise<FileRefusal | undefined> {
  const { sizeBytes, owner, permissions, accessedAtMs, modifiedAtMs } = changes;
  if (sizeBytes !== undefined || permissions !== undefined) return linkPermissions;
  if (owner !== undefined) await lchown(at, owner.userId, owner.groupId);
  if (accessedAtMs !== undefined && modifiedAtMs !== undefined)
    await lutimes(at, accessedAtMs / 1000, modifiedAtMs / 1000);
  return undefined;
}

async function listFolder(tree: HostTree, path: HostPath) {
  return tree.at(path, 'followed', async ({ at }) => {
    const folder = await open(at, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      const names = await opendir(`${pathOfHandle(folder)}/.`);
      return { kind: 'ok', entries: new HostListing(folder, names) } as const;
    } catch (thrown) {
      await folder.close();
      throw thrown;
    }
  });
}

/** The entries of a folder, read as they are asked for. Its own class, since a generator that never ran never ends. */
class HostListing implements AsyncIterableIterator<FolderEntry> {
  readonly #folder: FileHandle;
  readonly #names: Dir;
  #closed: Promise<void> | undefined;

  constructor(folder: FileHandle, names: Dir) {
    this.#folder = folder;
    this.#names = names;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<FolderEntry>> {
    for (;;) {
      const found = this.#closed === undefined ? await this.#names.read() : null;
      if (found === null) return this.return();
      const attributes = await this.#attributesOf(found.name);
      if (attributes !== undefined) return { done: false, value: { name: found.name, attributes } };
    }
  }

  async return(): Promise<IteratorResult<FolderEntry>> {
    this.#closed ??= Promise.all([this.#names.close(), this.#folder.close()]).then(nothing);
    await this.#closed;
    return { done: true, value: undefined };
  }

  /** @returns undefined for what is gone meanwhile */
  async #attributesOf(name: string) {
    try {
      return attributesOf(await lstat(`${pathOfHandle(this.#folder)}/${name}`));
    } catch (thrown) {
      if (errorCodeOf(thrown) === 'ENOENT') return undefined;
      throw thrown;
    }
  }
}
