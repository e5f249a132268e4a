// That an account, or what it may do, has changed: the number by which a running daemon notices and checks its live
// sessions (invariant I5).

import { readCounter, takeNumbers } from './counter.ts';
import type { Database, Transaction } from './transaction.ts';

const changeCounter = 'account-changes';

export async function noteAccountChange(transaction: Transaction): Promise<void> {
  await takeNumbers(transaction.sql, changeCounter, 1);
}

/** @returns how many changes of accounts there have been: when it differs, live sessions are checked */
export function countAccountChanges(database: Database): Promise<number> {
  return readCounter(database.sql, changeCounter);
}
