// The intake: takes transmissions from the queue, as many at once as there are threads, and after each answer puts
// what is written into `outbound` and what is due to the back end. It is woken by changes of the journal, and by a
// timer for retries and leases that run out.

import { describeFault, type Observe } from '../domain/observation.ts';
import type { EdiProfile } from '../edi/profile.ts';
import type { DataDirectory } from '../storage/data-directory.ts';
import {
  type ClaimedTransmission,
  claimTransmission,
  failTransmission,
  nextDueAt,
  reclaimTransmissions,
  retryTransmission,
} from '../storage/intake-queue.ts';
import { OriginalMissingError } from '../storage/lost-file-store.ts';
import { publishAnswers, releaseOriginals } from '../storage/outbound.ts';
import type { Database } from '../storage/transaction.ts';
import { AlteredOriginalError, processTransmission } from './process-transmission.ts';
import type { ValidatorPool } from './validator-pool.ts';

export interface IntakeSettings {
  readonly workers: number;
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
  readonly pool: ValidatorPool;
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
 * Starts the intake. Call it only with the role `intake` taken: what an earlier run had claimed is taken up at once.
 */
export async function startIntake(deps: IntakeDeps): Promise<Intake> {
  const { database, settings } = deps;
  const process = `intake-${database.randomBytes(8).toString('hex')}`;
  let claims = 0;
  await reclaimTransmissions(database);
  const running = new Set<Promise<void>>();
  let closing = false;
  let pumping = false;
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  let settling: Promise<void> = Promise.resolve();

  const settle = (): Promise<void> => {
    settling = settling.then(() => putOut(deps));
    return settling;
  };
  const work = async (claimed: ClaimedTransmission, worker: string): Promise<void> => {
    await attempt(deps, { claimed, worker });
    await settle();
  };
  const fill = async (): Promise<void> => {
    // One more than there are threads: while one is being written, the next one is being validated.
    while (!closing && running.size <= settings.workers) {
      // A name for each claim: an attempt that lost its claim, to an administrator or because its lease ran out, does
      // not pass for the one that this process has made since.
      claims += 1;
      const worker = `${process}-${claims}`;
      const claimed = await claimTransmission(database, { worker, leaseMs: settings.leaseMs });
      if (claimed === undefined) break;
      const job: Promise<void> = work(claimed, worker).finally(() => {
        running.delete(job);
        wake();
      });
      running.add(job);
    }
    if (closing) return;
    clearTimeout(timer);
    const dueAtMs = (await nextDueAt(database)) ?? Number.POSITIVE_INFINITY;
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

  await settle();
  const unsubscribe = database.changes.subscribe(wake);
  wake();
  return {
    async close() {
      closing = true;
      clearTimeout(timer);
      unsubscribe();
      await Promise.all(running);
      await settling;
    },
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
    const hopeless = thrown instanceof AlteredOriginalError || thrown instanceof OriginalMissingError;
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

/** Puts written answers into `outbound` and due releases to the back end; what fails stays due and is tried again. */
async function putOut(deps: IntakeDeps): Promise<void> {
  try {
    for (const file of await publishAnswers(deps)) {
      const { transmissionId, partnerId, name } = file;
      deps.observe({ kind: 'intake.published', transmissionId, partnerId, name });
    }
    for (const { transmissionId, partnerId, manifestPath } of await releaseOriginals(deps)) {
      deps.observe({ kind: 'intake.released', transmissionId, partnerId, manifest: manifestPath });
    }
  } catch (thrown) {
    deps.observe({ kind: 'fault', where: 'intake.put-out', fault: describeFault(thrown) });
  }
}
