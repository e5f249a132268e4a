// How many may come in: in all, from one address, and before sign-in. ssh2 says nothing of a socket until the client
// has identified itself (faults 7 and 8 of the ssh2 notes), so this stands in front, at the listener.

import type { SftpServerSettings } from './settings.ts';

export type GuardLimits = Pick<
  SftpServerSettings,
  | 'maxConnections'
  | 'maxConnectionsPerAddress'
  | 'maxUnauthenticatedConnections'
  | 'unauthenticatedDropStart'
  | 'unauthenticatedDropPercent'
>;

export type Admission =
  | { readonly kind: 'admitted' }
  | {
      readonly kind: 'refused';
      readonly reason: 'too-many-connections' | 'too-many-from-address' | 'too-many-unauthenticated';
    };

/** The place of one connection. Each of its functions does its work once. */
export interface GuardPlace {
  /** The connection has signed in. */
  signedIn(): void;
  /** Whose connection it is, when it came through a proxy and is counted under no address yet. */
  cameFrom(address: string): Admission;
  /** The connection is gone. */
  release(): void;
}

export class ConnectionGuard {
  readonly #limits: GuardLimits;
  readonly #randomBytes: (count: number) => Uint8Array;
  readonly #perAddress = new Map<string, number>();
  #connections = 0;
  #unauthenticated = 0;

  constructor(deps: { readonly limits: GuardLimits; readonly randomBytes: (count: number) => Uint8Array }) {
    this.#limits = deps.limits;
    this.#randomBytes = deps.randomBytes;
  }

  get connections(): number {
    return this.#connections;
  }

  get unauthenticated(): number {
    return this.#unauthenticated;
  }

  /**
   * @param address undefined for a connection of a trusted proxy that has not said yet whom it brings
   * @returns whether one more may come in now; `enter` must follow at once when it may
   */
  judge(address: string | undefined): Admission {
    if (this.#connections >= this.#limits.maxConnections)
      return { kind: 'refused', reason: 'too-many-connections' };
    if (address !== undefined && this.#isFull(address)) {
      return { kind: 'refused', reason: 'too-many-from-address' };
    }
    return this.#dropsEarly()
      ? { kind: 'refused', reason: 'too-many-unauthenticated' }
      : { kind: 'admitted' };
  }

  enter(address: string | undefined): GuardPlace {
    this.#connections += 1;
    this.#unauthenticated += 1;
    let counted: string | undefined;
    const count = (one: string) => {
      counted = one;
      this.#perAddress.set(one, (this.#perAddress.get(one) ?? 0) + 1);
    };
    if (address !== undefined) count(address);
    let state: 'unauthenticated' | 'signed-in' | 'gone' = 'unauthenticated';
    return {
      signedIn: () => {
        if (state !== 'unauthenticated') return;
        state = 'signed-in';
        this.#unauthenticated -= 1;
      },
      cameFrom: (one) => {
        if (this.#isFull(one)) return { kind: 'refused', reason: 'too-many-from-address' };
        if (state !== 'gone' && counted === undefined) count(one);
        return { kind: 'admitted' };
      },
      release: () => {
        if (state === 'gone') return;
        if (state === 'unauthenticated') this.#unauthenticated -= 1;
        state = 'gone';
        this.#connections -= 1;
        if (counted === undefined) return;
        const left = (this.#perAddress.get(counted) ?? 1) - 1;
        if (left === 0) this.#perAddress.delete(counted);
        else this.#perAddress.set(counted, left);
      },
    };
  }

  #isFull(address: string): boolean {
    return (this.#perAddress.get(address) ?? 0) >= this.#limits.maxConnectionsPerAddress;
  }

  /**
   * Random early drop as sshd's MaxStartups start:rate:full: from `start` on with a chance that rises in a straight
   * line from `rate` percent to 100 at `full`, so that a flood of silent sockets cannot lock everyone else out.
   */
  #dropsEarly(): boolean {
    const { unauthenticatedDropStart: start, maxUnauthenticatedConnections: full } = this.#limits;
    if (this.#unauthenticated >= full) return true;
    if (this.#unauthenticated < start) return false;
    const rate = this.#limits.unauthenticatedDropPercent;
    const percent = rate + ((100 - rate) * (this.#unauthenticated - start)) / Math.max(1, full - start);
    const [high = 0, low = 0] = this.#randomBytes(2);
    return (high * 256 + low) / 65_536 < percent / 100;
  }
}
