// What happens at start: disk and journal are brought together after whatever ended the last run. Every step may be
// cut off itself and repeated.

import { chmod, lstat, readdir, unlink } from 'node:fs/promises';
import { parseTransmissionId, type TransmissionId } from '../domain/ids.ts';
import type { Observe } from '../domain/observation.ts';
import { applyReceiveLog } from './apply-receive-log.ts';
import { completeEntry } from './complete-entry.ts';
import { type DataDirectory, syncFolder } from './data-directory.ts';
import { unlessMissing } from './disk-fault.ts';
import { isStagedAnswer } from './durable-file.ts';
import { restoreOriginals } from './small-originals.ts';
import type { Database } from './transaction.ts';
import { listUnfinished, type UnfinishedUpload } from './unfinished-uploads.ts';
import { discardUpload, interruptUpload } from './upload-journal.ts';

export interface RecoveryReport {
  /** Uploads that were under way and may be resumed. */
  readonly interrupted: number;
  /** CLOSEs that were not answered: taken back, the upload may be resumed. */
  readonly rolledBack: number;
  /** CLOSEs that were answered, or about to be: their name in `inbound` was put in place. */
  readonly completed: number;
  /** Uploads that no one resumed in time. */
  readonly expired: number;
  /** Staging files that belong to nothing. */
  readonly orphans: number;
  /** Small files that power loss had taken, written anew from the journal. */
  readonly restored: number;
  /** Small files whose CLOSE was answered, taken from the receive log. */
  readonly applied: number;
}

export interface RecoveryDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly observe?: Observe;
  /** An interrupted or held upload older than this is given up, in milliseconds. */
  readonly interruptedExpiryMs: number;
}

/**
 * Brings uploads and their staging files in order. Only the one process that takes uploads may call it, before it does;
 * what intake is in the middle of, maybe in a process of its own, is left alone.
 */
export async function recoverUploads(deps: RecoveryDeps): Promise<RecoveryReport> {
  const restored = await restoreOriginals(deps);
  const applied = await applyReceiveLog(deps);
  let interrupted = 0;
  let rolledBack = 0;
  let expired = 0;
  for (const upload of await listUnfinished(deps.database, ['sftp', 'portal'])) {
    if (await takeBackOriginal(deps, upload.id)) rolledBack += 1;
    if (upload.updatedAtMs < deps.database.now() - deps.interruptedExpiryMs) {
      await discardUpload(deps.database, {
        id: upload.id,
        reason: 'no one resumed it in time',
        state: 'expired',
      });
      expired += 1;
    } else if (upload.state === 'receiving') {
      if (await interrupt(deps, upload)) interrupted += 1;
    }
  }
  const { completed, orphans } = await sweepStaging(deps, 'sftp');
  return { interrupted, rolledBack, completed, expired, orphans, restored, applied };
}

/**
 * The same for what intake had in the middle: adoptions are given up, to be made again from `inbound`, and answers that
 * were being written are removed. Only the one process with the role `intake` may call it, before it begins.
 */
export async function recoverAdoptions(
  deps: Omit<RecoveryDeps, 'interruptedExpiryMs'>,
): Promise<RecoveryReport> {
  // Before anything is claimed: uploads may be taken by a process that starts later.
  const restored = await restoreOriginals(deps);
  let rolledBack = 0;
  for (const adoption of await listUnfinished(deps.database, ['adopted'])) {
    if (await takeBackOriginal(deps, adoption.id)) rolledBack += 1;
    await discardUpload(deps.database, { id: adoption.id, reason: 'cut off while it was adopted' });
  }
  const { completed, orphans } = await sweepStaging(deps, 'intake');
  return { interrupted: 0, rolledBack, completed, expired: 0, orphans, restored, applied: 0 };
}

/** A link in originals/ without the commit that goes with it: the CLOSE was never answered (publish-upload.ts, step 2). */
async function takeBackOriginal(deps: SweepDeps, id: TransmissionId): Promise<boolean> {
  const { database, directory } = deps;
  const staged = directory.staged(id);
  const found = await unlessMissing(() => lstat(staged), undefined);
  if (found === undefined || (found.nlink === 1 && (found.mode & 0o200) !== 0)) return false;
  const dayMs = 24 * 60 * 60 * 1000;
  // The link was the last that happened to the inode.
  const linkedAtMs = Math.min(found.ctimeMs, database.now());
  for (let atMs = linkedAtMs - dayMs; atMs <= database.now() + dayMs; atMs += dayMs) {
    const original = directory.stored(directory.originalPath(id, atMs));
    await unlessMissing(() => unlink(original), undefined);
  }
  await chmod(staged, 0o600);
  return true;
}

async function interrupt(deps: RecoveryDeps, upload: UnfinishedUpload): Promise<boolean> {
  const found = await unlessMissing(() => lstat(deps.directory.staged(upload.id)), undefined);
  if (found === undefined || found.size === 0) {
    await discardUpload(deps.database, { id: upload.id, reason: 'cut off before a byte arrived' });
    return false;
  }
  await interruptUpload(deps.database, { id: upload.id, sizeBytes: found.size });
  return true;
}

type SweepDeps = Omit<RecoveryDeps, 'interruptedExpiryMs'>;
/** Whose leftovers are swept: staging is shared, and each role knows only of its own that no one works on them. */
type Sweeper = 'sftp' | 'intake';

async function sweepStaging(
  deps: SweepDeps,
  sweeper: Sweeper,
): Promise<{ readonly completed: number; readonly orphans: number }> {
  let completed = 0;
  let orphans = 0;
  for (const name of await readdir(deps.directory.staging)) {
    const outcome = await sweepStaged(deps, { name, sweeper });
    if (outcome === 'completed') completed += 1;
    if (outcome === 'removed') orphans += 1;
  }
  return { completed, orphans };
}

async function sweepStaged(
  deps: SweepDeps,
  input: { readonly name: string; readonly sweeper: Sweeper },
): Promise<'kept' | 'completed' | 'removed'> {
  const { database, directory } = deps;
  const { name, sweeper } = input;
  const id = parseTransmissionId(name);
  const row =
    id.kind === 'invalid'
      ? undefined
      : await database.sql.selectFrom('transmissions').selectAll().where('id', '=', id.id).executeTakeFirst();
  const owner: Sweeper = row?.source === 'adopted' || isStagedAnswer(name) ? 'intake' : 'sftp';
  if (owner !== sweeper) return 'kept';
  if (
    row !== undefined &&
    (row.state === 'receiving' || row.state === 'interrupted' || row.state === 'held')
  ) {
    return 'kept';
  }
  // What a gate has refused gets no name, unless another program had given it one.
  const isNamed = row?.refusal === null || row?.source === 'adopted';
  const finished = row !== undefined && row.original_path !== null && id.kind === 'ok' && isNamed;
  // The commit was made, and the name in `inbound` not yet (publish-upload.ts, step 4).
  const folder = finished
    ? await completeEntry(deps, { id: id.id, partner: row.partner_id, name: row.name })
    : undefined;
  if (folder !== undefined) {
    await syncFolder(folder);
    return 'completed';
  }
  // Power loss may have taken the row of an upload that was linked already: its CLOSE was never answered.
  if (row === undefined && id.kind === 'ok') await takeBackOriginal(deps, id.id);
  await unlessMissing(() => unlink(directory.staged(name)), undefined);
  return 'removed';
}
