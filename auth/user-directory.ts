// The user directory: people, their identity passwords, and how those change. Stands where a state's identity system
// stands; its sign-in is the portal's (second factors will be asked between `signIn` and the session).

import type { Role } from '../domain/account.ts';
import type { Actor } from '../domain/audit.ts';
import { type PartnerId, parseUserId, type UserId } from '../domain/ids.ts';
import type { Observe } from '../domain/observation.ts';
import type { Right } from '../domain/right.ts';
import type { UserKind } from '../domain/user.ts';
import { queueMail } from '../storage/mail-store.ts';
import type { Database } from '../storage/transaction.ts';
import { addUser, findUser, passwordHistory, replacePassword, type User } from '../storage/user-store.ts';
import { TooManyHashesError } from './hash-limiter.ts';
import type { PasswordHasher } from './password-hasher.ts';
import {
  describePasswordPolicy,
  type PasswordCheck,
  type PasswordPolicyName,
  passwordChecks,
  whyPasswordRefused,
} from './password-policy.ts';
import { takeRequest } from './request-throttle.ts';
import type { SignInThrottle } from './throttle.ts';

export type SignInOutcome =
  | { readonly kind: 'accepted'; readonly user: User }
  /** User id or password is wrong, or the user is disabled: the person is not told which. */
  | { readonly kind: 'refused' }
  /** The password is right, but the e-mail address was never confirmed, or the user has expired. */
  | { readonly kind: 'unconfirmed' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'blocked'; readonly untilMs: number }
  | { readonly kind: 'busy' };

export type NewPasswordOutcome =
  | { readonly kind: 'changed'; readonly passwordVersion: number }
  | { readonly kind: 'refused'; readonly why: readonly string[] }
  | { readonly kind: 'wrong-password' }
  | { readonly kind: 'blocked'; readonly untilMs: number }
  | { readonly kind: 'outdated' }
  | { readonly kind: 'busy' };

export type NewUserOutcome =
  | { readonly kind: 'added'; readonly user: User }
  | { readonly kind: 'exists'; readonly user: User }
  | { readonly kind: 'no-such-partner' }
  | { readonly kind: 'refused'; readonly why: readonly string[] };

export interface UserDirectory {
  /** Checks user id and identity password, counting failures. Costs the same time for unknown users. */
  signIn(input: {
    readonly userName: string;
    readonly password: string;
    readonly address: string;
  }): Promise<SignInOutcome>;
  /** Adds a user with a first password. */
  add(input: {
    readonly id: UserId;
    readonly partnerId: PartnerId | undefined;
    readonly kind?: UserKind;
    readonly firstName: string;
    readonly lastName: string;
    readonly email: string;
    readonly role: Role | undefined;
    /** What the user may send and receive from the first day; left out: nothing. */
    readonly rights?: readonly Right[];
    readonly password: string;
    readonly actor: Actor;
  }): Promise<NewUserOutcome>;
  /** A user changes the own password, giving the present one. */
  changePassword(input: {
    readonly userId: UserId;
    readonly present: string;
    readonly wanted: string;
    readonly address: string;
    readonly keepSession?: string;
  }): Promise<NewPasswordOutcome>;
  /** An administrator sets a user's password. */
  setPassword(input: {
    readonly userId: UserId;
    readonly wanted: string;
    readonly actor: Actor;
  }): Promise<NewPasswordOutcome>;
  /** Who holds a mailed link chooses a new password; the link is used up, and the e-mail address counts as confirmed. */
  choosePassword(input: {
    readonly user: User;
    readonly wanted: string;
    readonly address: string;
    readonly secretId: string;
  }): Promise<NewPasswordOutcome>;
  /** What a new password must be, as sentences. */
  readonly passwordRules: readonly string[];
  /** The same as rules that a page can tick off while someone types. */
  readonly passwordChecks: readonly PasswordCheck[];
}

export interface UserDirectoryDeps {
  readonly database: Database;
  readonly hasher: PasswordHasher;
  readonly throttle: SignInThrottle;
  readonly policy: PasswordPolicyName;
  readonly observe: Observe;
}

export function createUserDirectory(deps: UserDirectoryDeps): UserDirectory {
  return {
    signIn: (input) => refusingWhenBusy(() => signIn(deps, input)),
    add: (input) => add(deps, input),
    changePassword: (input) => refusingWhenBusy(() => changePassword(deps, input)),
    async setPassword(input) {
      const user = await findUser(deps.database, input.userId);
      if (user === undefined) return { kind: 'outdated' };
      return store(deps, { user, wanted: input.wanted, actor: input.actor });
    },
    choosePassword: (input) => refusingWhenBusy(() => choosePassword(deps, input)),
    passwordRules: describePasswordPolicy(deps.policy),
    passwordChecks: passwordChecks(deps.policy),
  };
}

async function refusingWhenBusy<Outcome>(
  work: () => Promise<Outcome>,
): Promise<Outcome | { readonly kind: 'busy' }> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof TooManyHashesError) return { kind: 'busy' };
    throw thrown;
  }
}

async function signIn(
  deps: UserDirectoryDeps,
  input: { readonly userName: string; readonly password: string; readonly address: string },
): Promise<SignInOutcome> {
  const parsed = parseUserId(input.userName.trim());
  if (parsed.kind === 'invalid') return refuseMalformed(deps, input);
  const who = { user: parsed.id, address: input.address };
  const untilMs = await deps.throttle.blockedUntil('portal', who);
  if (untilMs > 0) return { kind: 'blocked', untilMs };
  const user = await findUser(deps.database, parsed.id);
  const right =
    user === undefined
      ? await deps.hasher.verifyNothing(input.password)
      : await deps.hasher.verify(input.password, user.passwordHash);
  if (user === undefined || !right || user.status === 'disabled') {
    const { locked, untilMs: lockedUntilMs } = await deps.throttle.fail('portal', who);
    const lock = { locked, lockedUntilMs, exists: user !== undefined };
    await recordRefusal(deps, { userId: parsed.id, address: input.address, ...lock });
    return { kind: 'refused' };
  }
  await deps.throttle.succeed('portal', who);
  if (user.status !== 'active') return { kind: user.status };
  return { kind: 'accepted', user };
}

/** A name that no user can have: it costs what any other costs, and counts against the address alone. */
async function refuseMalformed(
  deps: UserDirectoryDeps,
  input: { readonly password: string; readonly address: string },
): Promise<SignInOutcome> {
  const who = { user: undefined, address: input.address };
  const untilMs = await deps.throttle.blockedUntil('portal', who);
  if (untilMs > 0) return { kind: 'blocked', untilMs };
  await deps.hasher.verifyNothing(input.password);
  await deps.throttle.fail('portal', who);
  return { kind: 'refused' };
}

async function recordRefusal(
  deps: UserDirectoryDeps,
  input: {
    readonly userId: UserId;
    readonly address: string;
    readonly locked: boolean;
    readonly lockedUntilMs: number;
    /** Whether there is such a user, who is told of the lock by mail. */
    readonly exists: boolean;
  },
): Promise<void> {
  await deps.database.transaction(async (transaction) => {
    await transaction.audit({
      actor: { kind: 'gateway' },
      action: input.locked ? 'user.lock' : 'portal.sign-in-refused',
      subject: `user:${input.userId}`,
      address: input.address,
    });
    if (!input.locked || !input.exists) return;
    const content = { kind: 'locked', untilMs: input.lockedUntilMs } as const;
    await queueMail(transaction, { content, userId: input.userId });
  });
  deps.observe({
    kind: 'portal.sign-in-refused',
    userName: input.userId,
    address: input.address,
    reason: input.locked ? 'locked' : 'wrong user id or password',
  });
}

async function add(
  deps: UserDirectoryDeps,
  input: Parameters<UserDirectory['add']>[0],
): Promise<NewUserOutcome> {
  const existing = await findUser(deps.database, input.id);
  if (existing !== undefined) return { kind: 'exists', user: existing };
  const context = { userId: input.id, firstName: input.firstName, lastName: input.lastName };
  const why = whyPasswordRefused({ policy: deps.policy, password: input.password, context });
  if (why.length > 0) return { kind: 'refused', why };
  const { password, ...person } = input;
  return addUser(deps.database, { ...person, passwordHash: await deps.hasher.hash(password) });
}

async function changePassword(
  deps: UserDirectoryDeps,
  input: Parameters<UserDirectory['changePassword']>[0],
): Promise<NewPasswordOutcome> {
  const signedIn = await signIn(deps, {
    userName: input.userId,
    password: input.present,
    address: input.address,
  });
  if (signedIn.kind === 'refused') return { kind: 'wrong-password' };
  // Whoever is signed in and not active any more was so until a moment ago.
  if (signedIn.kind === 'unconfirmed' || signedIn.kind === 'expired') return { kind: 'outdated' };
  if (signedIn.kind !== 'accepted') return signedIn;
  return store(deps, {
    user: signedIn.user,
    wanted: input.wanted,
    actor: { kind: 'user', id: input.userId },
    address: input.address,
    ...(input.keepSession === undefined ? {} : { keepSession: input.keepSession }),
  });
}

async function choosePassword(
  deps: UserDirectoryDeps,
  input: Parameters<UserDirectory['choosePassword']>[0],
): Promise<NewPasswordOutcome> {
  const actor: Actor = { kind: 'user', id: input.user.id };
  const outcome = await store(deps, { ...input, actor });
  // Whoever has chosen a new password need not wait for the end of a lock on the old one.
  if (outcome.kind === 'changed') await deps.throttle.succeed('portal', { user: input.user.id });
  return outcome;
}

async function store(
  deps: UserDirectoryDeps,
  input: {
    readonly user: User;
    readonly wanted: string;
    readonly actor: Actor;
    readonly address?: string;
    readonly keepSession?: string;
    readonly secretId?: string;
  },
): Promise<NewPasswordOutcome> {
  const { user, wanted, ...rest } = input;
  const context = { userId: user.id, firstName: user.firstName, lastName: user.lastName };
  const why = [...whyPasswordRefused({ policy: deps.policy, password: wanted, context })];
  if (why.length > 0) return { kind: 'refused', why };
  // Who has had many passwords costs many hashes a try: an administrator may, a person only so often.
  const scope = `password:user:${user.id}`;
  const untilMs =
    input.actor.kind === 'user' ? await takeRequest(deps.database, { scope, ...passwordTries }) : 0;
  if (untilMs > 0) return { kind: 'blocked', untilMs };
  if (await wasUsedBefore(deps, user.id, wanted)) why.push('You have had this password before.');
  if (why.length > 0) return { kind: 'refused', why };
  const replaced = await replacePassword(deps.database, {
    ...rest,
    userId: user.id,
    passwordHash: await deps.hasher.hash(wanted),
    expectedVersion: user.passwordVersion,
  });
  return replaced.kind === 'outdated'
    ? { kind: 'outdated' }
    : { kind: 'changed', passwordVersion: replaced.passwordVersion };
}

/** New passwords that a user may try to give itself within an hour. */
const passwordTries = { limit: 20, windowMs: 60 * 60_000 } as const;

/**
 * Compares a password with every one that the user has had: the model identity system says «never reused». Each costs a
 * hash, one after the other, so that others' sign-ins come in between.
 */
async function wasUsedBefore(deps: UserDirectoryDeps, userId: UserId, password: string): Promise<boolean> {
  for (const hash of await passwordHistory(deps.database, userId))
    if (await deps.hasher.verify(password, hash)) return true;
  return false;
}
