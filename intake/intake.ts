// The intake: takes transmissions from the queue, as many at once as there are threads, and after each answer puts
// what is written into `outbound` and what is due to the back end. It is woken by changes of the journal, and by a
// timer for retries and leases that run out.

import { describeFault, type Observe } from '../domain/observation.ts';
import { together } from '../domain/together.ts';
import type { EdiProfile } from '../edi/profile.ts';
import type { UnpublishedFile } from '../storage/answer-store.ts';
import type { DataDirectory } from '../storage/data-directory.ts';
import {
  type ClaimedTransmission,
  claimTransmissions,
  failTransmission,
  type Lane,
  nextDueAt,
  reclaimTransmissions,
  retryTransmission,
} from '../storage/intake-queue.ts';
import { OriginalMissingError } from '../storage/lost-file-store.ts';
import { ridesInJournal } from '../storage/small-originals.ts';
import type { Database } from '../storage/transaction.ts';
import { createExits, type Exits } from './exits.ts';
import { AlteredOriginalError, processTransmission } from './process-transmission.ts';
import type { ValidatorPool } from './validator-pool.ts';

export interface IntakeSettings {
  /** Threads that may read large files at once. */
  readonly workers: number;
  /** From this size on a file is a large one, in bytes. */
  readonly largeFileBytes: number;
  readonly leaseMs: number;
  readonly maxAttempts: number;
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  readonly duplicateWindowMs: number;
}

export interface IntakeDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly observe: Observe;
  /** The threads that validate; the caller closes them after the intake. */
  readonly pool: Pick<ValidatorPool, 'validate' | 'split'>;
  readonly settings: IntakeSettings;
  readonly profileOf: (claimed: ClaimedTransmission) => Promise<EdiProfile>;
}

export interface Intake {
  /** Ends the intake: what is under way is finished, nothing new is begun. Safe to call twice. */
  close(): Promise<void>;
}

/** The part of the lease that validation may take; the rest is for writing the answer. */
const validateShare = 0.8;
/** How long at most until the queue is looked at again, in milliseconds; and that while files are in hand. */
const maxPauseMs = 5_000;
const busyPauseMs = 250;

/**
 * Small files that are in hand at once, whatever the number of threads: while one is read, others are written, and what
 * they wait for is the disk.
 */
const smallAtOnce = 8;

/** Partners wait for answers, and no one for the hand-over: while files are in hand it is put off by so much, in milliseconds. */
const maxReleaseDelayMs = 1_000;

/** Nor for what follows an answer that is seen already; but the time in which a crash forgets that it was is kept short. */
const maxSettleDelayMs = 50;

interface LaneSlots {
  readonly lane: Lane;
  readonly slots: number;
  running: number;
}

/** Large files never have all threads: the pool has one more than may read them (validator-pool.ts). */
function lanesOf({ workers, largeFileBytes }: IntakeSettings): readonly LaneSlots[] {
  return [
    { lane: { minBytes: 0, maxBytes: largeFileBytes - 1 }, slots: workers + smallAtOnce, running: 0 },
    {
      lane: { minBytes: largeFileBytes, maxBytes: Number.MAX_SAFE_INTEGER },
      slots: workers,
      running: 0,
    },
  ];
}

/**
 * Starts the intake. Call it only with the role `intake` taken: what an earlier run had claimed is taken up at once.
 */
export async function startIntake(deps: IntakeDeps): Promise<Intake> {
  const { database, settings } = deps;
  const process = `intake-${database.randomBytes(8).toString('hex')}`;
  let claims = 0;
  await reclaimTransmissions(database);
  const lanes = lanesOf(settings);
  const running = new Set<Promise<void>>();
  let closing = false;
  let pumping = false;
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  const exits = createExits(deps);

  const work = async (claimed: ClaimedTransmission, worker: string): Promise<void> => {
    const written = await attempt(deps, { claimed, worker });
    if (written === undefined) exits.fallBehind();
    else await exits.publish(written);
  };
  const afterwards = doAfterwards(exits, () => running.size > 0);
  const fillLane = async (lane: LaneSlots): Promise<void> => {
    if (closing || lane.running >= lane.slots) return;
    // A name for each claim: an attempt that lost its claim, to an administrator or because its lease ran out, does
    // not pass for the one that this process has made since.
    const workers = Array.from({ length: lane.slots - lane.running }, () => {
      claims += 1;
      return `${process}-${claims}`;
    });
    const { leaseMs, retryMaxMs } = settings;
    const horizonMs = Math.max(leaseMs, retryMaxMs);
    for (const { claimed, worker } of await claimTransmissions(database, {
      workers,
      leaseMs,
      horizonMs,
      lane: lane.lane,
    })) {
      lane.running += 1;
      const job: Promise<void> = work(claimed, worker).finally(() => {
        lane.running -= 1;
        running.delete(job);
        afterwards.soon();
        wake();
      });
      running.add(job);
    }
  };
  const fill = async (): Promise<void> => {
    // At once, so that they share a transaction; and none is left to go on beside the next round when one fails.
    await together(lanes.map(fillLane));
    if (closing) return;
    if (exits.areBehind()) await exits.catchUp();
    clearTimeout(timer);
    // While files are in hand, the end of each wakes; what is due by the clock is looked for now and then, and not asked for.
    const pauseMs = running.size > 0 ? busyPauseMs : await untilDue(database);
    timer = setTimeout(wake, Math.min(Math.max(pauseMs, 10), maxPauseMs));
  };
  const pump = async (): Promise<void> => {
    pumping = true;
    try {
      do {
        again = false;
        await fill();
      } while (again && !closing);
    } catch (thrown) {
      deps.observe({ kind: 'fault', where: 'intake.pump', fault: describeFault(thrown) });
      timer = setTimeout(wake, maxPauseMs);
    } finally {
      pumping = false;
    }
  };
  const wake = (): void => {
    if (closing) return;
    again = true;
    if (!pumping) void pump();
  };

  await exits.catchUp();
  const unsubscribe = database.changes.subscribe(wake);
  wake();
  return {
    async close() {
      closing = true;
      clearTimeout(timer);
      unsubscribe();
      await Promise.all(running);
      await afterwards.end();
    },
  };
}

/** @returns how long until a file is due, in milliseconds */
async function untilDue(database: Database): Promise<number> {
  const dueAtMs = await nextDueAt(database);
  return dueAtMs === undefined ? maxPauseMs : dueAtMs - database.now();
}

/** What follows an answer that is seen already. */
function doAfterwards(
  exits: Exits,
  areFilesInHand: () => boolean,
): { readonly soon: () => void; readonly end: () => Promise<void> } {
  const settling = putOff(exits.settle, { while: areFilesInHand, maxDelayMs: maxSettleDelayMs });
  const releasing = putOff(exits.release, { while: areFilesInHand, maxDelayMs: maxReleaseDelayMs });
  return {
    soon() {
      settling.soon();
      releasing.soon();
    },
    async end() {
      settling.end();
      releasing.end();
      await exits.settle();
      await exits.release();
    },
  };
}

/** Does something when no file is in hand any more, or after a while. */
function putOff(
  work: () => Promise<void>,
  options: { readonly while: () => boolean; readonly maxDelayMs: number },
): { readonly soon: () => void; readonly end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const now = (): void => {
    end();
    void work();
  };
  return {
    soon() {
      if (!options.while()) now();
      else timer ??= setTimeout(now, options.maxDelayMs);
    },
    end,
  };
}

/** @returns the answers that were written; undefined when it is not known, or nothing was */
async function attempt(
  deps: IntakeDeps,
  input: {
    readonly claimed: ClaimedTransmission;
    readonly worker: string;
  },
): Promise<readonly UnpublishedFile[] | undefined> {
  const { settings, database, observe } = deps;
  const { claimed, worker } = input;
  try {
    const validateTimeoutMs = Math.floor(settings.leaseMs * validateShare);
    const { duplicateWindowMs } = settings;
    return await processTransmission({ ...deps, worker, validateTimeoutMs, duplicateWindowMs }, claimed);
  } catch (thrown) {
    const fault = describeFault(thrown);
    const lost = thrown instanceof AlteredOriginalError || thrown instanceof OriginalMissingError;
    // After power loss the SFTP role may still be about to restore it (storage/small-originals.ts).
    const hopeless = lost && !(await ridesInJournal(database, claimed.id).catch(() => false));
    const last = claimed.attempt >= settings.maxAttempts || hopeless;
    const delayMs = Math.min(settings.retryFirstMs * 2 ** (claimed.attempt - 1), settings.retryMaxMs);
    const { id, partnerId } = claimed;
    observe({
      kind: 'intake.attempt-failed',
      transmissionId: id,
      attempt: claimed.attempt,
      retryInMs: last ? undefined : delayMs,
      fault,
    });
    const reason = fault.code ?? fault.name;
    try {
      if (last) await failTransmission(database, { id, partnerId, worker, reason });
      else await retryTransmission(database, { id, worker, delayMs, reason });
    } catch (again) {
      // The journal cannot be written: the lease runs out, and the attempt is made again then.
      observe({ kind: 'fault', where: 'intake.attempt', fault: describeFault(again) });
    }
    return undefined;
  }
}
