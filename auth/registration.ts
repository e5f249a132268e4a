// People register themselves: names, address and password are read and judged here, the user begins unconfirmed, and a
// mailed link proves the address. That a username is taken is told, since one must be chosen, but counted; that an
// e-mail address is known is never told.

import { parseUserId, type UserId } from '../domain/ids.ts';
import {
  type Person,
  type PersonForm,
  type PersonProblem,
  parseEmail,
  parsePerson,
} from '../domain/person.ts';
import { queueMail } from '../storage/mail-store.ts';
import { makeOneTimeSecret } from '../storage/one-time-secret-store.ts';
import type { Database, Transaction } from '../storage/transaction.ts';
import { confirmUser } from '../storage/user-status-store.ts';
import { addUser, findUser } from '../storage/user-store.ts';
import { TooManyHashesError } from './hash-limiter.ts';
import type { OneTimeSecrets } from './one-time-secret.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { type PasswordPolicyName, whyPasswordRefused } from './password-policy.ts';
import { takeRequest, takeRequestFrom } from './request-throttle.ts';

export interface RegistrationSettings {
  /** Whether anyone may register at all. */
  readonly selfRegistration: boolean;
  /** How long the confirmation may take, in milliseconds. */
  readonly confirmationMs: number;
  readonly requestsPerUser: number;
  readonly requestsPerAddress: number;
  readonly requestWindowMs: number;
}

export type RegistrationOutcome =
  | { readonly kind: 'registered'; readonly userId: UserId; readonly confirmByMs: number }
  | {
      readonly kind: 'refused';
      readonly problems: readonly PersonProblem[];
      /** Every reason against the password, each a sentence. */
      readonly whyPassword: readonly string[];
      readonly passwordDiffers: boolean;
    }
  | { readonly kind: 'taken' }
  | { readonly kind: 'throttled'; readonly untilMs: number }
  | { readonly kind: 'busy' };

/** The kinds that may register themselves; government users are made by an administrator. */
export type SelfRegisteredKind = 'individual' | 'business';

export interface Registration {
  readonly isOpen: boolean;
  /** How long the confirmation may take, in milliseconds. */
  readonly confirmationMs: number;
  register(input: {
    readonly kind: SelfRegisteredKind;
    readonly form: PersonForm;
    readonly password: string;
    readonly passwordAgain: string;
    readonly address: string;
  }): Promise<RegistrationOutcome>;
  /** Sends the link once more, if there is such a registration; the answer is the same when there is none. */
  resend(input: {
    readonly userName: string;
    readonly email: string;
    readonly address: string;
  }): Promise<{ readonly kind: 'asked' } | { readonly kind: 'throttled'; readonly untilMs: number }>;
  /** @returns whose address was confirmed; undefined when the link is not good any more */
  confirm(input: { readonly token: string; readonly address: string }): Promise<UserId | undefined>;
}

export interface RegistrationDeps {
  readonly database: Database;
  readonly hasher: PasswordHasher;
  readonly secrets: OneTimeSecrets;
  readonly policy: PasswordPolicyName;
  readonly settings: RegistrationSettings;
}

export function createRegistration(deps: RegistrationDeps): Registration {
  return {
    isOpen: deps.settings.selfRegistration,
    confirmationMs: deps.settings.confirmationMs,
    register: (input) => register(deps, input),
    resend: (input) => resend(deps, input),
    async confirm({ token, address }) {
      const secret = await deps.secrets.find(deps.database, token);
      if (secret?.purpose !== 'confirm-email') return undefined;
      const { userId, id: secretId } = secret;
      return (await confirmUser(deps.database, { userId, secretId, address })) ? userId : undefined;
    },
  };
}

async function register(
  deps: RegistrationDeps,
  input: Parameters<Registration['register']>[0],
): Promise<RegistrationOutcome> {
  const { database, settings } = deps;
  const parsed = parsePerson(input.kind, input.form);
  const { username: userId, firstName, lastName } = input.form;
  const whyPassword = whyPasswordRefused({
    policy: deps.policy,
    password: input.password,
    context: { userId: userId.trim(), firstName, lastName },
  });
  const problems = parsed.kind === 'refused' ? parsed.problems : [];
  const passwordDiffers = input.passwordAgain !== input.password;
  if (parsed.kind === 'refused' || whyPassword.length > 0 || passwordDiffers)
    return { kind: 'refused', problems, whyPassword, passwordDiffers };
  const untilMs = await takeRequestFrom(database, {
    scope: 'register',
    address: input.address,
    limit: settings.requestsPerAddress,
    windowMs: settings.requestWindowMs,
  });
  if (untilMs > 0) return { kind: 'throttled', untilMs };
  const { person } = parsed;
  if ((await findUser(database, person.id)) !== undefined) return { kind: 'taken' };
  // One address cannot be flooded with confirmations for ever new user ids.
  const mailUntilMs = await takeRequest(database, {
    scope: `register:email:${person.email}`,
    limit: settings.requestsPerUser,
    windowMs: settings.requestWindowMs,
  });
  if (mailUntilMs > 0) return { kind: 'throttled', untilMs: mailUntilMs };
  try {
    const passwordHash = await deps.hasher.hash(input.password);
    return await store(deps, { person, passwordHash, address: input.address });
  } catch (thrown) {
    if (thrown instanceof TooManyHashesError) return { kind: 'busy' };
    throw thrown;
  }
}

async function store(
  deps: RegistrationDeps,
  input: { readonly person: Person; readonly passwordHash: string; readonly address: string },
): Promise<RegistrationOutcome> {
  const { person, passwordHash, address } = input;
  const { confirmationMs } = deps.settings;
  const confirmByMs = deps.database.now() + confirmationMs;
  const actor = { kind: 'user', id: person.id } as const;
  const added = await addUser(
    deps.database,
    {
      ...person,
      partnerId: undefined,
      role: undefined,
      passwordHash,
      actor,
      status: 'unconfirmed',
      confirmByMs,
    },
    async (transaction) => {
      await queueConfirmation(transaction, { userId: person.id, email: person.email, confirmByMs });
      await transaction.audit({ actor, action: 'user.register', subject: `user:${person.id}`, address });
    },
  );
  return added.kind === 'added' ? { kind: 'registered', userId: person.id, confirmByMs } : { kind: 'taken' };
}

async function queueConfirmation(
  transaction: Transaction,
  input: { readonly userId: UserId; readonly email: string; readonly confirmByMs: number },
): Promise<void> {
  const { userId, email, confirmByMs } = input;
  const secretId = await makeOneTimeSecret(transaction, {
    purpose: 'confirm-email',
    userId,
    lifeMs: confirmByMs - transaction.nowMs,
    codeLifeMs: 0,
  });
  await queueMail(transaction, {
    content: { kind: 'confirm-email', confirmByMs },
    userId,
    recipient: email,
    secretId,
  });
}

async function resend(
  deps: RegistrationDeps,
  input: Parameters<Registration['resend']>[0],
): ReturnType<Registration['resend']> {
  const { database, settings } = deps;
  const { requestWindowMs: windowMs } = settings;
  const untilMs = await takeRequestFrom(database, {
    scope: 'recover',
    address: input.address,
    limit: settings.requestsPerAddress,
    windowMs,
  });
  if (untilMs > 0) return { kind: 'throttled', untilMs };
  const parsed = parseUserId(input.userName.trim());
  const email = parseEmail(input.email);
  if (parsed.kind === 'invalid' || email === undefined) return { kind: 'asked' };
  const scope = `resend:user:${parsed.id}`;
  const over = await takeRequest(database, { scope, limit: settings.requestsPerUser, windowMs });
  if (over > 0) return { kind: 'asked' };
  const user = await findUser(database, parsed.id);
  // Rows are made for someone who does not exist too, so that both take the same time; the mailer finds no one then.
  const nowMs = database.now();
  const until = user?.confirmByMs ?? 0;
  const confirmByMs = until > nowMs ? until : nowMs + settings.confirmationMs;
  await database.transaction((transaction) =>
    queueConfirmation(transaction, { userId: parsed.id, email, confirmByMs }),
  );
  return { kind: 'asked' };
}
