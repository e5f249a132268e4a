// A code by mail in the place of a second factor, for users who have none, where the operator allows it. It proves no
// more than that the person reads the user's mail: so it never stands beside a factor that proves more.

import { queueMail } from '../storage/mail-store.ts';
import {
  makeOneTimeSecret,
  newestOneTimeSecret,
  takeTry,
  useOneTimeSecret,
} from '../storage/one-time-secret-store.ts';
import type { Database } from '../storage/transaction.ts';
import type { FactorGuard, FactorHolder, FactorOutcome } from './factor-guard.ts';
import type { OneTimeSecrets } from './one-time-secret.ts';
import { takeRequest } from './request-throttle.ts';

export interface EmailCodeSettings {
  /** How long a code is good, in milliseconds. */
  readonly codeMs: number;
  /** Wrong tries before a code is worth nothing. */
  readonly codeTries: number;
  /** How many codes a user is sent within `requestWindowMs`. */
  readonly requestsPerUser: number;
  readonly requestWindowMs: number;
}

export type SentCodeOutcome =
  | { readonly kind: 'sent' }
  /** The user was sent too many. */
  | { readonly kind: 'throttled'; readonly untilMs: number };

export interface EmailCodes {
  /** How long a code is good, in milliseconds. */
  readonly codeMs: number;
  /** Sends a new code to the user's address; the one before it is worth nothing from then on. */
  send(who: FactorHolder): Promise<SentCodeOutcome>;
  /** Checks a code, and uses it up. */
  check(who: FactorHolder, code: string): Promise<FactorOutcome>;
}

export interface EmailCodesDeps {
  readonly database: Database;
  readonly guard: FactorGuard;
  readonly secrets: Pick<OneTimeSecrets, 'isCode'>;
  readonly settings: EmailCodeSettings;
}

const purpose = 'email-code';

export function createEmailCodes(deps: EmailCodesDeps): EmailCodes {
  const { codeMs } = deps.settings;
  return {
    codeMs,
    send: (who) => send(deps, who),
    check: (who, code) =>
      deps.guard.attempt(who, { method: 'email-code', run: () => match(deps, who, code.trim()) }),
  };
}

async function send({ database, settings }: EmailCodesDeps, who: FactorHolder): Promise<SentCodeOutcome> {
  const { userId, address } = who;
  const { codeMs, requestsPerUser: limit, requestWindowMs: windowMs } = settings;
  const untilMs = await takeRequest(database, { scope: `email-code:user:${userId}`, limit, windowMs });
  if (untilMs > 0) return { kind: 'throttled', untilMs };
  await database.transaction(async (transaction) => {
    const secret = { purpose, userId, lifeMs: codeMs, codeLifeMs: codeMs } as const;
    const secretId = await makeOneTimeSecret(transaction, secret);
    await queueMail(transaction, { content: { kind: 'email-code', codeMs }, userId, secretId });
    await transaction.audit({
      actor: { kind: 'user', id: userId },
      action: 'portal.email-code',
      subject: `user:${userId}`,
      address,
    });
  });
  return { kind: 'sent' };
}

async function match(
  { database, secrets, settings }: EmailCodesDeps,
  { userId }: FactorHolder,
  code: string,
): Promise<'right' | 'wrong'> {
  const secret = await newestOneTimeSecret(database, { purpose, userId });
  if (secret === undefined) return 'wrong';
  const { id } = secret;
  if (!(await takeTry(database, { id, maxTries: settings.codeTries }))) return 'wrong';
  if (!secrets.isCode(secret, code)) return 'wrong';
  // Used within one statement: of two forms with the same code, at two processes, one gets in.
  const used = await database.transaction((transaction) => useOneTimeSecret(transaction, { id, userId }));
  return used ? 'right' : 'wrong';
}
