// Transmissions as they are shown: in lists, and one with everything that came of it.

import type { Selectable } from 'kysely';
import { type PartnerId, parseTransmissionId, type TransmissionId } from '../domain/ids.ts';
import type { TransmissionState, Verdict } from '../domain/transmission.ts';
import { literal } from './literals.ts';
import type { TransmissionRow } from './tables.ts';
import type { Database } from './transaction.ts';

export interface Transmission {
  readonly id: TransmissionId;
  readonly partnerId: string;
  readonly userId: string | undefined;
  readonly name: string;
  readonly source: string;
  readonly state: TransmissionState;
  readonly sizeBytes: number;
  readonly sha256: string | undefined;
  readonly openedAtMs: number;
  readonly receivedAtMs: number | undefined;
  readonly answeredAtMs: number | undefined;
  readonly attempts: number;
  readonly verdict: Verdict | undefined;
  readonly reason: string | undefined;
}

/** @returns transmissions, the newest first */
export async function listTransmissions(
  database: Database,
  input: { readonly limit: number; readonly partnerId?: PartnerId; readonly state?: TransmissionState },
): Promise<readonly Transmission[]> {
  let query = database.sql
    .selectFrom('transmissions')
    .selectAll()
    .orderBy('opened_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(input.limit);
  if (input.partnerId !== undefined) query = query.where('partner_id', '=', input.partnerId);
  if (input.state !== undefined) query = query.where('state', '=', input.state);
  // As the index of what is not settled has it, or SQLite does not use that one.
  if (input.state !== undefined && input.state !== 'answered')
    query = query.where('state', '!=', literal('answered'));
  return (await query.execute()).map(transmissionOf);
}

/** A row as it is shown. */
export function transmissionOf(row: Selectable<TransmissionRow>): Transmission {
  return {
    id: storedTransmissionId(row.id),
    partnerId: row.partner_id,
    userId: row.user_id ?? undefined,
    name: row.name,
    source: row.source,
    state: row.state,
    sizeBytes: Number(row.size_bytes),
    sha256: row.sha256 ?? undefined,
    openedAtMs: Number(row.opened_at_ms),
    receivedAtMs: row.received_at_ms === null ? undefined : Number(row.received_at_ms),
    answeredAtMs: row.answered_at_ms === null ? undefined : Number(row.answered_at_ms),
    attempts: row.attempts,
    verdict: row.verdict ?? undefined,
    reason: row.reason ?? undefined,
  };
}

/**
 * Reads back an id that a row holds.
 * @throws Error when the row was not written by Claimgate
 */
export function storedTransmissionId(text: string): TransmissionId {
  const parsed = parseTransmissionId(text);
  if (parsed.kind === 'invalid')
    throw new Error(`The database holds ${JSON.stringify(text)} as a transmission id.`);
  return parsed.id;
}

export interface TransmissionDetail {
  readonly transmission: Transmission;
  readonly interchanges: readonly {
    readonly sender: string;
    readonly receiver: string;
    readonly controlNumber: string;
    readonly ta1: string;
    readonly verdict: string;
    readonly groups: readonly {
      readonly controlNumber: string;
      readonly version: string;
      readonly ak901: string;
      readonly ak905: string;
      readonly setsReceived: number;
      readonly setsAccepted: number;
    }[];
  }[];
  readonly findings: readonly {
    readonly ruleId: string;
    readonly severity: string;
    readonly segmentId: string;
    readonly position: number;
    readonly loop: string;
    readonly plain: string;
    readonly hint: string;
  }[];
  readonly acknowledgements: readonly {
    readonly name: string;
    readonly kinds: string;
    readonly state: string;
  }[];
}

/** @returns everything that came of a transmission; undefined when there is none of this id */
export async function showTransmission(
  database: Database,
  id: TransmissionId,
): Promise<TransmissionDetail | undefined> {
  const { sql } = database;
  const row = await sql.selectFrom('transmissions').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return undefined;
  const interchanges = await sql
    .selectFrom('interchanges')
    .selectAll()
    .where('transmission_id', '=', id)
    .orderBy('ordinal')
    .execute();
  const groups = await sql
    .selectFrom('functional_groups')
    .selectAll()
    .where(
      'interchange_id',
      'in',
      interchanges.map((row) => row.id),
    )
    .orderBy('ordinal')
    .execute();
  const findings = await sql
    .selectFrom('findings')
    .selectAll()
    .where('transmission_id', '=', id)
    .orderBy('segment_position')
    .orderBy('ordinal')
    .execute();
  const acknowledgements = await sql
    .selectFrom('acknowledgements')
    .select(['name', 'kinds', 'state'])
    .where('transmission_id', '=', id)
    .orderBy('interchange_ordinal')
    .execute();
  return {
    transmission: transmissionOf(row),
    interchanges: interchanges.map((interchange) => ({
      sender: `${interchange.sender_qualifier}/${interchange.sender_id}`,
      receiver: `${interchange.receiver_qualifier}/${interchange.receiver_id}`,
      controlNumber: interchange.control_number,
      ta1: `${interchange.ta1_code} ${interchange.ta1_note}`,
      verdict: interchange.verdict,
      groups: groups
        .filter((group) => group.interchange_id === interchange.id)
        .map((group) => ({
          controlNumber: group.control_number,
          version: group.version,
          ak901: group.ak901,
          ak905: group.ak905,
          setsReceived: group.sets_received,
          setsAccepted: group.sets_accepted,
        })),
    })),
    findings: findings.map((finding) => ({
      ruleId: finding.rule_id,
      severity: finding.severity,
      segmentId: finding.segment_id,
      position: finding.segment_position,
      loop: finding.loop_id,
      plain: finding.plain,
      hint: finding.hint,
    })),
    acknowledgements,
  };
}
