// The intake: takes transmissions from the queue, as many at once as there are threads, and after each answer puts
// what is written into `outbound` and what is due to the back end. It is woken by changes of the journal, and by a
// timer for retries and leases that run out.

import { describeFault, type Observe } from '../domain/observation.ts';
import { together } from '../domain/together.ts';
import type { EdiProfile } from '../edi/profile.ts';
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
/** How long at most until the queue is looked at again, in milliseconds. */
const maxPauseMs = 5_000;

/**
 * Small files that are in hand at once, whatever the number of threads: while one is read, others are written, and what
 * they wait for is the disk.
 */
const smallAtOnce = 8;

/** Partners wait for answers, and no one for the hand-over: while files are in hand it is put off by so much, in milliseconds. */
const maxReleaseDelayMs = 1_000;

interface LaneSlots {
  readonly lane: Lane;
  readonly slots: number;
  /** So many must be free before files are claimed, which takes a transaction: several share it. */
  readonly claimedAtOnce: number;
  running: number;
}

const isOpen = ({ running, slots, claimedAtOnce }: LaneSlots): boolean => running + claimedAtOnce <= slots;

/** Large files never have all threads: the pool has one more than may read them (validator-pool.ts). */
function lanesOf({ workers, largeFileBytes }: IntakeSettings): readonly LaneSlots[] {
  return [
    {
      lane: { minBytes: 0, maxBytes: largeFileBytes - 1 },
      slots: workers + smallAtOnce,
      claimedAtOnce: smallAtOnce / 2,
      running: 0,
    },
    {
      lane: { minBytes: largeFileBytes, maxBytes: Number.MAX_SAFE_INTEGER },
      slots: workers,
      claimedAtOnce: 1,
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
    await attempt(deps, { claimed, worker });
    await exits.publish(claimed.id);
  };
  const releases = putOffReleases(exits, () => running.size > 0);
  const fillLane = async (lane: LaneSlots): Promise<void> => {
    if (closing || !isOpen(lane)) return;
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
        releases.soon();
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
    // Where a lane is full, the end of one of its jobs wakes; the clock would only ask in vain.
    let dueAtMs = Number.POSITIVE_INFINITY;
    for (const lane of lanes)
      if (isOpen(lane)) dueAtMs = Math.min(dueAtMs, (await nextDueAt(database, lane.lane)) ?? dueAtMs);
    timer = setTimeout(wake, Math.min(Math.max(dueAtMs - database.now(), 10), maxPauseMs));
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
      releases.end();
      await exits.release();
    },
  };
}

/** Hands over what is due when no file is in hand any more, or after a while. */
function putOffReleases(
  exits: Exits,
  areFilesInHand: () => boolean,
): { readonly soon: () => void; readonly end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const now = (): void => {
    end();
    void exits.release();
  };
  return {
    soon() {
      if (!areFilesInHand()) now();
      else timer ??= setTimeout(now, maxReleaseDelayMs);
    },
    end,
  };
}

async function attempt(
  deps: IntakeDeps,
  input: {
    readonly claimed: ClaimedTransmission;
    readonly worker: string;
  },
): Promise<void> {
  const { settings, database, observe } = deps;
  const { claimed, worker } = input;
  try {
    const validateTimeoutMs = Math.floor(settings.leaseMs * validateShare);
    const { duplicateWindowMs } = settings;
    await processTransmission({ ...deps, worker, validateTimeoutMs, duplicateWindowMs }, claimed);
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
  }
}
