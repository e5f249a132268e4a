// Transmissions of all partners as the gateway's administrators see them: what is in flight, what needs them, and one
// partner's. Each list is over an index that holds little else.

import type { Expression } from 'kysely';
import type { PartnerId, TransmissionId } from '../domain/ids.ts';
import type { TransmissionState, Verdict } from '../domain/transmission.ts';
import { literal, literals } from './literals.ts';
import type { Database } from './transaction.ts';
import { type Transmission, transmissionOf } from './transmission-store.ts';

/** Lists by what they show. */
export type StandingList = 'arriving' | 'unanswered' | 'failed' | 'quarantined';

/** As indexes have it in their conditions, word for word, or SQLite does not use them. */
const statesOf: Readonly<Record<StandingList, readonly Expression<TransmissionState>[]>> = {
  arriving: literals('receiving', 'interrupted', 'held'),
  unanswered: literals('received', 'processing'),
  failed: literals('failed', 'quarantined'),
  quarantined: literals('failed', 'quarantined'),
};

/** @returns what stands so now, the oldest first */
export async function listStanding(
  database: Database,
  input: { readonly list: StandingList; readonly limit: number },
): Promise<readonly Transmission[]> {
  const { list, limit } = input;
  const inTrouble = list === 'failed' || list === 'quarantined';
  let query = database.sql
    .selectFrom('transmissions')
    .selectAll()
    .where('state', 'in', statesOf[list])
    .orderBy(list === 'arriving' ? 'opened_at_ms' : 'received_at_ms')
    .limit(limit);
  if (inTrouble) query = query.where('state', '=', list);
  else if (list === 'arriving') query = query.where('state', '!=', literal('answered'));
  return (await query.execute()).map(transmissionOf);
}

/** @returns a partner's, the newest first */
export async function listOfPartner(
  database: Database,
  input: { readonly partnerId: PartnerId; readonly verdict?: Verdict | undefined; readonly limit: number },
): Promise<readonly Transmission[]> {
  let query = database.sql
    .selectFrom('transmissions')
    .selectAll()
    .where('partner_id', '=', input.partnerId)
    .orderBy('opened_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(input.limit);
  const { verdict } = input;
  // Of one partner's files, and not the partner's of all files with this verdict: the index of verdicts must not be taken.
  if (verdict !== undefined) query = query.where((of) => of.fn.coalesce('verdict', of.val('')), '=', verdict);
  return (await query.execute()).map(transmissionOf);
}

/** @returns the transmission; undefined: there is none of this id */
export async function findTransmission(
  database: Database,
  id: TransmissionId,
): Promise<Transmission | undefined> {
  const row = await database.sql
    .selectFrom('transmissions')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : transmissionOf(row);
}

export interface RuleCount {
  readonly ruleId: string;
  readonly severity: string;
  readonly count: number;
}

/** Which rules a file breaks, without a word of what it holds. */
export async function countByRule(database: Database, id: TransmissionId): Promise<readonly RuleCount[]> {
  const rows = await database.sql
    .selectFrom('findings')
    .select((of) => ['rule_id', 'severity', of.fn.countAll().as('count')])
    .where('transmission_id', '=', id)
    .groupBy(['rule_id', 'severity'])
    .orderBy('count', 'desc')
    .limit(50)
    .execute();
  return rows.map((row) => ({ ruleId: row.rule_id, severity: row.severity, count: Number(row.count) }));
}
