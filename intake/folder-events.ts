// Tells of names in the trading partners' folders that may have changed: by the kernel's events, or, where there are
// none, by looking again and again. It only says «look at this one»; what to make of it is asked of the file itself.
//
// The kernel names the entry that changed (inotify(7)), so that a folder of ten thousand files costs no more than an
// empty one. Watchers that read the whole folder anew at each event made intake slower with every file that stayed.

import { type FSWatcher, watch } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type PartnerId, parsePartnerId } from '../domain/ids.ts';
import { codeOf, unlessMissing } from '../storage/disk-fault.ts';

export interface FolderEventsDeps {
  /** What all partners' folders are below. */
  readonly root: string;
  /** Below a partner's folder: what is looked at; undefined: the folder itself. */
  readonly inFolder: string | undefined;
  /** `polling` is for network file systems, which tell nothing of what others change. */
  readonly method: 'inotify' | 'polling';
  /** How often polling looks, in milliseconds. */
  readonly pollMs: number;
  /** An entry is new, or may have changed, or is gone. Called for everything that is there at the start, too. */
  readonly onEntry: (partnerId: PartnerId, name: string) => void;
  /** A folder cannot be looked at or watched. */
  readonly onFault: (thrown: unknown) => void;
}

/**
 * How often everything is looked at where the kernel tells of changes, in milliseconds: its queue may have run over, and
 * nobody is told of that.
 */
const relookMs = 60 * 60_000;

/** How long after a fault a partner's folder is looked at again, in milliseconds. */
const retryMs = 30_000;

/**
 * Starts.
 * @returns once everything was looked at; close it to end
 */
export async function watchFolders(deps: FolderEventsDeps): Promise<{ readonly close: () => Promise<void> }> {
  const folders = new PartnerFolders(deps);
  await folders.start();
  return { close: () => folders.close() };
}

class PartnerFolders {
  readonly #deps: FolderEventsDeps;
  readonly #watchers = new Map<string, FSWatcher>();
  /** One look at a partner's folder at a time, in the order of what called for it. */
  #tail: Promise<void> = Promise.resolve();
  readonly #timers = new Set<NodeJS.Timeout>();
  #looksAgain = false;
  #closed = false;

  constructor(deps: FolderEventsDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    const { root, method, pollMs } = this.#deps;
    if (method === 'inotify')
      this.#watch(root, (name) => {
        void this.#later(() => this.#lookAtPartner(name, true));
      });
    await this.#later(() => this.#lookAtAll());
    this.#every(method === 'polling' ? pollMs : relookMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    await this.#tail;
  }

  #later(work: () => Promise<void>): Promise<void> {
    this.#tail = this.#tail.then(async () => {
      if (this.#closed) return;
      try {
        await work();
      } catch (thrown) {
        this.#fail(thrown);
      }
    });
    return this.#tail;
  }

  /** Tells of a fault, and looks again in a while: once, however many faults there are until then. */
  #fail(thrown: unknown): void {
    this.#deps.onFault(thrown);
    // Polling looks again anyway.
    if (this.#deps.method === 'polling' || this.#looksAgain) return;
    this.#looksAgain = true;
    this.#after(retryMs, () => {
      this.#looksAgain = false;
      void this.#later(() => this.#lookAtAll());
    });
  }

  #after(ms: number, work: () => void): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  #every(ms: number): void {
    this.#after(ms, () => {
      void this.#later(() => this.#lookAtAll()).then(() => this.#every(ms));
    });
  }

  async #lookAtAll(): Promise<void> {
    // One folder that cannot be looked at does not hide those after it.
    for (const name of await unlessMissing(() => readdir(this.#deps.root), []))
      await this.#lookAtPartner(name, false).catch((thrown: unknown) => this.#fail(thrown));
  }

  /** @param anew the folder may be another one than that which is watched */
  async #lookAtPartner(folder: string, anew: boolean): Promise<void> {
    const { root, inFolder, method, onEntry } = this.#deps;
    const partner = parsePartnerId(folder);
    if (partner.kind === 'invalid' || partner.id !== folder) return;
    const own = join(root, folder);
    const looked = inFolder === undefined ? own : join(own, inFolder);
    if (anew) for (const path of [own, looked]) this.#unwatch(path);
    // A link in the place of a folder leads out of the mailbox, and is not followed (invariant I4).
    if (!(await isFolder(own))) return;
    if (method === 'inotify' && inFolder !== undefined)
      this.#watch(own, (name) => {
        if (name !== inFolder) return;
        this.#unwatch(looked);
        void this.#later(() => this.#lookAtPartner(folder, false));
      });
    if (!(await isFolder(looked))) return;
    // Watched first and read then: what comes in between is told of twice, and nothing not at all.
    if (method === 'inotify') this.#watch(looked, (name) => onEntry(partner.id, name));
    for (const name of await unlessMissing(() => readdir(looked), [])) onEntry(partner.id, name);
  }

  #watch(path: string, onName: (name: string) => void): void {
    if (this.#watchers.has(path) || this.#closed) return;
    const watcher = watchUnlessGone(path, onName);
    if (watcher === undefined) return;
    this.#watchers.set(path, watcher);
    watcher.on('error', (thrown) => {
      this.#unwatch(path);
      this.#fail(thrown);
    });
  }

  #unwatch(path: string): void {
    this.#watchers.get(path)?.close();
    this.#watchers.delete(path);
  }
}

function watchUnlessGone(path: string, onName: (name: string) => void): FSWatcher | undefined {
  try {
    return watch(path, { encoding: 'utf8' }, (_kind, name) => {
      if (name !== null) onName(name);
    });
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw codeOf(thrown) === 'ENOSPC' ? new WatchesUsedUpError(path, thrown) : thrown;
  }
}

/** The kernel gives no further watch. */
export class WatchesUsedUpError extends Error {
  readonly code = 'intake.watches-used-up';
  constructor(path: string, cause: unknown) {
    super(
      `The system gives no further watch, and what other programs put into ${path} is not seen. Raise fs.inotify.max_user_watches (sysctl), or set intake.watch to polling.`,
      { cause },
    );
    this.name = 'WatchesUsedUpError';
  }
}

async function isFolder(path: string): Promise<boolean> {
  const stats = await unlessMissing(() => lstat(path), undefined);
  return stats?.isDirectory() === true;
}
