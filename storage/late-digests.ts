// SHA-256 of large uploads over SFTP, computed behind the answer to their CLOSE. To hash a gigabyte takes the event loop,
// on which every session waits, 0.6 s while it arrives, and a resumed one all of that at its CLOSE. None of it is
// needed for what CLOSE promises, that the bytes and the row which says so are durable (invariant I2).
//
//   1. CLOSE: state `received` without a SHA-256; neither event nor audit record, of both of which it is part
//   2. a thread reads the original, to which nobody writes any more           crash: the next start begins here
//   3. one transaction: the SHA-256, the event and the audit record; from here on intake may claim it
//
// The rows say what there is to do, whoever made them: so it is the same after a crash, for the workers of one port, and
// for what a backup was taken of. A gate is told the SHA-256 before CLOSE is answered; with one nothing is late.

import type { TransmissionId } from '../domain/ids.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import type { TransmissionSource } from '../domain/transmission.ts';
import type { DataDirectory, HostPath } from './data-directory.ts';
import { literal } from './literals.ts';
import { prepareQuery } from './prepared-query.ts';
import { type Depth, depthOf } from './queue-depths.ts';
import type { Database } from './transaction.ts';
import { storedTransmissionId } from './transmission-store.ts';
import { completeDigest } from './upload-journal.ts';

/** From so many bytes on a SHA-256 may come late: less is hashed faster than a thread is woken for it. */
const lateBytes = 8 * 1024 * 1024;

/** Whether the SHA-256 of an upload may be computed later: whoever has the role `sftp` does it, and so nobody else's is. */
export function mayDigestLate(input: {
  readonly source: TransmissionSource;
  /** What may refuse it; undefined: nothing does. */
  readonly gate: unknown;
  readonly sizeBytes: number;
}): boolean {
  return input.source === 'sftp' && input.gate === undefined && input.sizeBytes >= lateBytes;
}

export interface LateDigestsDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly observe: Observe;
  /** @returns the SHA-256 of a file, in hexadecimal @throws Error when it cannot be read */
  readonly hash: (path: HostPath) => Promise<string>;
}

export interface LateDigests {
  /** Ends it. What is left the next start does. */
  close(): Promise<void>;
}

/** Looked for after a change, but not more often than this, in milliseconds. */
const restMs = 25;
/** And also without one: after a fault, and for what another process left. */
const lookAgainMs = 5000;
/** What could not be read, or written, is not tried again for so long, in milliseconds. */
const faultRestMs = 60_000;

/** So many files are read at once, the smallest first: none waits for a large one alone. */
const atOnce = 2;

/** Computes what is late, now and from now on. Only the one process with the role `sftp` may call it. */
export function startLateDigests(deps: LateDigestsDeps): LateDigests {
  const { database, directory, observe } = deps;
  const restsUntilMs = new Map<TransmissionId, number>();
  const underWay = new Set<TransmissionId>();
  const workers = new Set<Promise<void>>();
  let closing = false;

  const isDue = ({ id }: Undigested): boolean =>
    !underWay.has(id) && (restsUntilMs.get(id) ?? 0) <= performance.now();
  const complete = async ({ id, path }: Undigested): Promise<void> => {
    underWay.add(id);
    try {
      const sha256 = await deps.hash(directory.stored(path));
      await completeDigest(database, { id, sha256 });
      restsUntilMs.delete(id);
    } catch (thrown) {
      restsUntilMs.set(id, performance.now() + faultRestMs);
      if (!closing) observe({ kind: 'fault', where: `sftp digest of ${id}`, fault: describeFault(thrown) });
    } finally {
      underWay.delete(id);
    }
  };
  const work = async (): Promise<void> => {
    for (;;) {
      // Of one more than may not be taken now, one may.
      const limit = underWay.size + restsUntilMs.size + 1;
      const next = closing ? undefined : (await listUndigested(database, limit)).find(isDue);
      if (next === undefined) return;
      await complete(next);
    }
  };
  const start = (): void => {
    const worker = work()
      .catch((thrown: unknown) => {
        observe({ kind: 'fault', where: 'sftp digests', fault: describeFault(thrown) });
      })
      .finally(() => workers.delete(worker));
    workers.add(worker);
  };
  const look = (): void => {
    if (closing) return;
    for (let missing = atOnce - workers.size; missing > 0; missing -= 1) start();
  };
  const unsubscribe = database.changes.subscribe(look, { restMs });
  const timer = setInterval(look, lookAgainMs);
  timer.unref();
  look();
  return {
    async close() {
      closing = true;
      unsubscribe();
      clearInterval(timer);
      await Promise.all(workers);
    },
  };
}

/** @returns how many uploads wait for their SHA-256, which intake waits for, and since when the oldest does */
export async function readUndigested({ sql }: Database): Promise<Depth> {
  const row = await sql
    .selectFrom('transmissions')
    .select((of) => [of.fn.countAll().as('count'), of.fn.min('received_at_ms').as('oldest')])
    .where('state', '=', literal('received'))
    .where('sha256', 'is', null)
    .executeTakeFirstOrThrow();
  return depthOf(row);
}

interface Undigested {
  readonly id: TransmissionId;
  /** Of its original, below the data directory. */
  readonly path: string;
}

/** @returns the smallest of them, so many at most */
async function listUndigested(database: Database, limit: number): Promise<readonly Undigested[]> {
  const rows = await undigested(database.sql, { limit });
  return rows.map((row) => ({ id: storedTransmissionId(row.id), path: row.original_path ?? '' }));
}

const undigested = prepareQuery((sql, { limit }: { readonly limit: number }) =>
  sql
    .selectFrom('transmissions')
    .select(['id', 'original_path'])
    .where('state', '=', literal('received'))
    .where('sha256', 'is', null)
    .where('original_path', 'is not', null)
    .orderBy('size_bytes')
    .limit(limit),
);
