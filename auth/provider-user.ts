// Which of our users someone is who has signed in at the identity provider: the one bound to that identity; the first
// time, the one whose id the provider names; and, where the settings say so, a new one of no trading partner.

import { randomBytes } from 'node:crypto';
import { parseUserId, type UserId } from '../domain/ids.ts';
import { findLinkedUser, linkIdentity } from '../storage/external-identity-store.ts';
import type { Database } from '../storage/transaction.ts';
import { addUser, findUser, type User } from '../storage/user-store.ts';
import type { ProviderIdentity } from './identity-provider.ts';

export type ProviderUserOutcome =
  | { readonly kind: 'found'; readonly user: User }
  /** `unknown`: there is no such user. `taken`: the user is bound to another identity. */
  | { readonly kind: 'refused'; readonly why: 'no-user-id' | 'unknown' | 'taken' | 'not-active' };

export interface ProviderUserDeps {
  readonly database: Database;
  /** What becomes of someone whom the directory does not know. */
  readonly unknownUsers: 'refuse' | 'create';
}

export async function findProviderUser(
  deps: ProviderUserDeps,
  input: { readonly identity: ProviderIdentity; readonly address: string },
): Promise<ProviderUserOutcome> {
  const { database } = deps;
  const { identity } = input;
  const linked = await findLinkedUser(database, identity);
  if (linked !== undefined) return welcome(database, linked);
  const named = parseUserId((identity.userName ?? '').trim());
  if (named.kind === 'invalid') return { kind: 'refused', why: 'no-user-id' };
  const existing = await findUser(database, named.id);
  if (existing === undefined && deps.unknownUsers === 'refuse') return { kind: 'refused', why: 'unknown' };
  if (existing === undefined) await create(database, named.id, identity);
  else if (existing.status !== 'active') return { kind: 'refused', why: 'not-active' };
  const { issuer, subject } = identity;
  if (!(await linkIdentity(database, { issuer, subject, userId: named.id, address: input.address })))
    return { kind: 'refused', why: 'taken' };
  return welcome(database, named.id);
}

async function welcome(database: Database, userId: UserId): Promise<ProviderUserOutcome> {
  const user = await findUser(database, userId);
  return user?.status === 'active' ? { kind: 'found', user } : { kind: 'refused', why: 'not-active' };
}

async function create(database: Database, id: UserId, identity: ProviderIdentity): Promise<void> {
  await addUser(database, {
    id,
    partnerId: undefined,
    role: undefined,
    firstName: identity.firstName,
    lastName: identity.lastName,
    email: identity.email,
    // No hash that any password has: the provider's password is not ours to check.
    passwordHash: `none:${randomBytes(16).toString('hex')}`,
    actor: { kind: 'gateway' },
  });
}
