// The last step of an upload, done later than it should have been: what has a row and an original gets its name.

import { rename, unlink } from 'node:fs/promises';
import { sql } from 'kysely';
import { parsePartnerId, type TransmissionId } from '../domain/ids.ts';
import { parseEntryName } from '../domain/virtual-path.ts';
import type { DataDirectory, HostPath } from './data-directory.ts';
import { unlessMissing } from './disk-fault.ts';
import type { Database } from './transaction.ts';

/**
 * Gives a staging file its name in `inbound`, unless that name is a later transmission's by now.
 * @returns the folder, whose entries are not synced; undefined when the file is to have no name there
 * @throws Error when the disk fails
 */
export async function completeEntry(
  { database, directory }: { readonly database: Database; readonly directory: DataDirectory },
  input: { readonly id: TransmissionId; readonly partner: string; readonly name: string },
): Promise<HostPath | undefined> {
  const partner = parsePartnerId(input.partner);
  const name = parseEntryName(input.name);
  if (partner.kind === 'invalid' || name === undefined) return undefined;
  const newer = await database.sql
    .selectFrom('transmissions')
    .select('id')
    // Without the plus sign all of the partner's rows are read, and not only the later ones (sqlite.org/optoverview.html).
    .where(sql<string>`+partner_id`, '=', partner.id)
    .where('name', '=', name)
    .where('id', '>', input.id)
    .where('original_path', 'is not', null)
    .executeTakeFirst();
  if (newer !== undefined) return undefined;
  await rename(directory.staged(input.id), directory.entry(partner.id, 'inbound', name));
  // Where it has that name already, rename leaves both (POSIX).
  await unlessMissing(() => unlink(directory.staged(input.id)), undefined);
  return directory.mailboxFolder(partner.id, 'inbound');
}
