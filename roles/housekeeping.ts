// Removes, from time to time, rows and files that mean nothing any more; and signs the audit trail once a day.

import { tidyIdentities } from '../auth/identity-housekeeping.ts';
import type { Core } from '../core.ts';
import { describeFault } from '../domain/observation.ts';
import { writeAuditCheckpoint } from '../storage/audit-checkpoint.ts';
import { pruneChallenges } from '../storage/factor-challenge-store.ts';
import { removeOldMails } from '../storage/mail-file.ts';
import { prunePendingSignIns } from '../storage/pending-sign-in-store.ts';
import { prunePortalSessions } from '../storage/portal-session-store.ts';
import { pruneRefusals } from '../storage/sftp-refusal-store.ts';
import { pruneThrottles } from '../storage/throttle-store.ts';
import { expireUploads } from '../storage/upload-expiry.ts';
import type { Closable } from './closable.ts';

const housekeepingMs = 10 * 60 * 1000;
/** Failed sign-ins older than this are forgotten. */
const throttleMemoryMs = 24 * 60 * 60 * 1000;

/** Refused SFTP logins are told of for so long. */
const refusalMemoryMs = 30 * 24 * 60 * 60 * 1000;
/** Sign-ins and second factors that nobody finished are forgotten after so long; they are worth nothing much earlier. */
const pendingMemoryMs = 60 * 60 * 1000;

/** The audit trail is signed so often, in milliseconds, when something was recorded. */
const checkpointMs = 24 * 60 * 60 * 1000;

/** Removes what means nothing any more, and signs the audit trail. */
export function startHousekeeping({ config, directory, database, observe }: Core): Closable {
  const tidy = async (): Promise<void> => {
    try {
      await pruneThrottles(database, database.now() - throttleMemoryMs);
      const { sessionIdleMs: idleMs, sessionAbsoluteMs: absoluteMs } = config.portal;
      await prunePortalSessions(database, { idleMs, absoluteMs });
      await prunePendingSignIns(database, database.now() - pendingMemoryMs);
      await pruneRefusals(database, database.now() - refusalMemoryMs);
      await pruneChallenges(database, database.now() - pendingMemoryMs);
      await tidyIdentities(database, config.identity);
      await removeOldMails({ database, directory }, database.now() - config.mail.keepMs);
      const { interruptedExpiryMs } = config.storage;
      await expireUploads({ database, directory, interruptedExpiryMs });
      const unlessSinceMs = database.now() - checkpointMs;
      await writeAuditCheckpoint({ database, directory }, { actor: { kind: 'gateway' }, unlessSinceMs });
    } catch (thrown) {
      observe({ kind: 'fault', where: 'gateway.housekeeping', fault: describeFault(thrown) });
    }
  };
  const timer = setInterval(() => void tidy(), housekeepingMs);
  timer.unref();
  return { close: () => clearInterval(timer) };
}
