// What `claimgate doctor` finds before it begins: configuration, data directory, database, and who runs. Whatever of it
// is broken is a fact here, never an end.

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { loadConfig } from '../config/load.ts';
import { type Config, configSchema } from '../config/schema.ts';
import { pathsBelow } from '../storage/data-directory.ts';
import { openDatabase } from '../storage/database.ts';
import { inspectDatabase } from '../storage/database-inspection.ts';
import { type Health, readHealth } from '../storage/health-store.ts';
import { isRoleTaken } from '../storage/role-lock.ts';
import type { Database } from '../storage/transaction.ts';
import type { ClientEvidence, Scene } from './doctor-check.ts';
import type { GlobalOptions } from './global-options.ts';

/**
 * Looks at what is there. The caller closes `scene.database`.
 * @param client what was handed over of a client that could not connect
 */
export async function openScene(
  options: Pick<GlobalOptions, 'config' | 'data'>,
  client: ClientEvidence | undefined,
): Promise<Scene> {
  const loaded = loadConfig({
    ...(options.config === undefined ? {} : { file: options.config }),
    environment: process.env,
    overrides: options.data === undefined ? {} : { dataDirectory: options.data },
    workingDirectory: process.cwd(),
  });
  const config = loaded.kind === 'ok' ? loaded.config : standIn(options);
  const directory = pathsBelow(config.dataDirectory);
  const directoryExists = statSync(directory.root, { throwIfNoEntry: false })?.isDirectory() === true;
  const inspection = inspectDatabase(directory.database);
  const current =
    inspection.kind === 'sound' &&
    inspection.missing === 0 &&
    inspection.schemaVersion === inspection.knownVersion;
  const database = current ? open(config, directory.database) : undefined;
  return {
    now: Date.now,
    config,
    configProblems: loaded.kind === 'ok' ? [] : loaded.problems,
    configSources: loaded.kind === 'ok' ? loaded.sources : [],
    directory,
    directoryExists,
    inspection,
    database,
    health: database === undefined ? undefined : await health(database),
    running: directoryExists ? whoRuns(directory.root) : new Map(),
    client,
  };
}

/** The defaults, with the data directory where a broken configuration still says one. */
function standIn(options: Pick<GlobalOptions, 'config' | 'data'>): Config {
  const named = options.data ?? process.env['CLAIMGATE_DATA_DIRECTORY'] ?? directoryInFile(options.config);
  return configSchema.parse({ dataDirectory: resolve(named ?? 'data') });
}

function directoryInFile(file: string | undefined): string | undefined {
  try {
    const path = resolve(file ?? process.env['CLAIMGATE_CONFIG'] ?? 'claimgate.yaml');
    const value: unknown = parse(readFileSync(path, 'utf8'));
    const found =
      typeof value === 'object' && value !== null && 'dataDirectory' in value && value.dataDirectory;
    return typeof found === 'string' && found !== '' ? found : undefined;
  } catch {
    return undefined;
  }
}

function open(config: Config, file: string): Database | undefined {
  try {
    const { busyTimeoutMs } = config.storage;
    return openDatabase({ file, now: Date.now, randomBytes, busyTimeoutMs, changePollMs: 0 });
  } catch {
    // The inspection could open it, so this user may only read it. The checks that need it say that they were skipped.
    return undefined;
  }
}

async function health(database: Database): Promise<Health | undefined> {
  try {
    return await readHealth(database);
  } catch {
    return undefined;
  }
}

const allRoles = ['sftp', 'intake', 'portal', 'hooks', 'api'] as const;

function whoRuns(root: string): ReadonlyMap<string, number | undefined> {
  const directory = pathsBelow(root);
  const holders = lockHolders();
  return new Map(
    allRoles.flatMap((role): readonly (readonly [string, number | undefined])[] => {
      try {
        if (!isRoleTaken(directory, role)) return [];
      } catch {
        return [];
      }
      return [[role, holders.get(inodeOf(join(directory.locks, `${role}.lock`)))]];
    }),
  );
}

function inodeOf(path: string): string {
  return String(statSync(path, { throwIfNoEntry: false })?.ino ?? '');
}

/**
 * Which process holds a lock on which inode, where Linux tells (proc(5), /proc/locks): SQLite's locks are POSIX locks.
 * A process of another namespace has the number 0 or -1 there.
 */
function lockHolders(): ReadonlyMap<string, number> {
  if (!existsSync('/proc/locks')) return new Map();
  const lines = readFileSync('/proc/locks', 'utf8').matchAll(/POSIX\s+\S+\s+WRITE\s+(\d+)\s+\S+:(\d+)\s/g);
  return new Map([...lines].flatMap(([, pid, inode]) => (pid === '0' ? [] : [[inode ?? '', Number(pid)]])));
}
