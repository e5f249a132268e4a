// Waiting for real state, with an end: no test sleeps for a time that it hopes is long enough.

/** How often the state is looked at, in milliseconds. */
const pauseMs = 15;
const defaultTimeoutMs = 30_000;

/**
 * Looks until there is something to see.
 * @param what a sentence of what is waited for, for the failure's message
 * @param look gives undefined or false while it is not there yet
 * @throws Error when it does not come in time
 */
export async function until<Seen>(
  what: string,
  look: () => Promise<Seen | undefined | false> | Seen | undefined | false,
  timeoutMs = defaultTimeoutMs,
): Promise<Seen> {
  const giveUpAtMs = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > giveUpAtMs) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/**
 * Gives what a promise gives, or fails when that takes too long: what hangs is named, and not killed with its file.
 * @param what a sentence of what is waited for
 */
export async function within<Result>(
  what: string,
  work: Promise<Result>,
  timeoutMs = 2 * defaultTimeoutMs,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${timeoutMs} ms in vain: ${what}.`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
