// Which files a backup holds, in an order in which the first name of an inode comes before its links.
//
// The database is as of one moment, and the files are read after it. What came in meanwhile is not in that database: the
// bytes of such a transmission are taken all the same, under its name in `inbound` (or in quarantine/ where it has none),
// so that a restored gateway adopts it as a new one; what was made of it meanwhile is left out.

import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTransmissionId } from '../domain/ids.ts';
import type { LateTransmission } from './backup-format.ts';
import type { Snapshot } from './backup-snapshot.ts';
import { type DataDirectory, dataFolders } from './data-directory.ts';
import { unlessMissing } from './disk-fault.ts';
import { inodeOf } from './outbound-file-store.ts';

export type Content =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  /** `path` in the archive, `from` on the disk. */
  | { readonly kind: 'file'; readonly path: string; readonly from: string; readonly stats: Stats };

export interface Contents {
  entries(): AsyncGenerator<Content>;
  /** Known when `entries` has come to its end. */
  late(): readonly LateTransmission[];
}

/** Locks are of processes that run, and are left out. Originals come before the other names that they have. */
const first = ['keys', 'originals'];
const folders = [...first, ...dataFolders.filter((name) => !first.includes(name) && name !== 'locks')];

export function listContents(directory: DataDirectory, snapshot: Snapshot): Contents {
  const late = new Map<string, { readonly id: string; readonly from: string; readonly stats: Stats }>();
  const named: LateTransmission[] = [];
  const dropped = new Set<string>();
  /** Where the first name of each inode with several stands in the archive. */
  const firstNames = new Map<string, string>();

  async function* entries(): AsyncGenerator<Content> {
    for (const folder of folders) {
      for await (const found of walk(directory.root, folder)) {
        if (found.kind === 'directory') yield found;
        else yield* place(found);
      }
    }
    for (const { id, from, stats } of late.values()) {
      const path = `quarantine/${id}`;
      named.push({ id, path });
      yield { kind: 'file', path, from, stats };
    }
  }

  function* place(found: Content & { readonly kind: 'file' }): Generator<Content> {
    const inode = inodeOf(found.stats);
    const fate = dropped.has(inode) ? 'left-out' : fateOf(snapshot, found.path);
    if (fate === 'left-out') {
      // An acknowledgement made meanwhile goes under all its names.
      if (found.path.endsWith('.ack')) dropped.add(inode);
      return;
    }
    if (fate === 'late') {
      late.set(inode, { id: nameOf(found.path), from: found.from, stats: found.stats });
      return;
    }
    const waiting = late.get(inode);
    if (waiting !== undefined) {
      late.delete(inode);
      named.push({ id: waiting.id, path: found.path });
    }
    const firstName = firstNames.get(inode);
    if (firstName !== undefined) {
      yield { kind: 'link', path: found.path, to: firstName };
      return;
    }
    if (found.stats.nlink > 1) firstNames.set(inode, found.path);
    yield found;
  }

  return { entries, late: () => named };
}

type Fate = 'taken' | 'late' | 'left-out';

function fateOf(snapshot: Snapshot, path: string): Fate {
  const name = nameOf(path);
  switch (path.slice(0, path.indexOf('/'))) {
    case 'originals':
      return fateOfOriginal(snapshot, path);
    case 'staging':
      return snapshot.isUnfinished(name) ? 'taken' : 'left-out';
    case 'backend':
      return isReleased(path) && isUnknown(snapshot, name.replace(/\.json$/, '')) ? 'left-out' : 'taken';
    default:
      return 'taken';
  }
}

function fateOfOriginal(snapshot: Snapshot, path: string): Fate {
  if (path.endsWith('.ack') && !snapshot.knowsAcknowledgement(path)) return 'left-out';
  return isUnknown(snapshot, nameOf(path)) ? 'late' : 'taken';
}

/** What the back end is handed stands under the id of its transmission. */
function isReleased(path: string): boolean {
  return path.startsWith('backend/accepted/') || path.startsWith('backend/test/');
}

function isUnknown(snapshot: Snapshot, name: string): boolean {
  return parseTransmissionId(name).kind === 'ok' && !snapshot.knowsOriginal(name);
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Directories and plain files below a folder; whatever else is there (links, sockets) is none of ours. */
async function* walk(
  root: string,
  path: string,
): AsyncGenerator<Content & { readonly kind: 'file' | 'directory' }> {
  const entries = await unlessMissing(() => readdir(join(root, path), { withFileTypes: true }), undefined);
  if (entries === undefined) return;
  yield { kind: 'directory', path };
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const below = `${path}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(root, below);
    if (!entry.isFile()) continue;
    const from = join(root, below);
    const stats = await unlessMissing(() => lstat(from), undefined);
    if (stats?.isFile() === true) yield { kind: 'file', path: below, from, stats };
  }
}
