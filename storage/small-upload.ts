// An upload that is small so far: its bytes are in memory, the journal does not know of it, and what the disk has is
// there for nobody. Most files that
// partners send are whole before they are anything else, so that one transaction says all there is to say of them
// (publish-small.ts). It becomes an upload like any other, with a staging file and a row, as soon as more is asked of it:
// a byte too many, or out of order; someone who looks for its name, cuts it, reads it back or syncs it; the end of its
// connection. What was not closed was not promised: of it the end of the process takes at most 128 KiB. States:
//
//   small -> grown    everything goes to the upload that it became
//   small -> closed   published; or let go of, when there was nothing to keep

import type { TransmissionId } from '../domain/ids.ts';
import type { FileAttributes, FileRefusal, WritableFile } from '../domain/mailbox.ts';
import type { Observe } from '../domain/observation.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import type { DataDirectory } from './data-directory.ts';
import { refusalOf, refuse } from './disk-fault.ts';
import { nameSmall, receiveSmall } from './publish-small.ts';
import type { HeldUpload, SmallUploadOwner, SmallUploads } from './small-uploads.ts';
import { CommitNotSyncedError } from './sqlite-log.ts';
import { StagedBytes } from './staged-bytes.ts';
import type { Database } from './transaction.ts';
import type { Upload } from './upload.ts';
import { isSuperseded } from './upload-journal.ts';

export interface SmallUploadDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly observe: Observe;
  readonly maxFileBytes: number;
  readonly uploads: SmallUploads;
  /** Makes the row of an upload whose staging file is there, with these bytes. */
  readonly begin: (pieces: readonly Uint8Array[]) => Promise<Upload>;
}

export interface SmallUploadInput extends SmallUploadOwner {
  readonly id: TransmissionId;
  readonly name: EntryName;
  /** In milliseconds since 1970. */
  readonly openedAtMs: number;
}

/**
 * The largest that is kept in memory, in bytes: a claim file is seldom larger, and to write it takes the event loop no
 * longer than the turns through the thread pool that it spares.
 */
const smallUploadBytes = 128 * 1024;

const closedAlready = refuse('failure', 'This file is closed.');
const notWhole = refuse('failure', 'Not every byte could be written. Send the file again.');

export class SmallUpload implements WritableFile, HeldUpload {
  readonly #deps: SmallUploadDeps;
  readonly #input: SmallUploadInput;
  #state: 'small' | 'closed' = 'small';
  #failed = false;
  #pieces: Buffer[] = [];
  #sizeBytes = 0;
  #modifiedAtMs: number | undefined;
  readonly #file: StagedBytes;
  /** Whether bytes go to the staging file at the end of this turn of the event loop. */
  #writesSoon = false;
  /** What it became, or is becoming. */
  #grown: Promise<Upload> | undefined;

  constructor(deps: SmallUploadDeps, input: SmallUploadInput) {
    this.#deps = deps;
    this.#input = input;
    this.#file = new StagedBytes(deps.directory.staged(input.id));
    deps.uploads.add(input, input.name, this);
  }

  async attributes(): Promise<FileAttributes> {
    if (this.#grown !== undefined) return (await this.#grown).attributes();
    const nowMs = this.#deps.database.now();
    const modifiedAtMs = this.#modifiedAtMs ?? nowMs;
    const sizeBytes = this.#sizeBytes;
    return { kind: 'file', sizeBytes, permissions: 0o600, modifiedAtMs, accessedAtMs: nowMs };
  }

  async read(target: Uint8Array, offsetBytes: number): Promise<number> {
    return (await this.#grow()).read(target, offsetBytes);
  }

  async write(source: Uint8Array, offsetBytes: number): Promise<FileRefusal | undefined> {
    if (this.#state === 'closed') return closedAlready;
    if (this.#append(source, offsetBytes)) return undefined;
    return this.#orFail(async () => (await this.#grow()).write(source, offsetBytes));
  }

  async truncate(sizeBytes: number): Promise<FileRefusal | undefined> {
    if (this.#state === 'closed') return closedAlready;
    if (this.#grown === undefined && sizeBytes === this.#sizeBytes) return undefined;
    return this.#orFail(async () => (await this.#grow()).truncate(sizeBytes));
  }

  async setModifiedAt(modifiedAtMs: number): Promise<void> {
    this.#modifiedAtMs = modifiedAtMs;
    if (this.#grown !== undefined) await (await this.#grown).setModifiedAt(modifiedAtMs);
  }

  async sync(): Promise<void> {
    await (await this.#grow()).sync();
  }

  async close(): Promise<FileRefusal | undefined> {
    if (this.#grown !== undefined) return (await this.#grown).close();
    if (this.#state === 'closed') return undefined;
    if (this.#failed) {
      await this.abandon().catch(() => undefined);
      return notWhole;
    }
    this.#state = 'closed';
    try {
      await this.#receive();
    } catch (thrown) {
      // Where the commit stands and may not survive, the next start finds out. Otherwise nothing was received, and what
      // has arrived is kept for the uploader to resume; should that fail too, the first fault is the one to be told.
      if (!(thrown instanceof CommitNotSyncedError)) {
        this.#state = 'small';
        await this.abandon().catch(() => undefined);
      }
      this.#forget();
      return refusalOf(thrown);
    }
    this.#forget();
    try {
      nameSmall(this.#deps.directory, this.#input);
      return undefined;
    } catch (thrown) {
      return refusalOf(thrown);
    }
  }

  async abandon(): Promise<void> {
    if (this.#grown !== undefined) return (await this.#grown).abandon();
    if (this.#state === 'closed') return;
    try {
      const { database } = this.#deps;
      // Another process may have taken the same file meanwhile, whole: this piece of it may not stand in its place.
      if (this.#sizeBytes > 0 && !(await isSuperseded(database, this.#input)))
        await (await this.#grow()).abandon();
      else this.#file.discard();
    } finally {
      this.#state = 'closed';
      this.#forget();
    }
  }

  async record(): Promise<void> {
    if (this.#state === 'closed') return;
    // What cannot be put on the disk is not there for anyone else.
    await this.#grow().catch(() => undefined);
  }

  /** @returns whether the bytes are kept in memory */
  #append(source: Uint8Array, offsetBytes: number): boolean {
    const { maxFileBytes, uploads } = this.#deps;
    if (this.#grown !== undefined || offsetBytes !== this.#sizeBytes) return false;
    const endBytes = offsetBytes + source.length;
    if (endBytes > Math.min(maxFileBytes, smallUploadBytes) || !uploads.take(source.length)) return false;
    // The packet that they came in is used again.
    this.#pieces.push(Buffer.from(source));
    this.#sizeBytes = endBytes;
    if (!this.#writesSoon) setImmediate(() => this.#writeAhead());
    this.#writesSoon = true;
    return true;
  }

  /** After the WRITE was answered: while the client takes its time, the next step of its CLOSE is done. */
  #writeAhead(): void {
    this.#writesSoon = false;
    if (this.#state === 'closed' || this.#grown !== undefined) return;
    try {
      this.#file.write(this.#pieces);
    } catch {
      // The CLOSE tries again, and is told.
    }
  }

  async #orFail(work: () => Promise<FileRefusal | undefined>): Promise<FileRefusal | undefined> {
    try {
      return await work();
    } catch (thrown) {
      this.#failed = true;
      return refusalOf(thrown);
    }
  }

  #grow(): Promise<Upload> {
    this.#grown ??= this.#becomeUpload().catch((thrown: unknown) => {
      this.#grown = undefined;
      throw thrown;
    });
    return this.#grown;
  }

  async #becomeUpload(): Promise<Upload> {
    let upload: Upload;
    try {
      this.#file.write(this.#pieces);
      this.#file.handOver();
      upload = await this.#deps.begin(this.#pieces);
    } catch (thrown) {
      this.#file.discard();
      throw thrown;
    }
    this.#forget();
    if (this.#modifiedAtMs !== undefined) await upload.setModifiedAt(this.#modifiedAtMs);
    return upload;
  }

  async #receive(): Promise<void> {
    const { database, directory, observe } = this.#deps;
    const { id, partnerId, userId, name, openedAtMs } = this.#input;
    const [first] = this.#pieces;
    const bytes = first !== undefined && this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces);
    const modifiedAtMs = this.#modifiedAtMs;
    const what = { id, partnerId, userId, name, openedAtMs, bytes, modifiedAtMs, file: this.#file };
    await receiveSmall({ database, directory }, what);
    const sizeBytes = bytes.length;
    observe({
      kind: 'transmission.received',
      transmissionId: id,
      partnerId,
      name,
      sizeBytes,
      source: 'sftp',
    });
  }

  /** Nothing is in memory any more. */
  #forget(): void {
    const { uploads } = this.#deps;
    uploads.remove(this.#input, this.#input.name, this);
    for (const { length } of this.#pieces) uploads.giveBack(length);
    this.#pieces = [];
  }
}
