// Every request of SFTP version 3 and every extension that is known, as rows of one table. Around the table, in
// sftp-session.ts, stand the things that are the same for all: order, limits, read-only sessions, refusal,
// observation. What a mailbox does not do is a row as well, with a sentence that a person understands.

import {
  closeHandle,
  openFile,
  readFile,
  setHandleAttributes,
  statHandle,
  syncHandle,
  writeFile,
} from './file-requests.ts';
import { openFolder, readFolder } from './folder-requests.ts';
import {
  handleSpace,
  pathSpace,
  realPath,
  removeFile,
  renameFile,
  replaceFile,
  sessionLimits,
  setPathAttributes,
  statPath,
} from './path-requests.ts';
import { packetType } from './protocol-numbers.ts';
import type { RequestHandler } from './session-context.ts';

interface Row {
  /** Its name in the draft or in OpenSSH's PROTOCOL, for the log. */
  readonly request: string;
  /** Refused in a session that may only read. OPEN looks at its flags itself. */
  readonly writes: boolean;
  /** What its first field names, for the log. */
  readonly names: 'path' | 'handle' | 'nothing';
  readonly handle: RequestHandler;
}

export interface RequestRow extends Row {
  readonly type: number;
}

export interface ExtensionRow extends Row {
  /** What VERSION announces it with; undefined: it is known, and refused. */
  readonly announcedAs: string | undefined;
}

/** The row of a request that a mailbox never does. */
function refuse(why: string): RequestHandler {
  return async () => ({ kind: 'refused', reason: 'permission-denied', why });
}

const noFolders = refuse('A mailbox has the folders inbound and outbound; others cannot be made or removed.');
const noLinks = refuse('A mailbox has no links.');

export const requestRows: readonly RequestRow[] = [
  { request: 'OPEN', type: packetType.open, writes: false, names: 'path', handle: openFile },
  { request: 'CLOSE', type: packetType.close, writes: false, names: 'handle', handle: closeHandle },
  { request: 'READ', type: packetType.read, writes: false, names: 'handle', handle: readFile },
  { request: 'WRITE', type: packetType.write, writes: true, names: 'handle', handle: writeFile },
  { request: 'LSTAT', type: packetType.lstat, writes: false, names: 'path', handle: statPath },
  { request: 'FSTAT', type: packetType.fstat, writes: false, names: 'handle', handle: statHandle },
  { request: 'SETSTAT', type: packetType.setstat, writes: true, names: 'path', handle: setPathAttributes },
  {
    request: 'FSETSTAT',
    type: packetType.fsetstat,
    writes: true,
    names: 'handle',
    handle: setHandleAttributes,
  },
  { request: 'OPENDIR', type: packetType.opendir, writes: false, names: 'path', handle: openFolder },
  { request: 'READDIR', type: packetType.readdir, writes: false, names: 'handle', handle: readFolder },
  { request: 'REMOVE', type: packetType.remove, writes: true, names: 'path', handle: removeFile },
  { request: 'MKDIR', type: packetType.mkdir, writes: true, names: 'path', handle: noFolders },
  { request: 'RMDIR', type: packetType.rmdir, writes: true, names: 'path', handle: noFolders },
  { request: 'REALPATH', type: packetType.realpath, writes: false, names: 'path', handle: realPath },
  { request: 'STAT', type: packetType.stat, writes: false, names: 'path', handle: statPath },
  { request: 'RENAME', type: packetType.rename, writes: true, names: 'path', handle: renameFile },
  { request: 'READLINK', type: packetType.readlink, writes: false, names: 'path', handle: noLinks },
  { request: 'SYMLINK', type: packetType.symlink, writes: true, names: 'path', handle: noLinks },
];

export const extensionRows: readonly ExtensionRow[] = [
  { request: 'posix-rename@openssh.com', announcedAs: '1', writes: true, names: 'path', handle: replaceFile },
  { request: 'statvfs@openssh.com', announcedAs: '2', writes: false, names: 'path', handle: pathSpace },
  { request: 'fstatvfs@openssh.com', announcedAs: '2', writes: false, names: 'handle', handle: handleSpace },
  { request: 'fsync@openssh.com', announcedAs: '1', writes: true, names: 'handle', handle: syncHandle },
  {
    request: 'lsetstat@openssh.com',
    announcedAs: '1',
    writes: true,
    names: 'path',
    handle: setPathAttributes,
  },
  { request: 'limits@openssh.com', announcedAs: '1', writes: false, names: 'nothing', handle: sessionLimits },
  { request: 'hardlink@openssh.com', announcedAs: undefined, writes: true, names: 'path', handle: noLinks },
];

/** The rows by packet type and by extension name, for dispatch. */
export const rowOfType: ReadonlyMap<number, RequestRow> = new Map(requestRows.map((row) => [row.type, row]));
export const rowOfExtension: ReadonlyMap<string, ExtensionRow> = new Map(
  extensionRows.map((row) => [row.request, row]),
);
