// Several processes that serve one SFTP port, so that every core is used. The process with the role is their parent: it
// listens and hands each connection to the next worker (node:cluster), starts a worker again that died, and ends them all
// when it ends. A worker says `listening` or `failed` once, and now and then what it has observed; the parent says
// `drain` once. A worker whose parent is gone ends at once: its uploads are found as interrupted by whoever takes the role
// next.

import cluster, { type Worker } from 'node:cluster';
import { describeFault, type Observation, type Observe } from '../domain/observation.ts';

/** A worker that did not live so long is not started again at once, in milliseconds. */
const pauseMs = 1000;

/** What a worker tells its parent. */
export type WorkerNews =
  | {
      readonly kind: 'listening';
      readonly host: string;
      readonly port: number;
      readonly fingerprints: readonly string[];
    }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | undefined };

/** What a worker has observed that its parent counts, beside what it has written into the log itself. */
export interface WorkerObservations {
  readonly kind: 'observed';
  readonly observations: readonly Observation[];
}

/** What a worker is told by its parent. */
export const drainWord = 'drain';

export interface WorkerPoolDeps {
  readonly workers: number;
  /** The command line of a worker, after the program. */
  readonly commandLine: readonly string[];
  /** @returns the environment of a worker, by which it knows that it is one, and who */
  readonly environmentOf: (name: string) => Readonly<Record<string, string>>;
  readonly newName: () => string;
  readonly observe: Observe;
  /** Given what workers have observed, to be counted and not logged again. */
  readonly count: Observe;
  /** A worker that has not ended so long after it was told is killed, in milliseconds. */
  readonly endMs: number;
  /** A worker of this name is gone, however it ended. Called before its successor is started. */
  readonly gone: (name: string) => Promise<void>;
}

export interface WorkerPool {
  readonly host: string;
  readonly port: number;
  readonly fingerprints: readonly string[];
  /** Has all workers drain. @returns when the last one has ended */
  close(): Promise<void>;
}

interface Running {
  readonly worker: Worker;
  readonly ended: Promise<void>;
}

/**
 * Starts the workers.
 * @throws Error with the code of the first worker that cannot serve (EADDRINUSE, EACCES, ...); then none is left
 */
export async function startWorkerPool(deps: WorkerPoolDeps): Promise<WorkerPool> {
  cluster.setupPrimary({ args: [...deps.commandLine] });
  const running = new Set<Running>();
  let closing: Promise<void> | undefined;

  const start = async (): Promise<WorkerNews> => {
    const name = deps.newName();
    const startedAtMs = performance.now();
    const worker = cluster.fork(deps.environmentOf(name));
    const ended = new Promise<{ readonly how: string }>((resolve) => {
      worker.once('exit', (code, signal) => resolve({ how: signal ?? `exit ${code}` }));
    });
    // A worker that is gone cannot be told to drain; its end says all there is to say.
    worker.on('error', () => undefined);
    const news = firstNews(worker, { ended, count: deps.count });
    const entry: Running = {
      worker,
      ended: ended.then(({ how }) => died(entry, { name, startedAtMs, how })),
    };
    running.add(entry);
    return news;
  };

  const died = async (
    entry: Running,
    life: { readonly name: string; readonly startedAtMs: number; readonly how: string },
  ): Promise<void> => {
    running.delete(entry);
    const { name, startedAtMs, how } = life;
    await deps.gone(name).catch((thrown: unknown) => fault(thrown));
    if (closing !== undefined) return;
    deps.observe({ kind: 'sftp.worker-ended', pid: entry.worker.process.pid ?? 0, how });
    const waitMs = performance.now() - startedAtMs < pauseMs ? pauseMs : 0;
    setTimeout(() => {
      if (closing === undefined) start().catch((thrown: unknown) => fault(thrown));
    }, waitMs);
  };

  const fault = (thrown: unknown) =>
    deps.observe({ kind: 'fault', where: 'sftp workers', fault: describeFault(thrown) });

  // Workers write into the same log: whoever rotates it tells the parent alone.
  const tellOfRotation = () => {
    for (const { worker } of running) worker.process.kill('SIGHUP');
  };

  const close = (): Promise<void> => {
    process.off('SIGHUP', tellOfRotation);
    closing ??= endAll([...running], deps.endMs);
    return closing;
  };

  const all = await Promise.all(Array.from({ length: deps.workers }, start));
  for (const news of all) {
    if (news.kind === 'listening') continue;
    await close();
    throw Object.assign(new Error(news.message), { code: news.code });
  }
  const [first] = all;
  if (first?.kind !== 'listening') throw new Error('A pool has at least one worker.');
  process.on('SIGHUP', tellOfRotation);
  return { ...first, close };
}

function firstNews(
  worker: Worker,
  { ended, count }: { readonly ended: Promise<{ readonly how: string }>; readonly count: Observe },
): Promise<WorkerNews> {
  return new Promise((resolve) => {
    worker.on('message', (message: WorkerNews | WorkerObservations) => {
      if (message.kind === 'observed') for (const observation of message.observations) count(observation);
      else resolve(message);
    });
    void ended.then(({ how }) =>
      resolve({ kind: 'failed', message: `An SFTP worker ended as it started (${how}).`, code: undefined }),
    );
  });
}

async function endAll(running: readonly Running[], endMs: number): Promise<void> {
  for (const { worker } of running) if (worker.isConnected()) worker.send(drainWord);
  const timer = setTimeout(() => {
    for (const { worker } of running) worker.process.kill('SIGKILL');
  }, endMs);
  await Promise.all(running.map(({ ended }) => ended));
  clearTimeout(timer);
}
