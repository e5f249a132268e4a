// An upload that is small so far: it has a staging file (staged-bytes.ts), and the journal does not know of it. Most files
// that partners send are whole before they are anything else, so that one transaction says all there is to say of them
// (publish-small.ts). It becomes an upload like any other, with a row, as soon as more is asked of it: a byte too many, or
// out of order; someone who looks for its name, cuts it, reads it back or syncs it; the end of its connection; half a
// second. What was not closed was not promised: the end of the process takes what was begun within that time. States:
//
//   small -> grown    everything goes to the upload that it became
//   small -> closed   published, or left to the receive log; or let go of, when there was nothing to keep
//   small -> lost     it could not become an upload: its file is gone, and whatever is asked of it is refused

import type { TransmissionId } from '../domain/ids.ts';
import type { FileAttributes, FileRefusal, WritableFile } from '../domain/mailbox.ts';
import type { Observe } from '../domain/observation.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import type { DataDirectory } from './data-directory.ts';
import { refusalOf, refuse } from './disk-fault.ts';
import { nameSmall, receiveSmall } from './publish-small.ts';
import type { WhenEarlierIsThere } from './publish-upload.ts';
import type { ReceiveLog } from './receive-log.ts';
import { smallOriginalBytes } from './small-original-bytes.ts';
import type { HeldUpload, SmallUploadOwner, SmallUploads } from './small-uploads.ts';
import { CommitNotSyncedError } from './sqlite-log.ts';
import { StagedBytes } from './staged-bytes.ts';
import type { Database } from './transaction.ts';
import type { BegunWith, Upload } from './upload.ts';
import { isSuperseded } from './upload-journal.ts';
import type { Turn } from './upload-turns.ts';

export interface SmallUploadDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly observe: Observe;
  readonly maxFileBytes: number;
  readonly uploads: SmallUploads;
  readonly turn: Turn;
  /** Takes it when it is whole, in the place of the journal: in a crowd of them. */
  readonly log: ReceiveLog | undefined;
  /** Told when one is closed that the log would take. */
  readonly noteClose: () => void;
  /** Waits until what was sent under that name before is in its place. Never throws. */
  readonly whenEarlierIsThere: WhenEarlierIsThere;
  /** Makes the row of an upload whose staging file is there. */
  readonly begin: (begunWith: BegunWith) => Promise<Upload>;
}

export interface SmallUploadInput extends SmallUploadOwner {
  readonly id: TransmissionId;
  readonly name: EntryName;
  /** In milliseconds since 1970. */
  readonly openedAtMs: number;
}

/** Up to here an upload is small, in bytes: to write so much takes the event loop less than the turns that it spares. */
const smallUploadBytes = 128 * 1024;

/**
 * What takes longer than this, in milliseconds, is told to the journal too. It is less than what `claimgate doctor` waits
 * before it calls a staging file unknown (find-mismatches.ts), and all that the end of the process can take.
 */
const recordAfterMs = 500;

const closedAlready = refuse('failure', 'This file is closed.');
const notWhole = refuse('failure', 'Not every byte could be written. Send the file again.');

export class SmallUpload implements WritableFile, HeldUpload {
  readonly #deps: SmallUploadDeps;
  readonly #input: SmallUploadInput;
  #state: 'small' | 'closed' | 'lost' = 'small';
  #failed = false;
  #modifiedAtMs: number | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #file: StagedBytes;
  /** What it became, or is becoming. */
  #grown: Promise<Upload> | undefined;

  constructor(deps: SmallUploadDeps, input: SmallUploadInput) {
    this.#deps = deps;
    this.#input = input;
    this.#file = new StagedBytes(deps.directory.staged(input.id), { inMemory: deps.log !== undefined });
    deps.uploads.add(input, input.name, this);
    this.#timer = setTimeout(() => void this.record(), recordAfterMs);
    this.#timer.unref();
  }

  /**
   * Makes the staging file, so that OPEN is refused when it cannot be made. For the log none is made.
   * @throws Error when the disk fails
   */
  makeFile(): void {
    try {
      if (this.#file.inMemory === undefined) this.#file.append(new Uint8Array());
    } catch (thrown) {
      this.#state = 'lost';
      this.#forget();
      throw thrown;
    }
  }

  async attributes(): Promise<FileAttributes> {
    if (this.#grown !== undefined) return (await this.#grown).attributes();
    const nowMs = this.#deps.database.now();
    const modifiedAtMs = this.#modifiedAtMs ?? nowMs;
    const { sizeBytes } = this.#file;
    return { kind: 'file', sizeBytes, permissions: 0o600, modifiedAtMs, accessedAtMs: nowMs };
  }

  async read(target: Uint8Array, offsetBytes: number): Promise<number> {
    return (await this.#grow()).read(target, offsetBytes);
  }

  async write(source: Uint8Array, offsetBytes: number): Promise<FileRefusal | undefined> {
    if (this.#state !== 'small') return this.#whyOver();
    this.#deps.turn.used();
    return this.#orFail(async () => {
      if (!this.#staysSmall(source, offsetBytes)) return (await this.#grow()).write(source, offsetBytes);
      this.#file.append(source);
      return undefined;
    });
  }

  async truncate(sizeBytes: number): Promise<FileRefusal | undefined> {
    if (this.#state !== 'small') return this.#whyOver();
    if (this.#grown === undefined && sizeBytes === this.#file.sizeBytes) return undefined;
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
    if (this.#state === 'lost') return notWhole;
    if (this.#failed) {
      await this.abandon().catch(() => undefined);
      return notWhole;
    }
    this.#state = 'closed';
    if (this.#file.sizeBytes <= smallOriginalBytes) this.#deps.noteClose();
    if (await this.#isLogged()) {
      this.#received();
      this.#forget();
      return undefined;
    }
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
    await this.#deps.whenEarlierIsThere(this.#input);
    try {
      nameSmall(this.#deps.directory, this.#input);
      return undefined;
    } catch (thrown) {
      return refusalOf(thrown);
    }
  }

  async abandon(): Promise<void> {
    if (this.#grown !== undefined) return (await this.#grown).abandon();
    if (this.#state !== 'small') return;
    try {
      const { database } = this.#deps;
      await this.#deps.whenEarlierIsThere(this.#input);
      // Another process may have taken the same file meanwhile, whole: this piece of it may not stand in its place.
      if (this.#file.sizeBytes > 0 && !(await isSuperseded(database, this.#input)))
        await (await this.#grow()).abandon();
      else this.#file.discard();
    } finally {
      this.#state = 'closed';
      this.#forget();
    }
  }

  async record(): Promise<void> {
    if (this.#state !== 'small') return;
    // What cannot be put on the disk is not there for anyone else.
    await this.#grow().catch(() => undefined);
  }

  #whyOver(): FileRefusal {
    return this.#state === 'lost' ? notWhole : closedAlready;
  }

  #staysSmall({ length }: Uint8Array, offsetBytes: number): boolean {
    const { sizeBytes } = this.#file;
    const mostBytes = Math.min(this.#deps.maxFileBytes, smallUploadBytes);
    return this.#grown === undefined && offsetBytes === sizeBytes && sizeBytes + length <= mostBytes;
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
    if (this.#state === 'lost') return Promise.reject(new Error(notWhole.why));
    this.#grown ??= this.#becomeUpload().catch((thrown: unknown) => {
      this.#grown = undefined;
      this.#state = 'lost';
      this.#file.discard();
      this.#forget();
      throw thrown;
    });
    return this.#grown;
  }

  async #becomeUpload(): Promise<Upload> {
    const upload = await this.#deps.begin(this.#file.handOver());
    this.#forget();
    if (this.#modifiedAtMs !== undefined) await upload.setModifiedAt(this.#modifiedAtMs);
    return upload;
  }

  /** @returns whether the log has taken it. Where it fails the journal is asked, to which the same file is the same file. */
  async #isLogged(): Promise<boolean> {
    const { log, database } = this.#deps;
    const file = this.#file;
    const bytes = file.inMemory;
    if (log === undefined || bytes === undefined || !log.takes()) return false;
    const { id, partnerId, userId, name, openedAtMs } = this.#input;
    const modifiedAtMs = this.#modifiedAtMs;
    try {
      const receivedAtMs = database.now();
      const sha256 = file.sha256();
      await log.add({ id, partnerId, userId, name, openedAtMs, modifiedAtMs, receivedAtMs, sha256, bytes });
      file.close();
      return true;
    } catch {
      // It has told of it.
      return false;
    }
  }

  async #receive(): Promise<void> {
    const { database, directory } = this.#deps;
    const { id, partnerId, userId, name, openedAtMs } = this.#input;
    const file = this.#file;
    const what = { id, partnerId, userId, name, openedAtMs, file, modifiedAtMs: this.#modifiedAtMs };
    await receiveSmall({ database, directory }, what);
    this.#received();
  }

  #received(): void {
    const { id: transmissionId, partnerId, name } = this.#input;
    const { sizeBytes } = this.#file;
    this.#deps.observe({
      kind: 'transmission.received',
      transmissionId,
      partnerId,
      name,
      sizeBytes,
      source: 'sftp',
    });
  }

  /** Nobody who looks for its name finds it here any more. */
  #forget(): void {
    clearTimeout(this.#timer);
    this.#deps.turn.over();
    this.#deps.uploads.remove(this.#input, this.#input.name, this);
  }
}
