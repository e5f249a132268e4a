// So many at once, the others in the order in which they came, and no longer than they can wait.

export interface Slots {
  /**
   * Runs `work` when there is a slot.
   * @param waitMs how long to wait for one, in milliseconds
   * @returns what `work` gives, or `none` when no slot came in time
   */
  run<Result>(work: () => Promise<Result>, waitMs: number): Promise<Result | 'none'>;
}

export function createSlots(count: number): Slots {
  let free = count;
  const queue = new Set<() => void>();
  const take = (waitMs: number): Promise<boolean> => {
    if (free > 0) {
      free -= 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const got = () => {
        clearTimeout(timer);
        queue.delete(got);
        resolve(true);
      };
      const timer = setTimeout(() => {
        queue.delete(got);
        resolve(false);
      }, waitMs);
      queue.add(got);
    });
  };
  const giveBack = (): void => {
    const [next] = queue;
    if (next === undefined) free += 1;
    else next();
  };
  return {
    async run(work, waitMs) {
      if (!(await take(waitMs))) return 'none';
      try {
        return await work();
      } finally {
        giveBack();
      }
    },
  };
}
