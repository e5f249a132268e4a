// Who a user is at an OpenID Connect provider: its issuer and the subject there, which never changes hands, bound to the
// user at the first sign-in. A user id in a claim can change hands; after the first time it decides nothing.

import type { UserId } from '../domain/ids.ts';
import { storedUserId } from './stored-id.ts';
import type { Database } from './transaction.ts';

export interface ExternalIdentity {
  readonly issuer: string;
  readonly subject: string;
}

/** @returns the user bound to it, or undefined when nobody is yet */
export async function findLinkedUser(
  database: Database,
  { issuer, subject }: ExternalIdentity,
): Promise<UserId | undefined> {
  const row = await database.sql
    .selectFrom('external_identities')
    .select('user_id')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row === undefined ? undefined : storedUserId(row.user_id);
}

/** Binds an identity to a user. @returns false when either is bound already */
export async function linkIdentity(
  database: Database,
  input: ExternalIdentity & { readonly userId: UserId; readonly address: string },
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const { issuer, subject, userId } = input;
    const linked = await transaction.sql
      .insertInto('external_identities')
      .values({ issuer, subject, user_id: userId, linked_at_ms: transaction.nowMs })
      .onConflict((conflict) => conflict.doNothing())
      .returning('user_id')
      .executeTakeFirst();
    if (linked === undefined) return false;
    await transaction.audit({
      actor: { kind: 'user', id: userId },
      action: 'user.identity-link',
      subject: `user:${userId}`,
      address: input.address,
      detail: { issuer },
    });
    return true;
  });
}
