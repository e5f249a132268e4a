// The receive log: where small uploads over SFTP wait when they come faster than the journal takes them one by one. To say
// all there is to say of one file takes its rows, four names and some thirty pages of SQLite, and most of that is the same
// for two files as for one. So in a crowd CLOSE is answered as soon as the file's bytes and facts are in this log and on
// the disk, by one append and one sync; what CLOSE does otherwise (publish-small.ts) is done behind it, for many at once
// and in a thread (apply-received.ts), before anybody can see that it was not.
//
//   1. a record is appended                   crash: it is torn, or nobody was answered; the start takes what is whole
//   2. the log is synced, once for all who wait
//   3. CLOSE is answered OK (invariant I2)    crash from here on: the start takes it from the log (recovery.ts)
//   4. the record is applied: original, rows, name, as if it had been taken at once
//   5. a file of the log of which everything is applied is removed     crash before: the start finds the rows, and does
//      nothing twice
//
// Whoever asks for such a file, or for the folder that it is in, waits until it is there (`applied`): in this process
// nobody sees a difference. Other processes see the file when it is applied, which is when the crowd has passed, or
// two seconds later. Workers of one port must not differ in what they show, so the log is for a single one (roles/sftp-role.ts).
//
// Without a crowd nothing is logged: to take one file at once costs its client less than it costs all to take it twice.

import { basename } from 'node:path';
import type { PartnerId, UserId } from '../domain/ids.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import type { HostPath } from './data-directory.ts';
import { LogFile, type LogPiece, listLogFiles } from './receive-log-file.ts';
import { type LoggedUpload, recordHead } from './receive-log-format.ts';
import { CommitNotSyncedError } from './sqlite-log.ts';
import { UploadCrowd } from './upload-crowd.ts';

export interface ReceiveLogDeps {
  /** Must be there; what an earlier process left in it must have been taken (recovery.ts). */
  readonly folder: HostPath;
  readonly observe: Observe;
  readonly randomBytes: (count: number) => Uint8Array;
  /** So many small uploads within a tenth of a second are a crowd. */
  readonly crowdFiles: number;
  /** Takes what is in a piece of the log into the journal: all of it, or it throws. Doing it again changes nothing. */
  readonly apply: (piece: LogPiece) => Promise<void>;
}

/** When nothing has come for so long the crowd has passed, in milliseconds: clients pause for less within one. */
const quietMs = 100;
/** Nobody waits longer than this for a crowd to pass, in milliseconds. */
const mostWaitMs = 2000;
/** So many records are applied at once: more would keep others from the journal for too long. */
const pieceUploads = 32;
/** From so many bytes on a file of the log is followed by another. */
const fileBytes = 16 * 1024 * 1024;
/** While more than this waits, files are taken at once: that keeps their clients to the pace of the journal. */
const mostWaitingUploads = 2000;
const mostWaitingBytes = 32 * 1024 * 1024;
/** After a fault of the disk or of the thread it rests for so long, in milliseconds. */
const restMs = 5000;

/** After so many records of a piece could not be applied one by one, and none could, the others are not tried. */
const triesInVain = 3;

interface Entry {
  readonly file: LogFile;
  readonly fromBytes: number;
  readonly toBytes: number;
  readonly partnerId: PartnerId;
  readonly name: EntryName;
  readonly atMs: number;
  readonly applied: Promise<void>;
  readonly settle: () => void;
  isApplied: boolean;
  /** Why it alone cannot be applied: the next start tries it again. */
  fault: unknown;
}

export class ReceiveLog {
  readonly #deps: ReceiveLogDeps;
  readonly #crowd: UploadCrowd;
  #file: LogFile | undefined;
  #number: number;
  /** What is answered and not applied, in that order. */
  #waiting: Entry[] = [];
  #waitingBytes = 0;
  /** The last one that waits, by partner, and by partner and name. */
  readonly #lastOf = new Map<string, Entry>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #restsUntilMs = 0;
  #fault: unknown;
  /** What was committed may not survive power loss: nothing is forgotten any more, and the next start finds out. */
  #isBroken = false;
  #closing = false;

  constructor(deps: ReceiveLogDeps) {
    this.#deps = deps;
    this.#crowd = new UploadCrowd(deps.crowdFiles);
    this.#number = Number.parseInt(basename(listLogFiles(deps.folder).at(-1) ?? '0'), 10);
  }

  /** Says that a small upload was closed, logged or not: by this a crowd is known. */
  noteClose(): void {
    this.#crowd.noteClose();
  }

  /** Whether a small upload that this user begins now is better logged when it is whole. */
  wants(userId: UserId): boolean {
    return this.takes() && this.#crowd.isCrowd(userId);
  }

  /** Whether it takes anything now. */
  takes(): boolean {
    const hasRoom = this.#waiting.length < mostWaitingUploads && this.#waitingBytes < mostWaitingBytes;
    return hasRoom && !this.#closing && !this.#rests();
  }

  /**
   * Writes an upload down, durably. From then on its sender may hear OK.
   * @throws Error when the disk fails: it was not taken. Should the next start find it all the same, it knows it by its id.
   */
  async add(upload: LoggedUpload): Promise<void> {
    const file = this.#openFile();
    try {
      const { fromBytes, toBytes } = await file.append([recordHead(file.mark, upload), upload.bytes]);
      this.#wait({ fromBytes, toBytes, file, partnerId: upload.partnerId, name: upload.name });
    } catch (thrown) {
      if (this.#file === file) this.#file = undefined;
      file.end();
      this.#rest(thrown);
      throw thrown;
    }
  }

  /** Whether something waits that was sent to a partner's `inbound` under a name. */
  holds(partnerId: PartnerId, name: EntryName): boolean {
    return this.#lastOf.size > 0 && this.#lastOf.has(keyOf(partnerId, name));
  }

  /**
   * Waits until what was sent to a partner's `inbound` is there: a file of that name, or all of them.
   * @param input.userId who wants to see it
   * @throws Error when it cannot be put there now; it is not lost
   */
  async applied(
    partnerId: PartnerId,
    input: { readonly name?: EntryName | undefined; readonly userId?: UserId | undefined } = {},
  ): Promise<void> {
    const entry = this.#lastOf.size === 0 ? undefined : this.#lastOf.get(keyOf(partnerId, input.name));
    if (entry === undefined) return;
    if (input.userId !== undefined) this.#crowd.noteLook(input.userId);
    while (!entry.isApplied) {
      if (entry.fault !== undefined) throw entry.fault;
      if (this.#rests()) throw this.#fault;
      await Promise.race([entry.applied, this.#run()]);
    }
  }

  /** How many uploads are answered and not in the journal yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Applies what waits, and ends: nothing may be added afterwards. What cannot be applied the next start takes. */
  async close(): Promise<void> {
    this.#closing = true;
    while (this.#waiting.length > 0 && !this.#rests()) await this.#run();
    await this.#running;
    clearTimeout(this.#timer);
    this.#file?.end();
    this.#file = undefined;
  }

  #openFile(): LogFile {
    if (this.#file !== undefined && this.#file.sizeBytes < fileBytes) return this.#file;
    this.#file?.end();
    this.#file = undefined;
    const { folder, randomBytes } = this.#deps;
    this.#number += 1;
    try {
      this.#file = new LogFile({ folder, number: this.#number, randomBytes });
    } catch (thrown) {
      this.#rest(thrown);
      throw thrown;
    }
    return this.#file;
  }

  #beginAgain(): void {
    if (this.#file?.isIdle !== true) return;
    try {
      this.#file.beginAgain();
    } catch {
      this.#file.end();
      this.#file = undefined;
    }
  }

  #wait(place: Pick<Entry, 'file' | 'fromBytes' | 'toBytes' | 'partnerId' | 'name'>): void {
    let settle = () => {};
    const applied = new Promise<void>((resolve) => {
      settle = resolve;
    });
    // Field by field: to spread an object took longer than the rest of this.
    const entry: Entry = {
      file: place.file,
      fromBytes: place.fromBytes,
      toBytes: place.toBytes,
      partnerId: place.partnerId,
      name: place.name,
      atMs: performance.now(),
      applied,
      settle,
      isApplied: false,
      fault: undefined,
    };
    this.#waiting.push(entry);
    this.#waitingBytes += place.toBytes - place.fromBytes;
    this.#lastOf.set(keyOf(place.partnerId), entry);
    this.#lastOf.set(keyOf(place.partnerId, place.name), entry);
    this.#later();
  }

  /** Applies when the crowd has passed, or its first one has waited long enough. */
  #later(): void {
    if (this.#timer !== undefined || this.#running !== undefined || this.#closing) return;
    const look = (): void => {
      this.#timer = undefined;
      const [first] = this.#waiting;
      const last = this.#waiting.at(-1);
      if (first === undefined || last === undefined || this.#closing) return;
      const nowMs = performance.now();
      if (this.#isBroken) return;
      const dueMs = Math.max(Math.min(last.atMs + quietMs, first.atMs + mostWaitMs), this.#restsUntilMs);
      if (dueMs > nowMs) this.#timer = setTimeout(look, Math.ceil(dueMs - nowMs));
      else void this.#run();
    };
    this.#timer = setTimeout(look, quietMs);
  }

  /** Applies what waits now. Never throws. */
  #run(): Promise<void> {
    this.#running ??= this.#applyWaiting().finally(() => {
      this.#running = undefined;
      if (this.#waiting.length > 0) this.#later();
      else this.#beginAgain();
    });
    return this.#running;
  }

  async #applyWaiting(): Promise<void> {
    let faults = 0;
    for (const piece of piecesOf([...this.#waiting])) {
      try {
        await this.#apply(piece);
      } catch (thrown) {
        this.#fault = thrown;
        // A second sync of what the disk has lost may well succeed (fsync(2), EIO): it says nothing.
        if (thrown instanceof CommitNotSyncedError) this.#isBroken = true;
        else if (await this.#applyEach(piece)) continue;
        this.#rest(thrown);
        if (this.#isBroken) return;
        faults += 1;
        if (faults > 1) return;
      }
    }
  }

  async #apply(entries: readonly Entry[]): Promise<void> {
    const [first] = entries;
    const last = entries.at(-1);
    if (first === undefined || last === undefined) return;
    const { path } = first.file;
    const { fromBytes } = first;
    // After a fault a name may be a later file's by now.
    const again = this.#fault !== undefined;
    await this.#deps.apply({ path, fromBytes, toBytes: last.toBytes, uploads: entries.length, again });
    for (const entry of entries) this.#done(entry);
  }

  /** @returns false when not one of them can be applied: then something else is wrong than one of them */
  async #applyEach(entries: readonly Entry[]): Promise<boolean> {
    const faults = new Map<Entry, unknown>();
    for (const [index, entry] of entries.entries()) {
      try {
        await this.#apply([entry]);
      } catch (thrown) {
        faults.set(entry, thrown);
        if (thrown instanceof CommitNotSyncedError) this.#isBroken = true;
        // A disk that takes nothing is not asked thirty times.
        if (this.#isBroken || (faults.size > index && index >= triesInVain)) return false;
      }
    }
    if (faults.size === entries.length) return false;
    for (const [entry, fault] of faults) {
      entry.fault = fault;
      this.#leave(entry);
      this.#tell(fault);
    }
    return true;
  }

  #done(entry: Entry): void {
    entry.isApplied = true;
    this.#leave(entry);
    for (const key of [keyOf(entry.partnerId), keyOf(entry.partnerId, entry.name)])
      if (this.#lastOf.get(key) === entry) this.#lastOf.delete(key);
    entry.file.applied(1);
    entry.settle();
  }

  #leave(entry: Entry): void {
    this.#waiting.splice(this.#waiting.indexOf(entry), 1);
    this.#waitingBytes -= entry.toBytes - entry.fromBytes;
  }

  #rests(): boolean {
    return this.#isBroken || performance.now() < this.#restsUntilMs;
  }

  #rest(fault: unknown): void {
    this.#fault = fault;
    this.#restsUntilMs = performance.now() + restMs;
    this.#tell(fault);
  }

  #tell(fault: unknown): void {
    this.#deps.observe({ kind: 'storage.receive-log-failed', reason: describeFault(fault).message });
  }
}

/** No id holds a slash. */
const keyOf = (partnerId: PartnerId, name = ''): string => `${partnerId}/${name}`;

/** Neighbours in one file, at most so many at once. */
function piecesOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const pieces: Entry[][] = [];
  for (const entry of entries) {
    const piece = pieces.at(-1);
    const before = piece?.at(-1);
    const isNext = before?.file === entry.file && before.toBytes === entry.fromBytes;
    if (piece !== undefined && isNext && piece.length < pieceUploads) piece.push(entry);
    else pieces.push([entry]);
  }
  return pieces;
}
