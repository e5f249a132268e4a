// Users whom an administrator makes without knowing their password: they are unconfirmed until they open the mailed
// link and choose one. Government users begin only so.

import type { Buffer } from 'node:buffer';
import type { Actor } from '../domain/audit.ts';
import type { UserId } from '../domain/ids.ts';
import { queueMail } from '../storage/mail-store.ts';
import { makeOneTimeSecret } from '../storage/one-time-secret-store.ts';
import type { Database, Transaction } from '../storage/transaction.ts';
import { type AddUserOutcome, addUser, findUser, type NewUser } from '../storage/user-store.ts';
import type { PasswordHasher } from './password-hasher.ts';

export interface FirstPasswords {
  /** Adds a user and sends the link. */
  invite(input: Omit<NewUser, 'passwordHash' | 'status' | 'confirmByMs'>): Promise<AddUserOutcome>;
  /** A hash that no password has, for users who will choose theirs by a link: one is enough for many. */
  unknownHash(): Promise<string>;
  /** Queues the link's mail in the transaction that makes the user. */
  sendLink(transaction: Transaction, input: { readonly id: UserId; readonly actor: Actor }): Promise<void>;
  /** Sends a new link to one who has not chosen a password yet. @returns false when there is no such user */
  sendAgain(input: { readonly userId: UserId; readonly actor: Actor }): Promise<boolean>;
}

export interface FirstPasswordDeps {
  readonly database: Database;
  readonly hasher: PasswordHasher;
  /** How long the link is good, in milliseconds. */
  readonly invitationMs: number;
  readonly randomBytes: (count: number) => Buffer;
}

export function createFirstPasswords(deps: FirstPasswordDeps): FirstPasswords {
  // A password that nobody knows: signing in fails, and takes as long as for everyone else.
  const unknownHash = () => deps.hasher.hash(deps.randomBytes(32).toString('base64'));
  return {
    unknownHash,
    sendLink: (transaction, input) => sendLink(deps, transaction, input),
    async invite(input) {
      const passwordHash = await unknownHash();
      const user: NewUser = { ...input, passwordHash, status: 'unconfirmed' };
      return addUser(deps.database, user, (transaction) => sendLink(deps, transaction, input));
    },
    async sendAgain({ userId, actor }) {
      const user = await findUser(deps.database, userId);
      if (user?.status !== 'unconfirmed') return false;
      await deps.database.transaction((transaction) => sendLink(deps, transaction, { id: userId, actor }));
      return true;
    },
  };
}

async function sendLink(
  deps: FirstPasswordDeps,
  transaction: Transaction,
  input: { readonly id: UserId; readonly actor: Actor },
): Promise<void> {
  const { id: userId, actor } = input;
  const { invitationMs } = deps;
  const secretId = await makeOneTimeSecret(transaction, {
    purpose: 'invitation',
    userId,
    lifeMs: invitationMs,
    codeLifeMs: 0,
  });
  const expiresAtMs = transaction.nowMs + invitationMs;
  await queueMail(transaction, { content: { kind: 'invitation', expiresAtMs }, userId, secretId });
  await transaction.audit({
    actor,
    action: 'user.invite',
    subject: `user:${userId}`,
    detail: { expiresAtMs },
  });
}
