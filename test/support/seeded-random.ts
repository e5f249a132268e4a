// Random choices that can be made again: a failed run prints its seed.

import { randomInt } from 'node:crypto';

export interface SeededRandom {
  readonly seed: number;
  /** @returns a whole number from 0 up to, and without, `end` */
  below(end: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

/** @param seedText a seed of an earlier run; a new one when it is not given */
export function seededRandom(seedText: string | undefined): SeededRandom {
  const seed = seedText === undefined || seedText === '' ? randomInt(2 ** 31) : Number(seedText);
  let state = seed >>> 0;
  // Mulberry32: small, and good enough to choose moments with.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return {
    seed,
    below,
    pick(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('There is nothing to pick from.');
      return item;
    },
  };
}
