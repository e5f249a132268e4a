// Takes back what was written about a transmission, so that intake reads it again: after an administrator decided so,
// or when its answer was lost before anyone had it.

import type { Actor } from '../domain/audit.ts';
import type { PartnerId, TransmissionId } from '../domain/ids.ts';
import { freeInterchangeKeys } from './interchange-keys.ts';
import type { Transaction } from './transaction.ts';

/**
 * Removes the rows of a transmission's answers and of what was found in it, and puts it back into the queue, all of its
 * attempts before it. The files of those answers are the caller's to remove, from `outbound` before and the durable
 * copies after.
 */
export async function reopenTransmission(
  transaction: Transaction,
  input: {
    readonly id: TransmissionId;
    readonly partnerId: PartnerId;
    readonly actor: Actor;
    readonly reason: string;
  },
): Promise<void> {
  const { sql, nowMs } = transaction;
  const { id, partnerId, actor, reason } = input;
  await removeFindings(transaction, id);
  const names = await sql
    .deleteFrom('acknowledgements')
    .where('transmission_id', '=', id)
    .returning('name')
    .execute();
  await sql
    .deleteFrom('outbound_files')
    .where('partner_id', '=', partnerId)
    .where(
      'name',
      'in',
      names.map((row) => row.name),
    )
    .execute();
  await sql.deleteFrom('releases').where('transmission_id', '=', id).where('state', '=', 'due').execute();
  await freeInterchangeKeys(transaction, id);
  await sql
    .updateTable('transmissions')
    .set({
      state: 'received',
      claimed_by: null,
      lease_expires_at_ms: null,
      attempts: 0,
      next_attempt_at_ms: nowMs,
      verdict: null,
      reason: null,
      answered_at_ms: null,
      transactions: '',
      decision: null,
      decision_reason: null,
      updated_at_ms: nowMs,
    })
    .where('id', '=', id)
    .execute();
  await transaction.event({ kind: 'transmission.reopened', partnerId, transmissionId: id, reason });
  await transaction.audit({
    actor,
    action: 'transmission.reopen',
    subject: `transmission:${id}`,
    detail: { reason },
  });
}

async function removeFindings({ sql }: Transaction, id: TransmissionId): Promise<void> {
  await sql.deleteFrom('findings').where('transmission_id', '=', id).execute();
  const interchanges = sql.selectFrom('interchanges').select('id').where('transmission_id', '=', id);
  const groups = sql.selectFrom('functional_groups').select('id').where('interchange_id', 'in', interchanges);
  await sql.deleteFrom('transaction_sets').where('group_id', 'in', groups).execute();
  await sql.deleteFrom('functional_groups').where('interchange_id', 'in', interchanges).execute();
  await sql.deleteFrom('interchanges').where('transmission_id', '=', id).execute();
  await sql.deleteFrom('transmission_contents').where('transmission_id', '=', id).execute();
}
