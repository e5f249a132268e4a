// The mailbox as a session uses it: the contract between storage, which keeps the files, and the ways in (the SFTP
// daemon, the portal), which move bytes. A mailbox belongs to one trading partner and is opened for one user, because
// an upload that is not whole yet is seen by its uploader alone (invariant I1).

import type { TransmissionId } from './ids.ts';
import type { MailboxFolder, VirtualPath } from './virtual-path.ts';

export interface FileAttributes {
  readonly kind: 'file' | 'folder';
  readonly sizeBytes: number;
  /** Permission bits as shown to the client, without the file type bits. */
  readonly permissions: number;
  /** Milliseconds since 1970. */
  readonly modifiedAtMs: number;
  /** Milliseconds since 1970. */
  readonly accessedAtMs: number;
}

/**
 * Why an operation was not done. `why` is a sentence for the person at the client; it never holds a host path.
 * - `no-such-file`       nothing there, or nothing this user may know of
 * - `permission-denied`  the mailbox does not allow this here
 * - `already-exists`     the name is taken and overwriting was not asked for
 * - `bad-name`           the path cannot name anything in a mailbox
 * - `no-space`           the disk is full or a limit is reached
 * - `failure`            everything else (the cause went to the log)
 */
export interface FileRefusal {
  readonly kind: 'refused';
  readonly reason:
    | 'no-such-file'
    | 'permission-denied'
    | 'already-exists'
    | 'bad-name'
    | 'no-space'
    | 'failure';
  readonly why: string;
}

export interface MailboxEntry {
  readonly name: string;
  readonly attributes: FileAttributes;
}

export interface OpenWriteOptions {
  /** Make the file when it is not there. */
  readonly create: boolean;
  /** Begin empty. Without it an existing or interrupted file is continued. */
  readonly truncate: boolean;
  /** Refuse when the name is taken. */
  readonly exclusive: boolean;
}

export interface ReadableFile {
  /** @returns the attributes as they are now */
  attributes(): Promise<FileAttributes>;
  /**
   * Reads into `target` from `offsetBytes` on.
   * @returns how many bytes were read; 0 at the end of the file
   * @throws Error when the disk fails
   */
  read(target: Uint8Array, offsetBytes: number): Promise<number>;
  /** Lets go of the file. Safe to call twice. */
  close(): Promise<void>;
}

export interface WritableFile {
  attributes(): Promise<FileAttributes>;
  read(target: Uint8Array, offsetBytes: number): Promise<number>;
  /**
   * Writes all of `source` at `offsetBytes`. The caller may have several writes under way, and must not change
   * `source` until the promise settles.
   * @returns a refusal when the disk is full or a size limit is reached
   * @throws Error when the disk fails otherwise
   */
  write(source: Uint8Array, offsetBytes: number): Promise<FileRefusal | undefined>;
  /** Sets the length. */
  truncate(sizeBytes: number): Promise<FileRefusal | undefined>;
  /** Remembers the modification time that the file shall show. */
  setModifiedAt(modifiedAtMs: number): Promise<void>;
  /** Makes the bytes written so far durable (fsync@openssh.com). */
  sync(): Promise<void>;
  /**
   * The upload is whole: makes it durable, publishes it under its name, and writes the journal. Only when this
   * resolves without a refusal may the client's CLOSE be answered OK (invariants I1 and I2). Waits for writes under
   * way. After a failed write it refuses, and the upload is kept as interrupted.
   */
  close(): Promise<FileRefusal | undefined>;
  /**
   * The connection ended without CLOSE: keeps what has arrived as interrupted, for the uploader to resume. Safe to
   * call after close, where it does nothing.
   */
  abandon(): Promise<void>;
}

export interface OpenedForWrite {
  readonly kind: 'ok';
  readonly file: WritableFile;
  /** What the upload is called in the journal; absent where there is none. */
  readonly transmissionId?: TransmissionId;
}

export interface SpaceOfVolume {
  readonly blockBytes: number;
  readonly blocksTotal: number;
  readonly blocksFree: number;
}

export interface Mailbox {
  stat(
    path: VirtualPath,
  ): Promise<{ readonly kind: 'ok'; readonly attributes: FileAttributes } | FileRefusal>;
  /**
   * Lists a folder, one entry at a time, in no order.
   * @returns the entries, or a refusal when the path is not a folder
   */
  list(
    path: VirtualPath,
  ): Promise<{ readonly kind: 'ok'; readonly entries: AsyncIterable<MailboxEntry> } | FileRefusal>;
  openForRead(path: VirtualPath): Promise<{ readonly kind: 'ok'; readonly file: ReadableFile } | FileRefusal>;
  openForWrite(path: VirtualPath, options: OpenWriteOptions): Promise<OpenedForWrite | FileRefusal>;
  remove(path: VirtualPath): Promise<FileRefusal | undefined>;
  /** @param options.overwrite whether a file of the new name may be replaced (posix-rename@openssh.com) */
  rename(
    from: VirtualPath,
    to: VirtualPath,
    options: { readonly overwrite: boolean },
  ): Promise<FileRefusal | undefined>;
  /** Applies what a client's SETSTAT may change; permissions and owners are accepted and ignored by the caller. */
  setAttributes(
    path: VirtualPath,
    changes: { readonly modifiedAtMs?: number; readonly sizeBytes?: number },
  ): Promise<FileRefusal | undefined>;
  space(folder: MailboxFolder | undefined): Promise<SpaceOfVolume>;
}
