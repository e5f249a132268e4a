// What is counted and measured of what happens, as Prometheus reads it. Labels hold words of closed lists and names from
// the operator's configuration alone: no user, no partner, no address, no file. So their number is bounded, and nothing
// about a person or a patient can stand in one.

import { Counter, Histogram, type Registry } from 'prom-client';

/** In seconds: a password check costs about a quarter of one. */
const loginBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** In seconds: from a small file on a fast line to hours on a slow one. */
const transferBuckets = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200];
/** In seconds: an intake that keeps up needs milliseconds. */
const stageBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 900];
/** In seconds: up to the hour within which CAQH CORE's infrastructure rule wants a 999 to be there, and beyond. */
const answerBuckets = [0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 900, 1800, 3600, 7200];
const hookBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** In bytes. */
const sizeBuckets = [1024, 16_384, 65_536, 262_144, 1_048_576, 8_388_608, 67_108_864, 536_870_912];

type Names = readonly string[];

/** Makes every counter and histogram in a registry. */
export function makeCounted(registry: Registry) {
  const make = makersIn(registry);
  return { ...makeDoors(make), ...makeFiles(make), ...makeIntake(make), ...makeTelling(make) };
}

function makersIn(registry: Registry) {
  const registers = [registry];
  const counter = <const Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter<Label>({ name: `claimgate_${name}`, help, labelNames: [...labelNames], registers });
  const histogram = <const Label extends string>(
    name: string,
    help: string,
    of: { readonly labelNames: readonly Label[]; readonly buckets: readonly number[] },
  ) =>
    new Histogram<Label>({
      name: `claimgate_${name}`,
      help,
      labelNames: [...of.labelNames],
      buckets: [...of.buckets],
      registers,
    });
  return { counter, histogram };
}

type Makers = ReturnType<typeof makersIn>;

/** Who comes in, and how. */
function makeDoors({ counter, histogram }: Makers) {
  return {
    logins: counter('logins_total', 'Sign-ins, by door, method and outcome.', [
      'door',
      'method',
      'outcome',
      'reason',
    ]),
    loginSeconds: histogram('login_seconds', 'How long the SFTP daemon took to decide a sign-in.', {
      labelNames: ['outcome'],
      buckets: loginBuckets,
    }),
    connectionsRefused: counter(
      'connections_refused_total',
      'Connections that SFTP refused before a word was said.',
      ['reason'],
    ),
    connectionSeconds: histogram('connection_seconds', 'How long SFTP connections lasted.', {
      labelNames: [],
      buckets: transferBuckets,
    }),
    negotiationsFailed: counter(
      'negotiations_failed_total',
      'SSH connections without an algorithm in common.',
      [],
    ),
    protocolErrors: counter('protocol_errors_total', 'SFTP connections that broke the protocol.', []),
    workersEnded: counter('sftp_workers_ended_total', 'SFTP processes that ended unasked.', []),
    requestSeconds: histogram('portal_request_seconds', 'How long the portal took to answer.', {
      labelNames: ['status'],
      buckets: requestBuckets,
    }),
  };
}

/** Files that come and go. */
function makeFiles({ counter, histogram }: Makers) {
  return {
    transfers: counter('transfers_total', 'Files transferred by SFTP.', ['direction', 'outcome']),
    transferBytes: counter('transfer_bytes_total', 'Bytes of files transferred by SFTP.', ['direction']),
    transferSeconds: histogram('transfer_seconds', 'How long whole transfers by SFTP took.', {
      labelNames: ['direction'],
      buckets: transferBuckets,
    }),
    received: counter('transmissions_received_total', 'Files received from trading partners.', ['source']),
    receivedBytes: histogram('transmission_bytes', 'Sizes of files received.', {
      labelNames: [],
      buckets: sizeBuckets,
    }),
    released: counter('releases_total', 'Files handed to the back end.', []),
    dispatches: counter('dispatches_total', 'Files from the back end.', ['outcome']),
    mismatches: counter('storage_mismatches_total', 'Differences of disk and journal at start.', []),
  };
}

/** What intake makes of files. */
function makeIntake({ counter, histogram }: Makers) {
  return {
    answered: counter('transmissions_answered_total', 'Files answered, by verdict.', ['verdict']),
    findings: counter('findings_total', 'Findings in answered files.', []),
    quarantined: counter('transmissions_quarantined_total', 'Files that were put into quarantine.', []),
    attemptsFailed: counter('intake_attempts_failed_total', 'Attempts of intake that failed.', ['outcome']),
    stageSeconds: histogram(
      'intake_stage_seconds',
      'How long a stage took: waiting for a claim, reading, writing the answer, putting it into outbound.',
      { labelNames: ['stage'], buckets: stageBuckets },
    ),
    answerSeconds: histogram(
      'receipt_to_answer_seconds',
      'From the receipt of a file to its answer standing in outbound. CAQH CORE allows one hour.',
      { labelNames: ['answer'], buckets: answerBuckets },
    ),
  };
}

/** Who is told or asked, and what went wrong. */
function makeTelling({ counter, histogram }: Makers) {
  return {
    hookTries: counter('hook_tries_total', 'Tries to tell a hook of an event.', ['hook', 'outcome']),
    hookSeconds: histogram('hook_seconds', 'How long deliveries took that were accepted.', {
      labelNames: ['hook'],
      buckets: hookBuckets,
    }),
    gateSeconds: histogram('gate_seconds', 'How long the operator’s gates took to decide.', {
      labelNames: ['gate', 'outcome'],
      buckets: hookBuckets,
    }),
    mails: counter('mails_total', 'Tries to send a mail.', ['outcome']),
    faults: counter('faults_total', 'Faults of the gateway or of what it runs on.', ['room']),
  };
}

export type Counted = ReturnType<typeof makeCounted>;

const other = 'other';
/** A word of a closed list as it is; whatever else stands there, now or in a later version, under one name. */
export function wordOf(known: Names, text: string): string {
  return known.includes(text) ? text : other;
}
