// One run of the retention: everything that has had its time, of every trading partner. It runs beside everything else,
// may be cut off anywhere and run again, and two runs at once do no harm.

import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RetentionDays, RetentionStep } from '../domain/retention.ts';
import type { DataDirectory } from './data-directory.ts';
import { unlessMissing } from './disk-fault.ts';
import { listPartnerIds } from './find-mismatches.ts';
import { namesIn } from './folder-names.ts';
import { inodeOf } from './outbound-file-store.ts';
import { purgeInbound, purgeOriginals } from './purge-originals.ts';
import { purgeOutbound } from './purge-outbound.ts';
import { expireUploads, purgeEvents, purgeJournal } from './purge-rows.ts';
import { readRetentionDays } from './retention-store.ts';
import type { Database } from './transaction.ts';

export interface PurgeSettings {
  /** For partners that have none of their own. */
  readonly days: RetentionDays;
  readonly graceDays: number;
  readonly eventsDays: number;
  readonly journalDays: number;
  readonly interruptedExpiryMs: number;
}

const dayMs = 24 * 60 * 60 * 1000;

/** @returns what was done, or with `dryRun` what would be */
export async function purge(deps: {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly settings: PurgeSettings;
  readonly dryRun: boolean;
}): Promise<readonly RetentionStep[]> {
  const { database, directory, settings, dryRun } = deps;
  const steps: RetentionStep[] = [];
  for (const partnerId of await listPartnerIds(database)) {
    const days = await readRetentionDays(database, partnerId, settings.days);
    const { graceDays } = settings;
    const namesOfInode = inodesOf(join(directory.mailboxFolder(partnerId, 'inbound')));
    const partner = { database, directory, partnerId, days, graceDays, dryRun, namesOfInode };
    steps.push(
      ...(await purgeInbound(partner)),
      ...(await purgeOutbound(partner)),
      ...(await purgeOriginals(partner, 'quarantine')),
      ...(await purgeOriginals(partner, 'originals')),
    );
  }
  const nowMs = database.now();
  steps.push(
    ...(await expireUploads(deps, nowMs - settings.interruptedExpiryMs)),
    ...(await purgeEvents(deps, nowMs - settings.eventsDays * dayMs)),
    ...(await purgeJournal(deps, nowMs - settings.journalDays * dayMs)),
  );
  return steps;
}

/** Reads a folder once, when it is first asked about. */
function inodesOf(folder: string): (inode: string) => Promise<readonly string[]> {
  let read: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  const readAll = async () => {
    const byInode = new Map<string, string[]>();
    for (const name of await namesIn(folder)) {
      const stats = await unlessMissing(() => lstat(join(folder, name)), undefined);
      if (stats === undefined) continue;
      byInode.set(inodeOf(stats), [...(byInode.get(inodeOf(stats)) ?? []), name]);
    }
    return byInode;
  };
  return async (inode) => {
    read ??= readAll();
    return (await read).get(inode) ?? [];
  };
}
