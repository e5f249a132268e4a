// When a listener's time is over. Old algorithms are offered only where someone has said until when, and the log reminds
// of it, so that an exception does not become the rule.

import type { Observe } from '../domain/observation.ts';
import type { ListenerSettings, SftpServerSettings } from './settings.ts';

const dayMs = 24 * 3_600_000;

export class ListenerEnd {
  readonly #deps: {
    readonly listener: ListenerSettings;
    readonly settings: Pick<SftpServerSettings, 'listenerWarningMs'>;
    readonly observe: Observe;
    readonly now: () => number;
  };
  #isOver = false;
  #warnedAtMs: number | undefined;

  constructor(deps: {
    readonly listener: ListenerSettings;
    readonly settings: Pick<SftpServerSettings, 'listenerWarningMs'>;
    readonly observe: Observe;
    readonly now: () => number;
  }) {
    this.#deps = deps;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Says in the log that the end is near, once a day, or that it has come, once. */
  judge(): 'open' | 'over' {
    const { listener, settings, observe, now } = this.#deps;
    const { name, profile } = listener;
    // A legacy listener of which nobody has said until when may not be opened at all.
    const closesAtMs = listener.closesAtMs ?? (profile === 'legacy' ? 0 : undefined);
    if (closesAtMs === undefined) return 'open';
    const nowMs = now();
    const warned = this.#warnedAtMs !== undefined && nowMs - this.#warnedAtMs < dayMs;
    if (nowMs >= closesAtMs) {
      if (!this.#isOver) observe({ kind: 'sftp.listener-over', listener: name, profile, closesAtMs });
      this.#isOver = true;
      return 'over';
    }
    if (closesAtMs - nowMs <= settings.listenerWarningMs && !warned) {
      this.#warnedAtMs = nowMs;
      observe({ kind: 'sftp.listener-ends', listener: name, profile, closesAtMs });
    }
    return 'open';
  }
}
