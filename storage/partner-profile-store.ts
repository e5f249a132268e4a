// What is agreed with each trading partner, as rows. It is read anew for each file, so that a change counts for the next
// one, in every process.

import type { Actor } from '../domain/audit.ts';
import type { PartnerId } from '../domain/ids.ts';
import {
  type PartnerProfile,
  type ProfileKeyName,
  type ProfileTexts,
  profileOf,
} from '../domain/partner-profile.ts';
import { prepareQuery } from './prepared-query.ts';
import type { Database, Sql, Transaction } from './transaction.ts';

const profileRow = prepareQuery((sql: Sql, values: { readonly partnerId: PartnerId }) =>
  sql.selectFrom('partner_profiles').select('profile').where('partner_id', '=', values.partnerId),
);

/** @returns what is set for the partner, as people write it; nothing where nothing is set */
export async function readProfileTexts(
  database: Pick<Database, 'sql'>,
  id: PartnerId,
): Promise<ProfileTexts> {
  const [row] = await profileRow(database.sql, { partnerId: id });
  return row === undefined ? {} : (JSON.parse(row.profile) as ProfileTexts);
}

/**
 * Reads what is agreed with a partner.
 * @returns what is set; what is absent falls back to the settings
 * @throws Error when the row was not written by Claimgate
 */
export async function readPartnerProfile(
  database: Pick<Database, 'sql'>,
  id: PartnerId,
): Promise<PartnerProfile> {
  return profileOf(await readProfileTexts(database, id));
}

export type SetProfileOutcome =
  | { readonly kind: 'changed'; readonly keys: readonly ProfileKeyName[] }
  /** All of it was so already. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'no-such-partner' };

/**
 * Sets some keys of a partner's profile; the others stay. Setting the same again changes nothing.
 * @param input.changes by key, in the form that `parseProfileValue` gives; undefined: falls back again
 * @param input.actor who does it, for the audit trail
 */
export async function setPartnerProfile(
  database: Database,
  input: SetProfileInput,
): Promise<SetProfileOutcome> {
  return database.transaction((transaction) => setPartnerProfileWithin(transaction, input));
}

export interface SetProfileInput {
  readonly partnerId: PartnerId;
  readonly changes: Readonly<Partial<Record<ProfileKeyName, string | undefined>>>;
  readonly actor: Actor;
}

/** The same as part of a transaction that does more. */
export async function setPartnerProfileWithin(
  transaction: Transaction,
  input: SetProfileInput,
): Promise<SetProfileOutcome> {
  const { partnerId, actor } = input;
  const { sql, nowMs } = transaction;
  const partner = await sql
    .selectFrom('partners')
    .select('id')
    .where('id', '=', partnerId)
    .executeTakeFirst();
  if (partner === undefined) return { kind: 'no-such-partner' };
  const before = await readProfileTexts(transaction, partnerId);
  const changed = Object.entries(input.changes).filter(
    ([name, text]) => before[name as ProfileKeyName] !== text,
  );
  if (changed.length === 0) return { kind: 'unchanged' };
  const after = Object.entries({ ...before, ...input.changes })
    .filter(([, text]) => text !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const profile = JSON.stringify(Object.fromEntries(after));
  await sql
    .insertInto('partner_profiles')
    .values({ partner_id: partnerId, profile, version: 1, updated_at_ms: nowMs })
    .onConflict((conflict) =>
      conflict.column('partner_id').doUpdateSet((value) => ({
        profile,
        version: value('partner_profiles.version', '+', 1),
        updated_at_ms: nowMs,
      })),
    )
    .execute();
  const keys = changed.map(([name]) => name as ProfileKeyName);
  await transaction.event({ kind: 'partner.profile-changed', partnerId, keys });
  await transaction.audit({
    actor,
    action: 'partner.profile',
    subject: `partner:${partnerId}`,
    detail: Object.fromEntries(changed.map(([name, text]) => [name, text ?? ''])),
  });
  return { kind: 'changed', keys };
}
