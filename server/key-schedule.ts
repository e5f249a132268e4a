// When a connection is due for new session keys: after a gigabyte or an hour (RFC 4253 section 9). ssh2 exchanges keys
// only when asked (fault 21 of the ssh2 notes).

import type { SftpServerSettings } from './settings.ts';

export class KeySchedule {
  readonly #limits: Pick<SftpServerSettings, 'rekeyBytes' | 'rekeyMs' | 'rekeyGraceMs'>;
  #keyedAtMs: number;
  #keyedAtBytes = 0;
  #askedAtMs: number | undefined;

  /** @param nowMs milliseconds since 1970 */
  constructor(limits: Pick<SftpServerSettings, 'rekeyBytes' | 'rekeyMs' | 'rekeyGraceMs'>, nowMs: number) {
    this.#limits = limits;
    this.#keyedAtMs = nowMs;
  }

  /**
   * @param at the time, and all bytes of the connection so far in both directions
   * @returns `due`: ask for new keys now; `stuck`: the client has not answered; `fresh`: nothing to do
   */
  judge(at: { readonly nowMs: number; readonly bytes: number }): 'fresh' | 'due' | 'stuck' {
    const { rekeyBytes, rekeyMs, rekeyGraceMs } = this.#limits;
    if (this.#askedAtMs !== undefined) return at.nowMs - this.#askedAtMs >= rekeyGraceMs ? 'stuck' : 'fresh';
    if (at.bytes - this.#keyedAtBytes < rekeyBytes && at.nowMs - this.#keyedAtMs < rekeyMs) return 'fresh';
    this.#askedAtMs = at.nowMs;
    return 'due';
  }

  /** Keys were exchanged, by our wish or the client's. */
  exchanged(at: { readonly nowMs: number; readonly bytes: number }): void {
    this.#askedAtMs = undefined;
    this.#keyedAtMs = at.nowMs;
    this.#keyedAtBytes = at.bytes;
  }
}
