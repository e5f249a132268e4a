// Every request of SFTP version 3 and every extension that is known, as rows of one table. Around the table, in
// sftp-session.ts, stand the things that are the same for all: order, limits, read-only sessions, refusal,
// observation. What a file system does not do it refuses itself, with a sentence that a person understands.

import { copyData } from './copy-request.ts';
import {
  closeHandle,
  openFile,
  readFile,
  setHandleAttributes,
  statHandle,
  syncHandle,
  writeFile,
} from './file-requests.ts';
import { makeFolder, openFolder, readFolder, removeFolder } from './folder-requests.ts';
import { linkFile, makeLink, readLink } from './link-requests.ts';
import {
  expandPath,
  handleSpace,
  pathSpace,
  realPath,
  removeFile,
  renameFile,
  replaceFile,
  sessionLimits,
  setLinkAttributes,
  setPathAttributes,
  statLink,
  statPath,
} from './path-requests.ts';
import { packetType } from './protocol-numbers.ts';
import type { RequestHandler } from './session-context.ts';

interface Row {
  /** Its name in the draft or in OpenSSH's PROTOCOL, for the log. */
  readonly request: string;
  /** Refused in a session that may only read. OPEN looks at its flags itself. */
  readonly writes: boolean;
  /** What its first field names, for the log; a link stands in the second. */
  readonly names: 'path' | 'second-path' | 'handle' | 'nothing';
  readonly handle: RequestHandler;
}

export interface RequestRow extends Row {
  readonly type: number;
}

export interface ExtensionRow extends Row {
  /** What VERSION announces it with. */
  readonly announcedAs: string;
  /** Whether every session does it, or only those whose file system says so (SftpFileSystem.extensions). */
  readonly offered: 'always' | 'by-file-system';
}

export const requestRows: readonly RequestRow[] = [
  { request: 'OPEN', type: packetType.open, writes: false, names: 'path', handle: openFile },
  { request: 'CLOSE', type: packetType.close, writes: false, names: 'handle', handle: closeHandle },
  { request: 'READ', type: packetType.read, writes: false, names: 'handle', handle: readFile },
  { request: 'WRITE', type: packetType.write, writes: true, names: 'handle', handle: writeFile },
  { request: 'LSTAT', type: packetType.lstat, writes: false, names: 'path', handle: statLink },
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
  { request: 'MKDIR', type: packetType.mkdir, writes: true, names: 'path', handle: makeFolder },
  { request: 'RMDIR', type: packetType.rmdir, writes: true, names: 'path', handle: removeFolder },
  { request: 'REALPATH', type: packetType.realpath, writes: false, names: 'path', handle: realPath },
  { request: 'STAT', type: packetType.stat, writes: false, names: 'path', handle: statPath },
  { request: 'RENAME', type: packetType.rename, writes: true, names: 'path', handle: renameFile },
  { request: 'READLINK', type: packetType.readlink, writes: false, names: 'path', handle: readLink },
  { request: 'SYMLINK', type: packetType.symlink, writes: true, names: 'second-path', handle: makeLink },
];

export const extensionRows: readonly ExtensionRow[] = [
  {
    request: 'posix-rename@openssh.com',
    announcedAs: '1',
    offered: 'always',
    writes: true,
    names: 'path',
    handle: replaceFile,
  },
  {
    request: 'statvfs@openssh.com',
    announcedAs: '2',
    offered: 'always',
    writes: false,
    names: 'path',
    handle: pathSpace,
  },
  {
    request: 'fstatvfs@openssh.com',
    announcedAs: '2',
    offered: 'always',
    writes: false,
    names: 'handle',
    handle: handleSpace,
  },
  {
    request: 'fsync@openssh.com',
    announcedAs: '1',
    offered: 'always',
    writes: true,
    names: 'handle',
    handle: syncHandle,
  },
  {
    request: 'lsetstat@openssh.com',
    announcedAs: '1',
    offered: 'always',
    writes: true,
    names: 'path',
    handle: setLinkAttributes,
  },
  {
    request: 'limits@openssh.com',
    announcedAs: '1',
    offered: 'always',
    writes: false,
    names: 'nothing',
    handle: sessionLimits,
  },
  {
    request: 'expand-path@openssh.com',
    announcedAs: '1',
    offered: 'always',
    writes: false,
    names: 'path',
    handle: expandPath,
  },
  {
    request: 'hardlink@openssh.com',
    announcedAs: '1',
    offered: 'by-file-system',
    writes: true,
    names: 'path',
    handle: linkFile,
  },
  {
    request: 'copy-data',
    announcedAs: '1',
    offered: 'by-file-system',
    writes: true,
    names: 'handle',
    handle: copyData,
  },
];

/** The rows by packet type and by extension name, for dispatch. */
export const rowOfType: ReadonlyMap<number, RequestRow> = new Map(requestRows.map((row) => [row.type, row]));
export const rowOfExtension: ReadonlyMap<string, ExtensionRow> = new Map(
  extensionRows.map((row) => [row.request, row]),
);
