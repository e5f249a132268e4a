// Uploads that no one resumed in time are given up while the gateway runs, not only at its next start.

import { unlink } from 'node:fs/promises';
import { parseTransmissionId } from '../domain/ids.ts';
import { unlessMissing } from './disk-fault.ts';
import { literals } from './literals.ts';
import type { RecoveryDeps } from './recovery.ts';

/**
 * Gives up uploads, of SFTP and of the browser, that have been interrupted or held for longer than
 * `interruptedExpiryMs`, and removes what had arrived of them. One that is open, or that is resumed at this moment, is
 * left alone: the row decides, in one statement. Doing it in two processes at once does nothing more.
 * @returns how many there were
 */
export async function expireUploads({
  database,
  directory,
  interruptedExpiryMs,
}: RecoveryDeps): Promise<number> {
  const rows = await database.transaction(({ sql, nowMs }) =>
    sql
      .updateTable('transmissions')
      .set({ state: 'expired', writer: null, reason: 'no one resumed it in time', updated_at_ms: nowMs })
      // The words of the partial index `transmissions_unfinished`, so that no full journal is walked.
      .where('state', 'in', literals('receiving', 'interrupted', 'held'))
      .where('state', '!=', 'receiving')
      .where('source', 'in', ['sftp', 'portal'])
      .where('updated_at_ms', '<', nowMs - interruptedExpiryMs)
      .returning('id')
      .execute(),
  );
  for (const row of rows) {
    const id = parseTransmissionId(row.id);
    if (id.kind === 'ok') await unlessMissing(() => unlink(directory.staged(id.id)), undefined);
  }
  return rows.length;
}
