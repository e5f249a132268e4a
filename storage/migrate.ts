// Brings a database to the newest schema, one numbered migration after the other, each in a transaction of its own
// together with the row that says it was done, so that a crash leaves a whole version behind. Each one that is missing is
// applied, whatever numbers above it were: those that grew beside each other may come in any order.

import type { Database as SqliteFile } from 'better-sqlite3';
import type { Migration } from './migration.ts';
import { mainJob } from './migrations/0001-main-job.ts';
import { sftpAccess } from './migrations/0002-sftp-access.ts';
import { identity } from './migrations/0003-identity.ts';
import { secondFactors } from './migrations/0004-second-factors.ts';
import { rights } from './migrations/0005-rights.ts';
import { partnerPages } from './migrations/0006-partner-pages.ts';
import { intake } from './migrations/0007-intake.ts';
import { backEnd } from './migrations/0008-back-end.ts';
import { hooks } from './migrations/0009-hooks.ts';
import { backups } from './migrations/0010-backups.ts';
import { smallOriginals } from './migrations/0012-small-originals.ts';
import { httpApi } from './migrations/0013-http-api.ts';
import { watching } from './migrations/0014-watching.ts';
import { activity } from './migrations/0015-activity.ts';
import { fullJournal } from './migrations/0016-full-journal.ts';
import { auditCheckpoints } from './migrations/0017-audit-checkpoints.ts';
import { leanJournal } from './migrations/0018-lean-journal.ts';
import { indexedReferences } from './migrations/0019-indexed-references.ts';
import { lateDigests } from './migrations/0020-late-digests.ts';

/** Every migration there is, in order of version. */
export const migrations: readonly Migration[] = [
  mainJob,
  sftpAccess,
  identity,
  secondFactors,
  rights,
  partnerPages,
  intake,
  backEnd,
  hooks,
  backups,
  smallOriginals,
  httpApi,
  watching,
  activity,
  fullJournal,
  auditCheckpoints,
  leanJournal,
  indexedReferences,
  lateDigests,
];

/** @returns the newest migration that a database has; 0: none. It changes nothing. */
export function schemaVersionOf(file: SqliteFile): number {
  const table = file
    .prepare("select 1 from sqlite_master where type = 'table' and name = 'schema_migrations'")
    .get();
  if (table === undefined) return 0;
  const newest = file.prepare('select coalesce(max(version), 0) as version from schema_migrations');
  return (newest.get() as { readonly version: number }).version;
}

/** @returns the migrations that a database has not had yet, in their order. It changes nothing. */
export function missingMigrations(file: SqliteFile): readonly Migration[] {
  const applied = appliedVersions(file);
  return migrations.filter(({ version }) => !applied.has(version));
}

function appliedVersions(file: SqliteFile): ReadonlySet<number> {
  if (schemaVersionOf(file) === 0) return new Set();
  const rows = file.prepare('select version from schema_migrations').all();
  return new Set((rows as readonly { readonly version: number }[]).map(({ version }) => version));
}

/** The database was made by a newer Claimgate than this one; going on could damage it. */
export class NewerSchemaError extends Error {
  readonly code = 'storage.newer-schema';
  readonly found: number;
  readonly known: number;
  constructor(found: number, known: number) {
    super(
      `The database has schema version ${found}, and this Claimgate knows versions up to ${known}. Run the newer Claimgate, or restore the backup made before the upgrade.`,
    );
    this.name = 'NewerSchemaError';
    this.found = found;
    this.known = known;
  }
}

/**
 * Migrates a SQLite database.
 * @param file an open database in WAL mode
 * @returns the version it had and the version it has now
 * @throws NewerSchemaError
 */
export function migrateSqlite(
  file: SqliteFile,
  nowMs: number,
): { readonly from: number; readonly to: number } {
  file.exec(
    'create table if not exists schema_migrations (version integer primary key, name text not null, applied_at_ms bigint not null)',
  );
  const from = schemaVersionOf(file);
  const known = migrations.at(-1)?.version ?? 0;
  if (from > known) throw new NewerSchemaError(from, known);
  const record = file.prepare(
    'insert into schema_migrations (version, name, applied_at_ms) values (?, ?, ?)',
  );
  // Two processes may start at once: what is missing is read again inside the write lock.
  const apply = file.transaction((migration: Migration) => {
    if (appliedVersions(file).has(migration.version)) return;
    file.exec(migration.sql + (migration.sqlite ?? ''));
    record.run(migration.version, migration.name, nowMs);
  });
  for (const migration of missingMigrations(file)) apply.immediate(migration);
  return { from, to: known };
}
