// The control numbers of what we write: unique for each trading partner, across restarts. A number taken and not used,
// after a crash, is a gap, and gaps are allowed; the same number twice is not (X12.5, ISA13 and GS06).

import type { PartnerId } from '../domain/ids.ts';
import { takeNumbers } from './counter.ts';
import type { Transaction } from './transaction.ts';

/** ISA13 has nine digits; after the last one it begins again. */
const maxControlNumber = 999_999_999;

/**
 * Takes the control numbers for one acknowledgement interchange. They are used up when the answer that bears them is
 * committed, which makes this durable too: of an answer that was not, power loss leaves nothing that anyone has seen.
 * @param input.groups how many functional groups it has
 * @returns its ISA13 and the first of its GS06
 */
export async function takeControlNumbers(
  { sql }: Pick<Transaction, 'sql'>,
  input: { readonly partnerId: PartnerId; readonly groups: number },
): Promise<{ readonly interchange: number; readonly firstGroup: number }> {
  const interchange = await takeNumbers(sql, `isa13:${input.partnerId}`, 1);
  const firstGroup = input.groups === 0 ? 1 : await takeNumbers(sql, `gs06:${input.partnerId}`, input.groups);
  return { interchange: wrap(interchange), firstGroup: wrap(firstGroup) };
}

const wrap = (number: number): number => ((number - 1) % maxControlNumber) + 1;
