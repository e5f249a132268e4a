// Watches folders of trading partners for files of other programs, and hands each on once it has stopped growing. What
// fails is tried again, since a full disk does not change the file that it hindered.

import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { PartnerId } from '../domain/ids.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import { type EntryName, isTemporaryName, parseEntryName } from '../domain/virtual-path.ts';
import { watchFolders } from './folder-events.ts';

export interface DroppedFile {
  readonly partnerId: PartnerId;
  readonly name: EntryName;
}

/** How the operator wants folders to be watched. */
export interface WatchSettings {
  /** How long a file must not have changed, in milliseconds. */
  readonly stabilityMs: number;
  /** `polling` looks at every file again and again: for network file systems, which tell nothing of their changes. */
  readonly method: 'inotify' | 'polling';
  /** How often polling looks, in milliseconds. */
  readonly pollMs: number;
}

export interface WatchFolderDeps extends WatchSettings {
  readonly observe: Observe;
  /** What all the folders are below. */
  readonly root: string;
  /** Below a partner's folder: where files are; undefined: in the folder itself. */
  readonly inFolder: string | undefined;
  /** Files that are ours, and so nobody's drop. */
  readonly isOurs: (stats: Stats) => boolean;
  /** Takes one file; one after the other for each partner. */
  readonly take: (file: DroppedFile) => Promise<void>;
  /** For the log: whose fault it is when `take` fails. */
  readonly where: string;
  /** How long after a fault a file is taken again, in milliseconds; half a minute when left out. */
  readonly retryMs?: number;
}

const defaultRetryMs = 30_000;

/** A growing file is looked at as often as this share of the time that it must not have grown, and not more often than that. */
const looksWhileStable = 10;
const lookAtMostEveryMs = 100;

/**
 * Starts watching, with what is there already.
 * @returns once the first look is over; close it to end
 */
export async function watchFolder(deps: WatchFolderDeps): Promise<{ readonly close: () => Promise<void> }> {
  const taker = new FileTaker(deps);
  const { root, inFolder, method, pollMs, observe, where } = deps;
  const folders = await watchFolders({
    root,
    inFolder,
    method,
    pollMs,
    onEntry: (partnerId, name) => taker.look(partnerId, name),
    onFault: (thrown) => observe({ kind: 'fault', where, fault: describeFault(thrown) }),
  });
  return {
    async close() {
      await folders.close();
      await taker.close();
    },
  };
}

/** What a file looked like: while this stays the same, nobody writes it. */
interface Look {
  readonly inode: number;
  readonly sizeBytes: number;
  readonly changedAtMs: number;
}

const isSame = (one: Look, other: Look): boolean =>
  one.inode === other.inode && one.sizeBytes === other.sizeBytes && one.changedAtMs === other.changedAtMs;

/** A file that is looked at until it has stopped growing. */
interface Waiting {
  readonly file: DroppedFile;
  readonly path: string;
  /** How it looked at first, and when that was on this process's own clock, which nobody sets back. */
  first: { readonly look: Look; readonly atMs: number } | undefined;
  /** Something was told of it since it was looked at. */
  again: boolean;
  timer: NodeJS.Timeout | undefined;
}

class FileTaker {
  readonly #deps: WatchFolderDeps;
  readonly #everyMs: number;
  readonly #retryMs: number;
  readonly #waiting = new Map<string, Waiting>();
  /** What was taken and is there still, as it looked then. */
  readonly #taken = new Map<string, Look>();
  readonly #tails = new Map<PartnerId, Promise<void>>();
  readonly #looks = new Set<Promise<void>>();
  #closing = false;

  constructor(deps: WatchFolderDeps) {
    this.#deps = deps;
    this.#retryMs = deps.retryMs ?? defaultRetryMs;
    this.#everyMs = Math.max(lookAtMostEveryMs, deps.stabilityMs / looksWhileStable);
  }

  look(partnerId: PartnerId, text: string): void {
    const name = parseEntryName(text);
    if (name === undefined || isTemporaryName(name)) return;
    const { root, inFolder } = this.#deps;
    const path = inFolder === undefined ? join(root, partnerId, name) : join(root, partnerId, inFolder, name);
    const waiting = this.#waiting.get(path);
    if (waiting !== undefined) waiting.again = true;
    else this.#begin({ partnerId, name }, path, 0);
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    await Promise.all(this.#looks);
    await Promise.all(this.#tails.values());
  }

  #begin(file: DroppedFile, path: string, inMs: number): void {
    if (this.#closing) return;
    const waiting: Waiting = { file, path, first: undefined, again: false, timer: undefined };
    this.#waiting.set(path, waiting);
    if (inMs === 0) this.#lookAt(waiting);
    else waiting.timer = setTimeout(() => this.#lookAt(waiting), inMs);
  }

  #lookAt(waiting: Waiting): void {
    const work: Promise<void> = this.#settle(waiting)
      .catch((thrown: unknown) => {
        this.#tell(thrown);
        this.#waiting.delete(waiting.path);
        this.#begin(waiting.file, waiting.path, this.#retryMs);
      })
      .finally(() => this.#looks.delete(work));
    this.#looks.add(work);
  }

  async #settle(waiting: Waiting): Promise<void> {
    const { path, file } = waiting;
    waiting.again = false;
    const look = this.#lookOf(path);
    if (this.#closing) return;
    const nowMs = performance.now();
    const stood = look !== undefined && waiting.first !== undefined && isSame(waiting.first.look, look);
    if (look !== undefined && !stood) waiting.first = { look, atMs: nowMs };
    const isStable = look !== undefined && nowMs - (waiting.first?.atMs ?? nowMs) >= this.#deps.stabilityMs;
    if (look !== undefined && !isStable) {
      waiting.timer = setTimeout(() => this.#lookAt(waiting), this.#everyMs);
      return;
    }
    this.#waiting.delete(path);
    if (look !== undefined) this.#take(file, path, look);
    // What was told meanwhile may be of another file than the one that was seen, or not seen.
    else if (waiting.again) this.#begin(file, path, 0);
  }

  /** @returns how the file looks that is to be taken; undefined when there is none, or it was taken as it is */
  #lookOf(path: string): Look | undefined {
    // At once: each turn through the thread pool costs ten times the call (docs/sftp.md, "Speed").
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined || !stats.isFile() || this.#deps.isOurs(stats)) {
      this.#taken.delete(path);
      return undefined;
    }
    const look = { inode: stats.ino, sizeBytes: stats.size, changedAtMs: stats.mtimeMs };
    const taken = this.#taken.get(path);
    return taken !== undefined && isSame(taken, look) ? undefined : look;
  }

  #take(file: DroppedFile, path: string, look: Look): void {
    this.#taken.set(path, look);
    const work = async (): Promise<void> => {
      if (this.#closing) return;
      try {
        await this.#deps.take(file);
      } catch (thrown) {
        this.#tell(thrown);
        this.#taken.delete(path);
        if (!this.#waiting.has(path)) this.#begin(file, path, this.#retryMs);
      }
    };
    const { partnerId } = file;
    const tail: Promise<void> = (this.#tails.get(partnerId) ?? Promise.resolve()).then(work).finally(() => {
      if (this.#tails.get(partnerId) === tail) this.#tails.delete(partnerId);
    });
    this.#tails.set(partnerId, tail);
  }

  #tell(thrown: unknown): void {
    this.#deps.observe({ kind: 'fault', where: this.#deps.where, fault: describeFault(thrown) });
  }
}
