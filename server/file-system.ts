// What an SFTP session serves: the contract between the protocol engine and whatever keeps the files. A path is read
// once, from the bytes of the packet, into a value that only the file system understands (invariant I4, rule R15);
// the engine passes it on and never looks inside. There are two: the mailbox (mailbox-file-system.ts), and a folder of
// the host for the engine on standard input and output (host-file-system.ts). Each does every request or refuses it
// with a sentence of its own, so that the engine knows no special case.

import type {
  FileAttributes,
  FileRefusal,
  OpenWriteOptions,
  ReadableFile,
  SpaceOfVolume,
  WritableFile,
} from '../domain/mailbox.ts';

/** What is shown of a place. A mailbox has files and folders; a host has more. */
export interface NodeAttributes extends Omit<FileAttributes, 'kind'> {
  readonly kind: FileAttributes['kind'] | 'link' | 'character-device' | 'block-device' | 'pipe' | 'socket';
  /** Accounts of the operating system; a mailbox has none to show. */
  readonly owner?: { readonly userId: number; readonly groupId: number };
  /** How many names it has; 1 when it is not said. */
  readonly linkCount?: number;
}

export interface FolderEntry {
  readonly name: string;
  readonly attributes: NodeAttributes;
}

/** What SETSTAT and FSETSTAT may change. A file system leaves out what it does not keep, and never calls it an error. */
export interface AttributeChanges {
  readonly sizeBytes?: number;
  readonly owner?: { readonly userId: number; readonly groupId: number };
  readonly permissions?: number;
  readonly accessedAtMs?: number;
  readonly modifiedAtMs?: number;
}

export interface SessionReadableFile extends Omit<ReadableFile, 'attributes'> {
  attributes(): Promise<NodeAttributes>;
  /** Only where a file that is open for reading may be changed by its handle, as on a host. */
  setAttributes?(changes: AttributeChanges): Promise<FileRefusal | undefined>;
}

export interface SessionWritableFile
  extends Pick<WritableFile, 'read' | 'write' | 'sync' | 'close' | 'abandon'> {
  attributes(): Promise<NodeAttributes>;
  setAttributes(changes: AttributeChanges): Promise<FileRefusal | undefined>;
}

export interface SessionOpenOptions extends OpenWriteOptions {
  /** Also for reading. */
  readonly read: boolean;
  /** What the client wishes for a file that is made. */
  readonly permissions: number | undefined;
}

/** Whether a symbolic link is followed when it is the last name of a path. */
export type LastLink = 'followed' | 'itself';

type Refused = Promise<FileRefusal | undefined>;

export interface SftpFileSystem<Path> {
  /** Extensions beyond those of every session that this file system does, by name. */
  readonly extensions: ReadonlySet<string>;
  /** Reads a client's path. The only door from bytes to paths. */
  parsePath(bytes: Uint8Array): { readonly kind: 'ok'; readonly path: Path } | FileRefusal;
  /** Prints a path: absolute, canonical. */
  printPath(path: Path): string;
  /** What orders requests: the place that a path may touch. Requests on places that meet wait for each other. */
  orderOf(path: Path): string;
  /** The path that REALPATH answers with, printed. It waits for nothing: `/` would wait for every other place. */
  realPath(path: Path): Promise<{ readonly kind: 'ok'; readonly text: string } | FileRefusal>;
  stat(
    path: Path,
    lastLink: LastLink,
  ): Promise<{ readonly kind: 'ok'; readonly attributes: NodeAttributes } | FileRefusal>;
  list(
    path: Path,
  ): Promise<{ readonly kind: 'ok'; readonly entries: AsyncIterable<FolderEntry> } | FileRefusal>;
  openForRead(path: Path): Promise<{ readonly kind: 'ok'; readonly file: SessionReadableFile } | FileRefusal>;
  openForWrite(
    path: Path,
    options: SessionOpenOptions,
  ): Promise<{ readonly kind: 'ok'; readonly file: SessionWritableFile } | FileRefusal>;
  remove(path: Path): Refused;
  rename(from: Path, to: Path, options: { readonly overwrite: boolean }): Refused;
  setAttributes(path: Path, changes: AttributeChanges, lastLink: LastLink): Refused;
  makeFolder(path: Path, permissions: number | undefined): Refused;
  removeFolder(path: Path): Refused;
  /** @param target as the client sent it; whether it leads anywhere is asked when it is followed */
  makeLink(path: Path, target: Uint8Array): Refused;
  readLink(path: Path): Promise<{ readonly kind: 'ok'; readonly text: string } | FileRefusal>;
  /** Gives a file a second name (hardlink@openssh.com). */
  linkFile(from: Path, to: Path): Refused;
  space(path: Path): Promise<SpaceOfVolume | FileRefusal>;
}
