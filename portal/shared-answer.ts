// What is asked for again and again and is the same for whoever asks: read once, and shared for a few seconds.

/**
 * @param input.forMs how old an answer may be, in milliseconds
 * @param input.read what is read under a key; who asks while it is under way waits for the same answer
 * @returns the answer under a key; a read that fails is told to those who wait for it, and not kept
 */
export function createSharedAnswer<Key, Answer>(input: {
  readonly forMs: number;
  readonly now: () => number;
  readonly read: (key: Key) => Promise<Answer>;
}): (key: Key) => Promise<Answer> {
  const kept = new Map<Key, { readonly atMs: number; readonly answer: Promise<Answer> }>();
  return (key) => {
    const nowMs = input.now();
    const found = kept.get(key);
    // A clock that was set back makes nothing last.
    if (found !== undefined && nowMs >= found.atMs && nowMs - found.atMs < input.forMs) return found.answer;
    const answer = input.read(key);
    kept.set(key, { atMs: nowMs, answer });
    answer.catch(() => kept.delete(key));
    return answer;
  };
}
