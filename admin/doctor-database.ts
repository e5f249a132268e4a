// What `claimgate doctor` looks at in the database, and in who is at work on it.

import { inspectReceiveLog } from '../storage/apply-receive-log.ts';
import { listBackups } from '../storage/backup-store.ts';
import { findMismatches } from '../storage/find-mismatches.ts';
import { readUndigested } from '../storage/late-digests.ts';
import { subjectOf } from '../storage/mismatch.ts';
import { type Check, error, ok, printBytes, printDuration, type Scene, warning } from './doctor-check.ts';

const database: Check = {
  id: 'database',
  looksAt:
    'whether the database can be opened and its pages are sound (PRAGMA quick_check), and its schema is this version’s',
  cure: 'stop the gateway, keep the file, and restore the last backup into a new directory: claimgate backup restore',
  needs: 'data-directory',
  run({ inspection, directory }) {
    switch (inspection.kind) {
      case 'absent':
        return warning(`${directory.database} is not there yet.`, 'Nothing: the first start makes it.');
      case 'unreadable':
        return error(
          `It cannot be opened: ${inspection.why}.`,
          'Run this as the user that Claimgate runs as; else restore a backup.',
        );
      case 'damaged':
        return error(`It is damaged: ${inspection.problems.slice(0, 2).join('; ')}.`);
      case 'sound': {
        const { schemaVersion, knownVersion, sizeBytes } = inspection;
        const facts = `Sound, schema ${schemaVersion}, ${printBytes(sizeBytes)}.`;
        if (schemaVersion > knownVersion)
          return error(
            `It has schema ${schemaVersion}; this Claimgate knows ${knownVersion}.`,
            'Run the newer Claimgate, or restore the backup made before the upgrade.',
          );
        if (inspection.missing > 0)
          return warning(
            `It has schema ${schemaVersion}, and ${inspection.missing} of the migrations up to ${knownVersion} are missing.`,
            'Nothing: the next start upgrades it, and keeps a copy from before.',
          );
        return ok(facts);
      }
    }
  },
};

/** So many names are told; the log of the next start names them all. */
const mismatchesNamed = 5;

/** A log that grew beyond this was kept from being checkpointed. */
const largeLogBytes = 256 * 1024 * 1024;

const databaseLog: Check = {
  id: 'database-log',
  looksAt: 'the size of the write-ahead log beside the database',
  cure: 'see which process holds the database open for reading (fuser claimgate.db) and end it; the log shrinks at the next restart',
  needs: 'data-directory',
  run({ inspection }) {
    const bytes = inspection.kind === 'sound' ? inspection.logBytes : 0;
    return bytes > largeLogBytes ? warning(`${printBytes(bytes)}.`) : ok(`${printBytes(bytes)}.`);
  },
};

const roles: Check = {
  id: 'roles',
  looksAt:
    'which roles run on this data directory (they hold its locks), and which that are configured do not',
  cure: 'start it: claimgate serve, or systemctl start claimgate',
  needs: 'data-directory',
  run({ running, config }) {
    const idle = config.roles.filter((role) => !running.has(role));
    const told = [...running].map(([role, pid]) => (pid === undefined ? role : `${role} (process ${pid})`));
    if (running.size === 0) return warning('Nothing runs.');
    return idle.length > 0
      ? warning(`Running: ${told.join(', ')}. Not running: ${idle.join(', ')}.`)
      : ok(`Running: ${told.join(', ')}.`);
  },
};

/** CAQH CORE allows an hour from receipt to the 999 (CORE Connectivity rule, batch: next business day for 835s). */
const answerLateMs = 60 * 60 * 1000;
const answerSlowMs = 10 * 60 * 1000;

const unanswered: Check = {
  id: 'unanswered',
  looksAt: 'transmissions that were received and wait for their answer (CAQH CORE allows one hour)',
  cure: 'see that the role intake runs and what the log says of intake.attempt-failed; raise intake.workers if it cannot keep up',
  needs: 'database',
  run({ health, now }) {
    const { count = 0, oldestAtMs } = health?.unanswered ?? {};
    if (oldestAtMs === undefined) return ok('None waits.');
    const ageMs = now() - oldestAtMs;
    const facts = `${count} wait, the oldest for ${printDuration(Math.max(ageMs, 0))}.`;
    if (ageMs > answerLateMs) return error(facts);
    return ageMs > answerSlowMs ? warning(facts) : ok(facts);
  },
};

/** Longer than any crowd lasts that the receive log waits for (storage/receive-log.ts). */
const receiveLogLateMs = 60_000;

const receiveLog: Check = {
  id: 'receive-log',
  looksAt:
    'small files whose senders heard OK, and which wait in the receive log for longer than a crowd of them lasts',
  cure: 'start the gateway, whose start takes them; if it runs, see storage.receive-log-failed in its log',
  needs: 'database',
  async run({ database: rows, directory, now }) {
    if (rows === undefined) return ok('None waits.');
    const { waiting, oldestAtMs, damaged } = await inspectReceiveLog({ database: rows, directory });
    if (damaged.length > 0)
      return error(
        `${damaged.length} of its files had lost records: ${damaged.slice(0, mismatchesNamed).join(', ')}.`,
        'Ask the partners to send again what has no acknowledgement from the day of the file, then remove it.',
      );
    const ageMs = oldestAtMs === undefined ? 0 : Math.max(now() - oldestAtMs, 0);
    const facts = waiting === 0 ? 'None waits.' : `${waiting} wait, the oldest for ${printDuration(ageMs)}.`;
    return ageMs > receiveLogLateMs ? warning(facts) : ok(facts);
  },
};

/** A gigabyte takes about a second, and the smallest come first: for so long waits what cannot be read, or nobody is at it. */
const digestLateMs = 10 * 60 * 1000;

const digests: Check = {
  id: 'digests',
  looksAt:
    'large uploads whose senders heard OK, and which wait for their SHA-256, before which intake does not take them',
  cure: 'see that the role sftp runs, and what its log says of «sftp digest of»; where the disk cannot read an original, bring it back from a backup, or ask its sender to send it again',
  needs: 'database',
  async run({ database: rows, now }) {
    if (rows === undefined) return ok('None waits.');
    const { count, oldestAtMs } = await readUndigested(rows);
    if (oldestAtMs === undefined) return ok('None waits.');
    const ageMs = Math.max(now() - oldestAtMs, 0);
    const facts = `${count} wait, the oldest for ${printDuration(ageMs)}.`;
    return ageMs > digestLateMs ? error(facts) : ok(facts);
  },
};

const givenUp: Check = {
  id: 'given-up',
  looksAt: 'transmissions that failed too often, or are in quarantine until someone decides',
  cure: 'claimgate transmission list --state failed (or quarantined), then transmission show ID',
  needs: 'database',
  run({ health }) {
    const { failed = 0, quarantined = 0 } = health ?? {};
    if (failed === 0 && quarantined === 0) return ok('None.');
    const facts = `${failed} failed, ${quarantined} in quarantine.`;
    return failed > 0 ? error(facts) : warning(facts);
  },
};

const deadLetters: Check = {
  id: 'dead-letters',
  looksAt: 'deliveries of events that were given up after hooks.maxAttempts',
  cure: 'mend the receiver, then deliver them again',
  needs: 'database',
  run({ health }) {
    const { deadDeliveries = 0, waitingDeliveries = 0 } = health ?? {};
    const facts = `${deadDeliveries} given up, ${waitingDeliveries} waiting.`;
    return deadDeliveries > 0 ? warning(facts) : ok(facts);
  },
};

/** Longer than a mail server that refuses for now (greylisting) lets wait. */
const mailLateMs = 2 * 60 * 60 * 1000;

const mails: Check = {
  id: 'mails',
  looksAt: 'mails that were given up, or have waited for two hours',
  cure: 'claimgate mail list shows why; claimgate mail retry ID sends again',
  needs: 'database',
  run({ health, now }) {
    const { deadMails = 0, waitingMails } = health ?? {};
    const oldestMs = waitingMails?.oldestAtMs === undefined ? 0 : now() - waitingMails.oldestAtMs;
    const facts = `${deadMails} given up, ${waitingMails?.count ?? 0} waiting${oldestMs > mailLateMs ? ` (since ${printDuration(oldestMs)})` : ''}.`;
    return deadMails > 0 || oldestMs > mailLateMs ? warning(facts) : ok(facts);
  },
};

/** A backup that is older than this may be of no use any more. */
const backupOldMs = 2 * 24 * 60 * 60 * 1000;

const backupAge: Check = {
  id: 'backup',
  looksAt: 'how old the last backup is (two days are too old), and whether it was verified',
  cure: 'claimgate backup create DIR --verify, every night; and try a restore',
  needs: 'database',
  async run({ database: rows, now }) {
    const [last] = rows === undefined ? [] : await listBackups(rows, 1);
    if (last === undefined) return warning('None was ever made.');
    const facts = `The last one is ${printDuration(Math.max(now() - last.madeAtMs, 0))} old: ${last.path}`;
    if (now() - last.madeAtMs > backupOldMs) return warning(`${facts}.`);
    return last.verifiedAtMs === undefined
      ? warning(`${facts}; it was never read through.`, `claimgate backup verify ${last.path}`)
      : ok(`${facts}, verified.`);
  },
};

const mismatches: Check = {
  id: 'mismatches',
  looksAt:
    'whether journal and disk say the same: originals, answers, staging, quarantine, mailboxes, releases',
  cure: 'restart the role intake, which repairs them and logs each as storage.mismatch; claimgate backup restore brings back what is gone',
  needs: 'database',
  async run({ database: rows, directory }) {
    if (rows === undefined) return ok('None.');
    const found = await findMismatches({ database: rows, directory });
    if (found.length === 0) return ok('None.');
    const named = found.slice(0, mismatchesNamed).map((one) => `${one.kind} ${subjectOf(one)}`);
    return error(`${found.length}: ${named.join('; ')}${found.length > named.length ? '; ...' : '.'}`);
  },
};

export const databaseChecks: readonly Check[] = [
  database,
  databaseLog,
  roles,
  unanswered,
  receiveLog,
  digests,
  givenUp,
  deadLetters,
  mails,
  mismatches,
  backupAge,
];

/** @returns the sentence that says for how long nothing can be said without a database */
export function whyNoDatabase({ inspection }: Scene): string {
  switch (inspection.kind) {
    case 'absent':
      return 'there is no database yet';
    case 'sound':
      return inspection.missing === 0 && inspection.schemaVersion === inspection.knownVersion
        ? 'the database could not be opened'
        : 'its schema is not that of this version';
    default:
      return 'the database is not in order';
  }
}
