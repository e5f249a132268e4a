// SQLite's driver, better-sqlite3, in the release that this Node can use. 12 is made for one version of Node's own
// interfaces, and from Node 24.19 on it ends the process when a statement is collected as garbage; 13 is made for
// Node-API 10 (NAPI_VERSION in its binding.gyp), which Node 20 never got. So both are optional dependencies, each Node
// takes its own, and nothing else in the product names either. Their types and their calls are the same.

import { createRequire } from 'node:module';
import type SqliteFile from 'better-sqlite3';

/** What release 13 is made for (https://nodejs.org/api/n-api.html#node-api-version-matrix: Node 22.14 and later). */
const nodeApiOfNext = 10;

/** The driver is not installed, or was installed for another Node. */
export class SqliteDriverMissingError extends Error {
  readonly code = 'storage.driver-missing';
  constructor(name: string, cause: unknown) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    super(
      `The database's driver for Node ${process.versions.node}, the package ${name}, cannot be loaded (${why}). Install Claimgate anew with this Node and without --omit=optional; for Node 20 it is compiled, which needs python3, make and g++.`,
      { cause },
    );
    this.name = 'SqliteDriverMissingError';
  }
}

/**
 * @param nodeApi as `process.versions.napi` says it
 * @returns the package that has the driver for such a Node, by the name that package.json gives it
 */
export function sqliteDriverName(nodeApi: string | undefined): 'better-sqlite3' | 'better-sqlite3-next' {
  return Number(nodeApi) >= nodeApiOfNext ? 'better-sqlite3-next' : 'better-sqlite3';
}

/**
 * Opens a database file. The caller closes it.
 * @param file its path, or `:memory:`
 * @throws SqliteDriverMissingError, and what SQLite says of the file
 */
export function openSqlite(file: string, options?: SqliteFile.Options): SqliteFile.Database {
  const Driver = loadSqliteDriver();
  try {
    return new Driver(file, options);
  } catch (thrown) {
    // Its binary is loaded by the first file that is opened: was it the binary or the file?
    throw whyNoDriver() ?? thrown;
  }
}

/** @returns what keeps any database from being opened here; undefined where nothing does */
export function whyNoDriver(): SqliteDriverMissingError | undefined {
  try {
    const Driver = loadSqliteDriver();
    new Driver(':memory:').close();
    return undefined;
  } catch (thrown) {
    return thrown instanceof SqliteDriverMissingError
      ? thrown
      : new SqliteDriverMissingError(sqliteDriverName(process.versions['napi']), thrown);
  }
}

/**
 * @returns the class of open databases, for who watches what is prepared
 * @throws SqliteDriverMissingError when the package is not there
 */
export function loadSqliteDriver(): typeof SqliteFile {
  const name = sqliteDriverName(process.versions['napi']);
  try {
    return createRequire(import.meta.url)(name) as typeof SqliteFile;
  } catch (thrown) {
    throw new SqliteDriverMissingError(name, thrown);
  }
}
