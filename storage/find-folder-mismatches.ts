// The folders of trading partners, and the names in `inbound`, against the journal.

import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartnerId } from '../domain/ids.ts';
import { parseEntryName } from '../domain/virtual-path.ts';
import { unlessMissing } from './disk-fault.ts';
import type { CompareDeps } from './find-original-mismatches.ts';
import { inPieces, namesIn } from './folder-names.ts';
import type { Mismatch } from './mismatch.ts';
import { inodeOf } from './outbound-file-store.ts';

export interface PartnersDeps extends CompareDeps {
  readonly partners: readonly PartnerId[];
}

/**
 * Where each trading partner has a folder of its own that Claimgate makes, below the data directory. `backend/outgoing`
 * is the back end's to write: a folder of nobody there is told of by its watch, and stays.
 */
const places = ['mailboxes', join('backend', 'accepted')];

export async function findFolderMismatches(deps: PartnersDeps): Promise<readonly Mismatch[]> {
  const { directory, partners } = deps;
  const found: Mismatch[] = [];
  const known = new Set<string>(partners);
  for (const place of places) {
    for (const name of await namesIn(directory.stored(place)))
      if (!known.has(name)) found.push({ kind: 'mailbox-unknown', path: join(place, name) });
  }
  for (const partnerId of partners) {
    const folders = [
      directory.mailboxFolder(partnerId, 'inbound'),
      directory.mailboxFolder(partnerId, 'outbound'),
      directory.accepted(partnerId),
      directory.outgoing(partnerId),
    ];
    const there = await Promise.all(
      folders.map((folder) => unlessMissing(async () => (await lstat(folder)).isDirectory(), false)),
    );
    if (there.includes(false)) found.push({ kind: 'mailbox-missing', partnerId });
    found.push(...(await findUnknownNames(deps, partnerId)));
  }
  return found;
}

/**
 * Names in `inbound` that share their bytes with something (a hard link), which is how the watch knows what is ours,
 * and no original has that inode. A name of its own is no mismatch: it will be adopted.
 */
async function findUnknownNames(
  { database, directory }: PartnersDeps,
  partnerId: PartnerId,
): Promise<readonly Mismatch[]> {
  const found: Mismatch[] = [];
  const folder = directory.mailboxFolder(partnerId, 'inbound');
  for (const piece of inPieces(await namesIn(folder))) {
    const linked = new Map<string, string>();
    for (const name of piece) {
      const stats = await unlessMissing(() => lstat(join(folder, name)), undefined);
      if (stats?.isFile() === true && stats.nlink > 1 && parseEntryName(name) !== undefined)
        linked.set(name, inodeOf(stats));
    }
    const rows = await database.sql
      .selectFrom('transmissions')
      .select('inode')
      .where('inode', 'in', [...linked.values()])
      .where('original_path', 'is not', null)
      .execute();
    const known = new Set(rows.map((row) => row.inode));
    for (const [name, inode] of linked)
      if (!known.has(inode)) found.push({ kind: 'inbound-unknown', partnerId, name });
  }
  return found;
}
