// A message from the people who run the gateway to the partners that want such messages.

import type { Core } from '../core.ts';
import type { Actor } from '../domain/audit.ts';
import type { PartnerId } from '../domain/ids.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import { sendMessage } from '../intake/outbound-message.ts';
import { readPartnerProfile } from '../storage/partner-profile-store.ts';
import { listPartners } from '../storage/partner-store.ts';

export type BroadcastResult =
  | {
      readonly kind: 'done';
      readonly sent: readonly PartnerId[];
      /** They have got it already. */
      readonly before: readonly PartnerId[];
      /** Their profile does not say `broadcasts=on`. */
      readonly unwanted: readonly PartnerId[];
    }
  | { readonly kind: 'no-such-partner' };

/**
 * Puts a message into `outbound` of each partner that wants it, once for its key; whoever is cut off calls it again.
 * @param input.only this partner alone
 */
export async function sendBroadcast(
  { database, directory, observe }: Core,
  input: {
    readonly key: string;
    readonly name: EntryName;
    readonly text: string;
    readonly actor: Actor;
    readonly only: PartnerId | undefined;
  },
): Promise<BroadcastResult> {
  const { key, name, text, actor, only } = input;
  const all = await listPartners(database);
  const partners =
    only === undefined
      ? all.filter(({ status }) => status === 'active')
      : all.filter(({ id }) => id === only);
  if (only !== undefined && partners.length === 0) return { kind: 'no-such-partner' };
  const sent: PartnerId[] = [];
  const before: PartnerId[] = [];
  const unwanted: PartnerId[] = [];
  for (const { id: partnerId } of partners) {
    const { broadcasts } = await readPartnerProfile(database, partnerId);
    if (broadcasts !== true) {
      unwanted.push(partnerId);
      continue;
    }
    const message = { partnerId, key: `broadcast:${partnerId}:${key}`, name, text, actor };
    const isNew = await sendMessage({ database, directory, observe }, { ...message, kind: 'message' });
    (isNew ? sent : before).push(partnerId);
  }
  return { kind: 'done', sent, before, unwanted };
}
