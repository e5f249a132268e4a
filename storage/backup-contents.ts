// Which files a backup holds, in an order in which the first name of an inode comes before its links.
//
// The database is as of one moment, and the files are read after it. What came in meanwhile is not in that database: the
// bytes of such a transmission are taken all the same, under its name in `inbound` (or in quarantine/ where it has none),
// so that a restored gateway adopts it as a new one; what was made of it meanwhile is left out.
//
// The receive log is read before the database (receive-log.ts): what left it by then is in the database, and what is in the
// copy the restored gateway takes from there, unless its database has it. So nothing else of those files is taken.

import type { Stats } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseTransmissionId } from '../domain/ids.ts';
import type { LateTransmission } from './backup-format.ts';
import type { Snapshot } from './backup-snapshot.ts';
import { type DataDirectory, dataFolders } from './data-directory.ts';
import { unlessMissing } from './disk-fault.ts';
import { inodeOf } from './outbound-file-store.ts';
import { listLogFiles } from './receive-log-file.ts';
import { readLog } from './receive-log-format.ts';

export type Content =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  /** `path` in the archive, `from` on the disk. */
  | { readonly kind: 'file'; readonly path: string; readonly from: string; readonly stats: Stats }
  | { readonly kind: 'bytes'; readonly path: string; readonly bytes: Buffer };

export interface Contents {
  entries(): AsyncGenerator<Content>;
  /** Known when `entries` has come to its end. */
  late(): readonly LateTransmission[];
}

/** Originals come before the other names that they have. */
const first = ['keys', 'originals'];
/** Locks are of processes that run; the receive log was copied before. */
const leftOut = ['locks', 'receive-log'];
const folders = [...first, ...dataFolders.filter((name) => !first.includes(name) && !leftOut.includes(name))];

export function listContents(
  directory: DataDirectory,
  { snapshot, log }: { readonly snapshot: Snapshot; readonly log: ReceiveLogCopy },
): Contents {
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
    yield* log.contents;
    for (const { id, from, stats } of late.values()) {
      const path = `quarantine/${id}`;
      named.push({ id, path });
      yield { kind: 'file', path, from, stats };
    }
  }

  function* place(found: Content & { readonly kind: 'file' }): Generator<Content> {
    const inode = inodeOf(found.stats);
    const fate = dropped.has(inode) ? 'left-out' : fateOf({ snapshot, log }, found.path);
    if (fate === 'dropped') dropped.add(inode);
    if (fate === 'left-out' || fate === 'dropped') return;
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

/** The receive log as it was before the database was copied. */
export interface ReceiveLogCopy {
  readonly contents: readonly (Content & { readonly kind: 'bytes' })[];
  /** Of the transmissions in it. */
  readonly ids: ReadonlySet<string>;
}

/** Reads the receive log into memory; it holds what came in within a second or two. Call it before the database is copied. */
export async function copyReceiveLog(directory: DataDirectory): Promise<ReceiveLogCopy> {
  const contents: (Content & { readonly kind: 'bytes' })[] = [];
  const ids = new Set<string>();
  for (const path of listLogFiles(directory.receiveLog)) {
    const log = await unlessMissing(() => readFile(path), undefined);
    const { uploads, tornBytes } = readLog(log ?? Buffer.alloc(0));
    if (log === undefined || uploads.length === 0) continue;
    for (const { id } of uploads) ids.add(id);
    const bytes = log.subarray(0, log.length - tornBytes);
    contents.push({ kind: 'bytes', path: `receive-log/${basename(path)}`, bytes });
  }
  return { contents, ids };
}

/** What is dropped is left out under all its names. */
type Fate = 'taken' | 'late' | 'left-out' | 'dropped';

interface Known {
  readonly snapshot: Snapshot;
  readonly log: ReceiveLogCopy;
}

function fateOf({ snapshot, log }: Known, path: string): Fate {
  const name = nameOf(path);
  switch (path.slice(0, path.indexOf('/'))) {
    case 'originals':
      return fateOfOriginal({ snapshot, log }, path);
    case 'staging':
      return snapshot.isUnfinished(name) ? 'taken' : 'left-out';
    case 'backend':
      return isReleased(path) && isUnknown(snapshot, name.replace(/\.json$/, '')) ? 'left-out' : 'taken';
    default:
      return 'taken';
  }
}

function fateOfOriginal({ snapshot, log }: Known, path: string): Fate {
  // An acknowledgement made meanwhile goes under all its names.
  if (path.endsWith('.ack') && !snapshot.knowsAcknowledgement(path)) return 'dropped';
  if (!isUnknown(snapshot, nameOf(path))) return 'taken';
  return log.ids.has(nameOf(path)) ? 'dropped' : 'late';
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
