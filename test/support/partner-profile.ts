// What an operator agrees with a partner, as `claimgate partner profile set` does it.

import type { ProfileKeyName } from '../../domain/partner-profile.ts';
import { parseProfileValue } from '../../domain/partner-profile.ts';
import { isRuleId } from '../../edi/rule-facts.ts';
import { setPartnerProfile } from '../../storage/partner-profile-store.ts';
import type { Database } from '../../storage/transaction.ts';
import { administrator } from './gateway.ts';
import { partnerId } from './storage.ts';

/** Sets keys of a partner's profile; undefined takes a value back. */
export async function agreeWith(
  database: Database,
  partner: string,
  wanted: Readonly<Partial<Record<ProfileKeyName, string | undefined>>>,
): Promise<void> {
  const changes: Partial<Record<ProfileKeyName, string | undefined>> = {};
  for (const [name, text] of Object.entries(wanted)) {
    const key = name as ProfileKeyName;
    if (text === undefined) changes[key] = undefined;
    else {
      const parsed = parseProfileValue(key, text, isRuleId);
      if (parsed.kind === 'invalid') throw new Error(`${key}: ${parsed.why}`);
      changes[key] = parsed.text;
    }
  }
  await setPartnerProfile(database, { partnerId: partnerId(partner), changes, actor: administrator });
}
