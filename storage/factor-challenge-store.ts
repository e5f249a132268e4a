// What a user was asked for and has not answered yet: the secret of an authenticator that is being added, a passkey's
// challenge, the hash of a code sent by mail. One of each kind for each session or pending sign-in; gone once taken.

import type { UserId } from '../domain/ids.ts';
import type { FactorChallengeRow } from './tables.ts';
import type { Database } from './transaction.ts';

/** Whose challenge it is: `holder` is the hash of the token of a session, or of a sign-in that waits for its factor. */
export interface ChallengeKey {
  readonly holder: string;
  readonly userId: UserId;
  readonly purpose: FactorChallengeRow['purpose'];
}

/** Keeps a challenge in the place of an earlier one. */
export async function putChallenge(
  database: Database,
  input: ChallengeKey & { readonly secret: string },
): Promise<void> {
  const columns = { user_id: input.userId, secret: input.secret, created_at_ms: database.now() };
  await database.sql
    .insertInto('factor_challenges')
    .values({ holder: input.holder, purpose: input.purpose, ...columns })
    .onConflict((conflict) => conflict.columns(['holder', 'purpose']).doUpdateSet(columns))
    .execute();
}

/** @returns the challenge's secret while it lives, and leaves it there */
export async function readChallenge(
  database: Database,
  input: ChallengeKey & { readonly lifeMs: number },
): Promise<string | undefined> {
  const row = await database.sql
    .selectFrom('factor_challenges')
    .select('secret')
    .where('holder', '=', input.holder)
    .where('purpose', '=', input.purpose)
    .where('user_id', '=', input.userId)
    .where('created_at_ms', '>=', database.now() - input.lifeMs)
    .executeTakeFirst();
  return row?.secret;
}

/** @returns the challenge's secret while it lives; nobody gets it a second time */
export async function takeChallenge(
  database: Database,
  input: ChallengeKey & { readonly lifeMs: number },
): Promise<string | undefined> {
  const row = await database.sql
    .deleteFrom('factor_challenges')
    .where('holder', '=', input.holder)
    .where('purpose', '=', input.purpose)
    .where('user_id', '=', input.userId)
    .returning(['secret', 'created_at_ms'])
    .executeTakeFirst();
  return row !== undefined && Number(row.created_at_ms) >= database.now() - input.lifeMs
    ? row.secret
    : undefined;
}

/** Forgets what nobody has answered. */
export async function pruneChallenges(database: Database, beforeMs: number): Promise<void> {
  await database.sql.deleteFrom('factor_challenges').where('created_at_ms', '<', beforeMs).execute();
}
