// How long to wait after a failure: doubling, with full jitter, so that many that failed together do not come back
// together (Amazon Builders' Library, "Timeouts, retries, and backoff with jitter").

/**
 * @param input.failures how often it has failed in a row, from 1
 * @param input.firstMs the longest wait after the first failure, in milliseconds
 * @param input.maxMs the longest wait at all
 * @param input.random a number from 0 to 1
 * @returns anything from nothing to the doubled wait, in milliseconds
 */
export function backOffMs(input: {
  readonly failures: number;
  readonly firstMs: number;
  readonly maxMs: number;
  readonly random: number;
}): number {
  // 2^40 times a millisecond is beyond any limit, and a power of more would be no number.
  const doubled = input.firstMs * 2 ** Math.min(input.failures - 1, 40);
  return Math.round(Math.min(doubled, input.maxMs) * input.random);
}
