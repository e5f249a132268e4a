// That the host keys on disk have changed: the audit record, and the number by which a running daemon notices.

import type { Actor } from '../domain/audit.ts';
import { readCounter, takeNumbers } from './counter.ts';
import type { Database } from './transaction.ts';

const changeCounter = 'host-key-changes';

export async function noteHostKeyChange(
  database: Database,
  input: {
    readonly action: 'host-key.announce' | 'host-key.retire';
    readonly fingerprint: string;
    readonly actor: Actor;
  },
): Promise<void> {
  const { action, fingerprint, actor } = input;
  await database.transaction(async (transaction) => {
    await takeNumbers(transaction.sql, changeCounter, 1);
    await transaction.audit({ actor, action, subject: `host-key:${fingerprint}` });
  });
}

/** @returns how many changes there have been: when it differs, the keys are read again */
export function countHostKeyChanges(database: Database): Promise<number> {
  return readCounter(database.sql, changeCounter);
}
