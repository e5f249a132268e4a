// A mailbox as the file system of a session: virtual paths in, the mailbox's outcomes out. What a mailbox never does
// is refused here, with a sentence that a person understands.

import type { FileRefusal, Mailbox, WritableFile } from '../domain/mailbox.ts';
import { parseVirtualPath, printVirtualPath, type VirtualPath } from '../domain/virtual-path.ts';
import type { AttributeChanges, SessionWritableFile, SftpFileSystem } from './file-system.ts';

const noFolders: FileRefusal = {
  kind: 'refused',
  reason: 'permission-denied',
  why: 'A mailbox has the folders inbound and outbound; others cannot be made or removed.',
};
const noLinks: FileRefusal = {
  kind: 'refused',
  reason: 'permission-denied',
  why: 'A mailbox has no links.',
};

/**
 * Shows a mailbox as a file system.
 * @param mailbox opened for the user of the session
 */
export function mailboxFileSystem(mailbox: Mailbox): SftpFileSystem<VirtualPath> {
  return {
    extensions: new Set(),
    parsePath(bytes) {
      const outcome = parseVirtualPath(bytes);
      return outcome.kind === 'ok' ? outcome : { kind: 'refused', reason: 'bad-name', why: outcome.why };
    },
    printPath: printVirtualPath,
    orderOf: printVirtualPath,
    // A place need not exist to have a path.
    realPath: async (path) => ({ kind: 'ok', text: printVirtualPath(path) }),
    stat: (path) => mailbox.stat(path),
    list: (path) => mailbox.list(path),
    openForRead: (path) => mailbox.openForRead(path),
    async openForWrite(path, { create, truncate, exclusive }) {
      const outcome = await mailbox.openForWrite(path, { create, truncate, exclusive });
      return outcome.kind === 'ok' ? { kind: 'ok', file: sessionFile(outcome.file) } : outcome;
    },
    remove: (path) => mailbox.remove(path),
    rename: (from, to, options) => mailbox.rename(from, to, options),
    setAttributes: (path, changes) => setAttributes(mailbox, path, changes),
    makeFolder: async () => noFolders,
    removeFolder: async () => noFolders,
    makeLink: async () => noLinks,
    readLink: async () => noLinks,
    linkFile: async () => noLinks,
    space: (path) => mailbox.space(path.kind === 'folder' || path.kind === 'entry' ? path.folder : undefined),
  };
}

/**
 * Size and modification time are applied. Permissions, owner and access time are accepted and ignored, because clients
 * set them after every upload and call it a failure when they may not.
 */
async function setAttributes(
  mailbox: Mailbox,
  path: VirtualPath,
  { sizeBytes, modifiedAtMs }: AttributeChanges,
): Promise<FileRefusal | undefined> {
  if (sizeBytes === undefined && modifiedAtMs === undefined) {
    const outcome = await mailbox.stat(path);
    return outcome.kind === 'refused' ? outcome : undefined;
  }
  return mailbox.setAttributes(path, {
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(modifiedAtMs === undefined ? {} : { modifiedAtMs }),
  });
}

function sessionFile(file: WritableFile): SessionWritableFile {
  return {
    attributes: () => file.attributes(),
    read: (target, offsetBytes) => file.read(target, offsetBytes),
    write: (source, offsetBytes) => file.write(source, offsetBytes),
    async setAttributes({ sizeBytes, modifiedAtMs }) {
      const refusal = sizeBytes === undefined ? undefined : await file.truncate(sizeBytes);
      if (refusal === undefined && modifiedAtMs !== undefined) await file.setModifiedAt(modifiedAtMs);
      return refusal;
    },
    sync: () => file.sync(),
    close: () => file.close(),
    abandon: () => file.abandon(),
  };
}
