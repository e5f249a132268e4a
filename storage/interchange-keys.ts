// Duplicate interchanges (invariant I6): the same sender, receiver and ISA13 within the window is processed once,
// across files, restarts and nodes. A number is taken for one interchange of one transmission; the same one taking it
// again, after a crash, is not a duplicate of itself.

import type { TransmissionId } from '../domain/ids.ts';
import { prepareQuery } from './prepared-query.ts';
import type { InterchangeKeyRow } from './tables.ts';
import type { Transaction } from './transaction.ts';

export interface InterchangeKey {
  /** Qualifier and id. */
  readonly sender: string;
  readonly receiver: string;
  readonly controlNumber: string;
  /** Which interchange of the file, from 1. */
  readonly ordinal: number;
}

export type TakeOutcome =
  | { readonly kind: 'taken' }
  | {
      readonly kind: 'duplicate';
      readonly of: string;
      /** Whether the whole file was the same: a re-send, rather than a number used again. */
      readonly sameFile: boolean;
    };

interface KeyColumns {
  readonly sender: string;
  readonly receiver: string;
  readonly control_number: string;
}

const forgetOldKey = prepareQuery((sql, key: KeyColumns & { readonly seenBeforeMs: number }) =>
  sql
    .deleteFrom('interchange_keys')
    .where('sender', '=', key.sender)
    .where('receiver', '=', key.receiver)
    .where('control_number', '=', key.control_number)
    .where('seen_at_ms', '<', key.seenBeforeMs),
);
const insertKey = prepareQuery((sql, row: InterchangeKeyRow) =>
  sql
    .insertInto('interchange_keys')
    .values(row)
    .onConflict((conflict) => conflict.columns(['sender', 'receiver', 'control_number']).doNothing()),
);
const holderOf = prepareQuery((sql, key: KeyColumns) =>
  sql
    .selectFrom('interchange_keys')
    .selectAll()
    .where('sender', '=', key.sender)
    .where('receiver', '=', key.receiver)
    .where('control_number', '=', key.control_number),
);

/**
 * Takes the numbers of a file's interchanges, in order. The answer's commit makes it durable: the log is one file, and
 * what comes later in it is synced with all before.
 * @param input.sha256 of the file
 * @param input.windowMs how long a number stays taken
 */
export async function takeInterchangeKeys(
  { sql, nowMs }: Pick<Transaction, 'sql' | 'nowMs'>,
  input: {
    readonly transmissionId: TransmissionId;
    readonly sha256: string;
    readonly windowMs: number;
    readonly keys: readonly InterchangeKey[];
  },
): Promise<readonly TakeOutcome[]> {
  const outcomes: TakeOutcome[] = [];
  for (const key of input.keys) {
    const columns = { sender: key.sender, receiver: key.receiver, control_number: key.controlNumber };
    const mine = {
      transmission_id: input.transmissionId,
      ordinal: key.ordinal,
      sha256: input.sha256,
      seen_at_ms: nowMs,
    };
    await forgetOldKey(sql, { ...columns, seenBeforeMs: nowMs - input.windowMs });
    await insertKey(sql, { ...columns, ...mine });
    const [holder] = await holderOf(sql, columns);
    if (holder === undefined) throw new Error('An interchange key that was written is not there.');
    const own = holder.transmission_id === input.transmissionId && holder.ordinal === key.ordinal;
    outcomes.push(
      own
        ? { kind: 'taken' }
        : { kind: 'duplicate', of: holder.transmission_id, sameFile: holder.sha256 === input.sha256 },
    );
  }
  return outcomes;
}

/** What is not processed holds no number: it may be sent again, corrected. */
export async function freeInterchangeKeys(
  { sql }: Pick<Transaction, 'sql'>,
  transmissionId: TransmissionId,
): Promise<void> {
  await sql.deleteFrom('interchange_keys').where('transmission_id', '=', transmissionId).execute();
}
