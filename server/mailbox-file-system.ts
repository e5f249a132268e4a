// A mailbox as the file system of a session: virtual paths in, the mailbox's outcomes out.

import type { Mailbox } from '../domain/mailbox.ts';
import { parseVirtualPath, printVirtualPath, type VirtualPath } from '../domain/virtual-path.ts';
import type { SftpFileSystem } from './file-system.ts';

/**
 * Shows a mailbox as a file system.
 * @param mailbox opened for the user of the session
 */
export function mailboxFileSystem(mailbox: Mailbox): SftpFileSystem<VirtualPath> {
  return {
    parsePath(bytes) {
      const outcome = parseVirtualPath(bytes);
      return outcome.kind === 'ok' ? outcome : { kind: 'refused', reason: 'bad-name', why: outcome.why };
    },
    printPath: printVirtualPath,
    stat: (path) => mailbox.stat(path),
    list: (path) => mailbox.list(path),
    openForRead: (path) => mailbox.openForRead(path),
    openForWrite: (path, options) => mailbox.openForWrite(path, options),
    remove: (path) => mailbox.remove(path),
    rename: (from, to, options) => mailbox.rename(from, to, options),
    setAttributes: (path, changes) => mailbox.setAttributes(path, changes),
    space: (path) => mailbox.space(path.kind === 'folder' || path.kind === 'entry' ? path.folder : undefined),
  };
}
