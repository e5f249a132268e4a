// What an administrator may decide of a transmission. Intake alone writes answers, so that there is exactly one: a
// decision is written into the row, the transmission goes back into the queue, and intake carries it out.
//
//   retry        failed -> received, all attempts before it; one that waits for its next attempt is due at once
//   quarantine   received, processing, failed -> received, to be quarantined with a report to the partner
//   discard      the same, to be discarded with a report; quarantined, interrupted, held -> discarded
//   release      quarantined -> received: its report is taken back, and it is read like a file that has just come

import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Selectable } from 'kysely';
import type { Actor } from '../domain/audit.ts';
import type { TransmissionId } from '../domain/ids.ts';
import { parseEntryName } from '../domain/virtual-path.ts';
import type { DataDirectory, HostPath } from './data-directory.ts';
import { unlessMissing } from './disk-fault.ts';
import { storedPartnerId } from './partner-store.ts';
import { reopenTransmission } from './reopen-transmission.ts';
import type { TransmissionRow } from './tables.ts';
import type { Database, Transaction } from './transaction.ts';

export type DecisionVerb = 'retry' | 'quarantine' | 'release' | 'discard';

export interface Decision {
  readonly id: TransmissionId;
  readonly verb: DecisionVerb;
  /** In plain words; the partner reads it in the report. */
  readonly reason: string;
  readonly actor: Actor;
}

export type DecideOutcome =
  /** `state` is what the transmission is in now. */
  | { readonly kind: 'decided'; readonly state: string }
  /** It was so already. */
  | { readonly kind: 'unchanged'; readonly state: string }
  /** `why` is a sentence with the cure. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unknown' };

interface DecideDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
}

type Row = Selectable<TransmissionRow>;

/** Decides. Doing it again changes nothing. */
export async function decideTransmission(deps: DecideDeps, decision: Decision): Promise<DecideOutcome> {
  const { database } = deps;
  // The report goes out of sight before its row goes: a crash between the two puts it back at start.
  if (decision.verb === 'release') await hideReport(deps, decision.id);
  const { outcome, remove } = await database.transaction(async (transaction) => {
    const row = await transaction.sql
      .selectFrom('transmissions')
      .selectAll()
      .where('id', '=', decision.id)
      .executeTakeFirst();
    if (row === undefined) return { outcome: { kind: 'unknown' } as const, remove: [] };
    const remove = await filesToRemove(transaction, row, decision);
    const outcome = await decide(transaction, row, decision);
    return { outcome, remove: outcome.kind === 'decided' ? remove : [] };
  });
  for (const path of remove) await unlessMissing(() => unlink(deps.directory.stored(path)), undefined);
  return outcome;
}

async function decide(transaction: Transaction, row: Row, decision: Decision): Promise<DecideOutcome> {
  switch (decision.verb) {
    case 'retry':
      return retry(transaction, row, decision);
    case 'quarantine':
      return row.state === 'quarantined'
        ? { kind: 'unchanged', state: row.state }
        : queueDecision(transaction, row, { ...decision, verb: 'quarantine' });
    case 'discard':
      return discard(transaction, row, decision);
    case 'release':
      return release(transaction, row, decision);
  }
}

const idsOf = (row: Row, { id }: Decision) => ({ id, partnerId: storedPartnerId(row.partner_id) });

async function retry(transaction: Transaction, row: Row, decision: Decision): Promise<DecideOutcome> {
  const { sql, nowMs } = transaction;
  if (row.state === 'processing') return { kind: 'unchanged', state: row.state };
  if (row.state === 'received') {
    if (row.next_attempt_at_ms <= nowMs) return { kind: 'unchanged', state: row.state };
    await sql
      .updateTable('transmissions')
      .set({ next_attempt_at_ms: nowMs })
      .where('id', '=', row.id)
      .execute();
    await audit(transaction, decision);
    return { kind: 'decided', state: row.state };
  }
  if (row.state !== 'failed') return refused(row, decision);
  if (row.original_path === null) return lost;
  await reopenTransmission(transaction, { ...idsOf(row, decision), ...decision });
  return { kind: 'decided', state: 'received' };
}

const lost: DecideOutcome = {
  kind: 'refused',
  why: 'Its original is gone from the disk, so it cannot be read. Ask the partner to send it again, and discard this one.',
};

/** Takes a transmission out of whoever's hands it is in, and leaves the rest to intake. */
async function queueDecision(
  transaction: Transaction,
  row: Row,
  decision: Decision & { readonly verb: 'quarantine' | 'discard' },
): Promise<DecideOutcome> {
  const { sql, nowMs } = transaction;
  if (row.state !== 'received' && row.state !== 'processing' && row.state !== 'failed')
    return refused(row, decision);
  if (row.original_path === null && decision.verb === 'quarantine') return lost;
  if (row.decision === decision.verb) return { kind: 'unchanged', state: row.state };
  await sql
    .updateTable('transmissions')
    .set({
      state: 'received',
      claimed_by: null,
      lease_expires_at_ms: null,
      attempts: 0,
      next_attempt_at_ms: nowMs,
      decision: decision.verb,
      decision_reason: decision.reason,
      updated_at_ms: nowMs,
    })
    .where('id', '=', row.id)
    .execute();
  await audit(transaction, decision);
  return { kind: 'decided', state: 'received' };
}

async function discard(transaction: Transaction, row: Row, decision: Decision): Promise<DecideOutcome> {
  if (row.state === 'discarded') return { kind: 'unchanged', state: row.state };
  const ended = row.state === 'quarantined' || row.state === 'interrupted' || row.state === 'held';
  if (!ended) return queueDecision(transaction, row, { ...decision, verb: 'discard' });
  await transaction.sql
    .updateTable('transmissions')
    .set({ state: 'discarded', reason: decision.reason, updated_at_ms: transaction.nowMs })
    .where('id', '=', row.id)
    .execute();
  const { id: transmissionId, partnerId } = idsOf(row, decision);
  const { reason } = decision;
  await transaction.event({ kind: 'transmission.discarded', partnerId, transmissionId, reason });
  await audit(transaction, decision);
  return { kind: 'decided', state: 'discarded' };
}

async function release(transaction: Transaction, row: Row, decision: Decision): Promise<DecideOutcome> {
  if (row.state === 'received' || row.state === 'processing') return { kind: 'unchanged', state: row.state };
  if (row.state !== 'quarantined') return refused(row, decision);
  if (row.original_path === null) return lost;
  await reopenTransmission(transaction, { ...idsOf(row, decision), ...decision });
  return { kind: 'decided', state: 'received' };
}

const audit = (transaction: Transaction, { id, verb, reason, actor }: Decision): Promise<void> =>
  transaction.audit({
    actor,
    action: 'transmission.decide',
    subject: `transmission:${id}`,
    detail: { verb, reason },
  });

/** What may be done in the place of what was asked. */
function refused(row: Row, { verb }: Decision): DecideOutcome {
  const instead: Partial<Record<Row['state'], string>> = {
    answered:
      'Its partner has its answer, and there is exactly one. Ask the partner to send a corrected file.',
    quarantined: 'It is in quarantine. Release it from there with `claimgate transmission release`.',
    failed: 'It failed. Read it again with `claimgate transmission retry`.',
    receiving: 'It is still arriving. End the session first: `claimgate session list`.',
    interrupted: 'It never arrived as a whole. Its sender may resume it, or you discard it.',
    held: 'It waits for its final name. Its sender renames it, or you discard it.',
    expired: 'It never arrived as a whole and was given up. Ask the partner to send it again.',
    discarded: 'It was discarded. Ask the partner to send it again.',
  };
  const why = instead[row.state] ?? 'Wait until it has been read.';
  return { kind: 'refused', why: `A transmission in state "${row.state}" takes no ${verb}. ${why}` };
}

/** Files, below the data directory, that the decision leaves behind: removed after it is committed. */
async function filesToRemove(
  transaction: Transaction,
  row: Row,
  { id, verb }: Decision,
): Promise<readonly string[]> {
  const quarantined = row.state === 'quarantined' ? [join('quarantine', id)] : [];
  if (verb === 'discard')
    return row.state === 'interrupted' || row.state === 'held' ? [join('staging', id)] : quarantined;
  if (verb !== 'release' || row.state !== 'quarantined') return [];
  const answers = await transaction.sql
    .selectFrom('acknowledgements')
    .select('path')
    .where('transmission_id', '=', id)
    .execute();
  return [...quarantined, ...answers.map(({ path }) => path)];
}

async function hideReport({ database, directory }: DecideDeps, id: TransmissionId): Promise<void> {
  const reports = await database.sql
    .selectFrom('acknowledgements')
    .innerJoin('transmissions', 'transmissions.id', 'acknowledgements.transmission_id')
    .select(['acknowledgements.name', 'acknowledgements.partner_id'])
    .where('transmission_id', '=', id)
    .where('transmissions.state', '=', 'quarantined')
    .where('transmissions.original_path', 'is not', null)
    .execute();
  for (const report of reports) {
    const name = parseEntryName(report.name);
    if (name === undefined) continue;
    const place: HostPath = directory.entry(storedPartnerId(report.partner_id), 'outbound', name);
    await unlessMissing(() => unlink(place), undefined);
  }
}
