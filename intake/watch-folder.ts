// Watches folders of trading partners for files of other programs, and hands each on once it has stopped growing. What
// fails is tried again, since a full disk does not change the file that it hindered.

import type { Stats } from 'node:fs';
import { basename, dirname, relative, sep } from 'node:path';
import { watch as watchFiles } from 'chokidar';
import { type PartnerId, parsePartnerId } from '../domain/ids.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import { type EntryName, isTemporaryName, parseEntryName } from '../domain/virtual-path.ts';

export interface DroppedFile {
  readonly partnerId: PartnerId;
  readonly name: EntryName;
}

export interface WatchFolderDeps {
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
  /** How long a file must not have changed, in milliseconds. */
  readonly stabilityMs: number;
}

/** How long after a fault a file is taken again, in milliseconds. */
const retryMs = 30_000;

/**
 * Starts watching, with what is there already.
 * @returns once the first look is over; close it to end
 */
export async function watchFolder(deps: WatchFolderDeps): Promise<{ readonly close: () => Promise<void> }> {
  const tails = new Map<PartnerId, Promise<void>>();
  const retries = new Set<NodeJS.Timeout>();
  let closing = false;
  const look = (path: string): void => {
    const file = fileAt(deps, path);
    if (file === undefined || closing) return;
    const work = async (): Promise<void> => {
      if (closing) return;
      try {
        await deps.take(file);
      } catch (thrown) {
        deps.observe({ kind: 'fault', where: deps.where, fault: describeFault(thrown) });
        const timer = setTimeout(() => {
          retries.delete(timer);
          look(path);
        }, retryMs);
        retries.add(timer);
      }
    };
    const tail: Promise<void> = (tails.get(file.partnerId) ?? Promise.resolve()).then(work).finally(() => {
      if (tails.get(file.partnerId) === tail) tails.delete(file.partnerId);
    });
    tails.set(file.partnerId, tail);
  };
  const watcher = watchFiles(deps.root, {
    depth: deps.inFolder === undefined ? 1 : 2,
    followSymlinks: false,
    awaitWriteFinish: {
      stabilityThreshold: deps.stabilityMs,
      pollInterval: Math.max(100, deps.stabilityMs / 10),
    },
    ignored: (path, stats) =>
      stats?.isSymbolicLink() === true ||
      isElsewhere(deps, path) ||
      (stats?.isFile() === true && (deps.isOurs(stats) || fileAt(deps, path) === undefined)),
  });
  watcher.on('add', look);
  watcher.on('change', look);
  watcher.on('error', (thrown) =>
    deps.observe({ kind: 'fault', where: deps.where, fault: describeFault(thrown) }),
  );
  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
  return {
    async close() {
      closing = true;
      for (const timer of retries) clearTimeout(timer);
      await watcher.close();
      await Promise.all(tails.values());
    },
  };
}

/** A partner's folder beside the one that is watched, with whatever is in it. */
function isElsewhere({ root, inFolder }: WatchFolderDeps, path: string): boolean {
  const [, folder] = relative(root, path).split(sep);
  return inFolder !== undefined && folder !== undefined && folder !== inFolder;
}

/** Whose file a path is; undefined when it is in no such folder, or not whole by its name. */
function fileAt({ root, inFolder }: WatchFolderDeps, path: string): DroppedFile | undefined {
  const [folder = '', ...rest] = relative(root, dirname(path)).split(sep);
  const partner = parsePartnerId(folder);
  const name = parseEntryName(basename(path));
  if (partner.kind === 'invalid' || partner.id !== folder || rest.join(sep) !== (inFolder ?? ''))
    return undefined;
  return name === undefined || isTemporaryName(name) ? undefined : { partnerId: partner.id, name };
}
