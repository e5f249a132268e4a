// The database of a backup: a copy as of one moment, made while the gateway runs, and what of the disk belongs to it.

import { lstatSync, rmSync } from 'node:fs';
import type SqliteFile from 'better-sqlite3';
import { parsePartnerId } from '../domain/ids.ts';
import { parseEntryName } from '../domain/virtual-path.ts';
import type { DataDirectory } from './data-directory.ts';
import { inodeOf } from './outbound-file-store.ts';
import { openSqlite } from './sqlite-driver.ts';

/** More pages than a database can have (https://sqlite.org/limits.html): all of them in one step. */
const allPages = 0x7fff_fffe;

/** What a row says of an outbound file whose name had been given to another file when the backup was made. */
export const replacedInode = 'replaced';

export interface Snapshot {
  readonly file: string;
  readonly schemaVersion: number;
  /** Whether it knows the original of this transmission. */
  knowsOriginal(transmissionId: string): boolean;
  /** Whether it knows this acknowledgement, by its path below the data directory. */
  knowsAcknowledgement(path: string): boolean;
  /** Whether a file of this name in staging is an upload that can be resumed or renamed. */
  isUnfinished(transmissionId: string): boolean;
  close(): void;
}

/**
 * Copies the database. One step holds one read lock, which in WAL mode keeps nobody from writing; in several, every
 * write in between would begin the copy again (https://sqlite.org/backup.html).
 * @param to a file that is not there yet
 */
export async function takeSnapshot(directory: DataDirectory, to: string): Promise<Snapshot> {
  const source = openSqlite(directory.database, { readonly: true, fileMustExist: true });
  try {
    await source.backup(to, { progress: () => allPages });
  } finally {
    source.close();
  }
  const file = openSqlite(to);
  // One file, without a log beside it.
  file.pragma('journal_mode = DELETE');
  markReplaced(file, directory);
  const original = file.prepare('select 1 from transmissions where id = ? and original_path is not null');
  const acknowledgement = file.prepare('select 1 from acknowledgements where id = ?');
  const unfinished = file.prepare(
    "select 1 from transmissions where id = ? and state in ('interrupted', 'held')",
  );
  const version = file.prepare('select max(version) as version from schema_migrations').get() as {
    readonly version: number;
  };
  return {
    file: to,
    schemaVersion: version.version,
    knowsOriginal: (id) => original.get(id) !== undefined,
    knowsAcknowledgement: (path) =>
      acknowledgement.get(path.replace(/^.*\//, '').replace(/\.ack$/, '')) !== undefined,
    isUnfinished: (id) => unfinished.get(id) !== undefined,
    close() {
      file.close();
      for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(`${to}${ending}`, { force: true });
    },
  };
}

/** Inodes are other ones after a restore: which files the rows were about is settled now. */
function markReplaced(file: SqliteFile.Database, directory: DataDirectory): void {
  const rows = file
    .prepare('select partner_id, name, inode from outbound_files where inode is not null')
    .all() as readonly { readonly partner_id: string; readonly name: string; readonly inode: string }[];
  const mark = file.prepare('update outbound_files set inode = ? where partner_id = ? and name = ?');
  file.transaction(() => {
    for (const row of rows) {
      const partner = parsePartnerId(row.partner_id);
      const name = parseEntryName(row.name);
      if (partner.kind === 'invalid' || name === undefined) continue;
      const stats = lstatSync(directory.entry(partner.id, 'outbound', name), { throwIfNoEntry: false });
      if (stats !== undefined && inodeOf(stats) !== row.inode)
        mark.run(replacedInode, row.partner_id, row.name);
    }
  })();
}
