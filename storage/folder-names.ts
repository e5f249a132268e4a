// Names in folders, read for comparisons with the journal.

import { readdir } from 'node:fs/promises';
import { unlessMissing } from './disk-fault.ts';

/** @returns the names in a folder; none when it is not there */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return unlessMissing(() => readdir(folder), []);
}

/** Ids that are asked about with one statement: within the parameters that a statement takes. */
const idsPerStatement = 500;

/** @returns `names` in pieces that a statement takes */
export function inPieces<Name>(names: readonly Name[]): readonly (readonly Name[])[] {
  const pieces: (readonly Name[])[] = [];
  for (let start = 0; start < names.length; start += idsPerStatement)
    pieces.push(names.slice(start, start + idsPerStatement));
  return pieces;
}

/** Remembers what stands in the last few folders that were asked about, for rows that come in the order of their days. */
export function folderMemory(): (folder: string) => Promise<ReadonlySet<string>> {
  const remembered = new Map<string, ReadonlySet<string>>();
  const maxRemembered = 8;
  return async (folder) => {
    const known = remembered.get(folder);
    if (known !== undefined) return known;
    const names = new Set(await namesIn(folder));
    const [oldest] = remembered.keys();
    if (remembered.size >= maxRemembered && oldest !== undefined) remembered.delete(oldest);
    remembered.set(folder, names);
    return names;
  };
}
