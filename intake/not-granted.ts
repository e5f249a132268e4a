// A file whose transactions its sender may not send: what the sender is told. Nothing of such a file is processed, no
// 999 or TA1 answers it, and it takes no control number: once the right is there, the same file may be sent again.

import { type ContentKind, whatMayNotBeSent } from '../domain/content-kind.ts';
import { readRights } from '../storage/grant-store.ts';
import type { ClaimedTransmission } from '../storage/intake-queue.ts';
import type { Database } from '../storage/transaction.ts';

/** Stands in the journal, the event and the log. */
export const notGrantedReason = 'transaction-not-granted';

export interface NotGranted {
  /** Why, as a sentence. */
  readonly plain: string;
  /** What to do, as sentences. */
  readonly advice: readonly string[];
}

/**
 * Asks, once it is known what a file holds, whether its sender may send all of it. One set that may not be sent refuses
 * the whole file. What a program dropped without a user is under the trading partner's rights.
 * @returns undefined when all of it may be sent
 */
export async function whyNotGranted(
  database: Database,
  input: { readonly claimed: ClaimedTransmission; readonly kinds: readonly ContentKind[] },
): Promise<NotGranted | undefined> {
  const { partnerId, userId } = input.claimed;
  const rights = await readRights(database, { partnerId, userId });
  const forbidden = whatMayNotBeSent(rights, input.kinds);
  if (forbidden.length === 0) return undefined;
  const who = userId === undefined ? `Trading partner ${partnerId}` : `User ${userId}`;
  const what = forbidden.map(inWords).join(', ');
  const advice =
    userId === undefined
      ? ['Ask EDI support which transactions the trading partner has agreed on.']
      : [
          'Ask your office administrator or user administrator for the right to send it: they give it in the portal under Trading Partner, Manage Transaction for User.',
          'Then send the file again; it may stay as it is.',
        ];
  return { plain: `${who} may not send ${what}.`, advice };
}

function inWords(kind: ContentKind): string {
  switch (kind) {
    case 'unknown':
    case 'unlisted':
      return 'files';
    case '837':
      return '837 claims';
    case 'acknowledgement':
      return 'acknowledgements (999, TA1)';
    default:
      return kind;
  }
}
