// A data directory as an older Claimgate left it (scripts/make-older-data.mjs), unpacked where a test wants it.

import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { inodeOf } from '../../storage/outbound-file-store.ts';
import { openSqlite } from '../../storage/sqlite-driver.ts';
import { listFiles } from './list-files.ts';

type Rows = readonly Readonly<Record<string, unknown>>[];

/** What the older release's own commands said of it, and what its people know. */
export interface OlderRelease {
  readonly schema: number;
  /** Of every user who signed in by then. */
  readonly password: string;
  /** Of the office's authenticator app. */
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
  /** Of the office's public key. */
  readonly privateKey: string;
  readonly partners: Rows;
  readonly users: Rows;
  readonly roles: Rows;
  readonly accounts: Rows;
  readonly keys: Rows;
  readonly grants: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly profile: Readonly<Record<string, unknown>>;
  readonly transmissions: Rows;
  readonly dispatches: Rows;
  readonly events: Rows;
  readonly audit: Rows;
  readonly bans: Rows;
  readonly mails: Rows;
  readonly hostKeys: Rows;
}

/**
 * Unpacks `claimgate.yaml`, `data` and `backups` into a folder, as they were on the older machine.
 * @returns what was known of it then
 */
export function unpackOlderRelease(root: string): OlderRelease {
  const packed = readFileSync(new URL('../fixtures/older-release.tar.br', import.meta.url));
  execFileSync('tar', ['--extract', '--preserve-permissions', '--no-same-owner'], {
    cwd: root,
    input: brotliDecompressSync(packed),
  });
  nameInodes(join(root, 'data'));
  return JSON.parse(readFileSync(join(root, 'told.json'), 'utf8')) as OlderRelease;
}

/** The disk stayed where it was, as far as the product can see: rows that know files by inode know those of this one. */
function nameInodes(data: string): void {
  const file = openSqlite(join(data, 'claimgate.db'));
  const original = file.prepare('update transmissions set inode = ? where id = ? and inode is not null');
  const outbound = file.prepare(
    'update outbound_files set inode = ? where partner_id = ? and name = ? and inode is not null',
  );
  for (const path of listFiles(data)) {
    const [folder, partner, box, entry] = path.split('/');
    const inode = inodeOf(lstatSync(join(data, path)));
    if (folder === 'originals') original.run(inode, path.slice(path.lastIndexOf('/') + 1));
    if (folder === 'mailboxes' && box === 'outbound') outbound.run(inode, partner, entry);
  }
  file.pragma('wal_checkpoint(TRUNCATE)');
  file.close();
}

/** @returns every row of every table, as the schema of that time has them */
export function everyRow(file: string): Readonly<Record<string, Rows>> {
  const database = openSqlite(file, { readonly: true });
  try {
    const tables = database
      .prepare("select name from sqlite_master where type = 'table' order by name")
      .pluck()
      .all() as string[];
    return Object.fromEntries(
      tables.map((table) => [table, database.prepare(`select * from "${table}"`).all() as Rows]),
    );
  } finally {
    database.close();
  }
}
