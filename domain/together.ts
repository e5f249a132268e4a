/**
 * As Promise.all; but when it rejects, nothing is under way any more, and what was done can be taken back or begun again.
 * @returns what each piece of work gives, in its order
 * @throws what the first of them in that order was rejected with
 */
export async function together<Work extends readonly Promise<unknown>[]>(
  work: readonly [...Work],
): Promise<{ -readonly [At in keyof Work]: Awaited<Work[At]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
