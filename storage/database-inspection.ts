// A look at a database that changes nothing in it and brings no schema up to date: for `claimgate doctor`, for the
// verifying of backups, and for who must know what is there before it is opened in earnest.

import { existsSync, statSync } from 'node:fs';
import type SqliteFile from 'better-sqlite3';
import { migrations, missingMigrations, schemaVersionOf } from './migrate.ts';
import { openSqlite } from './sqlite-driver.ts';

export type DatabaseInspection =
  | { readonly kind: 'absent' }
  /** Not a database, or one that this user may not open. */
  | { readonly kind: 'unreadable'; readonly why: string }
  /** SQLite finds its pages or indexes wrong. */
  | { readonly kind: 'damaged'; readonly problems: readonly string[] }
  | {
      readonly kind: 'sound';
      /** The newest migration in it; 0: none. */
      readonly schemaVersion: number;
      /** The newest migration that this Claimgate knows. */
      readonly knownVersion: number;
      /** How many migrations it has not had. */
      readonly missing: number;
      readonly sizeBytes: number;
      /** Of the write-ahead log beside it. */
      readonly logBytes: number;
    };

/** How many problems are told of: a damaged database has thousands. */
const problemsMax = 5;

/**
 * Opens the file read-only and has SQLite check it (PRAGMA quick_check: everything but the order of indexes).
 * @param file of the database
 */
export function inspectDatabase(file: string): DatabaseInspection {
  if (!existsSync(file)) return { kind: 'absent' };
  let database: SqliteFile.Database | undefined;
  try {
    database = openSqlite(file, { readonly: true, fileMustExist: true });
    const found = database.pragma(`quick_check(${problemsMax})`) as readonly {
      readonly quick_check: string;
    }[];
    const problems = found.map((row) => row.quick_check).filter((text) => text !== 'ok');
    if (problems.length > 0) return { kind: 'damaged', problems };
    const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
    return {
      kind: 'sound',
      schemaVersion: schemaVersionOf(database),
      knownVersion: migrations.at(-1)?.version ?? 0,
      missing: missingMigrations(database).length,
      sizeBytes: statSync(file).size,
      logBytes: log?.size ?? 0,
    };
  } catch (thrown) {
    const damaged = isDamage(thrown);
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return damaged ? { kind: 'damaged', problems: [why] } : { kind: 'unreadable', why };
  } finally {
    database?.close();
  }
}

/** SQLITE_CORRUPT: pages contradict each other; SQLITE_NOTADB: the first page is something else. */
function isDamage(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB');
}
