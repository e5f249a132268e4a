// Uploads that are not whole yet, in `staging`, against their rows.

import { lstat } from 'node:fs/promises';
import { parseTransmissionId } from '../domain/ids.ts';
import { unlessMissing } from './disk-fault.ts';
import type { CompareDeps } from './find-original-mismatches.ts';
import { inPieces, namesIn } from './folder-names.ts';
import type { Mismatch } from './mismatch.ts';
import { listUnfinished } from './unfinished-uploads.ts';

export async function findStagingMismatches(deps: CompareDeps): Promise<readonly Mismatch[]> {
  return [...(await findUnknown(deps)), ...(await findMissing(deps))];
}

async function findUnknown({ database, directory }: CompareDeps): Promise<readonly Mismatch[]> {
  const found: Mismatch[] = [];
  for (const piece of inPieces(await namesIn(directory.staging))) {
    const rows = await database.sql
      .selectFrom('transmissions')
      .select(['id', 'state', 'original_path'])
      .where('id', 'in', piece)
      .execute();
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const name of piece) {
      const row = byId.get(name);
      const id = parseTransmissionId(name);
      if (row === undefined || id.kind === 'invalid') found.push({ kind: 'staging-unknown', name });
      else if (row.original_path !== null) found.push({ kind: 'staging-finished', transmissionId: id.id });
      else if (!['receiving', 'interrupted', 'held'].includes(row.state))
        found.push({ kind: 'staging-unknown', name });
    }
  }
  return found;
}

async function findMissing({ database, directory }: CompareDeps): Promise<readonly Mismatch[]> {
  const found: Mismatch[] = [];
  for (const { id } of await listUnfinished(database, ['sftp', 'portal', 'adopted'])) {
    const staged = await unlessMissing(() => lstat(directory.staged(id)), undefined);
    if (staged === undefined) found.push({ kind: 'upload-missing', transmissionId: id });
  }
  return found;
}
