// One file that is arriving: a staging file, an open handle and a journal row. States:
//
//   open -> closed      close(): published, held, or discarded when nothing was changed
//   open -> parked      abandon(), or close() after a failed write: kept as interrupted
//   open -> fenced      another handle took the upload over; whatever this one does from then on is refused
//
// SHA-256 is computed as the bytes arrive, as long as they arrive in order; otherwise the file is read once at close. That
// of a large one over SFTP comes later (late-digests.ts).
//
// Once a sync has failed, some of the bytes may be lost, nobody knows which, and a later sync that succeeds says nothing of
// them (fsync(2)): such an upload is not kept for being resumed, its sender begins again.

import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, unlink } from 'node:fs/promises';
import type { UploadGate } from '../domain/gate.ts';
import type { PartnerId, TransmissionId, UserId } from '../domain/ids.ts';
import type { FileAttributes, FileRefusal, WritableFile } from '../domain/mailbox.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import type { TransmissionSource } from '../domain/transmission.ts';
import { type EntryName, isTemporaryName } from '../domain/virtual-path.ts';
import type { DataDirectory, HostPath } from './data-directory.ts';
import { refusalOf, refuse, unlessMissing } from './disk-fault.ts';
import { mayDigestLate } from './late-digests.ts';
import { publishUpload, type WhenEarlierIsThere } from './publish-upload.ts';
import type { Database } from './transaction.ts';
import { discardUpload, parkUpload } from './upload-journal.ts';
import type { WriteBack } from './write-back.ts';

export interface UploadDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly observe: Observe;
  readonly maxFileBytes: number;
  /** What may refuse an upload; undefined: nothing does. */
  readonly gate?: UploadGate | undefined;
  /** Makes a folder's entries durable, with everyone else who waits for that. */
  readonly syncFolder: (folder: HostPath) => Promise<void>;
  readonly whenEarlierIsThere: WhenEarlierIsThere;
  readonly writeBack: WriteBack;
  /** Called once when the upload is no longer open. */
  readonly ended: (upload: Upload) => void;
}

export interface UploadInput {
  readonly id: TransmissionId;
  readonly writer: string;
  readonly partnerId: PartnerId;
  readonly userId: UserId | undefined;
  readonly name: EntryName;
  readonly source: TransmissionSource;
  readonly handle: FileHandle;
  /** Bytes that were there when it was opened. */
  readonly sizeBytes: number;
  /** A copy of a finished file: closed unchanged, it is no new transmission. */
  readonly isCopy: boolean;
  readonly begunWith?: BegunWith | undefined;
}

/** What was written to it, in order, before it became an upload (small-upload.ts). */
export interface BegunWith {
  readonly sizeBytes: number;
  /** Of these bytes. */
  readonly hash: Hash;
}

const fencedOff = refuse('failure', 'This upload was taken over by another connection of yours.');

const tooLarge = (maxFileBytes: number): FileRefusal =>
  refuse(
    'no-space',
    `A file may have at most ${maxFileBytes} bytes here. Split it, and send its parts as files of their own.`,
  );

const lostBytes = 'the disk may have lost bytes of it';
const notWritten = refuse(
  'failure',
  'Not every byte could be written. What arrived is kept; resume the upload or send it again.',
);
const notKept = refuse('failure', 'The disk could not keep every byte. Send the file again.');

/** How much is read at once when a hash is computed at close, in bytes. */
const hashBlockBytes = 1024 * 1024;

export class Upload implements WritableFile {
  readonly #deps: UploadDeps;
  readonly #input: UploadInput;
  #state: 'open' | 'closed' | 'parked' | 'fenced' = 'open';
  readonly #pending = new Set<Promise<unknown>>();
  #sizeBytes: number;
  #changed = false;
  #failed = false;
  /** A sync has failed. */
  #lost = false;
  /** What was written since the last sync began, in bytes. */
  #unsyncedBytes = 0;
  #modifiedAtMs: number | undefined;
  #hash: Hash = createHash('sha256');
  /** How many bytes from the start the hash covers; -1 when bytes came out of order. */
  #hashedBytes: number;

  constructor(deps: UploadDeps, input: UploadInput) {
    this.#deps = deps;
    this.#input = input;
    this.#sizeBytes = input.sizeBytes;
    this.#hashedBytes = input.sizeBytes === 0 ? 0 : -1;
    const { begunWith } = input;
    if (begunWith === undefined) return;
    this.#hash = begunWith.hash;
    this.#hashedBytes = begunWith.sizeBytes;
    this.#sizeBytes = begunWith.sizeBytes;
    this.#changed = begunWith.sizeBytes > 0;
  }

  get id(): TransmissionId {
    return this.#input.id;
  }

  async attributes(): Promise<FileAttributes> {
    const nowMs = this.#deps.database.now();
    const modifiedAtMs = this.#modifiedAtMs ?? nowMs;
    return {
      kind: 'file',
      sizeBytes: this.#sizeBytes,
      permissions: 0o600,
      modifiedAtMs,
      accessedAtMs: nowMs,
    };
  }

  async read(target: Uint8Array, offsetBytes: number): Promise<number> {
    await this.#settled();
    const { bytesRead } = await this.#input.handle.read(target, 0, target.length, offsetBytes);
    return bytesRead;
  }

  async write(source: Uint8Array, offsetBytes: number): Promise<FileRefusal | undefined> {
    if (this.#state !== 'open') return fencedOff;
    const endBytes = offsetBytes + source.length;
    if (endBytes > this.#deps.maxFileBytes) {
      this.#failed = true;
      return tooLarge(this.#deps.maxFileBytes);
    }
    this.#changed = true;
    if (offsetBytes === this.#hashedBytes && !this.#mayDigestLate(endBytes)) {
      this.#hash.update(source);
      this.#hashedBytes = endBytes;
    } else {
      this.#hashedBytes = -1;
    }
    this.#sizeBytes = Math.max(this.#sizeBytes, endBytes);
    return this.#track(this.#write(source, offsetBytes));
  }

  async truncate(sizeBytes: number): Promise<FileRefusal | undefined> {
    if (this.#state !== 'open') return fencedOff;
    if (sizeBytes > this.#deps.maxFileBytes) {
      return tooLarge(this.#deps.maxFileBytes);
    }
    await this.#settled();
    this.#changed = true;
    this.#hash = createHash('sha256');
    this.#hashedBytes = sizeBytes === 0 ? 0 : -1;
    this.#sizeBytes = sizeBytes;
    return this.#track(this.#input.handle.truncate(sizeBytes));
  }

  async setModifiedAt(modifiedAtMs: number): Promise<void> {
    this.#modifiedAtMs = modifiedAtMs;
  }

  async sync(): Promise<void> {
    await this.#settled();
    await this.#sync(() => this.#input.handle.datasync());
  }

  async close(): Promise<FileRefusal | undefined> {
    if (this.#state === 'fenced') return fencedOff;
    if (this.#state !== 'open') return undefined;
    await this.#settled();
    if (this.#state !== 'open') return fencedOff;
    if (this.#failed) {
      await this.abandon();
      return this.#lost ? notKept : notWritten;
    }
    this.#state = 'closed';
    try {
      return await this.#finish();
    } catch (thrown) {
      // Nothing was published. What has arrived stays for the uploader to resume, unless a sync has failed.
      this.#state = 'open';
      await this.abandon();
      return this.#lost ? notKept : refusalOf(thrown);
    } finally {
      await this.#letGo();
    }
  }

  async abandon(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'parked';
    await this.#settled();
    const { id, writer } = this.#input;
    const sizeBytes = this.#sizeBytes;
    if (this.#lost) await this.#discard(lostBytes);
    else if (!this.#changed && (this.#input.isCopy || sizeBytes === 0))
      await this.#discard('cut off before a byte arrived');
    else await parkUpload(this.#deps.database, { id, writer, state: 'interrupted', sizeBytes });
    await this.#letGo();
  }

  /** Another handle takes the upload over: this one writes nothing from now on. Waits for writes under way. */
  async fence(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'fenced';
    await this.#settled();
    if (this.#lost) await this.#discard(lostBytes);
    await this.#letGo();
  }

  async #write(source: Uint8Array, offsetBytes: number): Promise<void> {
    await writeAll(this.#input.handle, source, offsetBytes);
    if (this.#lost) return;
    this.#unsyncedBytes += source.length;
    const syncing = this.#deps.writeBack.start(this.#unsyncedBytes, () => {
      this.#unsyncedBytes = 0;
      return this.#sync(() => this.#input.handle.datasync());
    });
    if (syncing === undefined) return;
    // Nobody who writes waits for it, or hears of it: CLOSE does both.
    const over = syncing.catch(() => undefined).finally(() => this.#pending.delete(over));
    this.#pending.add(over);
  }

  /** @throws Error as `sync` does; whoever operates the gateway hears of it here, since its sender is told no more than to send again */
  async #sync(sync: () => Promise<void>): Promise<void> {
    try {
      await sync();
    } catch (thrown) {
      this.#lost = true;
      this.#failed = true;
      this.#deps.observe({ kind: 'fault', where: `sync of upload ${this.id}`, fault: describeFault(thrown) });
      throw thrown;
    }
  }

  async #finish(): Promise<FileRefusal | undefined> {
    const { id, writer, name, handle, isCopy } = this.#input;
    if (isCopy && !this.#changed) {
      await this.#discard('opened for update and closed unchanged');
      return undefined;
    }
    if (this.#modifiedAtMs !== undefined) {
      const modifiedAt = this.#modifiedAtMs / 1000;
      await handle.utimes(modifiedAt, modifiedAt);
    }
    if (isTemporaryName(name)) return this.#hold();
    const { partnerId, userId, source } = this.#input;
    const hash = this.#isDigestLate() ? undefined : (sizeBytes: number) => this.#sha256(sizeBytes);
    const file = {
      fd: handle.fd,
      chmod: (mode: number) => handle.chmod(mode),
      sync: () => this.#sync(() => handle.sync()),
    };
    const publishing = { id, handle: file, writer, partnerId, userId, name, source, hash };
    const published = await publishUpload(this.#deps, publishing);
    if (published === undefined) return fencedOff;
    const { sizeBytes, refusal } = published;
    if (refusal !== undefined) return refuse('permission-denied', refusal.why);
    this.#deps.observe({
      kind: 'transmission.received',
      transmissionId: id,
      partnerId,
      name,
      sizeBytes,
      source,
    });
    return undefined;
  }

  /** Whole, but under a temporary name: kept for the name that it shall have. */
  async #hold(): Promise<FileRefusal | undefined> {
    const { id, writer, handle } = this.#input;
    const { size: sizeBytes } = await handle.stat();
    const { database, directory, syncFolder } = this.#deps;
    const [sha256] = await Promise.all([
      this.#isDigestLate() ? undefined : this.#sha256(sizeBytes),
      this.#sync(() => handle.sync()),
      syncFolder(directory.staging),
    ]);
    const held = await parkUpload(database, { id, writer, state: 'held', sizeBytes, sha256 });
    return held ? undefined : fencedOff;
  }

  #mayDigestLate(sizeBytes: number): boolean {
    return mayDigestLate({ source: this.#input.source, gate: this.#deps.gate, sizeBytes });
  }

  #isDigestLate(): boolean {
    return this.#hashedBytes !== this.#sizeBytes && this.#mayDigestLate(this.#sizeBytes);
  }

  async #sha256(sizeBytes: number): Promise<string> {
    if (this.#hashedBytes === sizeBytes) return this.#hash.digest('hex');
    return hashFile(this.#input.handle);
  }

  /** Its staging file goes with it, unless another process has taken the upload over. */
  async #discard(reason: string): Promise<void> {
    const { id, writer } = this.#input;
    if (!(await discardUpload(this.#deps.database, { id, writer, reason }))) return;
    await unlessMissing(() => unlink(this.#deps.directory.staged(id)), undefined);
  }

  async #track(work: Promise<void>): Promise<FileRefusal | undefined> {
    this.#pending.add(work);
    try {
      await work;
      return undefined;
    } catch (thrown) {
      this.#failed = true;
      return refusalOf(thrown);
    } finally {
      this.#pending.delete(work);
    }
  }

  /** A write that is over may have begun a sync. */
  async #settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  async #letGo(): Promise<void> {
    this.#deps.ended(this);
    const { handle } = this.#input;
    // What was promised is synced by now: that the number is given back nobody needs to wait for.
    if (this.#state === 'closed') handle.close().catch(() => undefined);
    else await handle.close();
  }
}

async function writeAll(handle: FileHandle, source: Uint8Array, offsetBytes: number): Promise<void> {
  let done = 0;
  while (done < source.length) {
    const { bytesWritten } = await handle.write(source, done, source.length - done, offsetBytes + done);
    done += bytesWritten;
  }
}

/** @returns the SHA-256 of an open file's bytes, in hexadecimal */
export async function hashFile(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const block = Buffer.allocUnsafe(hashBlockBytes);
  for (let offset = 0; ; ) {
    const { bytesRead } = await handle.read(block, 0, block.length, offset);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(block.subarray(0, bytesRead));
    offset += bytesRead;
  }
}
