// Whether the account behind a connection may go on (invariant I5): asked when someone announces a change of accounts,
// and by the clock in case nobody does.

import type { SftpGate, SftpPrincipal } from '../domain/login.ts';

/** Faults in a row after which the answer is no: a database that is away for a moment may come back. */
const maxFaults = 3;

export interface WelcomeCheckDeps {
  readonly gate: Pick<SftpGate, 'stillWelcome'>;
  readonly principal: SftpPrincipal;
  readonly intervalMs: number;
  readonly now: () => number;
  readonly fault: (where: string, thrown: unknown) => void;
  /** The account changed: called once. */
  readonly ended: () => void;
}

export class WelcomeCheck {
  readonly #deps: WelcomeCheckDeps;
  #checkedAtMs: number;
  #state: 'idle' | 'asking' | 'ask-again' | 'ended' = 'idle';
  #faults = 0;

  constructor(deps: WelcomeCheckDeps) {
    this.#deps = deps;
    this.#checkedAtMs = deps.now();
  }

  /** Asks when the interval has passed. */
  tick(): void {
    if (this.#deps.now() - this.#checkedAtMs >= this.#deps.intervalMs) this.ask();
  }

  /** Asks now. While an answer is awaited it may be out of date already, so it is asked once more after it. */
  ask(): void {
    if (this.#state === 'ended') return;
    if (this.#state !== 'idle') {
      this.#state = 'ask-again';
      return;
    }
    this.#state = 'asking';
    this.#checkedAtMs = this.#deps.now();
    this.#isWelcome()
      .then((welcome) => {
        const again = this.#state === 'ask-again';
        this.#state = welcome ? 'idle' : 'ended';
        if (!welcome) this.#deps.ended();
        else if (again) this.ask();
      })
      .catch((thrown: unknown) => this.#deps.fault('sftp account check', thrown));
  }

  async #isWelcome(): Promise<boolean> {
    try {
      const welcome = (await this.#deps.gate.stillWelcome(this.#deps.principal)) === true;
      this.#faults = 0;
      return welcome;
    } catch (thrown) {
      this.#deps.fault('sftp account check', thrown);
      this.#faults += 1;
      return this.#faults < maxFaults;
    }
  }
}
