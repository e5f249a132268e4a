// What is agreed with a trading partner about the files that it sends: names, sizes, how many. It is asked when a file
// is opened for writing, so that a client learns it before it has sent anything.

import type { PartnerId } from '../domain/ids.ts';
import type { FileRefusal } from '../domain/mailbox.ts';
import type { PartnerProfile } from '../domain/partner-profile.ts';
import { fitsNames } from '../domain/profile-value.ts';
import { type EntryName, isTemporaryName } from '../domain/virtual-path.ts';
import type { BriefMemory } from './brief-memory.ts';
import { refuse } from './disk-fault.ts';
import { readPartnerProfile } from './partner-profile-store.ts';
import type { Database } from './transaction.ts';

const hourMs = 60 * 60 * 1000;

/** @returns why a file of that final name is not taken; a temporary name is asked about when it gets its final one */
export function whyNameNotAgreed({ inboundNames }: PartnerProfile, name: EntryName): string | undefined {
  if (inboundNames === undefined || isTemporaryName(name) || fitsNames(inboundNames, name)) return undefined;
  return `File names here are such as ${inboundNames.join(', ')}.`;
}

export interface UploadTerms {
  readonly kind: 'agreed';
  readonly maxFileBytes: number;
  /** Whether files that are begun are counted, and so have to be in the journal from then on. */
  readonly counted: boolean;
}

/**
 * Asks whether a partner may begin a file now.
 * @param input.isNew false for one that is resumed or renamed: it was counted when it began
 * @returns a refusal, or how many bytes the file may have at most where that is agreed
 */
export async function askUploadTerms(
  {
    database,
    memory,
  }: { readonly database: Database; readonly memory: { readonly profiles: BriefMemory<PartnerProfile> } },
  input: { readonly partnerId: PartnerId; readonly name: EntryName; readonly isNew: boolean },
): Promise<FileRefusal | UploadTerms> {
  const { partnerId, name, isNew } = input;
  const agreed = await memory.profiles.recall(partnerId, () => readPartnerProfile(database, partnerId));
  const unfit = whyNameNotAgreed(agreed, name);
  if (unfit !== undefined) return refuse('permission-denied', unfit);
  const { filesPerHour, maxFileBytes = Number.POSITIVE_INFINITY } = agreed;
  if (isNew && filesPerHour !== undefined) {
    const begun = await countBegun(database, partnerId);
    if (begun >= filesPerHour)
      return refuse('failure', `No more than ${filesPerHour} files an hour are taken. Try again later.`);
  }
  return { kind: 'agreed', maxFileBytes, counted: filesPerHour !== undefined };
}

/** Files that the partner's users have begun within the last hour and not given up. */
async function countBegun(database: Database, partnerId: PartnerId): Promise<number> {
  const row = await database.sql
    .selectFrom('transmissions')
    .select((value) => value.fn.countAll<number>().as('begun'))
    .where('partner_id', '=', partnerId)
    .where('opened_at_ms', '>', database.now() - hourMs)
    .where('source', 'in', ['sftp', 'portal'])
    .where('state', 'not in', ['discarded', 'expired'])
    .executeTakeFirstOrThrow();
  return Number(row.begun);
}
