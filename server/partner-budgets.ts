// Each trading partner's part of the bytes in flight, so that one partner's clients, whether greedy or slow to read,
// leave room for everyone else's (invariant I10).

import type { PartnerId } from '../domain/ids.ts';
import { ByteBudget } from './byte-budget.ts';

/** What one connection has of its partner's budget. */
export interface PartnerShare {
  readonly budget: ByteBudget;
  /** The connection is gone. Safe to call twice. */
  leave(): void;
}

export class PartnerBudgets {
  readonly #whole: ByteBudget;
  readonly #limitBytes: number;
  readonly #partners = new Map<PartnerId, { readonly budget: ByteBudget; connections: number }>();

  /**
   * @param options.whole the process's
   * @param options.limitBytes all connections of one partner together
   */
  constructor(options: { readonly whole: ByteBudget; readonly limitBytes: number }) {
    this.#whole = options.whole;
    this.#limitBytes = options.limitBytes;
  }

  /** A connection of the partner has signed in. */
  enter(partnerId: PartnerId): PartnerShare {
    const known = this.#partners.get(partnerId);
    const partner = known ?? { budget: new ByteBudget(this.#limitBytes, this.#whole), connections: 0 };
    if (known === undefined) this.#partners.set(partnerId, partner);
    partner.connections += 1;
    let left = false;
    return {
      budget: partner.budget,
      leave: () => {
        if (left) return;
        left = true;
        partner.connections -= 1;
        if (partner.connections === 0) this.#partners.delete(partnerId);
      },
    };
  }
}
