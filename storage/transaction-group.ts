// Transactions that are asked for in the same turn of the event loop share one commit: what the kernel had to tell in that
// turn has been read by the time they begin. Each is a savepoint in it: what fails is undone
// alone, and those beside it stand. Nobody is answered before the commit, so that to each caller it is as if it had
// been alone; what is saved is the writing of pages that several of them have changed, once for each of them
// (https://sqlite.org/lang_savepoint.html).

import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { Transaction as KyselyTransaction } from 'kysely';
import type { Tables } from './tables.ts';

type Sql = KyselyTransaction<Tables>;

export interface GroupDeps {
  /** Runs `work` between BEGIN and COMMIT, and rolls all of it back when it throws. */
  readonly run: (work: (sql: Sql) => Promise<void>) => Promise<void>;
  /** Runs one statement that gives no rows, in the open transaction. */
  readonly execute: (statement: string) => void;
}

/** After this time a group takes no more, in milliseconds: readers and other processes wait for its end. */
const groupMs = 5;
/** And it takes at most so many. */
const maxInGroup = 64;

interface Waiting {
  readonly work: (sql: Sql) => Promise<void>;
  readonly commit: () => void;
  readonly fail: (thrown: unknown) => void;
}

/**
 * @returns what runs a piece of work in a transaction that it may share with others
 */
export function groupTransactions(
  deps: GroupDeps,
): <Result>(work: (sql: Sql) => Promise<Result>) => Promise<Result> {
  const queue: Waiting[] = [];
  let running = false;
  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      await endOfTurn();
      await runGroup(deps, queue);
    }
    running = false;
  };
  return (work) =>
    new Promise((resolve, reject) => {
      let settle: (() => void) | undefined;
      queue.push({
        async work(sql) {
          const result = await work(sql);
          settle = () => resolve(result);
        },
        commit: () => settle?.(),
        fail: reject,
      });
      if (running) return;
      running = true;
      void drain();
    });
}

async function runGroup(deps: GroupDeps, queue: Waiting[]): Promise<void> {
  const done: Waiting[] = [];
  let began = false;
  try {
    await deps.run(async (sql) => {
      began = true;
      const beganMs = performance.now();
      const isOver = () => done.length >= maxInGroup || performance.now() - beganMs > groupMs;
      for (let next = queue.shift(); next !== undefined; next = isOver() ? undefined : queue.shift()) {
        // Alone it needs no savepoint: what undoes it undoes all there is.
        const alone = done.length === 0 && queue.length === 0;
        if (await runOne(deps, { waiting: next, sql, alone })) done.push(next);
      }
    });
  } catch (thrown) {
    // Nothing of the group happened, and what has not begun cannot begin either.
    const failed = began ? done : queue.splice(0);
    for (const waiting of failed) waiting.fail(thrown);
    return;
  }
  for (const waiting of done) waiting.commit();
}

/**
 * @returns whether it is to be committed: false when it failed, and was undone alone
 * @throws what undid the whole transaction
 */
async function runOne(
  { execute }: GroupDeps,
  input: { readonly waiting: Waiting; readonly sql: Sql; readonly alone: boolean },
): Promise<boolean> {
  const { waiting, sql, alone } = input;
  if (!alone) execute('savepoint beside');
  try {
    await waiting.work(sql);
  } catch (thrown) {
    waiting.fail(thrown);
    if (alone) throw thrown;
    try {
      execute('rollback to beside');
      execute('release beside');
    } catch {
      // A disk that is full undoes the whole transaction, whatever savepoints it has.
      throw thrown;
    }
    return false;
  }
  if (!alone) execute('release beside');
  return true;
}
