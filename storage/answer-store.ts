// The answer to a transmission: verdict, acknowledgements, what each interchange, group and set came to, findings, the
// release that follows, event and audit record, all in one transaction (invariants I2 and I8). The acknowledgements'
// bytes are on the disk and synced before it; putting them into `outbound` comes after it and may be repeated.

import type { Insertable } from 'kysely';
import type { ContentKind } from '../domain/content-kind.ts';
import type { PartnerId, TransmissionId } from '../domain/ids.ts';
import { uuidV7 } from '../domain/ids.ts';
import type { Verdict } from '../domain/transmission.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import { countAnswerTime } from './activity-counts.ts';
import { endClaim } from './intake-queue.ts';
import { freeInterchangeKeys } from './interchange-keys.ts';
import { literal } from './literals.ts';
import { noteOutboundFile } from './outbound-file-store.ts';
import { storedPartnerId } from './partner-store.ts';
import { prepareQuery } from './prepared-query.ts';
import type { FindingRow, FunctionalGroupRow, InterchangeRow, Tables, TransactionSetRow } from './tables.ts';
import type { Database, Transaction } from './transaction.ts';
import { noteContent } from './transmission-content.ts';

export type InterchangeRecord = Omit<InterchangeRow, 'id' | 'transmission_id' | 'ordinal'> & {
  readonly groups: readonly GroupRecord[];
};
export type GroupRecord = Omit<FunctionalGroupRow, 'id' | 'interchange_id' | 'ordinal'> & {
  readonly sets: readonly SetRecord[];
};
export type SetRecord = Omit<TransactionSetRow, 'id' | 'group_id' | 'ordinal' | 'findings'> & {
  readonly findings: readonly FindingRecord[];
  readonly findingsOmitted: number;
};
export type FindingRecord = Omit<FindingRow, 'id' | 'transmission_id' | 'set_id' | 'ordinal'>;

/** A file that answers: a TA1, 999s, or a report in plain words. */
export interface AnswerFile {
  readonly id: string;
  /** Which interchange of the file it answers, from 1; 0 for a report on the whole file. */
  readonly interchangeOrdinal: number;
  /** `TA1`, `999`, `TA1 999` or `report`. */
  readonly kinds: string;
  readonly name: string;
  /** Below the data directory. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly controlNumber: string;
}

export interface Answer {
  readonly id: TransmissionId;
  readonly partnerId: PartnerId;
  readonly worker: string;
  readonly outcome:
    | { readonly state: 'answered'; readonly verdict: Verdict | undefined }
    | { readonly state: 'quarantined' | 'discarded'; readonly reason: string };
  readonly files: readonly AnswerFile[];
  /** What the transmission held; none where it could not be told. */
  readonly kinds: readonly ContentKind[];
  readonly interchanges: readonly InterchangeRecord[];
  /** The manifest of the release to the back end, where one is due. */
  readonly manifest: string | undefined;
  /** Of `backend/`: where the release goes; `accepted` when left out. */
  readonly folder?: 'accepted' | 'test' | undefined;
  /** Below the data directory: the derived file that is released in the original's place. */
  readonly derivedPath?: string | undefined;
}

/**
 * Writes an answer.
 * @returns false when the claim was no longer this worker's: nothing was written
 */
export async function writeAnswer(database: Database, answer: Answer): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const { outcome } = answer;
    const ended = await endClaim(transaction, {
      id: answer.id,
      worker: answer.worker,
      state: outcome.state,
      ...(outcome.state === 'answered' ? {} : { reason: outcome.reason }),
      ...(outcome.state === 'answered' && outcome.verdict !== undefined ? { verdict: outcome.verdict } : {}),
    });
    if (!ended) return false;
    if (outcome.state !== 'answered') await freeInterchangeKeys(transaction, answer.id);
    await writeFiles(transaction, answer);
    await noteContent(transaction, answer);
    for (const [index, interchange] of answer.interchanges.entries()) {
      await writeInterchange(transaction, answer.id, interchange, index + 1);
    }
    if (answer.manifest !== undefined) {
      await insertRelease(transaction.sql, {
        id: newId(transaction),
        transmission_id: answer.id,
        manifest: answer.manifest,
        state: 'due',
        due_at_ms: transaction.nowMs,
        released_at_ms: null,
        folder: answer.folder ?? 'accepted',
        path: answer.derivedPath ?? null,
      });
    }
    await nameTransactions(transaction.sql, {
      id: answer.id,
      transactions: transactionNames(answer.interchanges),
    });
    await announce(transaction, answer);
    return true;
  });
}

/** Kept beside the transmission, so that a list can be filtered by it without opening every set. */
function transactionNames(interchanges: readonly InterchangeRecord[]): string {
  const sets = interchanges.flatMap(({ groups }) => groups.flatMap((group) => group.sets));
  return [...new Set(sets.map((set) => set.transaction_name.replaceAll(' ', '-')))].join(' ');
}

const insertRelease = prepareQuery((sql, row: Insertable<Tables['releases']>) =>
  sql.insertInto('releases').values(row),
);
const nameTransactions = prepareQuery((sql, values: { id: string; transactions: string }) =>
  sql.updateTable('transmissions').set({ transactions: values.transactions }).where('id', '=', values.id),
);
const insertAcknowledgement = prepareQuery((sql, row: Insertable<Tables['acknowledgements']>) =>
  sql.insertInto('acknowledgements').values(row),
);
const insertInterchange = prepareQuery((sql, row: InterchangeRow) =>
  sql.insertInto('interchanges').values(row),
);
const insertGroup = prepareQuery((sql, row: FunctionalGroupRow) =>
  sql.insertInto('functional_groups').values(row),
);
const insertSet = prepareQuery((sql, row: TransactionSetRow) =>
  sql.insertInto('transaction_sets').values(row),
);

const newId = (transaction: Transaction): string => uuidV7(transaction.nowMs, transaction.randomBytes(10));

async function writeFiles(transaction: Transaction, answer: Answer): Promise<void> {
  for (const file of answer.files) {
    await insertAcknowledgement(transaction.sql, {
      id: file.id,
      transmission_id: answer.id,
      interchange_ordinal: file.interchangeOrdinal,
      partner_id: answer.partnerId,
      kinds: file.kinds,
      name: file.name,
      path: file.path,
      size_bytes: file.sizeBytes,
      sha256: file.sha256,
      control_number: file.controlNumber,
      state: 'written',
      written_at_ms: transaction.nowMs,
      published_at_ms: null,
    });
  }
}

async function writeInterchange(
  transaction: Transaction,
  transmissionId: TransmissionId,
  interchange: InterchangeRecord,
  ordinal: number,
): Promise<void> {
  const { groups, ...columns } = interchange;
  const id = newId(transaction);
  await insertInterchange(transaction.sql, { ...columns, id, transmission_id: transmissionId, ordinal });
  for (const [index, group] of groups.entries()) {
    const { sets, ...groupColumns } = group;
    const groupId = newId(transaction);
    const row = { ...groupColumns, id: groupId, interchange_id: id, ordinal: index + 1 };
    await insertGroup(transaction.sql, row);
    for (const [setIndex, set] of sets.entries()) {
      await writeSet(transaction, { transmissionId, groupId, set, ordinal: setIndex + 1 });
    }
  }
}

/** SQLite takes 32,766 parameters a statement; a finding has 17. */
const findingsPerStatement = 500;

async function writeSet(
  transaction: Transaction,
  input: {
    readonly transmissionId: TransmissionId;
    readonly groupId: string;
    readonly set: SetRecord;
    readonly ordinal: number;
  },
): Promise<void> {
  const { findings, findingsOmitted, ...columns } = input.set;
  const id = newId(transaction);
  await insertSet(transaction.sql, {
    ...columns,
    id,
    group_id: input.groupId,
    ordinal: input.ordinal,
    findings: findings.length + findingsOmitted,
  });
  for (let start = 0; start < findings.length; start += findingsPerStatement) {
    await transaction.sql
      .insertInto('findings')
      .values(
        findings.slice(start, start + findingsPerStatement).map((finding, index) => ({
          ...finding,
          id: newId(transaction),
          transmission_id: input.transmissionId,
          set_id: id,
          ordinal: start + index + 1,
        })),
      )
      .execute();
  }
}

const auditActions = {
  answered: 'transmission.answer',
  quarantined: 'transmission.quarantine',
  discarded: 'transmission.discard',
} as const;

async function announce(transaction: Transaction, answer: Answer): Promise<void> {
  const { id: transmissionId, partnerId, outcome } = answer;
  if (outcome.state !== 'answered') {
    const kind = `transmission.${outcome.state}` as const;
    await transaction.event({ kind, partnerId, transmissionId, reason: outcome.reason });
  } else {
    const acknowledgements = answer.files.map((file) => file.name);
    await transaction.event({
      kind: 'transmission.answered',
      partnerId,
      transmissionId,
      verdict: outcome.verdict,
      acknowledgements,
    });
  }
  await transaction.audit({
    actor: { kind: 'gateway' },
    action: auditActions[outcome.state],
    subject: `transmission:${transmissionId}`,
    detail:
      outcome.state === 'answered'
        ? { verdict: outcome.verdict ?? 'none', acknowledgements: answer.files.length }
        : { reason: outcome.reason },
  });
}

export interface UnpublishedFile {
  readonly id: string;
  readonly transmissionId: string;
  readonly partnerId: PartnerId;
  /** Who sent what it answers; undefined when a program did. */
  readonly userId: string | undefined;
  /** As `AnswerFile` has them. */
  readonly kinds: string;
  readonly name: string;
  readonly path: string;
  readonly writtenAtMs: number;
  /** When what it answers was received. */
  readonly receivedAtMs: number;
  /** Somebody has fetched it already: it was in `outbound`, and is not put there again. */
  readonly isCollected: boolean;
}

const unpublished = prepareQuery((sql, { limit }: { limit: number }) =>
  sql
    .selectFrom('acknowledgements')
    .innerJoin('transmissions', 'transmissions.id', 'acknowledgements.transmission_id')
    .leftJoin('collections', 'collections.file_id', 'acknowledgements.id')
    .select([
      'acknowledgements.id',
      'acknowledgements.transmission_id',
      'acknowledgements.partner_id',
      'acknowledgements.kinds',
      'acknowledgements.name',
      'acknowledgements.path',
      'acknowledgements.written_at_ms',
      'transmissions.received_at_ms',
      'transmissions.user_id',
      'collections.file_id',
    ])
    .where('acknowledgements.state', '=', literal('written'))
    .orderBy('written_at_ms')
    .limit(limit),
);

/** @returns answers that are written and not known to be in `outbound`, the oldest first */
export async function listUnpublished(
  database: Database,
  limit: number,
): Promise<readonly UnpublishedFile[]> {
  const rows = await unpublished(database.sql, { limit });
  return rows.map((row) => ({
    id: row.id,
    transmissionId: row.transmission_id,
    partnerId: storedPartnerId(row.partner_id),
    userId: row.user_id ?? undefined,
    kinds: row.kinds,
    name: row.name,
    path: row.path,
    writtenAtMs: Number(row.written_at_ms),
    receivedAtMs: Number(row.received_at_ms ?? row.written_at_ms),
    isCollected: row.file_id !== null,
  }));
}

/** An answer that has its name in `outbound`. */
export interface PublishedFile {
  readonly file: UnpublishedFile;
  /** The name it has there. */
  readonly name: EntryName;
  /** `device:inode` of it. */
  readonly inode: string;
  readonly publishedAtMs: number;
}

/** Answers are in `outbound`. Said twice, the second time counts for nothing. */
export async function markPublished(database: Database, published: readonly PublishedFile[]): Promise<void> {
  await database.transaction(async (transaction) => {
    for (const { file, name, inode, publishedAtMs } of published) {
      const [marked] = await publishedAt(transaction.sql, { id: file.id, publishedAtMs });
      if (marked === undefined) continue;
      await countAnswerTime(transaction, { receivedAtMs: file.receivedAtMs, answeredAtMs: publishedAtMs });
      const { partnerId, userId } = file;
      await noteOutboundFile(transaction, { partnerId, name, inode, kinds: answerKinds(file.kinds), userId });
    }
  }, notForPowerLoss);
  database.changes.announce();
}

// After power loss it is due again, and known again by its inode.
const notForPowerLoss = { survives: 'process-end' } as const;

const publishedAt = prepareQuery((sql, values: { id: string; publishedAtMs: number }) =>
  sql
    .updateTable('acknowledgements')
    .set({ state: 'published', published_at_ms: values.publishedAtMs })
    .where('id', '=', values.id)
    .where('state', '=', literal('written'))
    .returning('id'),
);

/** A TA1 that stands in one file with a 999 says nothing beyond it. */
const answerKinds = (kinds: string): readonly ContentKind[] => [kinds.includes('999') ? '999' : kinds];

export interface DueRelease {
  readonly id: string;
  readonly transmissionId: TransmissionId;
  readonly partnerId: PartnerId;
  readonly name: string;
  /** Below the data directory: the original, or what was derived from it. */
  readonly path: string;
  /** Of `backend/`. */
  readonly folder: 'accepted' | 'test';
  readonly manifest: string;
}

const dueReleases = prepareQuery((sql, { limit }: { limit: number }) =>
  sql
    .selectFrom('releases')
    .innerJoin('transmissions', 'transmissions.id', 'releases.transmission_id')
    .select([
      'releases.id',
      'releases.manifest',
      'releases.folder',
      'releases.path',
      'transmissions.id as transmission_id',
      'transmissions.partner_id',
      'transmissions.name',
      'transmissions.original_path',
    ])
    .where('releases.state', '=', literal('due'))
    .orderBy('releases.due_at_ms')
    .limit(limit),
);

/** @returns releases that are due, the oldest first */
export async function listDueReleases(database: Database, limit: number): Promise<readonly DueRelease[]> {
  const rows = await dueReleases(database.sql, { limit });
  return rows.map((row) => ({
    id: row.id,
    transmissionId: row.transmission_id as TransmissionId,
    partnerId: storedPartnerId(row.partner_id),
    name: row.name,
    path: row.path ?? row.original_path ?? '',
    folder: row.folder,
    manifest: row.manifest,
  }));
}

const releasedAt = prepareQuery((sql, values: { id: string; nowMs: number }) =>
  sql
    .updateTable('releases')
    .set({ state: 'released', released_at_ms: values.nowMs })
    .where('id', '=', values.id)
    .where('state', '=', 'due'),
);

/** The original and its manifest are with the back end: state, event and audit record. */
export async function markReleased(
  database: Database,
  input: { readonly release: DueRelease; readonly manifestPath: string },
): Promise<void> {
  const { release, manifestPath } = input;
  await database.transaction(async (transaction) => {
    await releasedAt(transaction.sql, { id: release.id, nowMs: transaction.nowMs });
    await transaction.event({
      kind: 'transmission.released',
      partnerId: release.partnerId,
      transmissionId: release.transmissionId,
      manifest: manifestPath,
    });
    await transaction.audit({
      actor: { kind: 'gateway' },
      action: 'transmission.release',
      subject: `transmission:${release.transmissionId}`,
      detail: { manifest: manifestPath },
    });
  });
}
