// Work that comes all at once, done some at a time and in the order in which it came. What is done breadth-first is all of
// it finished late; this way the first is finished while the last has not begun.

export type TakeTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * @param atOnce how many pieces of work are under way at the same time
 * @returns runs a piece of work when its turn has come, and gives what it gives
 */
export function createTurns(atOnce: number): TakeTurn {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((begin) => waiting.push(begin));
    else running += 1;
    try {
      return await work();
    } finally {
      // The next one has the turn that was this one's.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
