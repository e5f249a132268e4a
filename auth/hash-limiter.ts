// A password hash costs a quarter of a second of a core on purpose, and anyone can ask for one before signing in. So
// only a few run at once, only so many wait, and the rest are turned away (security record: a hash before sign-in is
// a lever for denial of service).

/** Too many hashes are waiting; the caller refuses the sign-in. */
export class TooManyHashesError extends Error {
  readonly code = 'auth.too-many-hashes';
  constructor() {
    super('Too many sign-ins are waiting to be checked.');
    this.name = 'TooManyHashesError';
  }
}

export interface HashLimiter {
  /** @throws TooManyHashesError when the queue is full */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

/**
 * @param limits.concurrent how many may run at once
 * @param limits.queued how many may wait for their turn
 */
export function createHashLimiter(limits: {
  readonly concurrent: number;
  readonly queued: number;
}): HashLimiter {
  let running = 0;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  return {
    async run(work) {
      if (running < limits.concurrent) running += 1;
      else if (waiting.length >= limits.queued) throw new TooManyHashesError();
      // The one that leaves hands its place over, so `running` stays.
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
