// The two ways out of intake: answers into `outbound`, and originals to the back end. The answer to one file waits for
// no other file and no release. What fails stays due in the journal and is made up for when intake looks again.

import type { TransmissionId } from '../domain/ids.ts';
import { describeFault, type Observation, type Observe } from '../domain/observation.ts';
import type { UnpublishedFile } from '../storage/answer-store.ts';
import type { DataDirectory } from '../storage/data-directory.ts';
import { publishAnswers, releaseOriginals } from '../storage/outbound.ts';
import { shareSync } from '../storage/shared-sync.ts';
import type { Database } from '../storage/transaction.ts';

export interface Exits {
  /** Puts the answers to a transmission into `outbound`. */
  publish(of: TransmissionId): Promise<void>;
  /** Hands over every release that is due, with all who ask at once. */
  release(): Promise<void>;
  /** Whether something failed that is still to be done. */
  areBehind(): boolean;
  /** Does all that is due. */
  catchUp(): Promise<void>;
}

/** How long after a failure it is not tried again, in milliseconds: a full disk is not asked a hundred times a second. */
const pauseMs = 1_000;

export function createExits(deps: {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly observe: Observe;
}): Exits {
  const { observe } = deps;
  let failedAtMs: number | undefined;
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      failedAtMs = performance.now();
      observe({ kind: 'fault', where: 'intake.put-out', fault: describeFault(thrown) });
    }
  };
  const publish = (of?: TransmissionId): Promise<void> =>
    guarded(async () => {
      for (const file of await publishAnswers(deps, of)) observe(published(file, deps.database.now()));
    });
  const release = shareSync(() =>
    guarded(async () => {
      for (const { transmissionId, partnerId, manifestPath } of await releaseOriginals(deps))
        observe({ kind: 'intake.released', transmissionId, partnerId, manifest: manifestPath });
    }),
  );
  return {
    publish,
    release,
    areBehind: () => failedAtMs !== undefined && performance.now() - failedAtMs > pauseMs,
    async catchUp() {
      failedAtMs = undefined;
      await publish();
      await release();
    },
  };
}

function published(file: UnpublishedFile, nowMs: number): Observation {
  const { transmissionId, partnerId, name, kinds: answer } = file;
  const since = (atMs: number) => Math.max(0, nowMs - atMs);
  return {
    kind: 'intake.published',
    transmissionId,
    partnerId,
    name,
    answer,
    sinceWrittenMs: since(file.writtenAtMs),
    sinceReceivedMs: since(file.receivedAtMs),
  };
}
