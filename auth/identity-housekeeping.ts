// What happens to identities by time alone: registrations that nobody confirmed vanish, spent links are forgotten, and
// users who stay away are warned and expire.

import { pruneOneTimeSecrets } from '../storage/one-time-secret-store.ts';
import type { Database } from '../storage/transaction.ts';
import { removeUnconfirmed } from '../storage/user-status-store.ts';
import { type ExpirySettings, expireIdleUsers } from './account-expiry.ts';

/** Links are remembered for so long after their time, so that the page can say that they have run out. */
const spentLinkMs = 24 * 60 * 60 * 1000;

/** Does whatever is due. Doing it twice, or in two processes at once, does nothing more. */
export async function tidyIdentities(
  database: Database,
  settings: ExpirySettings,
): Promise<{ readonly vanished: number; readonly warned: number; readonly expired: number }> {
  const vanished = await removeUnconfirmed(database);
  await pruneOneTimeSecrets(database, database.now() - spentLinkMs);
  return { vanished, ...(await expireIdleUsers(database, settings)) };
}
