// One process per role and data directory: the second one is refused, and the lock ends with its holder however that
// dies. Node has no flock; an open exclusive transaction on a small SQLite file is one, kept by the operating system.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DataDirectory } from './data-directory.ts';
import { codeOf } from './disk-fault.ts';
import { openSqlite } from './sqlite-driver.ts';

/** Another process has this role on this data directory. */
export class RoleTakenError extends Error {
  readonly code = 'storage.role-taken';
  constructor(role: string, directory: string) {
    super(
      `Another Claimgate process has the role "${role}" on ${directory}. Stop it first, or give this one another data directory (--data).`,
    );
    this.name = 'RoleTakenError';
  }
}

/** Longer than a look at the lock (isRoleTaken) can hold it, in milliseconds: nobody is refused because of one. */
const probeMs = 100;

/** @returns whether a process has the role now; looking takes nothing from it and from who takes it next */
export function isRoleTaken(directory: DataDirectory, role: string): boolean {
  const path = join(directory.locks, `${role}.lock`);
  if (!existsSync(path)) return false;
  const file = openSqlite(path, { timeout: 0, readonly: true });
  try {
    // A reader is shut out by an exclusive transaction, and by nothing else.
    file.prepare('select count(*) from sqlite_master').get();
    return false;
  } catch (thrown) {
    if (codeOf(thrown)?.startsWith('SQLITE_BUSY')) return true;
    throw thrown;
  } finally {
    file.close();
  }
}

/**
 * Takes a role until the result is closed.
 * @throws RoleTakenError
 */
export function takeRole(directory: DataDirectory, role: string): { readonly close: () => void } {
  const file = openSqlite(join(directory.locks, `${role}.lock`), { timeout: probeMs });
  try {
    file.pragma('journal_mode = DELETE');
    file.exec('begin exclusive');
  } catch (thrown) {
    file.close();
    if (codeOf(thrown)?.startsWith('SQLITE_BUSY')) throw new RoleTakenError(role, directory.root);
    throw thrown;
  }
  return { close: () => file.close() };
}
