// Copies that no row tells of: a crash came between the copy and its row (docs: the steps in intake/dispatch-file.ts and
// intake/split-original.ts). What they were made for is made again, with another copy.

import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataDirectory, HostPath } from './data-directory.ts';
import { unlessMissing } from './disk-fault.ts';
import type { Database } from './transaction.ts';

/** Days that are looked through: each start looks, and a crash is followed by a start. */
const days = 3;
const dayMs = 24 * 60 * 60 * 1000;
/** A younger copy may be that of a command that is under way in another process, in milliseconds. */
const settledMs = 10 * 60 * 1000;

/**
 * Removes copies of dispatches and splits that no row tells of.
 * @returns how many
 */
export async function sweepCopies(deps: {
  readonly database: Database;
  readonly directory: DataDirectory;
}): Promise<number> {
  const { database, directory } = deps;
  let removed = 0;
  for (let day = 0; day < days; day += 1) {
    const atMs = database.now() - day * dayMs;
    for (const table of ['dispatches', 'releases'] as const) {
      const pathOf = table === 'dispatches' ? directory.dispatchPath : directory.derivedPath;
      const folder = join(pathOf('x', atMs), '..');
      for (const name of await unlessMissing(() => readdir(directory.stored(folder)), [])) {
        const path = join(folder, name);
        const row = await database.sql
          .selectFrom(table)
          .select('id')
          .where('path', '=', path)
          .executeTakeFirst();
        if (row === undefined && (await removeSettled(directory.stored(path), database.now()))) removed += 1;
      }
    }
  }
  return removed;
}

async function removeSettled(path: HostPath, nowMs: number): Promise<boolean> {
  const found = await unlessMissing(() => lstat(path), undefined);
  if (found === undefined || found.ctimeMs > nowMs - settledMs) return false;
  await unlessMissing(() => unlink(path), undefined);
  return true;
}
