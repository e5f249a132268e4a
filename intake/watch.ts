// Watches every `inbound` for files that another program put there, and takes them up when they have stopped growing.
// What came by SFTP or the portal has two names for its inode, the original's too, and is passed over by that.

import type { Stats } from 'node:fs';
import { basename, dirname, relative, sep } from 'node:path';
import { watch as watchFiles } from 'chokidar';
import { type PartnerId, parsePartnerId } from '../domain/ids.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import { type EntryName, parseEntryName } from '../domain/virtual-path.ts';
import { type AdoptDeps, adoptFile } from '../storage/adopt.ts';
import { originalMode } from '../storage/publish-upload.ts';

export interface WatchDeps extends AdoptDeps {
  readonly observe: Observe;
  /** How long a file must not have changed, in milliseconds. */
  readonly stabilityMs: number;
  /** `polling` looks at every file again and again: for network file systems, which tell nothing of their changes. */
  readonly method: 'inotify' | 'polling';
  /** How often polling looks, in milliseconds. */
  readonly pollMs: number;
}

/**
 * Starts watching, and takes up what is there already.
 * @returns once the first look is over; close it to end
 */
export async function watchInbound(deps: WatchDeps): Promise<{ readonly close: () => Promise<void> }> {
  const { mailboxes } = deps.directory;
  const pending = new Set<Promise<void>>();
  const watcher = watchFiles(mailboxes, {
    depth: 2,
    followSymlinks: false,
    usePolling: deps.method === 'polling',
    interval: deps.pollMs,
    awaitWriteFinish: {
      stabilityThreshold: deps.stabilityMs,
      pollInterval: Math.max(100, deps.stabilityMs / 10),
    },
    ignored: (path, stats) =>
      stats?.isSymbolicLink() === true ||
      (stats?.isFile() === true && (isPublished(stats) || placeOf(mailboxes, path) === undefined)),
  });
  const look = (path: string): void => {
    const place = placeOf(mailboxes, path);
    if (place === undefined) return;
    const job: Promise<void> = adoptFile(deps, place)
      .then(() => undefined)
      .catch((thrown: unknown) =>
        deps.observe({ kind: 'fault', where: 'intake.adopt', fault: describeFault(thrown) }),
      )
      .finally(() => pending.delete(job));
    pending.add(job);
  };
  watcher.on('add', look);
  watcher.on('change', look);
  watcher.on('error', (thrown) =>
    deps.observe({ kind: 'fault', where: 'intake.watch', fault: describeFault(thrown) }),
  );
  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
  return {
    async close() {
      await watcher.close();
      await Promise.all(pending);
    },
  };
}

/**
 * Whether a file is the second name of an original. One that another program linked here has two names too, and another
 * mode; whether it is ours is asked of the journal then (adopt.ts).
 */
const isPublished = (stats: Stats): boolean => stats.nlink > 1 && (stats.mode & 0o777) === originalMode;

/** Whose `inbound` a path is in, and under what name; undefined when it is somewhere else. */
function placeOf(
  mailboxes: string,
  path: string,
): { readonly partnerId: PartnerId; readonly name: EntryName } | undefined {
  const [folder, inbound, ...rest] = relative(mailboxes, dirname(path)).split(sep);
  const partner = parsePartnerId(folder ?? '');
  const name = parseEntryName(basename(path));
  if (partner.kind === 'invalid' || inbound !== 'inbound' || rest.length > 0 || name === undefined)
    return undefined;
  return { partnerId: partner.id, name };
}
