// Where observations go: structured log lines through pino. The union in domain/observation.ts has no place for a
// secret or for a patient's data; the redaction here is the second lock on the same door.

import { createRequire } from 'node:module';
import pino from 'pino';
import { describeFault, type Observation, type Observe } from './domain/observation.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';

/** How severe each observation is. A new kind does not compile until it is judged here. */
const levels: Readonly<Record<Observation['kind'], Level>> = {
  'gateway.started': 'info',
  'gateway.stopping': 'info',
  'gateway.stopped': 'info',
  'storage.migrated': 'info',
  'storage.recovered': 'info',
  'storage.checkpoint-failed': 'error',
  'storage.receive-log-failed': 'error',
  'storage.receive-log-damaged': 'error',
  'storage.mismatch': 'warn',
  'sftp.listening': 'info',
  'sftp.listener-ends': 'warn',
  'sftp.listener-over': 'warn',
  'sftp.worker-ended': 'error',
  'sftp.connection-refused': 'warn',
  'sftp.connection-closed': 'debug',
  'sftp.negotiation-failed': 'warn',
  'sftp.login': 'info',
  'sftp.login-refused': 'warn',
  'sftp.request-refused': 'info',
  'sftp.transfer': 'info',
  'sftp.session-ended-by-account': 'warn',
  'sftp.protocol-error': 'warn',
  'portal.listening': 'info',
  'monitoring.listening': 'info',
  'portal.certificate-loaded': 'info',
  'portal.request': 'debug',
  'portal.sign-in': 'info',
  'portal.sign-in-refused': 'warn',
  'api.listening': 'info',
  'api.request': 'debug',
  'api.key-refused': 'warn',
  'transmission.received': 'info',
  'transmission.adopted': 'info',
  'intake.answered': 'info',
  'intake.quarantined': 'warn',
  'intake.attempt-failed': 'error',
  'intake.published': 'info',
  'dispatch.published': 'info',
  'dispatch.refused': 'warn',
  'dispatch.no-such-partner': 'warn',
  'intake.released': 'info',
  'retention.ran': 'info',
  'hook.delivered': 'debug',
  'hook.failed': 'warn',
  'hook.given-up': 'error',
  'hook.disabled': 'error',
  'gate.decided': 'info',
  'gate.failed': 'error',
  'mail.sent': 'info',
  'mail.failed': 'warn',
  fault: 'error',
};

export interface Log {
  readonly observe: Observe;
  /**
   * Opens the file anew under its name, after a rotation has taken the old one away; each line goes into one of the two.
   * Without a file, or where it cannot be opened, everything goes on as before.
   */
  reopen(): void;
  /** Writes what is still in memory. */
  close(): void;
}

/**
 * Opens the log.
 * @param settings.level the least severe line that is written
 * @param settings.file appended to; standard error without it
 */
export function openLog(settings: {
  readonly level: Level | 'silent';
  readonly file?: string | undefined;
}): Log {
  const open = () => pino.destination({ dest: settings.file ?? 2, sync: true, mode: 0o600, append: true });
  let destination = open();
  let text = '';
  // Of the observation whose line is being made, in milliseconds since 1970.
  let atMs = 0;
  const logger = pino(
    {
      level: settings.level,
      base: null,
      timestamp: () => `,"time":"${new Date(atMs).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write(line: string) {
        text += line;
      },
    },
  );
  const gathered = gather((observations) => {
    for (const seen of observations) {
      const { kind, ...facts } = seen.observation;
      atMs = seen.atMs;
      // What cannot be made a line must not keep the others from being written.
      try {
        logger[levels[kind]](redact({ event: kind, ...facts }));
      } catch {
        // There is nowhere left to say it.
      }
    }
    const lines = text;
    text = '';
    if (lines !== '') destination.write(lines);
  });
  const observe: Observe = (observation) => {
    gathered.add({ observation, atMs: Date.now() });
    // What may be the last that is said is not put off.
    if (levels[observation.kind] === 'error') gathered.flush();
  };
  return {
    observe,
    reopen() {
      if (settings.file === undefined) return;
      gathered.flush();
      const old = destination;
      try {
        // Not its own reopen(): that one, failing once, closes the old file twice at the next time.
        destination = open();
      } catch (thrown) {
        observe({ kind: 'fault', where: 'log.reopen', fault: describeFault(thrown) });
        return;
      }
      old.end();
    },
    close() {
      gathered.close();
      destination.end();
    },
  };
}

/** What may not be said, wherever it stands among the facts or in one of them. */
const secretKeys: ReadonlySet<string> = new Set(['password', 'secret', 'privateText']);
const redaction = '[redacted]';

/**
 * @returns the facts without secrets; themselves, when there are none: pino's own redaction copies all of them for each
 *   line, and half of the memory that a small file's upload took was that
 */
function redact(facts: object, isInner = false): object {
  let told: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(facts)) {
    const isObject = !isInner && typeof value === 'object' && value !== null;
    const safe = secretKeys.has(key) ? redaction : isObject ? redact(value, true) : value;
    if (safe !== value) {
      told ??= { ...facts };
      told[key] = safe;
    }
  }
  return told ?? facts;
}

interface Seen {
  readonly observation: Observation;
  readonly atMs: number;
}

/** So long an observation waits for others, in milliseconds. */
const gatheringMs = 10;
/** And so many wait at most. */
const mostGathered = 1000;

/**
 * Lets the observations of some milliseconds become lines together, and leave as one write: to do both for each was in the
 * way of every CLOSE (docs/sftp.md, "Speed"). Whoever ends the process gets them too; only SIGKILL takes the last ones.
 * @param write a log that cannot be written (a full disk) must not stop what it would have told of: what it throws is lost
 */
function gather(write: (observations: readonly Seen[]) => void): {
  add(seen: Seen): void;
  flush(): void;
  close(): void;
} {
  let gathered: Seen[] = [];
  const flush = () => {
    if (gathered.length === 0) return;
    const observations = gathered;
    gathered = [];
    try {
      write(observations);
    } catch {
      // There is nowhere left to say it.
    }
  };
  process.on('exit', flush);
  return {
    add(seen) {
      if (gathered.length === 0) setTimeout(flush, gatheringMs).unref();
      gathered.push(seen);
      if (gathered.length >= mostGathered) flush();
    },
    flush,
    close() {
      flush();
      process.off('exit', flush);
    },
  };
}

/** The version that package.json says; its place differs between the sources and the built product. */
export function readVersion(): string {
  const require = createRequire(import.meta.url);
  const place = import.meta.url.endsWith('.ts') ? './package.json' : '../package.json';
  const { version } = require(place) as { readonly version: string };
  return version;
}
