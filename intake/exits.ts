// The two ways out of intake: answers into `outbound`, and originals to the back end. The answer to one file waits for
// no other file and no release. What fails stays due in the journal and is made up for when intake looks again.

import { describeFault, type Observation, type Observe } from '../domain/observation.ts';
import type { PublishedFile, UnpublishedFile } from '../storage/answer-store.ts';
import type { DataDirectory } from '../storage/data-directory.ts';
import { nameAnswer, publishAnswers, releaseOriginals, settleAnswers } from '../storage/outbound.ts';
import { shareSync } from '../storage/shared-sync.ts';
import type { Database } from '../storage/transaction.ts';

export interface Exits {
  /** Puts answers into `outbound`, where they are seen from then on; `settle` is still to come. */
  publish(files: readonly UnpublishedFile[]): Promise<void>;
  /** Makes what was published durable and known, with all who ask at once. */
  settle(): Promise<void>;
  /** Hands over every release that is due, with all who ask at once. */
  release(): Promise<void>;
  /** Something failed elsewhere that may have left an answer in the journal. */
  fallBehind(): void;
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
  let unsettled: PublishedFile[] = [];
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      failedAtMs = performance.now();
      observe({ kind: 'fault', where: 'intake.put-out', fault: describeFault(thrown) });
    }
  };
  const publish = (files: readonly UnpublishedFile[]): Promise<void> =>
    guarded(async () => {
      for (const file of files) {
        const published = await nameAnswer(deps, file);
        unsettled.push(published);
        observe(observationOf(published));
      }
    });
  const settle = shareSync(() =>
    guarded(async () => {
      const settling = unsettled;
      unsettled = [];
      // What fails here stays written in the journal, and is found there by `catchUp`.
      await settleAnswers(deps, settling);
    }),
  );
  const publishAll = (): Promise<void> =>
    guarded(async () => {
      for (const published of await publishAnswers(deps)) observe(observationOf(published));
    });
  const release = shareSync(() =>
    guarded(async () => {
      for (const { transmissionId, partnerId, manifestPath } of await releaseOriginals(deps))
        observe({ kind: 'intake.released', transmissionId, partnerId, manifest: manifestPath });
    }),
  );
  return {
    publish,
    settle,
    release,
    fallBehind() {
      failedAtMs = performance.now();
    },
    areBehind: () => failedAtMs !== undefined && performance.now() - failedAtMs > pauseMs,
    async catchUp() {
      failedAtMs = undefined;
      await settle();
      await publishAll();
      await release();
    },
  };
}

function observationOf({ file, publishedAtMs }: PublishedFile): Observation {
  const { transmissionId, partnerId, name, kinds: answer } = file;
  const since = (atMs: number) => Math.max(0, publishedAtMs - atMs);
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
