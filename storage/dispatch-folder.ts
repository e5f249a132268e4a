// Where dispatches come from and go to. Each step may be repeated after a crash: a link that is there already is known by
// its inode, a file that is gone was moved before, and nothing of another file is ever overwritten.

import { type BigIntStats, constants } from 'node:fs';
import { lstat, mkdir, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartnerId } from '../domain/ids.ts';
import { type EntryName, parseEntryName } from '../domain/virtual-path.ts';
import { type DataDirectory, type HostPath, makePartnerFolders, syncFolder } from './data-directory.ts';
import { unlessMissing } from './disk-fault.ts';
import { type Dispatch, listUndispatched, markDispatched } from './dispatch-store.ts';
import { linkOnce, replaceDurably } from './durable-file.ts';
import { inodeOf } from './outbound-file-store.ts';
import type { Database } from './transaction.ts';

export interface DispatchFolderDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
}

/** What tells a file on the disk from every other one there ever was, and from itself after a change. */
export const sourceKeyOf = (stats: BigIntStats): string =>
  `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;

/** @returns the attributes of a regular file; undefined when it is missing or something else */
export async function lookAtSource(path: HostPath): Promise<BigIntStats | undefined> {
  const found = await unlessMissing(() => lstat(path, { bigint: true }), undefined);
  return found?.isFile() === true ? found : undefined;
}

const batch = 100;

/**
 * Puts every accepted dispatch into its partner's `outbound`.
 * @returns those that were put there by this call
 */
export async function publishDispatches(deps: DispatchFolderDeps): Promise<readonly Dispatch[]> {
  const published: Dispatch[] = [];
  for (;;) {
    const due = await listUndispatched(deps.database, batch);
    for (const dispatch of due) {
      const name = await publishDispatch(deps, dispatch);
      if (name !== undefined) published.push({ ...dispatch, name });
    }
    if (due.length < batch) return published;
  }
}

/**
 * Puts one accepted dispatch into `outbound`.
 * @returns the name that it has there; undefined when someone else has put it there
 */
export async function publishDispatch(
  { database, directory }: DispatchFolderDeps,
  dispatch: Dispatch,
): Promise<EntryName | undefined> {
  const { partnerId, id, path } = dispatch;
  const name = parseEntryName(dispatch.name);
  const other = name === undefined ? undefined : parseEntryName(besideName(name, id));
  if (path === undefined || name === undefined || other === undefined)
    throw new Error(`Dispatch ${id} cannot be put into outbound: its row lacks a name or a copy.`);
  await makePartnerFolders(directory, partnerId);
  const from = directory.stored(path);
  for (const free of [name, other]) {
    if (!(await linkOnce(from, directory.entry(partnerId, 'outbound', free)))) continue;
    const inode = inodeOf(await lstat(from));
    return (await markDispatched(database, { dispatch, name: free, inode })) ? free : undefined;
  }
  throw new Error(`Dispatch ${id} cannot be put into outbound: its name is taken.`);
}

/** How many bytes of a name are kept where something is added to it, within the 255 that a name may have. */
const maxStemBytes = 150;

/** A name beside one that is taken: with the whole id, since only the end of it is by chance. */
function besideName(name: string, id: string): string {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot, dot + 40)] : [name, ''];
  return `${cut(stem)}.${id}${ending}`;
}

/** Cuts a name between two characters. */
function cut(name: string): string {
  const characters = [...name];
  while (Buffer.byteLength(characters.join('')) > maxStemBytes) characters.pop();
  return characters.join('');
}

/** Takes an accepted file out of `outgoing`, unless it has changed since: then it is another file. */
export async function removeSource(input: {
  readonly folder: HostPath;
  readonly path: HostPath;
  readonly sourceKey: string;
}): Promise<void> {
  const found = await lookAtSource(input.path);
  if (found === undefined || sourceKeyOf(found) !== input.sourceKey) return;
  await unlessMissing(() => unlink(input.path), undefined);
  await syncFolder(input.folder);
}

/**
 * Moves a refused file to `backend/refused/<partner>/`, its report first. A name that is taken there gets the id added.
 * @param input.path the file; where it is gone, only the report is written
 */
export async function setRefusedAside(
  directory: DataDirectory,
  input: { readonly dispatch: Dispatch; readonly path: HostPath },
): Promise<void> {
  const { dispatch, path } = input;
  const folder = directory.backEnd('refused', dispatch.partnerId);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const aside = await freeName(folder, dispatch);
  await replaceDurably(join(folder, `${aside}.refused.txt`) as HostPath, dispatch.report ?? '');
  const found = await lookAtSource(path);
  if (found === undefined || sourceKeyOf(found) !== dispatch.sourceKey) return;
  await unlessMissing(() => rename(path, join(folder, aside)), undefined);
  await syncFolder(folder);
  await syncFolder(directory.outgoing(dispatch.partnerId));
}

/** The name that a refused file gets: its own, unless another file or another one's report has it. */
async function freeName(folder: HostPath, { originalName, id, report }: Dispatch): Promise<string> {
  const name = cut(originalName);
  const file = await unlessMissing(() => lstat(join(folder, name)), undefined);
  const told = await readText(join(folder, `${name}.refused.txt`) as HostPath);
  // After a crash its own report may be there already, without the file.
  return file === undefined && (told === undefined || told === report) ? name : `${id}.${name}`;
}

async function readText(path: HostPath): Promise<string | undefined> {
  const handle = await unlessMissing(() => open(path, constants.O_RDONLY | constants.O_NOFOLLOW), undefined);
  if (handle === undefined) return undefined;
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Where a partner's files from the back end are dropped. */
export const outgoingFile = (directory: DataDirectory, partnerId: PartnerId, name: EntryName): HostPath =>
  join(directory.outgoing(partnerId), name) as HostPath;
