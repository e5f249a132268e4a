// Watches every `inbound` for files that another program put there, and takes them up when they have stopped growing.
// What came by SFTP or the portal has two names for its inode, the original's too, and is passed over by that.

import type { Stats } from 'node:fs';
import { type AdoptDeps, adoptFile } from '../storage/adopt.ts';
import { originalMode } from '../storage/publish-upload.ts';
import { type WatchSettings, watchFolder } from './watch-folder.ts';

/**
 * Starts watching, and takes up what is there already.
 * @returns once the first look is over; close it to end
 */
export function watchInbound(
  deps: AdoptDeps & WatchSettings,
): Promise<{ readonly close: () => Promise<void> }> {
  const { stabilityMs, method, pollMs, observe, directory } = deps;
  return watchFolder({
    observe,
    stabilityMs,
    method,
    pollMs,
    root: directory.mailboxes,
    inFolder: 'inbound',
    isOurs: isPublished,
    where: 'intake.adopt',
    async take(file) {
      await adoptFile(deps, file);
    },
  });
}

/**
 * Whether a file is the second name of an original. One that another program linked here has two names too, and another
 * mode; whether it is ours is asked of the journal then (adopt.ts).
 */
const isPublished = (stats: Stats): boolean => stats.nlink > 1 && (stats.mode & 0o777) === originalMode;
