// Compares the journal with the disk, in both directions, and changes nothing. A running gateway is in the middle of
// something at any moment; what is found is therefore looked at once more after a while, and only what is still there
// counts.

import { type PartnerId, parsePartnerId } from '../domain/ids.ts';
import type { DataDirectory } from './data-directory.ts';
import { findAnswerMismatches } from './find-answer-mismatches.ts';
import { findFolderMismatches } from './find-folder-mismatches.ts';
import { findOriginalMismatches } from './find-original-mismatches.ts';
import { findStagingMismatches } from './find-staging-mismatches.ts';
import { type Mismatch, subjectOf } from './mismatch.ts';
import type { Database } from './transaction.ts';

export interface FindMismatchesInput {
  readonly database: Database;
  readonly directory: DataDirectory;
  /** Looks only at originals and answers from this time on, in milliseconds since 1970; left out: at all of them. */
  readonly sinceMs?: number;
  /**
   * How long after the first look what was found is looked at again, in milliseconds. 0 looks once: for a data
   * directory that no process works on.
   */
  readonly settleMs?: number;
}

/** Longer than any step between the disk and its row takes on a disk that works, in milliseconds. */
const defaultSettleMs = 1_000;

/** @returns every difference between journal and disk; none on a sound data directory, also while it is worked on */
export async function findMismatches(input: FindMismatchesInput): Promise<readonly Mismatch[]> {
  const { settleMs = defaultSettleMs } = input;
  const found = await look(input);
  if (found.length === 0 || settleMs === 0) return found;
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const known = new Set(found.map(keyOf));
  return (await look(input)).filter((mismatch) => known.has(keyOf(mismatch)));
}

const keyOf = (mismatch: Mismatch): string => `${mismatch.kind} ${subjectOf(mismatch)}`;

async function look({ database, directory, sinceMs = 0 }: FindMismatchesInput): Promise<readonly Mismatch[]> {
  const partners = await listPartnerIds(database);
  const deps = { database, directory, partners, sinceMs };
  return [
    ...(await findFolderMismatches(deps)),
    ...(await findStagingMismatches(deps)),
    ...(await findOriginalMismatches(deps)),
    ...(await findAnswerMismatches(deps)),
  ];
}

/** @returns the ids of all trading partners */
export async function listPartnerIds(database: Database): Promise<readonly PartnerId[]> {
  const rows = await database.sql.selectFrom('partners').select('id').orderBy('id').execute();
  return rows.flatMap((row) => {
    const parsed = parsePartnerId(row.id);
    return parsed.kind === 'ok' ? [parsed.id] : [];
  });
}
