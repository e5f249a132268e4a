// Originals, and their names in `inbound`, that have had their time. Only what was answered goes, and only when its
// answers are gone from `outbound`: an original outlives whatever tells of it.

import { lstat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { TransmissionId } from '../domain/ids.ts';
import type { RetentionKind, RetentionStep } from '../domain/retention.ts';
import { parseEntryName } from '../domain/virtual-path.ts';
import { unlessMissing } from './disk-fault.ts';
import { inPieces, namesIn } from './folder-names.ts';
import { inodeOf } from './outbound-file-store.ts';
import type { PurgeDeps } from './purge-deps.ts';
import { storedTransmissionId } from './transmission-store.ts';

const dayMs = 24 * 60 * 60 * 1000;
const rowsAtOnce = 500;

/** Names in a partner's `inbound` whose files were answered long enough ago. */
export async function purgeInbound(deps: PurgeDeps): Promise<readonly RetentionStep[]> {
  const { partnerId, days } = deps;
  const steps: RetentionStep[] = [];
  for (const piece of inPieces(await namesIn(deps.directory.mailboxFolder(partnerId, 'inbound')))) {
    const before = deps.database.now() - days.inbound * dayMs;
    for (const name of await answeredNames(deps, { names: piece, before })) {
      if (!deps.dryRun) await removeInbound(deps, name);
      steps.push({ what: 'inbound', done: 'purged', partnerId, subject: name });
    }
  }
  return steps;
}

async function answeredNames(
  { database, directory, partnerId }: PurgeDeps,
  input: { readonly names: readonly string[]; readonly before: number },
): Promise<readonly string[]> {
  const inodes = new Map<string, string>();
  for (const name of input.names) {
    const place = join(directory.mailboxFolder(partnerId, 'inbound'), name);
    const stats = await unlessMissing(() => lstat(place), undefined);
    if (stats?.isFile() === true && stats.nlink > 1) inodes.set(name, inodeOf(stats));
  }
  const rows = await database.sql
    .selectFrom('transmissions')
    .select('inode')
    .where('inode', 'in', [...inodes.values()])
    .where('original_path', 'is not', null)
    .where('state', 'in', ['answered', 'quarantined', 'discarded'])
    .where('received_at_ms', '<=', input.before)
    .execute();
  const old = new Set(rows.map((row) => row.inode));
  return [...inodes].filter(([, inode]) => old.has(inode)).map(([name]) => name);
}

async function removeInbound({ database, directory, partnerId }: PurgeDeps, text: string): Promise<void> {
  const name = parseEntryName(text);
  if (name === undefined) return;
  await unlessMissing(() => unlink(directory.entry(partnerId, 'inbound', name)), undefined);
  await database.transaction((transaction) =>
    transaction.audit({
      actor: { kind: 'gateway' },
      action: 'retention.purge',
      subject: `mailbox:${partnerId}`,
      detail: { what: 'inbound', name },
    }),
  );
}

/** A partner's originals of answered files, or those in quarantine. */
export async function purgeOriginals(
  deps: PurgeDeps,
  what: Extract<RetentionKind, 'originals' | 'quarantine'>,
): Promise<readonly RetentionStep[]> {
  const { database, partnerId, days } = deps;
  const steps: RetentionStep[] = [];
  const states = what === 'quarantine' ? (['quarantined'] as const) : (['answered', 'discarded'] as const);
  for (let after = ''; ; ) {
    const rows = await database.sql
      .selectFrom('transmissions')
      .select(['id', 'name', 'original_path', 'inode'])
      .where('partner_id', '=', partnerId)
      .where('id', '>', after)
      .where('state', 'in', states)
      .where('original_path', 'is not', null)
      .where('received_at_ms', '<=', database.now() - days[what] * dayMs)
      .orderBy('id')
      .limit(rowsAtOnce)
      .execute();
    for (const row of rows) {
      const original = {
        id: storedTransmissionId(row.id),
        name: row.name,
        inode: row.inode ?? '',
        path: row.original_path ?? '',
      };
      if (await isStillTold(deps, original.id)) continue;
      if (!deps.dryRun) await purgeOriginal(deps, { ...original, what });
      steps.push({ what, done: 'purged', partnerId, subject: row.name });
    }
    after = rows.at(-1)?.id ?? after;
    if (rows.length < rowsAtOnce) return steps;
  }
}

/** Whether an answer to it stands in `outbound`, or is still to be put there or released. */
async function isStillTold({ database, partnerId }: PurgeDeps, id: TransmissionId): Promise<boolean> {
  const answer = await database.sql
    .selectFrom('acknowledgements')
    .leftJoin('outbound_files', (join) =>
      join
        .onRef('outbound_files.name', '=', 'acknowledgements.name')
        .on('outbound_files.partner_id', '=', partnerId),
    )
    .select('acknowledgements.id')
    .where('transmission_id', '=', id)
    .where((where) =>
      where.or([where('state', '=', 'written'), where('outbound_files.name', 'is not', null)]),
    )
    .executeTakeFirst();
  const release = await database.sql
    .selectFrom('releases')
    .select('id')
    .where('transmission_id', '=', id)
    .where('state', '=', 'due')
    .executeTakeFirst();
  return answer !== undefined || release !== undefined;
}

/**
 * The other names go first, so that none of them is taken for a file that another program put there; then it goes; then
 * the rows say so. After a crash before that the next run finds the row still, and does it again.
 */
async function purgeOriginal(
  deps: PurgeDeps,
  original: {
    readonly id: TransmissionId;
    readonly name: string;
    readonly inode: string;
    readonly path: string;
    readonly what: 'originals' | 'quarantine';
  },
): Promise<void> {
  const { database, directory, partnerId } = deps;
  const { id, what, name } = original;
  for (const entry of await deps.namesOfInode(original.inode)) await removeInbound(deps, entry);
  const answers = await database.sql
    .selectFrom('acknowledgements')
    .select('path')
    .where('transmission_id', '=', id)
    .execute();
  for (const path of [join('quarantine', id), ...answers.map((row) => row.path), original.path])
    await unlessMissing(() => unlink(directory.stored(path)), undefined);
  await database.transaction(async (transaction) => {
    const { sql, nowMs } = transaction;
    await sql
      .updateTable('transmissions')
      .set({ original_path: null, original_purged_at_ms: nowMs, updated_at_ms: nowMs })
      .where('id', '=', id)
      .execute();
    await sql
      .updateTable('acknowledgements')
      .set({ purged_at_ms: nowMs })
      .where('transmission_id', '=', id)
      .where('purged_at_ms', 'is', null)
      .execute();
    await transaction.event({ kind: 'retention.purged', partnerId, what, name });
    await transaction.audit({
      actor: { kind: 'gateway' },
      action: 'retention.purge',
      subject: `transmission:${id}`,
      detail: { what, name },
    });
  });
}
