// Whose turn it is to send a small file. When fifty partners begin at once and everyone gets an equal share, all fifty are
// done at the end; when some are served to their end and the others wait for that, half of them are done by half of the
// time, and the last one no later. So only a few small uploads are under way at once, and whoever opens another one waits.
//
// Nobody waits for a client that takes its time, on a slow line or on purpose: who has sent nothing for a few rounds of the
// event loop loses its turn, and not its upload. A timer comes once a round at most, however long the rounds are, and so
// counts them.

/**
 * So many at once: enough that the machine has something to do while some of them wait for the disk. Measured with 50
 * partners on two cores: fewer leave a core idle now and then, more make the wait for an answer longer and nothing faster.
 */
const maxTurns = 6;
/** How often turns are looked at while somebody waits for one, in milliseconds. */
const roundMs = 2;
/** Who has sent nothing in so many rounds has lost its turn. */
const idleRounds = 3;

/** A turn, from OPEN until the upload is whole, or no longer small, or waited for in vain. */
export interface Turn {
  /** Its client has sent something. */
  used(): void;
  /** Its upload is over, or small no longer. Safe to call twice. */
  over(): void;
}

/** For who needs to wait for nobody, and keeps nobody waiting. */
export const noTurn: Turn = { used: () => undefined, over: () => undefined };

export class UploadTurns {
  readonly #turns = new Map<Turn, number>();
  readonly #waiting: (() => void)[] = [];
  readonly #max: number;
  #rounds: NodeJS.Timeout | undefined;

  /** @param max how many turns there are at once */
  constructor(max = maxTurns) {
    this.#max = max;
  }

  /** @returns a turn, once there is one; who came first gets it first */
  async take(): Promise<Turn> {
    if (this.#turns.size >= this.#max || this.#waiting.length > 0) {
      this.#rounds ??= setInterval(() => this.#round(), roundMs);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const turn: Turn = {
      used: () => {
        if (this.#turns.has(turn)) this.#turns.set(turn, 0);
      },
      over: () => {
        if (this.#turns.delete(turn)) this.#callNext();
      },
    };
    this.#turns.set(turn, 0);
    return turn;
  }

  #round(): void {
    for (const [turn, rounds] of this.#turns) {
      if (rounds >= idleRounds) turn.over();
      else this.#turns.set(turn, rounds + 1);
    }
  }

  #callNext(): void {
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0 || this.#rounds === undefined) return;
    clearInterval(this.#rounds);
    this.#rounds = undefined;
  }
}
