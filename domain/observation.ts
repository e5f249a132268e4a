// Everything that Claimgate says to the outside about its own working is a case of this union; `observe(o)` is handed
// to every room, and the sinks in observe.ts decide what becomes a log line or a metric. There is no field a password,
// a key's secret half or a patient's data could stand in: what cannot be said cannot leak.

import type { LoginRefusal } from './login.ts';

/** A fault as it may be logged: its class, code and message without host paths' contents. */
export interface ObservedFault {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
}

export type Observation =
  | {
      readonly kind: 'gateway.started';
      readonly version: string;
      readonly roles: readonly string[];
      readonly dataDirectory: string;
    }
  | { readonly kind: 'gateway.stopping'; readonly signal: string }
  | { readonly kind: 'gateway.stopped' }
  | { readonly kind: 'storage.migrated'; readonly from: number; readonly to: number }
  /** The thread that brings SQLite's log into the database failed; the database does it itself now, and is slower. */
  | { readonly kind: 'storage.checkpoint-failed'; readonly reason: string }
  /** The receive log could not be written, or what is in it not be applied; small files are taken one by one meanwhile. */
  | { readonly kind: 'storage.receive-log-failed'; readonly reason: string }
  /** A file of the receive log had lost records; it was kept under the name `path`, below the data directory. */
  | { readonly kind: 'storage.receive-log-damaged'; readonly path: string; readonly lostBytes: number }
  | {
      readonly kind: 'storage.recovered';
      readonly interrupted: number;
      readonly rolledBack: number;
      readonly completed: number;
      readonly expired: number;
      readonly orphans: number;
      readonly restored: number;
      readonly applied: number;
    }
  /** Disk and journal differed at start, in what, and what was done about it (storage/repair-mismatch.ts). */
  | {
      readonly kind: 'storage.mismatch';
      readonly mismatch: string;
      readonly subject: string;
      readonly repair: string;
    }
  | {
      readonly kind: 'sftp.listening';
      readonly listener: string;
      readonly profile: string;
      readonly host: string;
      readonly port: number;
      readonly fingerprints: readonly string[];
      readonly nativeCrypto: boolean;
    }
  /** A listener is near its end date, or past it and not opened. */
  | {
      readonly kind: 'sftp.listener-ends' | 'sftp.listener-over';
      readonly listener: string;
      readonly profile: string;
      readonly closesAtMs: number;
    }
  /** A worker ended unasked (`how`: signal or exit code); another is started in its place. */
  | { readonly kind: 'sftp.worker-ended'; readonly pid: number; readonly how: string }
  | { readonly kind: 'sftp.connection-refused'; readonly address: string; readonly reason: string }
  | {
      readonly kind: 'sftp.connection-closed';
      readonly connection: number;
      readonly address: string;
      readonly reason: string;
      readonly durationMs: number;
      readonly bytesIn: number;
      readonly bytesOut: number;
    }
  | {
      readonly kind: 'sftp.negotiation-failed';
      readonly connection: number;
      readonly address: string;
      readonly software: string;
      readonly message: string;
      readonly offered: Readonly<Record<string, readonly string[]>>;
      readonly weOffer: Readonly<Record<string, readonly string[]>>;
      /** What to change. */
      readonly advice: string;
    }
  | {
      readonly kind: 'sftp.login';
      readonly connection: number;
      readonly address: string;
      readonly userId: string;
      readonly partnerId: string;
      readonly method: string;
      readonly software: string;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'sftp.login-refused';
      readonly connection: number;
      readonly address: string;
      readonly userName: string;
      readonly method: string;
      readonly reason: LoginRefusal;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'sftp.request-refused';
      readonly connection: number;
      readonly userId: string;
      readonly request: string;
      readonly path: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'sftp.transfer';
      readonly connection: number;
      readonly userId: string;
      readonly partnerId: string;
      readonly direction: 'upload' | 'download';
      readonly path: string;
      readonly bytes: number;
      readonly durationMs: number;
      readonly outcome: 'complete' | 'interrupted' | 'refused';
    }
  | { readonly kind: 'sftp.session-ended-by-account'; readonly connection: number; readonly userId: string }
  | {
      readonly kind: 'sftp.protocol-error';
      readonly connection: number;
      readonly address: string;
      readonly message: string;
    }
  | {
      readonly kind: 'portal.listening' | 'monitoring.listening';
      readonly host: string;
      readonly port: number;
    }
  /** New connections get the certificate in this file from now on. */
  | { readonly kind: 'portal.certificate-loaded'; readonly file: string }
  | {
      readonly kind: 'portal.request';
      readonly method: string;
      readonly route: string;
      readonly status: number;
      readonly durationMs: number;
      readonly userId: string | undefined;
      readonly address: string;
    }
  | { readonly kind: 'portal.sign-in'; readonly userId: string; readonly address: string }
  | {
      readonly kind: 'portal.sign-in-refused';
      readonly userName: string;
      readonly address: string;
      readonly reason: string;
    }
  | { readonly kind: 'api.listening'; readonly host: string; readonly port: number }
  /** One request of a program; a stream of events when it has ended. */
  | {
      readonly kind: 'api.request';
      readonly requestId: string;
      readonly method: string;
      /** The pattern of the address, never the address itself. */
      readonly route: string;
      readonly status: number;
      readonly durationMs: number;
      readonly keyId: string | undefined;
      readonly address: string;
    }
  /** `keyId` where the key is one of ours. */
  | {
      readonly kind: 'api.key-refused';
      readonly requestId: string;
      readonly reason: 'missing' | 'malformed' | 'unknown' | 'expired' | 'revoked' | 'blocked';
      readonly keyId: string | undefined;
      readonly address: string;
    }
  | {
      readonly kind: 'transmission.received';
      readonly transmissionId: string;
      readonly partnerId: string;
      readonly name: string;
      readonly sizeBytes: number;
      readonly source: string;
    }
  | {
      readonly kind: 'transmission.adopted';
      readonly transmissionId: string;
      readonly partnerId: string;
      readonly name: string;
    }
  | {
      readonly kind: 'intake.answered';
      readonly transmissionId: string;
      readonly partnerId: string;
      readonly verdict: string;
      readonly interchanges: number;
      readonly findings: number;
      readonly notChecked: readonly string[];
      /** From receipt to the claim of this attempt. */
      readonly waitedMs: number;
      /** Of the attempt: reading it, and then writing the answer. */
      readonly readMs: number;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'intake.quarantined';
      readonly transmissionId: string;
      readonly partnerId: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'intake.attempt-failed';
      readonly transmissionId: string;
      readonly attempt: number;
      readonly retryInMs: number | undefined;
      readonly fault: ObservedFault;
    }
  | {
      readonly kind: 'intake.published';
      readonly transmissionId: string;
      readonly partnerId: string;
      readonly name: string;
      /** `TA1`, `999`, `TA1 999` or `report`. */
      readonly answer: string;
      /** Since the answer was written, and since what it answers was received. */
      readonly sinceWrittenMs: number;
      readonly sinceReceivedMs: number;
    }
  | {
      readonly kind: 'intake.released';
      readonly transmissionId: string;
      readonly partnerId: string;
      readonly manifest: string;
    }
  /** A run of the retention removed so many things, and warned of so many. */
  | { readonly kind: 'retention.ran'; readonly purged: number; readonly warned: number }
  | {
      readonly kind: 'dispatch.published';
      readonly dispatchId: string;
      readonly partnerId: string;
      readonly name: string;
      readonly transactions: string;
    }
  | {
      readonly kind: 'dispatch.refused';
      readonly dispatchId: string;
      readonly partnerId: string;
      readonly name: string;
      readonly reason: string;
    }
  /** A file for a trading partner that there is none of. */
  | { readonly kind: 'dispatch.no-such-partner'; readonly folder: string }
  | {
      readonly kind: 'hook.delivered';
      readonly hook: string;
      readonly eventId: string;
      readonly attempt: number;
      readonly durationMs: number;
    }
  /** A try that failed; given up: it was the last, and the delivery is a dead letter. */
  | {
      readonly kind: 'hook.failed' | 'hook.given-up';
      readonly hook: string;
      readonly eventId: string;
      readonly attempt: number;
      /** Tries of any event that this hook has not taken, since the last that it took. */
      readonly failuresInARow: number;
      readonly retryInMs: number | undefined;
      readonly reason: string;
    }
  /** The hook is told of nothing more until an administrator enables it. */
  | { readonly kind: 'hook.disabled'; readonly hook: string; readonly reason: string }
  /** A gate of the operator's was asked; failed: it gave no decision, and its `onFailure` decided. */
  | {
      readonly kind: 'gate.decided' | 'gate.failed';
      readonly gate: string;
      readonly on: 'upload' | 'login';
      readonly partnerId: string | undefined;
      readonly decision: 'passed' | 'refused';
      readonly durationMs: number;
      readonly reason?: string;
    }
  /** A mail by its id and kind, never by its recipient or words. */
  | {
      readonly kind: 'mail.sent';
      readonly mailId: string;
      readonly mailKind: string;
      readonly attempt: number;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'mail.failed';
      readonly mailId: string;
      readonly mailKind: string;
      readonly attempt: number;
      readonly retryInMs: number | undefined;
      readonly reason: string;
    }
  | { readonly kind: 'fault'; readonly where: string; readonly fault: ObservedFault };

/** The dependency that every room takes. It never throws and never blocks. */
export type Observe = (observation: Observation) => void;

/**
 * Turns whatever was thrown into what may be logged of it.
 * @param thrown anything
 */
export function describeFault(thrown: unknown): ObservedFault {
  if (thrown instanceof Error) {
    const code: unknown = 'code' in thrown ? thrown.code : undefined;
    return {
      name: thrown.name,
      code: typeof code === 'string' ? code : undefined,
      message: thrown.message,
      stack: thrown.stack,
    };
  }
  return { name: 'NonError', code: undefined, message: String(thrown), stack: undefined };
}
