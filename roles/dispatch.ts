// The back end's door outwards, put together: the watch over `backend/outgoing`, what was accepted and is not out yet,
// files that programs put into `outbound` themselves, and the messages that partners want.

import { mkdir } from 'node:fs/promises';
import type { Core } from '../core.ts';
import type { PartnerId } from '../domain/ids.ts';
import { describeFault } from '../domain/observation.ts';
import { createGuideLibrary } from '../edi/guide-library.ts';
import { sendActivityReports } from '../intake/activity-report.ts';
import { adoptOutbound } from '../intake/adopt-outbound.ts';
import {
  type DispatchDeps,
  type DispatchInput,
  type DispatchOutcome,
  type DispatchTerms,
  dispatchFile,
  tellPublished,
} from '../intake/dispatch-file.ts';
import { readIntoStaging } from '../intake/dispatch-worker.ts';
import type { ValidatorPool } from '../intake/validator-pool.ts';
import { type WatchSettings, watchFolder } from '../intake/watch-folder.ts';
import { outgoingFile, publishDispatches } from '../storage/dispatch-folder.ts';
import { readPartnerProfile } from '../storage/partner-profile-store.ts';
import { findPartner } from '../storage/partner-store.ts';
import { sweepCopies } from '../storage/sweep-copies.ts';
import type { Closable } from './closable.ts';
import { dispatchProfileOf } from './partner-edi-profile.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** How often it is asked whether a partner's day has ended, in milliseconds. */
const reportCheckMs = 60_000;
/** What another process left to put out waits so long at most, in milliseconds: it is the exception. */
const restMs = 100;

/** @returns what holds for what a partner is sent; undefined when there is no such partner */
async function termsOf(core: Core, partnerId: PartnerId): Promise<DispatchTerms | undefined> {
  const { config, database } = core;
  const partner = await findPartner(database, partnerId);
  if (partner === undefined) return undefined;
  const agreed = await readPartnerProfile(database, partnerId);
  const { duplicateWindowDays } = agreed;
  return {
    profile: dispatchProfileOf(config, { partner, agreed }),
    duplicateWindowMs:
      duplicateWindowDays === undefined ? config.intake.duplicateWindowMs : duplicateWindowDays * dayMs,
  };
}

function depsOf(core: Core, read: DispatchDeps['read']): DispatchDeps {
  const { database, directory, observe, config } = core;
  const { maxFileBytes } = config.storage;
  return {
    database,
    directory,
    observe,
    read,
    maxFileBytes,
    termsOf: (partnerId) => termsOf(core, partnerId),
  };
}

/** Dispatches one file from a command, in this process. @see dispatchFile */
export function dispatchNow(core: Core, input: DispatchInput): Promise<DispatchOutcome> {
  const library = createGuideLibrary();
  return dispatchFile(
    depsOf(core, async (task) => readIntoStaging(library, task)),
    input,
  );
}

/** The same for a role that goes on meanwhile: the file is read in a thread of the pool. */
export function dispatchInPool(
  core: Core,
  pool: Pick<ValidatorPool, 'readDispatch'>,
  input: DispatchInput,
): Promise<DispatchOutcome> {
  return dispatchFile(
    depsOf(core, (task) => pool.readDispatch(task, core.config.intake.leaseMs)),
    input,
  );
}

/** @returns how the operator wants folders to be watched */
export function watchSettings({ intake }: Pick<Core['config'], 'intake'>): WatchSettings {
  const { adoptStabilityMs: stabilityMs, watch: method, watchPollMs: pollMs } = intake;
  return { stabilityMs, method, pollMs };
}

/** Starts dispatching; what an earlier run had accepted is put out first. */
export async function startDispatching(core: Core, pool: ValidatorPool): Promise<Closable> {
  const { config, database, directory, observe } = core;
  const deps = depsOf(core, (task) => pool.readDispatch(task, config.intake.leaseMs));
  await sweepCopies({ database, directory });
  const publisher = startPublisher(core);
  const reports = startReports(core);
  const watching = watchSettings(config);
  await mkdir(directory.allOutgoing, { recursive: true, mode: 0o700 });
  const outgoing = await watchFolder({
    observe,
    root: directory.allOutgoing,
    inFolder: undefined,
    isOurs: () => false,
    where: 'intake.dispatch',
    ...watching,
    async take({ partnerId, name }) {
      const path = outgoingFile(directory, partnerId, name);
      const actor = { kind: 'gateway' } as const;
      const outcome = await dispatchFile(deps, { partnerId, name, path, source: 'back-end', actor });
      if (outcome.kind === 'no-such-partner')
        observe({ kind: 'dispatch.no-such-partner', folder: partnerId });
    },
  });
  const outbound = await watchFolder({
    observe,
    root: directory.mailboxes,
    inFolder: 'outbound',
    // Ours have a second name, among the originals or what was dispatched.
    isOurs: ({ nlink }) => nlink > 1,
    where: 'intake.adopt-outbound',
    ...watching,
    take: (file) => adoptOutbound({ database, directory, observe }, file),
  });
  return {
    async close() {
      await outgoing.close();
      await outbound.close();
      await reports.close();
      await publisher.close();
    },
  };
}

/** Puts out what other processes have accepted and did not come to put out. */
function startPublisher({ database, directory, observe }: Core): { readonly close: () => Promise<void> } {
  let closing = false;
  let again = true;
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    while (again && !closing) {
      again = false;
      try {
        for (const dispatch of await publishDispatches({ database, directory }))
          tellPublished(observe, dispatch);
      } catch (thrown) {
        observe({ kind: 'fault', where: 'intake.publish-dispatches', fault: describeFault(thrown) });
      }
    }
  };
  const wake = (): void => {
    again = true;
    running ??= run().finally(() => {
      running = undefined;
    });
  };
  const unsubscribe = database.changes.subscribe(wake, { restMs });
  wake();
  return {
    async close() {
      closing = true;
      unsubscribe();
      await running;
    },
  };
}

function startReports({ database, directory, observe }: Core): { readonly close: () => Promise<void> } {
  let running: Promise<unknown> | undefined;
  const check = (): void => {
    running ??= sendActivityReports({ database, directory, observe })
      .catch((thrown: unknown) =>
        observe({ kind: 'fault', where: 'intake.activity-report', fault: describeFault(thrown) }),
      )
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(check, reportCheckMs);
  timer.unref();
  check();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
