// What becomes of a transmission whose original or answer is gone from the disk and cannot be put back.

import type { PartnerId, TransmissionId } from '../domain/ids.ts';
import { reopenTransmission } from './reopen-transmission.ts';
import type { Database } from './transaction.ts';

interface Lost {
  readonly transmissionId: TransmissionId;
  readonly partnerId: PartnerId;
}

/** The original of a transmission that waits for its answer is not there. */
export class OriginalMissingError extends Error {
  readonly code = 'storage.original-missing';
  constructor(id: string) {
    super(`The original of transmission ${id} is gone from the disk. Restore it from a backup, then retry.`);
    this.name = 'OriginalMissingError';
  }
}

/**
 * Nobody can answer a file that is not there: a transmission that waits for its answer fails, which an administrator is
 * told of. One that was answered keeps its answer. Either way its row says that the original is gone.
 */
export async function failLostOriginal(database: Database, lost: Lost): Promise<void> {
  const reason = new OriginalMissingError(lost.transmissionId).code;
  await database.transaction(async (transaction) => {
    const { sql, nowMs } = transaction;
    await sql
      .updateTable('transmissions')
      .set({ original_path: null, updated_at_ms: nowMs })
      .where('id', '=', lost.transmissionId)
      .execute();
    const failed = await sql
      .updateTable('transmissions')
      .set({ state: 'failed', claimed_by: null, lease_expires_at_ms: null, reason })
      .where('id', '=', lost.transmissionId)
      .where('state', 'in', ['received', 'processing'])
      .returning('id')
      .executeTakeFirst();
    if (failed !== undefined) {
      const { transmissionId, partnerId } = lost;
      await transaction.event({ kind: 'transmission.failed', transmissionId, partnerId, reason });
    }
    await transaction.audit({
      actor: { kind: 'gateway' },
      action: 'transmission.fail',
      subject: `transmission:${lost.transmissionId}`,
      detail: { reason },
    });
  });
}

/**
 * The answer that was not published yet is gone: its rows are taken back and the file is answered again, under new
 * control numbers. One that its partner has had is noted as gone, and nothing is answered twice (invariant I2).
 */
export async function reopenLostAnswer(
  database: Database,
  lost: Lost & { readonly answerId: string },
): Promise<'answered-again' | 'given-up'> {
  return database.transaction(async (transaction) => {
    const { sql, nowMs } = transaction;
    const answers = await sql
      .selectFrom('acknowledgements')
      .innerJoin('transmissions', 'transmissions.id', 'acknowledgements.transmission_id')
      .select(['acknowledgements.state', 'transmissions.original_path'])
      .where('transmission_id', '=', lost.transmissionId)
      .execute();
    const released = await sql
      .selectFrom('releases')
      .select('id')
      .where('transmission_id', '=', lost.transmissionId)
      .where('state', '=', 'released')
      .executeTakeFirst();
    const open =
      released === undefined && answers.every((row) => row.state === 'written' && row.original_path !== null);
    if (open) {
      const { transmissionId: id, partnerId } = lost;
      const reason = 'its answer was lost before it was published';
      await reopenTransmission(transaction, { id, partnerId, actor: { kind: 'gateway' }, reason });
    } else {
      await sql
        .updateTable('acknowledgements')
        .set({ purged_at_ms: nowMs, state: 'published' })
        .where('id', '=', lost.answerId)
        .execute();
    }
    return open ? 'answered-again' : 'given-up';
  });
}
