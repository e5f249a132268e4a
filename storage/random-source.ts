// Random bytes for ids, drawn from the system in larger portions: asking it for ten bytes at a time cost intake and
// uploads more than what they did with them. Each byte is given once, and is not kept.

import { randomFillSync } from 'node:crypto';

/** How many bytes are drawn at once. */
const portionBytes = 4096;

/**
 * @returns what gives `count` bytes, each of which is given once
 */
export function createRandomSource(): (count: number) => Buffer {
  const portion = Buffer.alloc(portionBytes);
  let given = portionBytes;
  return (count) => {
    const bytes = Buffer.alloc(count);
    if (count > portionBytes) return randomFillSync(bytes);
    if (given + count > portionBytes) {
      randomFillSync(portion);
      given = 0;
    }
    portion.copy(bytes, 0, given, given + count);
    portion.fill(0, given, given + count);
    given += count;
    return bytes;
  };
}
