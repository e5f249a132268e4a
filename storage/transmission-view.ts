// What a user may see of its partner's transmissions: its own, and what others sent of kinds that it may send too, as in
// `inbound` (mailbox-view.ts). Answers are for who may receive them. Rights are read anew for each page.

import { type Expression, type SqlBool, sql } from 'kysely';
import { mayReceive, whatMayNotBeSent } from '../domain/content-kind.ts';
import type { PartnerId, UserId } from '../domain/ids.ts';
import { sendTransactions } from '../domain/right.ts';
import { readRights } from './grant-store.ts';
import type { Database } from './transaction.ts';

export interface TransmissionViewer {
  readonly partnerId: PartnerId;
  readonly userId: UserId;
}

/** A program of the operator's: it sees every file that has come whole, of one trading partner or of all. */
export interface ProgramViewer {
  readonly partnerId: PartnerId | undefined;
  readonly userId: undefined;
}

/** States in which a file is a promise to the partner; before them it is its uploader's alone (invariant I1). */
const promised = ['received', 'processing', 'answered', 'quarantined', 'failed'] as const;

/** @returns the condition that a row of `transmissions` must meet to be shown */
export async function visibleTransmissions(
  database: Database,
  viewer: TransmissionViewer | ProgramViewer,
): Promise<Expression<SqlBool>> {
  if (viewer.userId === undefined) {
    const received = sql<SqlBool>`transmissions.received_at_ms is not null`;
    if (viewer.partnerId === undefined) return received;
    return sql<SqlBool>`transmissions.partner_id = ${viewer.partnerId} and ${received}`;
  }
  const rights = await readRights(database, viewer);
  const ofPartner = sql<SqlBool>`transmissions.partner_id = ${viewer.partnerId}`;
  const own = sql<SqlBool>`transmissions.user_id = ${viewer.userId}`;
  const whole = sql<SqlBool>`transmissions.state in (${sql.join(promised)})`;
  if (rights.sendsAll) return sql<SqlBool>`${ofPartner} and (${whole} or ${own})`;
  const kinds = [...sendTransactions, '837', 'acknowledgement'].filter(
    (kind) => whatMayNotBeSent(rights, [kind]).length === 0,
  );
  return sql<SqlBool>`${ofPartner} and (${own} or (${whole} and ${onlyOf(kinds)}))`;
}

/** Whether a transmission holds something that was read, and nothing but these kinds. */
function onlyOf(kinds: readonly string[]): Expression<SqlBool> {
  // Kinds stand with a space between; doubling it lets each be taken out with the spaces around it.
  let rest = sql<string>`' ' || replace(contents.kinds, ' ', '  ') || ' '`;
  for (const kind of kinds) rest = sql<string>`replace(${rest}, ${` ${kind} `}, '')`;
  return sql<SqlBool>`exists (
    select 1 from transmission_contents as contents
    where contents.transmission_id = transmissions.id and contents.kinds <> '' and ${rest} = '')`;
}

/** What a user may read of answers. */
export interface AnswerRights {
  /** Findings say what a 999 says. */
  readonly findings: boolean;
  /** @param file.kinds as the journal has them: `TA1`, `999`, `TA1 999`, `report` */
  readonly mayRead: (file: { readonly kinds: string; readonly ownTransmission: boolean }) => boolean;
  /** Everything that the partner may receive: then also names of files that are gone. */
  readonly everything: boolean;
}

export async function readAnswerRights(
  database: Database,
  viewer: TransmissionViewer,
): Promise<AnswerRights> {
  const rights = await readRights(database, viewer);
  return {
    findings: mayReceive(rights, ['999']),
    everything: rights.receivesAll,
    mayRead({ kinds, ownTransmission }) {
      // Who sent a file that was not processed is told why, whatever else it may receive.
      if (kinds === 'report') return ownTransmission || mayReceive(rights, ['report']);
      return mayReceive(rights, [kinds === 'TA1' ? 'TA1' : '999']);
    },
  };
}
