// A copy of the database as it was before its schema is brought up to date: the way back to the version before
// (docs/administration.md). It stands beside the database as `claimgate.db.schema-<version>`.

import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inspectDatabase } from './database-inspection.ts';
import { codeOf } from './disk-fault.ts';
import { openSqlite } from './sqlite-driver.ts';

/** There is no copy to go back to, so the schema was not touched. */
export class UpgradeCopyError extends Error {
  readonly code = 'storage.upgrade-copy';
  constructor(path: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `The database was not upgraded, since no copy of it could be made first (${path}: ${why}). Make room for a second database beside it, then start again.`,
      { cause },
    );
    this.name = 'UpgradeCopyError';
  }
}

/**
 * Copies the database, whole and durable, when it has a schema that this Claimgate will change. Doing it again replaces
 * the copy.
 * @param input.found the schema version that it has; 0: it is new
 * @param input.missing how many migrations it has not had
 * @returns where the copy is; undefined when none is needed
 * @throws UpgradeCopyError
 */
export function copyBeforeUpgrade(input: {
  readonly file: string;
  readonly found: number;
  readonly missing: number;
}): string | undefined {
  const { file, found, missing } = input;
  if (file === ':memory:' || found === 0 || missing === 0) return undefined;
  const partial = `${file}.schema-copy-${process.pid}`;
  try {
    removeLeftovers(file);
    copyDurably(file, partial);
    // Another process may have upgraded it meanwhile: the copy is called what it is.
    const copy = inspectDatabase(partial);
    if (copy.kind !== 'sound') throw new Error('the copy is not sound');
    if (copy.missing === 0) return undefined;
    const to = `${file}.schema-${copy.schemaVersion}`;
    renameSync(partial, to);
    sync(dirname(file));
    return to;
  } catch (thrown) {
    throw new UpgradeCopyError(partial, thrown);
  } finally {
    for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(`${partial}${ending}`, { force: true });
  }
}

/** What processes that were killed in the middle have left behind. */
function removeLeftovers(file: string): void {
  const folder = dirname(file);
  const beginning = `${basename(file)}.schema-copy-`;
  for (const name of readdirSync(folder).filter((one) => one.startsWith(beginning))) {
    const pid = Number.parseInt(name.slice(beginning.length), 10);
    if (pid === process.pid || !isRunning(pid)) rmSync(join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    // EPERM: it runs, as someone else.
    return codeOf(thrown) === 'EPERM';
  }
}

/** VACUUM INTO reads within one transaction (https://sqlite.org/lang_vacuum.html section 3), and nobody waits for it. */
function copyDurably(file: string, to: string): void {
  const source = openSqlite(file, { readonly: true });
  try {
    source.prepare('vacuum into ?').run(to);
  } finally {
    source.close();
  }
  sync(to);
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
