// What each observation counts for. What is not here is for the log alone.

import type { LoginRefusal } from '../domain/login.ts';
import type { Observation } from '../domain/observation.ts';
import { type Counted, wordOf } from './counted.ts';

const second = 1000;

const loginMethods = ['password', 'publickey', 'public-key', 'keyboard-interactive', 'both', 'none'];
/** All that there are: a new one does not compile until it is here. */
const everyLoginRefusal: Readonly<Record<LoginRefusal, true>> = {
  'no-account': true,
  'wrong-password': true,
  'unknown-key': true,
  'key-expired': true,
  'update-required': true,
  locked: true,
  disabled: true,
  'partner-disabled': true,
  throttled: true,
  'address-not-allowed': true,
  'method-not-allowed': true,
  'too-many-sessions': true,
  'refused-by-gate': true,
  overloaded: true,
  malformed: true,
};
const loginRefusals = Object.keys(everyLoginRefusal);
const connectionRefusals = [
  'banned',
  'too-many-connections',
  'too-many-from-address',
  'too-many-unauthenticated',
];
const answers = ['999', 'TA1', 'TA1 999', 'report'];
const verdicts = ['accepted', 'accepted-with-errors', 'partially-accepted', 'rejected'];
const rooms = [
  'auth',
  'gateway',
  'hooks',
  'intake',
  'portal',
  'process',
  'sftp',
  'storage',
  'retention',
  'monitoring',
];

/** Counts one observation. It never throws, and costs a few microseconds. */
export function countObservation(counted: Counted, seen: Observation): void {
  countLogin(counted, seen);
  countTransfer(counted, seen);
  countIntake(counted, seen);
  countTelling(counted, seen);
}

function countLogin(counted: Counted, seen: Observation): void {
  switch (seen.kind) {
    case 'sftp.login': {
      const method = wordOf(loginMethods, seen.method);
      counted.logins.inc({ door: 'sftp', method, outcome: 'accepted', reason: 'none' });
      counted.loginSeconds.observe({ outcome: 'accepted' }, seen.durationMs / second);
      break;
    }
    case 'sftp.login-refused': {
      const [method, reason] = [wordOf(loginMethods, seen.method), wordOf(loginRefusals, seen.reason)];
      counted.logins.inc({ door: 'sftp', method, outcome: 'refused', reason });
      counted.loginSeconds.observe({ outcome: 'refused' }, seen.durationMs / second);
      break;
    }
    case 'portal.sign-in':
      counted.logins.inc({ door: 'portal', method: 'browser', outcome: 'accepted', reason: 'none' });
      break;
    case 'portal.sign-in-refused': {
      // Sentences stand there too, of the identity provider's among others.
      const wrong = seen.reason === 'wrong user id or password';
      const reason = wrong ? 'wrong-password' : wordOf(loginRefusals, seen.reason);
      counted.logins.inc({ door: 'portal', method: 'browser', outcome: 'refused', reason });
      break;
    }
    case 'sftp.connection-refused':
      counted.connectionsRefused.inc({ reason: wordOf(connectionRefusals, seen.reason) });
      break;
    case 'sftp.connection-closed':
      counted.connectionSeconds.observe(seen.durationMs / second);
      break;
    case 'sftp.negotiation-failed':
      counted.negotiationsFailed.inc();
      break;
    case 'sftp.protocol-error':
      counted.protocolErrors.inc();
      break;
    case 'sftp.worker-ended':
      counted.workersEnded.inc();
      break;
    default:
  }
}

function countTransfer(counted: Counted, seen: Observation): void {
  switch (seen.kind) {
    case 'sftp.transfer': {
      const { direction, outcome } = seen;
      counted.transfers.inc({ direction, outcome });
      counted.transferBytes.inc({ direction }, seen.bytes);
      if (outcome === 'complete') counted.transferSeconds.observe({ direction }, seen.durationMs / second);
      break;
    }
    case 'transmission.received':
      counted.received.inc({ source: wordOf(['sftp', 'portal', 'adopted'], seen.source) });
      counted.receivedBytes.observe(seen.sizeBytes);
      break;
    case 'transmission.adopted':
      counted.received.inc({ source: 'adopted' });
      break;
    case 'portal.request':
      counted.requestSeconds.observe(
        { status: `${Math.floor(seen.status / 100)}xx` },
        seen.durationMs / second,
      );
      break;
    default:
  }
}

function countIntake(counted: Counted, seen: Observation): void {
  switch (seen.kind) {
    case 'intake.answered': {
      const { waitedMs, readMs, durationMs } = seen;
      counted.answered.inc({ verdict: wordOf(verdicts, seen.verdict) });
      counted.findings.inc(seen.findings);
      counted.stageSeconds.observe({ stage: 'wait' }, waitedMs / second);
      counted.stageSeconds.observe({ stage: 'read' }, readMs / second);
      counted.stageSeconds.observe({ stage: 'answer' }, Math.max(0, durationMs - readMs) / second);
      break;
    }
    case 'intake.published':
      counted.stageSeconds.observe({ stage: 'publish' }, seen.sinceWrittenMs / second);
      counted.answerSeconds.observe({ answer: wordOf(answers, seen.answer) }, seen.sinceReceivedMs / second);
      break;
    case 'intake.quarantined':
      counted.quarantined.inc();
      break;
    case 'intake.attempt-failed':
      counted.attemptsFailed.inc({ outcome: seen.retryInMs === undefined ? 'given-up' : 'retried' });
      break;
    case 'intake.released':
      counted.released.inc();
      break;
    case 'dispatch.published':
      counted.dispatches.inc({ outcome: 'published' });
      break;
    case 'dispatch.refused':
    case 'dispatch.no-such-partner':
      counted.dispatches.inc({ outcome: 'refused' });
      break;
    case 'storage.mismatch':
      counted.mismatches.inc();
      break;
    default:
  }
}

function countTelling(counted: Counted, seen: Observation): void {
  switch (seen.kind) {
    case 'hook.delivered':
      counted.hookTries.inc({ hook: seen.hook, outcome: 'delivered' });
      counted.hookSeconds.observe({ hook: seen.hook }, seen.durationMs / second);
      break;
    case 'hook.failed':
      counted.hookTries.inc({ hook: seen.hook, outcome: 'failed' });
      break;
    case 'hook.given-up':
      counted.hookTries.inc({ hook: seen.hook, outcome: 'given-up' });
      break;
    case 'gate.decided':
    case 'gate.failed': {
      const outcome = seen.kind === 'gate.failed' ? 'failed' : seen.decision;
      counted.gateSeconds.observe({ gate: seen.gate, outcome }, seen.durationMs / second);
      break;
    }
    case 'mail.sent':
      counted.mails.inc({ outcome: 'sent' });
      break;
    case 'mail.failed':
      counted.mails.inc({ outcome: seen.retryInMs === undefined ? 'given-up' : 'failed' });
      break;
    case 'fault':
      counted.faults.inc({ room: wordOf(rooms, seen.where.split(/[ .]/)[0] ?? '') });
      break;
    default:
  }
}
