// Small files in the journal. The bytes of a small upload are written into the transaction that says that it was
// received, so that its CLOSE waits for the disk once, for the journal, and CLOSEs that come at once wait together
// (invariant I2); `put` of many small files is bound by these waits. The file itself is made durable later, beside the
// event loop, and only then are the bytes taken out of the journal: it is settled. Until then a power loss may cost the
// file, and the next start writes it anew. Nothing that lasts is made of a file that is not settled: a link elsewhere
// syncs it first (durable-file.ts).

import { open, readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseTransmissionId, type TransmissionId } from '../domain/ids.ts';
import { type DataDirectory, type HostPath, syncFile, syncFolder } from './data-directory.ts';
import { unlessMissing } from './disk-fault.ts';
import { prepareQuery } from './prepared-query.ts';
import { linkDurably, originalMode } from './publish-upload.ts';
import type { Database } from './transaction.ts';

export interface SmallOriginalsDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
}

interface Unsettled {
  readonly id: TransmissionId;
  readonly original: HostPath;
}

/** How many are settled with one statement. */
const batch = 100;
/** So many are synced at once: of the thread pool's four threads, transfers keep two. */
const syncsAtOnce = 2;

/**
 * Makes every file whose bytes ride in the journal durable by itself, and takes the bytes out. May be cut off anywhere.
 * @returns how many were settled
 */
export async function settleOriginals(deps: SmallOriginalsDeps): Promise<number> {
  for (let settled = 0; ; ) {
    const found = await listUnsettled(deps);
    if (found.length === 0) return settled;
    for (let at = 0; at < found.length; at += syncsAtOnce)
      await Promise.all(found.slice(at, at + syncsAtOnce).map(({ original }) => syncFile(original)));
    for (const folder of new Set(found.map(({ original }) => dirname(original) as HostPath)))
      await syncFolder(folder);
    await forgetBytes(deps.database, found);
    settled += found.length;
  }
}

/**
 * At start: writes what power loss took from a file whose bytes ride in the journal, and settles it. Another process may
 * take uploads meanwhile: what rides since then is whole, and is left as it is.
 * @returns how many had to be written anew
 */
export async function restoreOriginals(deps: SmallOriginalsDeps): Promise<number> {
  let restored = 0;
  for (let found = await listUnsettled(deps); found.length > 0; found = await listUnsettled(deps)) {
    for (const one of found) {
      const bytes = await readBytes(deps.database, one.id);
      // Settled meanwhile, by another process.
      if (bytes === undefined) continue;
      const there = await unlessMissing(() => readFile(one.original), undefined);
      if (there !== undefined && Buffer.compare(there, bytes) === 0) {
        await syncFile(one.original);
        await syncFolder(dirname(one.original) as HostPath);
      } else {
        await writeAnew(deps, { ...one, bytes });
        restored += 1;
      }
    }
    await forgetBytes(deps.database, found);
  }
  return restored;
}

/** The staging name stays, so that the sweep of the recovery puts the name into `inbound` (recovery.ts). */
async function writeAnew(
  { database, directory }: SmallOriginalsDeps,
  input: Unsettled & { readonly bytes: Uint8Array },
): Promise<void> {
  const { id, original, bytes } = input;
  const staged = directory.staged(id);
  await unlessMissing(() => unlink(staged), undefined);
  const handle = await open(staged, 'wx', 0o600);
  let inode: string;
  try {
    await handle.writeFile(bytes);
    await handle.chmod(originalMode);
    await handle.sync();
    const stats = await handle.stat({ bigint: true });
    inode = `${stats.dev}:${stats.ino}`;
  } finally {
    await handle.close();
  }
  await unlessMissing(() => unlink(original), undefined);
  await linkDurably(directory, staged, original);
  await database.sql.updateTable('transmissions').set({ inode }).where('id', '=', id).execute();
}

async function listUnsettled({ database, directory }: SmallOriginalsDeps): Promise<readonly Unsettled[]> {
  const rows = await database.sql
    .selectFrom('small_originals')
    .innerJoin('transmissions', 'transmissions.id', 'small_originals.transmission_id')
    .select(['transmissions.id', 'transmissions.original_path'])
    .limit(batch)
    .execute();
  return rows.map((row) => {
    const id = parseTransmissionId(row.id);
    if (id.kind === 'invalid' || row.original_path === null) {
      throw new Error(`The journal holds bytes of ${JSON.stringify(row.id)}, which has no original.`);
    }
    return { id: id.id, original: directory.stored(row.original_path) };
  });
}

async function readBytes(database: Database, id: TransmissionId): Promise<Uint8Array | undefined> {
  const row = await database.sql
    .selectFrom('small_originals')
    .select('bytes')
    .where('transmission_id', '=', id)
    .executeTakeFirst();
  return row?.bytes;
}

/** Should power loss undo this, it is done again. */
async function forgetBytes(database: Database, settled: readonly Unsettled[]): Promise<void> {
  const ids = settled.map(({ id }) => id);
  await database.transaction(
    ({ sql }) => sql.deleteFrom('small_originals').where('transmission_id', 'in', ids).execute(),
    { survives: 'process-end' },
  );
}

/** Whether the bytes of a file ride in the journal: then power loss may have cost the file, and it will be restored. */
export async function ridesInJournal(database: Database, id: TransmissionId): Promise<boolean> {
  return (await riding(database.sql, { id })).length > 0;
}

const riding = prepareQuery((sql, { id }: { readonly id: TransmissionId }) =>
  sql.selectFrom('small_originals').select('transmission_id').where('transmission_id', '=', id),
);
