// The database: one door for every row. A transaction reads the clock once, and carries what a state change must be
// accompanied by: its event (invariant I8) and its audit record (invariant I9). Other rooms see stores, never SQL.

import type { Buffer } from 'node:buffer';
import type SqliteFile from 'better-sqlite3';
import { Kysely, type Transaction as KyselyTransaction } from 'kysely';
import { appendAuditRecord } from './audit-trail.ts';
import { createChanges } from './changes.ts';
import { codeOf } from './disk-fault.ts';
import { migrateSqlite, missingMigrations, schemaVersionOf } from './migrate.ts';
import { appendEvent } from './outbox.ts';
import { createSqliteCheckpoint, type SqliteCheckpoint } from './sqlite-checkpoint.ts';
import { ClaimgateSqliteDialect } from './sqlite-dialect.ts';
import { openSqlite } from './sqlite-driver.ts';
import { openSqliteLog } from './sqlite-log.ts';
import type { Tables } from './tables.ts';
import type { Database, Transaction } from './transaction.ts';
import { groupTransactions } from './transaction-group.ts';
import { copyBeforeUpgrade } from './upgrade-copy.ts';

export interface DatabaseOptions {
  /** The SQLite file, or `:memory:`. */
  readonly file: string;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Buffer;
  /** How long to wait for another process's write lock, in milliseconds. */
  readonly busyTimeoutMs: number;
  /** How often to look whether another process has committed, in milliseconds; 0 never looks. */
  readonly changePollMs: number;
  /**
   * Told when the thread fails that brings the log into the database (sqlite-checkpoint.ts). Left out where nobody waits
   * for anybody, in a command: there is no thread, and SQLite does it itself.
   */
  readonly onCheckpointFault?: ((message: string) => void) | undefined;
  /** Another connection of this process brings the log into the database. */
  readonly leavesCheckpoints?: boolean;
}

/** What the connection that writes keeps of the database in memory, in KiB: SQLite's own 2 MiB hold no busy day's indexes. */
const pageCacheKib = 8 * 1024;

/** What is lent is used for many at once: it counts for so many transactions when the log is to be shortened. */
const lentTransactions = 16;

/** The database file is none, or parts of it are destroyed. */
export class DatabaseDamagedError extends Error {
  readonly code = 'storage.database-damaged';
  constructor(file: string, cause: unknown) {
    super(
      `${file} is damaged and cannot be used. Move it and its -wal and -shm files aside, and restore the last backup of the database; the files that partners sent are in originals/ and are not touched.`,
      { cause },
    );
    this.name = 'DatabaseDamagedError';
  }
}

/** @throws DatabaseDamagedError in the place of SQLite's own codes for it */
function unlessDamaged<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (thrown) {
    const code = codeOf(thrown) ?? '';
    const damaged = code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT');
    throw damaged ? new DatabaseDamagedError(file, thrown) : thrown;
  }
}

/**
 * Opens the database and brings its schema up to date, having copied what was there. The caller closes it.
 * @throws NewerSchemaError, UpgradeCopyError, DatabaseDamagedError, and Error when the file cannot be opened
 */
export function openDatabase(options: DatabaseOptions): Database {
  const file = openSqlite(options.file, { timeout: options.busyTimeoutMs });
  unlessDamaged(options.file, () => file.pragma('journal_mode = WAL'));
  // FULL while the schema is changed: a commit is on the disk before anything else is done.
  file.pragma('synchronous = FULL');
  file.pragma('foreign_keys = ON');
  file.pragma(`cache_size = -${pageCacheKib}`);
  copyBeforeUpgrade({
    file: options.file,
    found: unlessDamaged(options.file, () => schemaVersionOf(file)),
    missing: unlessDamaged(options.file, () => missingMigrations(file).length),
  });
  const migrated = unlessDamaged(options.file, () => migrateSqlite(file, options.now()));
  const reader =
    options.file === ':memory:'
      ? undefined
      : openSqlite(options.file, { readonly: true, timeout: options.busyTimeoutMs });
  const log = openSqliteLog(options.file);
  // From here on a commit only writes, and whoever was promised that it survives power loss (I2) waits for the disk outside
  // of SQLite (sqlite-log.ts).
  file.pragma('synchronous = NORMAL');
  let commits = 0;
  const sync = (): Promise<void> => {
    commits += 1;
    return log.sync();
  };
  const sql = new Kysely<Tables>({ dialect: new ClaimgateSqliteDialect(file, { reader, sync }) });
  const checkpoint = openCheckpoint(file, options);
  if (options.leavesCheckpoints === true) file.pragma('wal_autocheckpoint = 0');
  const statements = new Map<string, SqliteFile.Statement>();
  const turns = createTurns();
  const grouped = groupTransactions({
    async run(work) {
      const room = checkpoint?.room();
      if (room !== undefined) await room;
      await turns.take(() => sql.transaction().execute(work));
    },
    execute(text) {
      const statement = statements.get(text) ?? file.prepare(text);
      statements.set(text, statement);
      statement.run();
    },
  });
  const changes = createChanges({
    version: () => file.pragma('data_version', { simple: true }) as number,
    pollMs: options.changePollMs,
  });
  return {
    sql,
    now: options.now,
    randomBytes: options.randomBytes,
    commits: () => commits,
    changes,
    migrated,
    async transaction(work, { survives } = { survives: 'power-loss' }) {
      const result = await grouped((trx) => work(openTransaction(trx, options.now(), options.randomBytes)));
      commits += 1;
      checkpoint?.committed();
      if (survives === 'process-end') return result;
      await log.sync();
      changes.announce();
      return result;
    },
    async lend(work) {
      await turns.take(work);
      commits += 1;
      checkpoint?.committed(lentTransactions);
      await log.sync();
      changes.announce();
    },
    async close() {
      changes.close();
      await checkpoint?.close();
      await log.close();
      await sql.destroy();
    },
  };
}

/** One at a time, in the order in which they came; when nobody has the turn it is taken without waiting. */
function createTurns() {
  let last: Promise<void> | undefined;
  return {
    async take(work: () => Promise<void>): Promise<void> {
      const before = last;
      const mine = before === undefined ? work() : before.then(work, work);
      last = mine;
      try {
        await mine;
      } finally {
        if (last === mine) last = undefined;
      }
    },
  };
}

function openCheckpoint(
  database: SqliteFile.Database,
  { file, onCheckpointFault }: DatabaseOptions,
): SqliteCheckpoint | undefined {
  if (onCheckpointFault === undefined) return undefined;
  return createSqliteCheckpoint({
    file,
    limitLog: (pages) => database.pragma(`wal_autocheckpoint = ${pages}`),
    onFault: onCheckpointFault,
  });
}

function openTransaction(
  sql: KyselyTransaction<Tables>,
  nowMs: number,
  randomBytes: (count: number) => Buffer,
): Transaction {
  return {
    sql,
    nowMs,
    randomBytes,
    event: (event) => appendEvent({ sql, nowMs, randomBytes }, event),
    audit: (record) => appendAuditRecord({ sql, nowMs }, record),
  };
}
