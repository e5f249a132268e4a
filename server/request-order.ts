// Which requests may run at the same time. draft-ietf-secsh-filexfer-02 section 4 lets a server work on several
// requests at once as long as the result is as if they had been done in the order in which they came. Each request
// makes a claim; it starts when no earlier claim that conflicts with it is still unfinished, so requests that touch
// different things overtake each other and requests that touch the same thing never do.

interface Entry<Claim> {
  readonly claim: Claim;
  /** Set while the request waits for its turn. */
  start: (() => void) | undefined;
}

export class RequestOrder<Claim> {
  readonly #conflict: (earlier: Claim, later: Claim) => boolean;
  /** In order of arrival: running and waiting. */
  readonly #entries = new Set<Entry<Claim>>();
  #waiting = 0;

  /** @param conflict whether the later claim must wait for the earlier one */
  constructor(conflict: (earlier: Claim, later: Claim) => boolean) {
    this.#conflict = conflict;
  }

  /**
   * Runs a task when its turn has come. The place in the order is taken at once, before this returns.
   * @returns what the task returns
   */
  run<Result>(claim: Claim, task: () => Promise<Result>): Promise<Result> {
    const entry: Entry<Claim> = { claim, start: undefined };
    const blocked = this.#isBlocked(entry);
    this.#entries.add(entry);
    if (!blocked) return this.#perform(entry, task);
    this.#waiting += 1;
    const turn = new Promise<void>((resolve) => {
      entry.start = resolve;
    });
    return turn.then(() => this.#perform(entry, task));
  }

  async #perform<Result>(entry: Entry<Claim>, task: () => Promise<Result>): Promise<Result> {
    try {
      return await task();
    } finally {
      this.#entries.delete(entry);
      if (this.#waiting > 0) this.#wake();
    }
  }

  #wake(): void {
    for (const entry of this.#entries) {
      if (entry.start === undefined || this.#isBlocked(entry)) continue;
      const start = entry.start;
      entry.start = undefined;
      this.#waiting -= 1;
      start();
    }
  }

  #isBlocked(entry: Entry<Claim>): boolean {
    for (const earlier of this.#entries) {
      if (earlier === entry) return false;
      if (this.#conflict(earlier.claim, entry.claim)) return true;
    }
    return false;
  }
}

/** A claim on an open handle. */
export type HandleClaim =
  | { readonly kind: 'whole' }
  | {
      readonly kind: 'range';
      readonly fromBytes: number;
      readonly toBytes: number;
      readonly writes: boolean;
    };

/** Reads and writes of ranges that do not meet, and reads of any, may run together; everything else may not. */
export function handleClaimsConflict(earlier: HandleClaim, later: HandleClaim): boolean {
  if (earlier.kind === 'whole' || later.kind === 'whole') return true;
  if (!earlier.writes && !later.writes) return false;
  return earlier.fromBytes < later.toBytes && later.fromBytes < earlier.toBytes;
}

/** A claim on places: printed paths. */
export type PlaceClaim = readonly string[];

/** Requests conflict when they name the same place, or one names a folder that the other's place is in. */
export function placeClaimsConflict(earlier: PlaceClaim, later: PlaceClaim): boolean {
  return earlier.some((one) =>
    later.some((other) => one === other || isAbove(one, other) || isAbove(other, one)),
  );
}

/** Compared with the separator, so that `/in` is not above `/inbound` (GHSA-h64p-8h4r-6gfh, rule R15). */
function isAbove(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
