// Writes down what live sessions do and which have ended. What has moved is written every few seconds, and only when it
// has; ends are gathered for a moment, so that many at once are one commit.

import type { SftpPrincipal } from '../domain/login.ts';
import type { SessionProgress } from '../storage/sftp-session-store.ts';

/** How often progress is written, in milliseconds. */
const progressMs = 5000;
/** How long ends are gathered, in milliseconds. */
const gatherMs = 50;

export interface SessionBookDeps {
  readonly report: (report: {
    readonly progressed: readonly SessionProgress[];
    readonly ended: readonly string[];
  }) => Promise<void>;
  readonly now: () => number;
  readonly fault: (where: string, thrown: unknown) => void;
}

export class SessionBook {
  readonly #deps: SessionBookDeps;
  readonly #written = new Map<string, string>();
  #ended: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #progressedAtMs: number;

  constructor(deps: SessionBookDeps) {
    this.#deps = deps;
    this.#progressedAtMs = deps.now();
  }

  /** Takes down how far all sessions are, when it is time. */
  progress(sessions: () => readonly SessionProgress[]): void {
    const nowMs = this.#deps.now();
    if (nowMs - this.#progressedAtMs < progressMs) return;
    this.#progressedAtMs = nowMs;
    const progressed = sessions().filter((session) => {
      const text = JSON.stringify(session);
      const moved = this.#written.get(session.id) !== text;
      this.#written.set(session.id, text);
      return moved;
    });
    this.#write({ progressed, ended: [] });
  }

  /** The session of this principal is over. */
  ended({ sessionId }: Pick<SftpPrincipal, 'sessionId'>): void {
    if (sessionId === undefined) return;
    this.#written.delete(sessionId);
    this.#ended.push(sessionId);
    this.#timer ??= setTimeout(() => this.#writeEnded(), gatherMs);
  }

  /** @returns when everything is written; never rejects */
  async flush(): Promise<void> {
    this.#writeEnded();
    await this.#writing;
  }

  #writeEnded(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ended = this.#ended;
    this.#ended = [];
    if (ended.length > 0) this.#write({ progressed: [], ended });
  }

  #write(report: Parameters<SessionBookDeps['report']>[0]): void {
    this.#writing = this.#writing
      .then(() => this.#deps.report(report))
      .catch((thrown: unknown) => this.#deps.fault('sftp session book', thrown));
  }
}
