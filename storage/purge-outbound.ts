// Files of `outbound` that have had their time: those that were fetched go, of those that nobody has fetched their
// trading partner is warned, and they go after a time of grace.

import { unlink } from 'node:fs/promises';
import type { PartnerId } from '../domain/ids.ts';
import type { RetentionStep } from '../domain/retention.ts';
import { parseEntryName } from '../domain/virtual-path.ts';
import { unlessMissing } from './disk-fault.ts';
import { queueMail } from './mail-store.ts';
import { forgetOutboundFile } from './outbound-file-store.ts';
import type { PurgeDeps } from './purge-deps.ts';
import { storedUserId } from './stored-id.ts';
import type { Transaction } from './transaction.ts';

const dayMs = 24 * 60 * 60 * 1000;

interface OutboundFileAge {
  readonly name: string;
  /** The id of the acknowledgement or dispatch. */
  readonly fileId: string;
  readonly putAtMs: number;
  readonly collectedAtMs: number | undefined;
}

/** One trading partner's `outbound`. @returns what was done, or would be */
export async function purgeOutbound(deps: PurgeDeps): Promise<readonly RetentionStep[]> {
  const { partnerId } = deps;
  const steps: RetentionStep[] = [];
  const toWarn: OutboundFileAge[] = [];
  for (const file of await listAges(deps)) {
    const due = await whatIsDue(deps, file);
    if (due === 'warning') toWarn.push(file);
    if (due === 'warning' || due === 'nothing') continue;
    await purgeFile(deps, file);
    steps.push({ what: due, done: 'purged', partnerId, subject: file.name });
  }
  if (toWarn.length > 0 && !deps.dryRun) await warn(deps, toWarn);
  for (const { name: subject } of toWarn)
    steps.push({ what: 'outbound-uncollected', done: 'warned', partnerId, subject });
  return steps;
}

async function whatIsDue(
  deps: PurgeDeps,
  file: OutboundFileAge,
): Promise<'nothing' | 'warning' | 'outbound-collected' | 'outbound-uncollected'> {
  const { days } = deps;
  const nowMs = deps.database.now();
  if (file.collectedAtMs !== undefined) {
    const old = file.collectedAtMs <= nowMs - days['outbound-collected'] * dayMs;
    return old ? 'outbound-collected' : 'nothing';
  }
  if (file.putAtMs > nowMs - days['outbound-uncollected'] * dayMs) return 'nothing';
  const dueAtMs = await readNotice(deps, file);
  if (dueAtMs === undefined) return 'warning';
  return dueAtMs <= nowMs ? 'outbound-uncollected' : 'nothing';
}

/** Files that we put there and that are there still, with their age. What other programs put there is theirs. */
async function listAges({ database, partnerId }: PurgeDeps): Promise<readonly OutboundFileAge[]> {
  const answers = await database.sql
    .selectFrom('outbound_files')
    .innerJoin('acknowledgements', (join) =>
      join
        .onRef('acknowledgements.partner_id', '=', 'outbound_files.partner_id')
        .onRef('acknowledgements.name', '=', 'outbound_files.name'),
    )
    .leftJoin('collections', 'collections.file_id', 'acknowledgements.id')
    .select(['outbound_files.name', 'acknowledgements.id', 'published_at_ms as put_at_ms', 'collected_at_ms'])
    .where('outbound_files.partner_id', '=', partnerId)
    .execute();
  const dispatches = await database.sql
    .selectFrom('outbound_files')
    .innerJoin('dispatches', (join) =>
      join
        .onRef('dispatches.partner_id', '=', 'outbound_files.partner_id')
        .onRef('dispatches.name', '=', 'outbound_files.name'),
    )
    .leftJoin('collections', 'collections.file_id', 'dispatches.id')
    .select(['outbound_files.name', 'dispatches.id', 'dispatched_at_ms as put_at_ms', 'collected_at_ms'])
    .where('outbound_files.partner_id', '=', partnerId)
    .execute();
  return [...answers, ...dispatches].map((row) => ({
    name: row.name,
    fileId: row.id,
    putAtMs: Number(row.put_at_ms),
    collectedAtMs: row.collected_at_ms === null ? undefined : Number(row.collected_at_ms),
  }));
}

async function readNotice({ database }: PurgeDeps, { fileId }: OutboundFileAge): Promise<number | undefined> {
  const row = await database.sql
    .selectFrom('retention_notices')
    .select('due_at_ms')
    .where('kind', '=', 'outbound-uncollected')
    .where('subject', '=', fileId)
    .executeTakeFirst();
  return row === undefined ? undefined : Number(row.due_at_ms);
}

/** One mail to each office administrator for all of them, and one event a file. */
async function warn(deps: PurgeDeps, files: readonly OutboundFileAge[]): Promise<void> {
  const { database, partnerId, graceDays } = deps;
  await database.transaction(async (transaction) => {
    const dueAtMs = transaction.nowMs + graceDays * dayMs;
    for (const { fileId, name } of files) {
      await transaction.sql
        .insertInto('retention_notices')
        .values({
          kind: 'outbound-uncollected',
          subject: fileId,
          partner_id: partnerId,
          noticed_at_ms: transaction.nowMs,
          due_at_ms: dueAtMs,
        })
        .execute();
      await transaction.event({
        kind: 'retention.warned',
        partnerId,
        what: 'outbound-uncollected',
        name,
        dueAtMs,
      });
    }
    const content = { kind: 'uncollected-files', files: files.length, dueAtMs } as const;
    for (const userId of await administratorsOf(transaction, partnerId))
      await queueMail(transaction, { content, userId });
  });
}

async function administratorsOf({ sql }: Transaction, partnerId: PartnerId) {
  const rows = await sql
    .selectFrom('roles')
    .innerJoin('users', 'users.id', 'roles.user_id')
    .select('users.id')
    .where('users.partner_id', '=', partnerId)
    .where('users.status', '=', 'active')
    .where('roles.role', '=', 'office-administrator')
    .execute();
  return rows.map((row) => storedUserId(row.id));
}

async function purgeFile(deps: PurgeDeps, file: OutboundFileAge): Promise<void> {
  const { database, directory, partnerId, dryRun } = deps;
  const name = parseEntryName(file.name);
  if (dryRun || name === undefined) return;
  // The name goes first: a crash before its row goes puts it back at start, and it goes with the next run.
  await unlessMissing(() => unlink(directory.entry(partnerId, 'outbound', name)), undefined);
  await database.transaction(async (transaction) => {
    await forgetOutboundFile(transaction, { partnerId, name });
    await transaction.sql.deleteFrom('retention_notices').where('subject', '=', file.fileId).execute();
    const what = file.collectedAtMs === undefined ? 'outbound-uncollected' : 'outbound-collected';
    await transaction.event({ kind: 'retention.purged', partnerId, what, name });
    await transaction.audit({
      actor: { kind: 'gateway' },
      action: 'retention.purge',
      subject: `mailbox:${partnerId}`,
      detail: { what, name },
    });
  });
}
