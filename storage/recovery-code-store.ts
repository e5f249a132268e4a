// Recovery codes as rows: their hashes, and when each was used. A used one stays, so that the page can count them.

import type { UserId } from '../domain/ids.ts';
import { tellOwner, writeRecoveryCodes } from './factor-store.ts';
import type { Database } from './transaction.ts';

/** Makes a user's recovery codes new: every earlier one is worth nothing from then on. */
export async function replaceRecoveryCodes(
  database: Database,
  input: { readonly userId: UserId; readonly recoveryHashes: readonly string[]; readonly address: string },
): Promise<void> {
  await database.transaction(async (transaction) => {
    await writeRecoveryCodes(transaction, input);
    await tellOwner(transaction, { ...input, change: 'recovery-codes-made' });
  });
}

/** Uses a code up. @returns whether the user had it and had not used it */
export async function spendRecoveryCode(
  database: Database,
  input: { readonly userId: UserId; readonly codeHash: string; readonly address: string },
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const spent = await transaction.sql
      .updateTable('recovery_codes')
      .set({ used_at_ms: transaction.nowMs })
      .where('user_id', '=', input.userId)
      .where('code_hash', '=', input.codeHash)
      .where('used_at_ms', 'is', null)
      .returning('code_hash')
      .executeTakeFirst();
    if (spent === undefined) return false;
    await transaction.audit({
      actor: { kind: 'user', id: input.userId },
      action: 'factor.recovery-code-used',
      subject: `user:${input.userId}`,
      address: input.address,
    });
    await tellOwner(transaction, { ...input, change: 'recovery-code-used' });
    return true;
  });
}

/** @returns how many codes the user may still use */
export async function countRecoveryCodes(database: Database, userId: UserId): Promise<number> {
  const rows = await database.sql
    .selectFrom('recovery_codes')
    .select('code_hash')
    .where('user_id', '=', userId)
    .where('used_at_ms', 'is', null)
    .execute();
  return rows.length;
}
