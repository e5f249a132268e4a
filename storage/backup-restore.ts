// Restores a backup into a new data directory, and reads one through without restoring it. The directory has its name only
// when everything in it was compared with the manifest and is on the disk: a kill before that leaves `<name>.restoring`.

import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { link, lstat, mkdir, mkdtemp, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type SqliteFile from 'better-sqlite3';
import type { Actor } from '../domain/audit.ts';
import { type AuditVerification, verifyAuditTrail } from './audit-trail.ts';
import { BackupDamagedError, databaseName } from './backup-format.ts';
import { type BackupSink, type ReadBackup, readBackup } from './backup-reader.ts';
import { replacedInode } from './backup-snapshot.ts';
import { dataFolders, type HostPath, syncFolder } from './data-directory.ts';
import { openDatabase } from './database.ts';
import { inspectDatabase } from './database-inspection.ts';
import { unlessMissing } from './disk-fault.ts';
import { inodeOf } from './outbound-file-store.ts';
import { openSqlite } from './sqlite-driver.ts';

interface BackupInput {
  readonly path: string;
  readonly passphrase: string | undefined;
}

export interface Verified extends ReadBackup {
  readonly audit: AuditVerification;
}

/**
 * Reads a backup through and checks everything that can be checked without restoring it: every byte against the manifest,
 * the database's pages, the audit chain.
 * @throws BackupDamagedError, BackupSealedError
 */
export async function verifyBackup(input: BackupInput): Promise<Verified> {
  const scratch = await mkdtemp(join(tmpdir(), 'claimgate-verify-'));
  const copy = join(scratch, databaseName);
  const nothing = async (): Promise<void> => undefined;
  try {
    const read = await readBackup(input, {
      begin: nothing,
      directory: nothing,
      link: nothing,
      async file({ path, content }) {
        if (path === databaseName) await writeFile(copy, 0o600, content);
        else for await (const _ of content);
      },
    });
    return { ...read, audit: await checkDatabase(copy) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function checkDatabase(file: string): Promise<AuditVerification> {
  const inspection = inspectDatabase(file);
  if (inspection.kind === 'damaged')
    throw new BackupDamagedError(`its database is damaged: ${inspection.problems[0]}`);
  if (inspection.kind !== 'sound') throw new BackupDamagedError('it holds no database');
  if (inspection.schemaVersion > inspection.knownVersion)
    throw new BackupDamagedError('its database was made by a newer Claimgate: use that one');
  // On a copy: this brings an older schema up to date.
  const database = openDatabase({ file, now: Date.now, randomBytes, busyTimeoutMs: 1000, changePollMs: 0 });
  try {
    return await verifyAuditTrail(database);
  } finally {
    await database.close();
  }
}

/** There is something where a backup is to be restored. */
export class RestoreTargetError extends Error {
  readonly code = 'storage.restore-target';
  constructor(path: string) {
    super(
      `${path} is not empty. A backup is restored into a new directory only: name one that is not there yet.`,
    );
    this.name = 'RestoreTargetError';
  }
}

/** How far control numbers go on behind those of the backup: what was sent after it must not be sent again. */
export const controlNumberGap = 10_000;

/**
 * Restores a backup.
 * @param input.to the new data directory
 * @throws RestoreTargetError, BackupDamagedError, BackupSealedError; then there is nothing at `to`
 */
export async function restoreBackup(
  deps: { readonly now: () => number; readonly actor: Actor },
  input: BackupInput & { readonly to: string },
): Promise<ReadBackup> {
  const { to } = input;
  if (((await unlessMissing(() => readdir(to), undefined)) ?? []).length > 0)
    throw new RestoreTargetError(to);
  const partial = `${to}.restoring`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o700 });
  const rows = openRows(join(partial, databaseName));
  try {
    const read = await readBackup(input, restoringSink(partial, rows));
    rows.finish();
    await settle(deps, partial, read);
    for (const folder of dataFolders) await mkdir(join(partial, folder), { recursive: true, mode: 0o700 });
    await syncTree(partial);
    await unlessMissing(() => rmdir(to), undefined);
    await rename(partial, to);
    await syncFolder(dirname(to) as HostPath);
    return read;
  } catch (thrown) {
    rows.abandon();
    await rm(partial, { recursive: true, force: true });
    throw thrown;
  }
}

function restoringSink(root: string, rows: RestoredRows): BackupSink {
  const at = (path: string): string => join(root, path);
  return {
    begin: async () => undefined,
    async directory(path) {
      await mkdir(at(path), { recursive: true, mode: 0o700 });
    },
    async file({ path, mode, mtime, content }) {
      await mkdir(dirname(at(path)), { recursive: true, mode: 0o700 });
      await writeFile(at(path), mode, content, mtime);
      if (path === databaseName) rows.open();
      else rows.note(path, await lstat(at(path)));
    },
    async link(path, to) {
      await mkdir(dirname(at(path)), { recursive: true, mode: 0o700 });
      await link(at(to), at(path));
      rows.note(path, await lstat(at(path)));
    },
  };
}

async function writeFile(
  path: string,
  mode: number,
  content: AsyncIterable<Buffer>,
  mtime?: Date,
): Promise<void> {
  const handle = await open(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    // Not `write`, which may take less than it was given on a disk that is nearly full.
    for await (const chunk of content) await handle.writeFile(chunk);
    await handle.chmod(mode);
    if (mtime !== undefined) await handle.utimes(mtime, mtime);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

interface RestoredRows {
  open(): void;
  /** A file has another inode than before: what knows it by that is told. */
  note(path: string, stats: Stats): void;
  finish(): void;
  abandon(): void;
}

/** The rows of the restored database that name inodes, changed in one transaction while the files are written. */
function openRows(path: string): RestoredRows {
  let file: SqliteFile.Database | undefined;
  let original: SqliteFile.Statement | undefined;
  let outbound: SqliteFile.Statement | undefined;
  return {
    open() {
      file = openSqlite(path);
      file.exec('begin');
      original = file.prepare('update transmissions set inode = ? where id = ? and inode is not null');
      outbound = file.prepare(
        'update outbound_files set inode = ? where partner_id = ? and name = ? and inode is not null and inode <> ?',
      );
    },
    note(name, stats) {
      const inode = inodeOf(stats);
      const [folder, partner, box, entry] = name.split('/');
      if (folder === 'originals') original?.run(inode, name.slice(name.lastIndexOf('/') + 1));
      if (folder === 'mailboxes' && box === 'outbound') outbound?.run(inode, partner, entry, replacedInode);
    },
    finish() {
      // Connections of another life; and numbers that may have been used after the backup.
      file?.exec('delete from sftp_sessions');
      file
        ?.prepare("update counters set value = value + ? where name like 'isa13:%' or name like 'gs06:%'")
        .run(controlNumberGap);
      file?.exec('commit');
      file?.close();
      file = undefined;
    },
    abandon() {
      file?.close();
      file = undefined;
    },
  };
}

/** The database is opened in earnest once: its schema is brought up to date, and the trail says that it was restored. */
async function settle(
  deps: { readonly now: () => number; readonly actor: Actor },
  root: string,
  read: ReadBackup,
): Promise<void> {
  const inspection = inspectDatabase(join(root, databaseName));
  if (inspection.kind !== 'sound') throw new BackupDamagedError('its database is damaged');
  const database = openDatabase({
    file: join(root, databaseName),
    now: deps.now,
    randomBytes,
    busyTimeoutMs: 1000,
    changePollMs: 0,
  });
  try {
    await database.transaction((transaction) =>
      transaction.audit({
        actor: deps.actor,
        action: 'backup.restore',
        subject: `backup:${read.manifestSha256.slice(0, 16)}`,
        detail: { madeAtMs: read.header.madeAtMs, files: read.files, late: read.late.length },
      }),
    );
  } finally {
    await database.close();
  }
}

async function syncTree(root: string): Promise<void> {
  for (const entry of await readdir(root, { withFileTypes: true }))
    if (entry.isDirectory()) await syncTree(join(root, entry.name));
  await syncFolder(root as HostPath);
}
