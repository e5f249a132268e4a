// What is asked of the journal again and again within milliseconds, and nearly always is the same: whether a user has an
// upload that is not whole, what he may see, what is agreed with his partner. An answer holds until this process commits
// something, and for what another process does for a few milliseconds, as if the request had come that much earlier.

import type { Database } from './transaction.ts';

/** In milliseconds. */
const holdsMs = 10;
/** More than are asked about at once. */
const maxKeys = 1000;

export class BriefMemory<Value> {
  readonly #database: Pick<Database, 'commits'>;
  readonly #known = new Map<
    string,
    { readonly value: Value; readonly untilMs: number; readonly commits: number }
  >();

  constructor(database: Pick<Database, 'commits'>) {
    this.#database = database;
  }

  /**
   * @param key what is asked about
   * @param ask asks the journal
   */
  async recall(key: string, ask: () => Promise<Value>): Promise<Value> {
    const commits = this.#database.commits();
    const known = this.#known.get(key);
    if (known !== undefined && known.commits === commits && performance.now() < known.untilMs)
      return known.value;
    const value = await ask();
    if (this.#known.size >= maxKeys) this.#known.clear();
    this.#known.set(key, { value, untilMs: performance.now() + holdsMs, commits });
    return value;
  }
}
