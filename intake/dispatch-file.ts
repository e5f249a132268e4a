// One file from the back end on its way to a partner. The steps, and what a crash after each leaves:
//
//   1. the file is copied into staging, hashed and read on the way     a staging file to sweep; the file is taken again
//   2. the copy gets its place in `dispatched/`                        the same, and a copy that no row has
//   3. one transaction: the dispatch, its event and audit record       known by its source: the steps below are done
//   4. the copy is linked into `outbound`                              the link is known by its inode
//   5. one transaction: it is published, and what users may see of it
//   6. the file is taken out of `outgoing`                             known by its source: only this is done
//
// What would not pass goes the same way with a refusal in step 3, and is set aside with a report in the place of 4 to 6.

import { unlink } from 'node:fs/promises';
import type { Actor } from '../domain/audit.ts';
import { type PartnerId, uuidV7 } from '../domain/ids.ts';
import type { Observe } from '../domain/observation.ts';
import type { PartnerProfile } from '../domain/partner-profile.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import type { EdiProfile } from '../edi/profile.ts';
import type { DataDirectory, HostPath } from '../storage/data-directory.ts';
import { unlessMissing } from '../storage/disk-fault.ts';
import {
  lookAtSource,
  publishDispatch,
  removeSource,
  setRefusedAside,
  sourceKeyOf,
} from '../storage/dispatch-folder.ts';
import {
  acceptDispatch,
  type Dispatch,
  findDispatch,
  findDispatchBySource,
  type NewDispatch,
  refuseDispatch,
} from '../storage/dispatch-store.ts';
import { keepStagedAnswer, stagedAnswer } from '../storage/durable-file.ts';
import { readRights } from '../storage/grant-store.ts';
import { readPartnerProfile } from '../storage/partner-profile-store.ts';
import type { Database } from '../storage/transaction.ts';
import { dispatchReport, duplicateOf } from './dispatch-report.ts';
import type { ReadDispatch, ReadDispatchTask } from './dispatch-worker.ts';
import { nameByPattern } from './file-name.ts';
import { type DispatchRefusal, judgeDispatch } from './judge-dispatch.ts';

export interface DispatchDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly observe: Observe;
  readonly read: (task: ReadDispatchTask) => Promise<ReadDispatch>;
  /** What holds for a partner; undefined when there is no such partner. */
  readonly termsOf: (partnerId: PartnerId) => Promise<DispatchTerms | undefined>;
  readonly maxFileBytes: number;
}

export interface DispatchTerms {
  /** How what it is sent is judged. */
  readonly profile: EdiProfile;
  /** For how long the same bytes are a duplicate, in milliseconds. */
  readonly duplicateWindowMs: number;
}

export interface DispatchInput {
  readonly partnerId: PartnerId;
  readonly path: HostPath;
  /** What it is called where it came from. */
  readonly name: EntryName;
  /** `back-end`: it lies in `outgoing` and leaves it; `command`: it stays where it is. */
  readonly source: 'back-end' | 'command';
  readonly actor: Actor;
  /** Send it though the same bytes went before. */
  readonly again?: boolean | undefined;
}

export type DispatchOutcome =
  | { readonly kind: 'published' | 'refused'; readonly dispatch: Dispatch }
  | { readonly kind: 'no-such-partner' }
  /** It is not there, or changed while it was read: it is looked at again when it has settled. */
  | { readonly kind: 'unsettled' };

/**
 * Takes one file to its partner, or refuses it. Doing it again for the same file changes nothing.
 * @throws Error when disk or database fail; what was begun is gone on with the next time
 */
export async function dispatchFile(deps: DispatchDeps, input: DispatchInput): Promise<DispatchOutcome> {
  const seen = await lookAtSource(input.path);
  if (seen === undefined) return { kind: 'unsettled' };
  const seenKey = sourceKeyOf(seen);
  const sourceKey = input.source === 'back-end' ? seenKey : undefined;
  const known = sourceKey === undefined ? undefined : await findDispatchBySource(deps.database, sourceKey);
  if (known !== undefined) return finish(deps, input, known);
  const terms = await deps.termsOf(input.partnerId);
  if (terms === undefined) return { kind: 'no-such-partner' };
  const id = uuidV7(deps.database.now(), deps.database.randomBytes(10));
  const begun = beginOf(input, { id, sourceKey, sizeBytes: Number(seen.size) });
  if (seen.size > deps.maxFileBytes) {
    const plain = `A file may have at most ${deps.maxFileBytes} bytes here.`;
    return refuse(deps, input, { dispatch: begun, reason: 'larger-than-allowed', plain, details: [] });
  }
  const to = stagedAnswer(deps.directory, id);
  try {
    const read = await deps.read({ from: input.path, to, profile: terms.profile });
    const after = await lookAtSource(input.path);
    if (after === undefined || sourceKeyOf(after) !== seenKey) return { kind: 'unsettled' };
    return await decide(deps, input, { begun, read, terms });
  } finally {
    await unlessMissing(() => unlink(to), undefined);
  }
}

function beginOf(
  { partnerId, source, name }: DispatchInput,
  facts: Pick<NewDispatch, 'id' | 'sourceKey' | 'sizeBytes'>,
): NewDispatch {
  const content = { transactions: 'unknown', kinds: [], controlNumber: '', sha256: '' };
  return { ...facts, ...content, partnerId, source, originalName: name, name, path: undefined };
}

async function decide(
  deps: DispatchDeps,
  input: DispatchInput,
  {
    begun,
    read,
    terms,
  }: { readonly begun: NewDispatch; readonly read: ReadDispatch; readonly terms: DispatchTerms },
): Promise<DispatchOutcome> {
  const { database, directory } = deps;
  const agreed = await readPartnerProfile(database, input.partnerId);
  const rights = await readRights(database, { partnerId: input.partnerId, userId: undefined });
  const judged = judgeDispatch({ result: read.result, rights, agreed });
  const { sizeBytes, sha256 } = read;
  const { kinds, transactions, controlNumber } = judged;
  const facts = { ...begun, sizeBytes, sha256, kinds, transactions, controlNumber };
  if (judged.kind === 'refused') return refuse(deps, input, { ...judged, dispatch: facts });
  const atMs = database.now();
  const name = nameOf(facts, { agreed, atMs });
  const path = directory.dispatchPath(facts.id, atMs);
  const dispatch = { ...facts, name, path };
  await keepStagedAnswer(directory, { id: facts.id, to: directory.stored(path) });
  const duplicateWindowMs = input.again === true ? 0 : terms.duplicateWindowMs;
  const outcome = await acceptDispatch(database, { dispatch, actor: input.actor, duplicateWindowMs });
  if (outcome.kind !== 'accepted') await unlessMissing(() => unlink(directory.stored(path)), undefined);
  switch (outcome.kind) {
    case 'accepted':
      return finish(deps, input, (await findDispatch(database, dispatch.id)) ?? gone(dispatch.id));
    case 'known':
      return finish(deps, input, outcome.dispatch);
    case 'duplicate':
      return refuse(deps, input, { dispatch: facts, reason: 'duplicate', ...duplicateOf(outcome.of) });
  }
}

function gone(id: string): never {
  throw new Error(`Dispatch ${id} is not in the journal although it was written there.`);
}

function nameOf(
  dispatch: NewDispatch,
  { agreed, atMs }: { readonly agreed: PartnerProfile; readonly atMs: number },
): string {
  if (agreed.dispatchName === undefined) return dispatch.originalName;
  const made = nameByPattern(agreed.dispatchName, {
    partner: dispatch.partnerId,
    transaction: dispatch.transactions.replaceAll(' ', '-'),
    control: dispatch.controlNumber === '' ? dispatch.id : dispatch.controlNumber,
    name: dispatch.originalName,
    atMs,
    timeZone: agreed.timeZone ?? 'UTC',
  });
  return made ?? dispatch.originalName;
}

async function refuse(
  deps: DispatchDeps,
  input: DispatchInput,
  refused: {
    readonly dispatch: NewDispatch;
    readonly reason: DispatchRefusal;
    readonly plain: string;
    readonly details: readonly string[];
  },
): Promise<DispatchOutcome> {
  const { database, observe } = deps;
  const { dispatch, reason } = refused;
  const report = dispatchReport({ ...refused, nowMs: database.now() });
  const kept = await refuseDispatch(database, { dispatch, reason, report, actor: input.actor });
  const { id: dispatchId, partnerId } = kept;
  if (dispatchId === dispatch.id)
    observe({ kind: 'dispatch.refused', dispatchId, partnerId, name: input.name, reason });
  return finish(deps, input, kept);
}

/** Everything after the journal has it; it may have been done before, in part or as a whole. */
async function finish(
  deps: DispatchDeps,
  input: DispatchInput,
  dispatch: Dispatch,
): Promise<DispatchOutcome> {
  const { directory, observe } = deps;
  const { path, source } = input;
  if (dispatch.state === 'refused') {
    if (source === 'back-end') await setRefusedAside(directory, { dispatch, path });
    return { kind: 'refused', dispatch };
  }
  const name = dispatch.state === 'accepted' ? await publishDispatch(deps, dispatch) : undefined;
  if (name !== undefined) tellPublished(observe, { ...dispatch, name });
  if (source === 'back-end' && dispatch.sourceKey !== undefined) {
    const folder = directory.outgoing(dispatch.partnerId);
    await removeSource({ folder, path, sourceKey: dispatch.sourceKey });
  }
  // Another process may have put it out, and under another name than was planned.
  return { kind: 'published', dispatch: (await findDispatch(deps.database, dispatch.id)) ?? dispatch };
}

/** Logs that a dispatch is in `outbound`. */
export function tellPublished(observe: Observe, { id, partnerId, name, transactions }: Dispatch): void {
  observe({ kind: 'dispatch.published', dispatchId: id, partnerId, name, transactions });
}
