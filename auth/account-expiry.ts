// Users who stay away expire: warned by mail some days ahead, once each, and then expired. A look now and then finds
// whatever is due, so that a gateway that was off for a while catches up.

import type { Database } from '../storage/transaction.ts';
import { listIdleUsers, queueExpiredMail, warnOfExpiry } from '../storage/user-expiry-store.ts';
import { changeUserStatus } from '../storage/user-status-store.ts';

export interface ExpirySettings {
  /** How long a user may stay away, in milliseconds; 0: for ever. */
  readonly expiryMs: number;
  /** How many days ahead mails warn. */
  readonly expiryWarningDays: readonly number[];
  /** Whether a sign-in by SFTP counts as use. */
  readonly sftpUseCounts: boolean;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Warns and expires whoever is due.
 * @returns how many were warned and how many have expired
 */
export async function expireIdleUsers(
  database: Database,
  settings: ExpirySettings,
): Promise<{ readonly warned: number; readonly expired: number }> {
  const { expiryMs, sftpUseCounts } = settings;
  const counts = { warned: 0, expired: 0 };
  if (expiryMs === 0) return counts;
  const nowMs = database.now();
  const days = settings.expiryWarningDays.toSorted((one, other) => one - other);
  const firstWarningMs = (days.at(-1) ?? 0) * dayMs;
  const usedBeforeMs = nowMs - expiryMs + firstWarningMs;
  for (const user of await listIdleUsers(database, { usedBeforeMs, sftpCounts: sftpUseCounts })) {
    const leftMs = user.lastUseMs + expiryMs - nowMs;
    if (leftMs <= 0) {
      const expiring = { userId: user.id, verb: 'expire', actor: { kind: 'gateway' } } as const;
      if (await changeUserStatus(database, expiring, queueExpiredMail(user.id))) counts.expired += 1;
      continue;
    }
    // The shortest notice that is due: who is found late is not sent all of them at once.
    const due = days.find((ahead) => leftMs <= ahead * dayMs);
    if (due === undefined || (user.warnedDays !== undefined && user.warnedDays <= due)) continue;
    const warning = { user, days: due, expiresAtMs: user.lastUseMs + expiryMs };
    if (await warnOfExpiry(database, warning)) counts.warned += 1;
  }
  return counts;
}
