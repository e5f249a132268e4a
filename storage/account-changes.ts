// That an account, or what it may do, has changed: the number by which a running daemon notices and checks its live
// sessions (invariant I5).

import type { UserId } from '../domain/ids.ts';
import type { SftpAccountChange } from '../domain/mail.ts';
import { readCounter, takeNumbers } from './counter.ts';
import { queueMail } from './mail-store.ts';
import type { Database, Transaction } from './transaction.ts';

const changeCounter = 'account-changes';

export async function noteAccountChange(transaction: Transaction): Promise<void> {
  await takeNumbers(transaction.sql, changeCounter, 1);
}

/** @returns how many changes of accounts there have been: when it differs, live sessions are checked */
export function countAccountChanges(database: Database): Promise<number> {
  return readCounter(database.sql, changeCounter);
}

/**
 * Has the account's user told by mail what opens it now: whoever changed it may not be the user.
 * @param input.fingerprint the key that it is about, if it is about one
 * @param input.address the network address that it came from; left out when an administrator did it
 */
export function tellAccountOwner(
  transaction: Transaction,
  input: {
    readonly userId: UserId;
    readonly change: SftpAccountChange;
    readonly fingerprint?: string;
    readonly address?: string;
  },
): Promise<void> {
  const { userId, change, fingerprint = '', address = '' } = input;
  const facts = { kind: 'sftp-account-changed', change, fingerprint, atMs: transaction.nowMs } as const;
  return queueMail(transaction, { content: { ...facts, address }, userId });
}
