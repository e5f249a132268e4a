// What an SFTP session serves: the contract between the protocol engine and whatever keeps the files. A path is read
// once, from the bytes of the packet, into a value that only the file system understands (invariant I4, rule R15);
// the engine passes it on and never looks inside. The mailbox is one such file system (mailbox-file-system.ts); the
// engine on standard input and output will bring another.

import type {
  FileAttributes,
  FileRefusal,
  MailboxEntry,
  OpenWriteOptions,
  ReadableFile,
  SpaceOfVolume,
  WritableFile,
} from '../domain/mailbox.ts';

/** What SETSTAT may change; permissions and owners never come this far. */
export interface AttributeChanges {
  readonly modifiedAtMs?: number;
  readonly sizeBytes?: number;
}

export interface SftpFileSystem<Path> {
  /** Reads a client's path. The only door from bytes to paths. */
  parsePath(bytes: Uint8Array): { readonly kind: 'ok'; readonly path: Path } | FileRefusal;
  /** Prints a path as REALPATH shows it: absolute, canonical. Equal places print equal. */
  printPath(path: Path): string;
  stat(path: Path): Promise<{ readonly kind: 'ok'; readonly attributes: FileAttributes } | FileRefusal>;
  list(
    path: Path,
  ): Promise<{ readonly kind: 'ok'; readonly entries: AsyncIterable<MailboxEntry> } | FileRefusal>;
  openForRead(path: Path): Promise<{ readonly kind: 'ok'; readonly file: ReadableFile } | FileRefusal>;
  openForWrite(
    path: Path,
    options: OpenWriteOptions,
  ): Promise<{ readonly kind: 'ok'; readonly file: WritableFile } | FileRefusal>;
  remove(path: Path): Promise<FileRefusal | undefined>;
  rename(from: Path, to: Path, options: { readonly overwrite: boolean }): Promise<FileRefusal | undefined>;
  setAttributes(path: Path, changes: AttributeChanges): Promise<FileRefusal | undefined>;
  space(path: Path): Promise<SpaceOfVolume>;
}
