// Getting back in: a forgotten user id, a forgotten password, a lock. Asking is answered the same for everyone and writes
// the same rows whether or not there is such a user; only the mail knows. A mailed code or link then lets its holder
// choose a new password, or lift the lock.

import { parseUserId, type UserId } from '../domain/ids.ts';
import type { MailContent } from '../domain/mail.ts';
import { parseEmail } from '../domain/person.ts';
import { queueMail } from '../storage/mail-store.ts';
import {
  makeOneTimeSecret,
  newestOneTimeSecret,
  type OneTimeSecret,
  takeTry,
} from '../storage/one-time-secret-store.ts';
import type { Database } from '../storage/transaction.ts';
import { unlockUser } from '../storage/user-status-store.ts';
import { findUser, type User } from '../storage/user-store.ts';
import type { OneTimeSecrets } from './one-time-secret.ts';
import { takeRequest, takeRequestFrom } from './request-throttle.ts';
import { lockScopes, type SignInThrottle } from './throttle.ts';
import type { NewPasswordOutcome, UserDirectory } from './user-directory.ts';

export interface RecoverySettings {
  /** How long a code is good, in milliseconds. */
  readonly codeMs: number;
  /** How long a link is good, in milliseconds. */
  readonly linkMs: number;
  /** Wrong codes before one is worth nothing. */
  readonly codeTries: number;
  readonly requestsPerUser: number;
  readonly requestsPerAddress: number;
  readonly requestWindowMs: number;
}

export type AskOutcome =
  | { readonly kind: 'asked' }
  /** This network address has asked too often, whoever it asked for. */
  | { readonly kind: 'throttled'; readonly untilMs: number };

export type CodeOutcome =
  /** The token does what the mail's link does. */
  | { readonly kind: 'right'; readonly token: string }
  /** Wrong, used, run out, tried too often, or never sent: the person is not told which. */
  | { readonly kind: 'wrong' }
  | { readonly kind: 'blocked'; readonly untilMs: number };

/** What a link or code is for: `invitation` is the first password of one whom an administrator added. */
export type LinkPurpose = 'confirm-email' | 'invitation' | 'reset-password' | 'unlock';

export interface Recovery {
  /** How long a code is good, in milliseconds. */
  readonly codeMs: number;
  askUserName(input: {
    readonly firstName: string;
    readonly lastName: string;
    readonly email: string;
    readonly address: string;
  }): Promise<AskOutcome>;
  ask(input: {
    readonly purpose: 'reset-password' | 'unlock';
    readonly userName: string;
    readonly address: string;
  }): Promise<AskOutcome>;
  redeemCode(input: {
    readonly purpose: 'reset-password' | 'unlock';
    readonly userName: string;
    readonly code: string;
    readonly address: string;
  }): Promise<CodeOutcome>;
  /** Looks at a link without using it up. @returns undefined when it is not good (any more) */
  look(token: string): Promise<{ readonly purpose: LinkPurpose; readonly userId: UserId } | undefined>;
  /** @returns `outdated` when the link is not good any more */
  choosePassword(input: {
    readonly token: string;
    readonly wanted: string;
    readonly address: string;
  }): Promise<NewPasswordOutcome>;
  /** @returns whether the lock was lifted */
  unlock(input: { readonly token: string; readonly address: string }): Promise<boolean>;
}

export interface RecoveryDeps {
  readonly database: Database;
  readonly directory: Pick<UserDirectory, 'choosePassword'>;
  readonly throttle: SignInThrottle;
  readonly secrets: OneTimeSecrets;
  readonly settings: RecoverySettings;
}

export function createRecovery(deps: RecoveryDeps): Recovery {
  return {
    codeMs: deps.settings.codeMs,
    askUserName: (input) => askUserName(deps, input),
    ask: (input) => ask(deps, input),
    redeemCode: (input) => redeemCode(deps, input),
    async look(token) {
      const good = await findGood(deps, token);
      return good === undefined ? undefined : { purpose: good.purpose, userId: good.user.id };
    },
    async choosePassword({ token, wanted, address }) {
      const good = await findGood(deps, token);
      if (good?.purpose !== 'reset-password' && good?.purpose !== 'invitation') return { kind: 'outdated' };
      return deps.directory.choosePassword({ user: good.user, wanted, address, secretId: good.secret.id });
    },
    async unlock({ token, address }) {
      const good = await findGood(deps, token);
      if (good?.purpose !== 'unlock') return false;
      return unlockUser(deps.database, {
        userId: good.user.id,
        scopes: lockScopes(good.user.id),
        secretId: good.secret.id,
        actor: { kind: 'user', id: good.user.id },
        address,
      });
    },
  };
}

const purposes: readonly LinkPurpose[] = ['confirm-email', 'invitation', 'reset-password', 'unlock'];

interface GoodLink {
  readonly secret: OneTimeSecret;
  readonly purpose: LinkPurpose;
  readonly user: User;
}

async function findGood(deps: RecoveryDeps, token: string): Promise<GoodLink | undefined> {
  const { database } = deps;
  const secret = await deps.secrets.find(database, token);
  if (secret === undefined || secret.used || secret.expiresAtMs <= database.now()) return undefined;
  const purpose = purposes.find((one) => one === secret.purpose);
  const user = await findUser(database, secret.userId);
  if (purpose === undefined || user === undefined || !mayComeBack(user)) return undefined;
  return { secret, purpose, user };
}

/** Expired and disabled users come back through an administrator alone. */
function mayComeBack(user: User): boolean {
  return user.status === 'active' || user.status === 'unconfirmed';
}

async function isOverLimit(deps: RecoveryDeps, address: string): Promise<number> {
  const { requestsPerAddress: limit, requestWindowMs: windowMs } = deps.settings;
  return takeRequestFrom(deps.database, { scope: 'recover', address, limit, windowMs });
}

async function askUserName(
  deps: RecoveryDeps,
  input: Parameters<Recovery['askUserName']>[0],
): Promise<AskOutcome> {
  const { database, settings } = deps;
  const untilMs = await isOverLimit(deps, input.address);
  if (untilMs > 0) return { kind: 'throttled', untilMs };
  const email = parseEmail(input.email);
  if (email === undefined) return { kind: 'asked' };
  const { requestsPerUser: limit, requestWindowMs: windowMs } = settings;
  const over = await takeRequest(database, { scope: `recover:email:${email}`, limit, windowMs });
  if (over > 0) return { kind: 'asked' };
  const content: MailContent = {
    kind: 'forgot-username',
    firstName: input.firstName.trim().slice(0, 100),
    lastName: input.lastName.trim().slice(0, 100),
  };
  await database.transaction((transaction) => queueMail(transaction, { content, recipient: email }));
  return { kind: 'asked' };
}

async function ask(deps: RecoveryDeps, input: Parameters<Recovery['ask']>[0]): Promise<AskOutcome> {
  const { database, settings } = deps;
  const { purpose, address } = input;
  const untilMs = await isOverLimit(deps, address);
  if (untilMs > 0) return { kind: 'throttled', untilMs };
  const parsed = parseUserId(input.userName.trim());
  if (parsed.kind === 'invalid') return { kind: 'asked' };
  const userId = parsed.id;
  const { requestsPerUser: limit, requestWindowMs: windowMs, codeMs, linkMs } = settings;
  const over = await takeRequest(database, { scope: `recover:${purpose}:user:${userId}`, limit, windowMs });
  // Not told: that someone asks for this user is nothing that a stranger needs to know.
  if (over > 0) return { kind: 'asked' };
  await database.transaction(async (transaction) => {
    const secret = { purpose, userId, lifeMs: linkMs, codeLifeMs: codeMs };
    const secretId = await makeOneTimeSecret(transaction, secret);
    await queueMail(transaction, { content: { kind: purpose, codeMs, linkMs }, userId, secretId });
    await transaction.audit({
      actor: { kind: 'gateway' },
      action: 'user.recover',
      subject: `user:${userId}`,
      address,
      detail: { purpose },
    });
  });
  return { kind: 'asked' };
}

async function redeemCode(
  deps: RecoveryDeps,
  input: Parameters<Recovery['redeemCode']>[0],
): Promise<CodeOutcome> {
  const { database, throttle, secrets, settings } = deps;
  const parsed = parseUserId(input.userName.trim());
  const who = { user: parsed.kind === 'ok' ? parsed.id : undefined, address: input.address };
  const untilMs = await throttle.blockedUntil('recovery', who);
  if (untilMs > 0) return { kind: 'blocked', untilMs };
  const secret =
    parsed.kind === 'ok'
      ? await newestOneTimeSecret(database, { purpose: input.purpose, userId: parsed.id })
      : undefined;
  const right =
    secret !== undefined &&
    (await takeTry(database, { id: secret.id, maxTries: settings.codeTries })) &&
    secrets.isCode(secret, input.code.trim());
  const user = right ? await findUser(database, secret.userId) : undefined;
  if (secret === undefined || user === undefined || !mayComeBack(user)) {
    await throttle.fail('recovery', who);
    return { kind: 'wrong' };
  }
  await throttle.succeed('recovery', { user: user.id });
  return { kind: 'right', token: secrets.tokenOf(secret) };
}
