// The moment at which an unconfirmed user becomes active: the e-mail address is proved.

import type { UserId } from '../domain/ids.ts';
import { maybePartnerId } from './stored-id.ts';
import type { Transaction } from './transaction.ts';

/** Makes an unconfirmed user active, within the transaction of what proved the address. */
export async function activateUser(
  transaction: Transaction,
  input: { readonly userId: UserId; readonly address?: string | undefined },
): Promise<boolean> {
  const { userId, address } = input;
  const row = await transaction.sql
    .updateTable('users')
    .set({ status: 'active', confirm_by_ms: null, active_at_ms: transaction.nowMs })
    .where('id', '=', userId)
    .where('status', '=', 'unconfirmed')
    .returning('partner_id')
    .executeTakeFirst();
  if (row === undefined) return false;
  await transaction.event({ kind: 'user.confirmed', partnerId: maybePartnerId(row.partner_id), userId });
  await transaction.audit({
    actor: { kind: 'user', id: userId },
    action: 'user.confirm',
    subject: `user:${userId}`,
    ...(address === undefined ? {} : { address }),
  });
  return true;
}
