// The backups that were made of this data directory, as rows.

import type { Actor } from '../domain/audit.ts';
import { uuidV7 } from '../domain/ids.ts';
import type { BackupRow } from './tables.ts';
import type { Database } from './transaction.ts';

export interface StoredBackup {
  readonly id: string;
  /** Where it was written; it may have been moved since. */
  readonly path: string;
  /** What it holds is as of this time, in milliseconds since 1970. */
  readonly madeAtMs: number;
  readonly files: number;
  /** Of the archive. */
  readonly sizeBytes: number;
  readonly manifestSha256: string;
  readonly encrypted: boolean;
  readonly verifiedAtMs: number | undefined;
}

/** Records a backup that is whole and on the disk. */
export async function recordBackup(
  database: Database,
  input: Omit<StoredBackup, 'id' | 'verifiedAtMs'> & { readonly actor: Actor },
): Promise<void> {
  await database.transaction(async (transaction) => {
    const { path, madeAtMs, files, sizeBytes, manifestSha256, encrypted } = input;
    await transaction.sql
      .insertInto('backups')
      .values({
        id: uuidV7(transaction.nowMs, transaction.randomBytes(10)),
        path,
        made_at_ms: madeAtMs,
        finished_at_ms: transaction.nowMs,
        files,
        size_bytes: sizeBytes,
        manifest_sha256: manifestSha256,
        encrypted: encrypted ? 'yes' : 'no',
        verified_at_ms: null,
      })
      .execute();
    await transaction.audit({
      actor: input.actor,
      action: 'backup.create',
      subject: `backup:${manifestSha256.slice(0, 16)}`,
      detail: { path, files, encrypted },
    });
  });
}

/** Notes that a backup, known by its manifest wherever it is now, was read through and found whole. */
export async function recordVerification(database: Database, manifestSha256: string): Promise<void> {
  await database.sql
    .updateTable('backups')
    .set({ verified_at_ms: database.now() })
    .where('manifest_sha256', '=', manifestSha256)
    .execute();
}

/** @returns about how many bytes a backup will read, beside the database */
export async function sumOriginals({ sql }: Database): Promise<number> {
  const row = await sql
    .selectFrom('transmissions')
    .select((of) => of.fn.sum('size_bytes').as('bytes'))
    .where('original_path', 'is not', null)
    .executeTakeFirst();
  return Number(row?.bytes ?? 0);
}

/** @returns the newest first */
export async function listBackups(database: Database, limit: number): Promise<readonly StoredBackup[]> {
  const rows = await database.sql
    .selectFrom('backups')
    .selectAll()
    .orderBy('made_at_ms', 'desc')
    .limit(limit)
    .execute();
  return rows.map(backupOf);
}

function backupOf(row: BackupRow): StoredBackup {
  return {
    id: row.id,
    path: row.path,
    madeAtMs: Number(row.made_at_ms),
    files: Number(row.files),
    sizeBytes: Number(row.size_bytes),
    manifestSha256: row.manifest_sha256,
    encrypted: row.encrypted === 'yes',
    verifiedAtMs: row.verified_at_ms === null ? undefined : Number(row.verified_at_ms),
  };
}
