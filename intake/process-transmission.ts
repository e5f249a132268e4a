// One attempt at one transmission: validate, decide duplicates, write the acknowledgements, write the answer. Each
// step may be cut off by a crash and done again by a later attempt: nothing is published before `writeAnswer`, and
// `writeAnswer` is one transaction that only the holder of the claim can make (invariant I2).

import { createHash } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import type { ContentKind } from '../domain/content-kind.ts';
import { uuidV7 } from '../domain/ids.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import type { PartnerProfile } from '../domain/partner-profile.ts';
import { combineVerdicts, type Verdict } from '../domain/transmission.ts';
import { acknowledge, controlsNeeded, rejectInterchange } from '../edi/acknowledge.ts';
import type { InterchangeResult } from '../edi/interchange-result.ts';
import type { EdiProfile } from '../edi/profile.ts';
import { type AnswerFile, type UnpublishedFile, writeAnswer } from '../storage/answer-store.ts';
import { takeControlNumbers } from '../storage/control-numbers.ts';
import type { DataDirectory } from '../storage/data-directory.ts';
import { codeOf, unlessMissing } from '../storage/disk-fault.ts';
import { writeDurably } from '../storage/durable-file.ts';
import type { ClaimedTransmission } from '../storage/intake-queue.ts';
import { takeInterchangeKeys } from '../storage/interchange-keys.ts';
import { OriginalMissingError } from '../storage/lost-file-store.ts';
import { leaveQuarantine, quarantineOriginal } from '../storage/outbound.ts';
import { readPartnerProfile } from '../storage/partner-profile-store.ts';
import type { Database, Transaction } from '../storage/transaction.ts';
import { rejectMixedUsage, releaseFolder, whyNotAgreed } from './agreed-file.ts';
import { agreedAnswerName } from './answer-name.ts';
import { contentKinds } from './content-kinds.ts';
import { interchangeRecord } from './interchange-record.ts';
import { localDate } from './local-clock.ts';
import { printManifest, versionsNotChecked } from './manifest.ts';
import { type NotGranted, notGrantedReason, whyNotGranted } from './not-granted.ts';
import { decidedAdvice, rejectionReport, unreadableAdvice } from './rejection-report.ts';
import { type DerivedFile, splitOriginal, UnreadableSplitError } from './split-original.ts';
import type { ValidatorPool } from './validator-pool.ts';

export interface ProcessDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly pool: Pick<ValidatorPool, 'validate' | 'split'>;
  readonly observe: Observe;
  readonly worker: string;
  readonly validateTimeoutMs: number;
  readonly duplicateWindowMs: number;
  /** The rules that a partner's files are judged by. */
  readonly profileOf: (claimed: ClaimedTransmission) => Promise<EdiProfile>;
}

/** The reason, in the journal, of what a gate has refused. */
const refusedReason = 'refused-by-gate';

const dayMs = 24 * 60 * 60 * 1000;
const lineBreaks = { none: '', lf: '\n', crlf: '\r\n' } as const;

/** The original's bytes are not those that were received (invariant I3). */
export class AlteredOriginalError extends Error {
  readonly code = 'intake.altered-original';
  constructor(id: string, sha256: string) {
    super(
      `The original of transmission ${id} has SHA-256 ${sha256}, which is not what was received. Restore it from a backup.`,
    );
    this.name = 'AlteredOriginalError';
  }
}

/**
 * Answers a transmission that this worker has claimed.
 * @returns the answers that were written, which have no name in `outbound` yet
 * @throws Error for whatever a later attempt may get right; AlteredOriginalError
 */
export async function processTransmission(
  deps: ProcessDeps,
  claimed: ClaimedTransmission,
): Promise<readonly UnpublishedFile[]> {
  const startedAtMs = deps.database.now();
  const { directory, pool } = deps;
  const agreed = await readPartnerProfile(deps.database, claimed.partnerId);
  if (claimed.decision !== undefined) {
    return carryOut(deps, claimed, { ...claimed.decision, agreed });
  }
  if (claimed.refusal !== undefined) {
    const advice = ['Mend what it says, and send the file again.'];
    const said = { reason: refusedReason, plain: claimed.refusal, advice };
    return refuse(deps, claimed, { ...refusal, ...said, kinds: [], agreed });
  }
  const path = directory.stored(claimed.originalPath);
  const profile = await deps.profileOf(claimed);
  const task = { path, sha256: claimed.sha256, profile };
  const outcome = await pool.validate(task, deps.validateTimeoutMs).catch((thrown: unknown) => {
    throw codeOf(thrown) === 'ENOENT' ? new OriginalMissingError(claimed.id) : thrown;
  });
  const readMs = deps.database.now() - startedAtMs;
  if (outcome.kind === 'altered') throw new AlteredOriginalError(claimed.id, outcome.sha256);
  const { result } = outcome;
  const notAgreed = whyNotAgreed(agreed, claimed);
  if (notAgreed !== undefined) {
    return refuse(deps, claimed, { ...refusal, ...notAgreed, kinds: [], agreed });
  }
  if (result.kind === 'unreadable') {
    const { reason, plain } = result;
    const advice = unreadableAdvice(reason);
    return refuse(deps, claimed, { ...refusal, reason, plain, advice, kinds: [], agreed });
  }
  const kinds = contentKinds(result.interchanges);
  const notGranted = await whyNotGranted(deps.database, { claimed, kinds });
  if (notGranted !== undefined)
    return refuse(deps, claimed, { ...refusal, reason: notGrantedReason, ...notGranted, kinds, agreed });
  return answer(deps, claimed, { found: result.interchanges, kinds, startedAtMs, readMs, agreed, profile });
}

const refusal = { state: 'quarantined' } as const;

/** Does what an administrator decided, in the place of reading the file. */
async function carryOut(
  deps: ProcessDeps,
  claimed: ClaimedTransmission,
  {
    verb,
    reason,
    agreed,
  }: {
    readonly verb: 'quarantine' | 'discard';
    readonly reason: string;
    readonly agreed: PartnerProfile;
  },
): Promise<readonly UnpublishedFile[]> {
  const state = verb === 'quarantine' ? 'quarantined' : 'discarded';
  const plain = `EDI support has decided that this file is not processed: ${reason}`;
  return refuse(deps, claimed, { state, reason, plain, advice: decidedAdvice, kinds: [], agreed });
}

async function refuse(
  deps: ProcessDeps,
  claimed: ClaimedTransmission,
  input: NotGranted & {
    readonly state: 'quarantined' | 'discarded';
    readonly reason: string;
    readonly kinds: readonly ContentKind[];
    readonly agreed: PartnerProfile;
  },
): Promise<readonly UnpublishedFile[]> {
  const { database, directory, worker } = deps;
  const { state, reason, kinds } = input;
  if (state === 'quarantined') await quarantineOriginal(directory, claimed);
  const report = rejectionReport({ ...claimed, ...input, transmissionId: claimed.id });
  const file = await writeAnswerFile(deps, {
    claimed,
    kinds: 'report',
    interchangeOrdinal: 0,
    controlNumber: '',
    mark: claimed.id,
    content: Buffer.from(report),
    agreed: input.agreed,
  });
  const { id, partnerId } = claimed;
  const outcome = { state, reason } as const;
  const files = [file];
  const answer = { id, partnerId, worker, outcome, files, kinds, interchanges: [], manifest: undefined };
  const written = await writeAnswer(database, answer);
  // An attempt before this one, or this one, has put it there.
  if (!written || state === 'discarded') await leaveQuarantine(deps, id);
  if (!written) {
    await removeFiles(deps, files);
    return [];
  }
  deps.observe({ kind: 'intake.quarantined', transmissionId: id, partnerId, reason });
  return unpublishedOf(deps, claimed, files);
}

function unpublishedOf(
  { database }: ProcessDeps,
  { id: transmissionId, partnerId, userId, receivedAtMs }: ClaimedTransmission,
  files: readonly AnswerFile[],
): readonly UnpublishedFile[] {
  const facts = { transmissionId, partnerId, userId, receivedAtMs, writtenAtMs: database.now() };
  return files.map(({ id, kinds, name, path }) => ({ ...facts, id, kinds, name, path, isCollected: false }));
}

async function answer(
  deps: ProcessDeps,
  claimed: ClaimedTransmission,
  input: {
    readonly found: readonly InterchangeResult[];
    readonly kinds: readonly ContentKind[];
    readonly startedAtMs: number;
    readonly readMs: number;
    readonly agreed: PartnerProfile;
    readonly profile: EdiProfile;
  },
): Promise<readonly UnpublishedFile[]> {
  const { agreed } = input;
  const found = rejectMixedUsage(agreed, input.found);
  const numbered = await takeNumbers(deps, claimed, { found, agreed });
  const interchanges = numbered.map(({ interchange }) => interchange);
  const files: AnswerFile[] = [];
  for (const [index, one] of numbered.entries()) {
    const file = await writeAcknowledgement(deps, { ...one, claimed, ordinal: index + 1, agreed });
    if (file !== undefined) files.push(file);
  }
  const verdict = combineVerdicts(interchanges.map((interchange) => interchange.verdict));
  const notChecked = versionsNotChecked(interchanges);
  const acknowledgements = files.map((file) => file.name);
  const { id, partnerId } = claimed;
  const released = isToBeReleased(verdict, interchanges);
  const derived = released ? await split(deps, claimed, { ...input, verdict, interchanges }) : undefined;
  const written = await writeAnswer(deps.database, {
    id,
    partnerId,
    worker: deps.worker,
    outcome: { state: 'answered', verdict },
    files,
    kinds: input.kinds,
    interchanges: interchanges.map(interchangeRecord),
    manifest: released
      ? printManifest({ claimed, verdict, interchanges, notChecked, acknowledgements, derived })
      : undefined,
    folder: releaseFolder(agreed, interchanges),
    derivedPath: derived?.path,
  });
  if (!written) {
    await removeFiles(deps, derived === undefined ? files : [...files, derived]);
    return [];
  }
  deps.observe({
    kind: 'intake.answered',
    transmissionId: id,
    partnerId,
    verdict,
    interchanges: interchanges.length,
    findings: countFindings(interchanges),
    notChecked,
    waitedMs: Math.max(0, input.startedAtMs - claimed.receivedAtMs),
    readMs: Math.max(0, input.readMs),
    durationMs: Math.max(0, deps.database.now() - input.startedAtMs),
  });
  return unpublishedOf(deps, claimed, files);
}

/** Splits a file where that is agreed; where it cannot be, the whole original is released, and the fault is told. */
async function split(
  deps: ProcessDeps,
  claimed: ClaimedTransmission,
  input: {
    readonly agreed: PartnerProfile;
    readonly profile: EdiProfile;
    readonly verdict: Verdict;
    readonly interchanges: readonly InterchangeResult[];
  },
): Promise<DerivedFile | undefined> {
  const { directory, pool, database, observe } = deps;
  const nowMs = database.now();
  const id = uuidV7(nowMs, database.randomBytes(10));
  try {
    const timeoutMs = deps.validateTimeoutMs;
    return await splitOriginal({ directory, pool, timeoutMs }, { ...input, id, claimed, nowMs });
  } catch (thrown) {
    if (!(thrown instanceof UnreadableSplitError)) throw thrown;
    observe({ kind: 'fault', where: 'intake.split', fault: describeFault(thrown) });
    return undefined;
  }
}

/** A file with something accepted in it goes to the back end; what only acknowledges us does not. */
function isToBeReleased(verdict: Verdict, interchanges: readonly InterchangeResult[]): boolean {
  return (
    verdict !== 'rejected' &&
    interchanges.some((interchange) =>
      interchange.groups.some((group) => group.needsAcknowledgement && group.acceptedSets > 0),
    )
  );
}

function countFindings(interchanges: readonly InterchangeResult[]): number {
  const sets = interchanges.flatMap((interchange) => interchange.groups.flatMap((group) => group.sets));
  return sets.reduce((sum, set) => sum + set.findings.length + set.findingsOmitted, 0);
}

interface Numbered {
  readonly interchange: InterchangeResult;
  /** The control numbers of its acknowledgement; undefined: it gets none. */
  readonly numbers: { readonly interchange: number; readonly firstGroup: number } | undefined;
}

/** Takes the numbers that the file bears, and those that its answers will bear. */
async function takeNumbers(
  deps: ProcessDeps,
  claimed: ClaimedTransmission,
  input: { readonly found: readonly InterchangeResult[]; readonly agreed: PartnerProfile },
): Promise<readonly Numbered[]> {
  const { partnerId } = claimed;
  const take = async (transaction: Transaction): Promise<readonly Numbered[]> => {
    const numbered: Numbered[] = [];
    for (const interchange of await rejectDuplicates(deps, transaction, { ...input, claimed })) {
      const { interchanges, groups } = controlsNeeded(interchange);
      const numbers =
        interchanges === 0 ? undefined : await takeControlNumbers(transaction, { partnerId, groups });
      numbered.push({ interchange, numbers });
    }
    return numbered;
  };
  return deps.database.transaction(take, { survives: 'process-end' });
}

/** An interchange whose number was used before is rejected as a whole: TA1 R 025, and nothing of it processed (I6). */
async function rejectDuplicates(
  deps: ProcessDeps,
  transaction: Transaction,
  input: {
    readonly claimed: ClaimedTransmission;
    readonly found: readonly InterchangeResult[];
    readonly agreed: PartnerProfile;
  },
): Promise<readonly InterchangeResult[]> {
  const { claimed, found, agreed } = input;
  const { duplicateWindowDays } = agreed;
  // A rejected envelope takes no number: the sender corrects it and may send the same number again.
  const processed = [...found.entries()].filter(
    ([, { ta1, groups }]) => ta1.code !== 'R' && groups.length > 0,
  );
  const outcomes = await takeInterchangeKeys(transaction, {
    transmissionId: claimed.id,
    sha256: claimed.sha256,
    windowMs: duplicateWindowDays === undefined ? deps.duplicateWindowMs : duplicateWindowDays * dayMs,
    keys: processed.map(([index, interchange]) => ({
      sender: `${interchange.senderQualifier}/${interchange.senderId}`,
      receiver: `${interchange.receiverQualifier}/${interchange.receiverId}`,
      controlNumber: interchange.controlNumber,
      ordinal: index + 1,
    })),
  });
  const duplicates = new Set(
    processed.filter((_, position) => outcomes[position]?.kind === 'duplicate').map(([index]) => index),
  );
  return found.map((interchange, index) =>
    duplicates.has(index) ? rejectInterchange(interchange, '025') : interchange,
  );
}

async function writeAcknowledgement(
  deps: ProcessDeps,
  input: Numbered & {
    readonly claimed: ClaimedTransmission;
    readonly ordinal: number;
    readonly agreed: PartnerProfile;
  },
): Promise<AnswerFile | undefined> {
  const { claimed, interchange, numbers, ordinal, agreed } = input;
  if (numbers === undefined) return undefined;
  const content = acknowledge({
    interchange,
    controls: {
      interchangeControlNumber: numbers.interchange,
      groupControlNumber: numbers.firstGroup,
      firstSetControlNumber: 1,
    },
    now: localDate(deps.database.now(), agreed.timeZone ?? 'UTC'),
    lineBreak: lineBreaks[agreed.lineBreaks ?? 'none'],
    ...(agreed.delimiters === undefined ? {} : { delimiters: agreed.delimiters }),
  });
  if (content === undefined) return undefined;
  const controlNumber = String(numbers.interchange).padStart(9, '0');
  const kinds = [interchange.ta1.due ? 'TA1' : '', controlsNeeded(interchange).sets > 0 ? '999' : '']
    .filter((kind) => kind !== '')
    .join(' ');
  return writeAnswerFile(deps, {
    claimed,
    kinds,
    interchangeOrdinal: ordinal,
    controlNumber,
    mark: controlNumber,
    content,
    agreed,
  });
}

/** The claim was lost meanwhile: what was written for it is nobody's. */
async function removeFiles(
  { directory }: ProcessDeps,
  files: readonly Pick<AnswerFile, 'path'>[],
): Promise<void> {
  for (const { path } of files) await unlessMissing(() => unlink(directory.stored(path)), undefined);
}

async function writeAnswerFile(
  deps: ProcessDeps,
  input: {
    readonly claimed: ClaimedTransmission;
    readonly kinds: string;
    readonly interchangeOrdinal: number;
    readonly controlNumber: string;
    readonly mark: string;
    readonly content: Uint8Array;
    readonly agreed: PartnerProfile;
  },
): Promise<AnswerFile> {
  const { database, directory } = deps;
  const { claimed, content, kinds, interchangeOrdinal, controlNumber, agreed } = input;
  // A new name for each attempt: two attempts at once, after a lease ran out, never write the same file.
  const id = uuidV7(database.now(), database.randomBytes(10));
  const path = directory.acknowledgementPath(id, database.now());
  await writeDurably(directory, { id, to: directory.stored(path), content });
  return {
    id,
    interchangeOrdinal,
    kinds,
    name: agreedAnswerName(
      { name: claimed.name, kinds, mark: input.mark },
      {
        pattern: agreed.acknowledgementName,
        partner: claimed.partnerId,
        atMs: database.now(),
        timeZone: agreed.timeZone ?? 'UTC',
      },
    ),
    path,
    sizeBytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    controlNumber,
  };
}
