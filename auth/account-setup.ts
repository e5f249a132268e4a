// The step «SFTP Account Setup/Update»: user id and identity password once more, the attestation, and only then a row
// in the credential store (invariant I5). The SFTP password is the identity password of that moment, under a hash of
// its own.

import { randomBytes } from 'node:crypto';
import { currentAttestation, type SftpAccountStatus } from '../domain/account.ts';
import type { PartnerId } from '../domain/ids.ts';
import { parseUserId, type UserId } from '../domain/ids.ts';
import { findAccount, type SftpAccount, setUpAccount } from '../storage/account-store.ts';
import type { Database } from '../storage/transaction.ts';
import { findUser, type User } from '../storage/user-store.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { type PasswordPolicyName, whyPasswordRefused } from './password-policy.ts';
import { type PublicKey, parsePublicKey } from './public-key.ts';
import { lockedUntil } from './throttle.ts';
import type { UserDirectory } from './user-directory.ts';

export type AccountStepOutcome =
  | { readonly kind: 'set-up' | 'updated' }
  | {
      readonly kind: 'refused';
      readonly field: 'user-id' | 'password' | 'attestation' | 'public-key' | 'form';
      readonly why: string;
    };

export interface AccountStatus {
  readonly status: SftpAccountStatus;
  readonly account: SftpAccount | undefined;
  /** Milliseconds since 1970; 0 when not locked. */
  readonly lockedUntilMs: number;
}

export interface AccountSetup {
  /** What the daemon would say of this user now. */
  status(userId: UserId): Promise<AccountStatus>;
  /**
   * Does the step.
   * @param input.signedIn the user whose portal session this is
   * @param input.userName the user id as typed into the form
   * @param input.publicKey a public key line, or nothing
   */
  perform(input: {
    readonly signedIn: UserId;
    readonly userName: string;
    readonly password: string;
    readonly attested: boolean;
    readonly publicKey: string;
    readonly address: string;
  }): Promise<AccountStepOutcome>;
  /**
   * Does the step for a user whom an identity provider has signed in just now, which the caller has made sure of. Its
   * password cannot be checked here, so SFTP gets one of its own, or keys, or both.
   */
  performFresh(input: FreshStep): Promise<AccountStepOutcome>;
}

/** The step for users of an identity provider. */
export interface FreshStep {
  readonly signedIn: UserId;
  readonly userName: string;
  /** A password for SFTP alone; empty: keys alone. */
  readonly sftpPassword: string;
  readonly attested: boolean;
  readonly publicKey: string;
  readonly address: string;
}

export interface AccountSetupDeps {
  readonly policy?: PasswordPolicyName;
  readonly database: Database;
  readonly directory: UserDirectory;
  readonly hasher: PasswordHasher;
}

export function createAccountSetup(deps: AccountSetupDeps): AccountSetup {
  return {
    status: (userId) => readStatus(deps.database, userId),
    perform: (input) => perform(deps, input),
    performFresh: (input) => performFresh(deps, input),
  };
}

/** @see AccountSetup.status */
export async function readStatus(database: Database, userId: UserId): Promise<AccountStatus> {
  const account = await findAccount(database, userId);
  if (account === undefined) return { status: 'not-set-up', account, lockedUntilMs: 0 };
  const untilMs = await lockedUntil(database, 'sftp', userId);
  const locked = untilMs > database.now();
  return {
    status: locked && account.status === 'active' ? 'locked' : account.status,
    account,
    lockedUntilMs: locked ? untilMs : 0,
  };
}

/** The mailbox belongs to the trading partner: without one there is nothing to set up. */
const noPartner =
  'You belong to no trading partner yet. SFTP can be set up once your trading partner or EDI support has added you to it.';

async function perform(
  deps: AccountSetupDeps,
  input: Parameters<AccountSetup['perform']>[0],
): Promise<AccountStepOutcome> {
  const typed = parseUserId(input.userName.trim());
  if (typed.kind === 'invalid' || typed.id !== input.signedIn) {
    return { kind: 'refused', field: 'user-id', why: 'Enter the User ID (NCID) that you signed in with.' };
  }
  if (!input.attested) {
    return { kind: 'refused', field: 'attestation', why: 'Read the statement and check the box to go on.' };
  }
  const key = readKey(input.publicKey);
  if (key.kind === 'refused') return { kind: 'refused', field: 'public-key', why: key.why };
  const { password, address } = input;
  const signedIn = await deps.directory.signIn({ userName: input.signedIn, password, address });
  switch (signedIn.kind) {
    case 'accepted': {
      const { user } = signedIn;
      const { partnerId } = user;
      if (partnerId === undefined) return { kind: 'refused', field: 'form', why: noPartner };
      return store(deps, { user, partnerId, password, address, key: key.key });
    }
    case 'refused':
      return {
        kind: 'refused',
        field: 'password',
        why: 'The password is not right. Passwords are case-sensitive.',
      };
    case 'blocked':
      return {
        kind: 'refused',
        field: 'form',
        why: whyBlocked(signedIn.untilMs - deps.database.now()),
      };
    case 'unconfirmed':
    case 'expired':
      return { kind: 'refused', field: 'form', why: 'Your account is not active any more. Sign in again.' };
    case 'busy':
      return {
        kind: 'refused',
        field: 'form',
        why: 'Too many people are signing in right now. Try again in a minute.',
      };
  }
}

async function performFresh(deps: AccountSetupDeps, input: FreshStep): Promise<AccountStepOutcome> {
  const typed = parseUserId(input.userName.trim());
  if (typed.kind === 'invalid' || typed.id !== input.signedIn)
    return { kind: 'refused', field: 'user-id', why: 'Enter the User ID that you signed in with.' };
  if (!input.attested)
    return { kind: 'refused', field: 'attestation', why: 'Read the statement and check the box to go on.' };
  const key = readKey(input.publicKey);
  if (key.kind === 'refused') return { kind: 'refused', field: 'public-key', why: key.why };
  const user = await findUser(deps.database, input.signedIn);
  if (user?.partnerId === undefined) return { kind: 'refused', field: 'form', why: noPartner };
  const { sftpPassword, address } = input;
  if (sftpPassword === '') {
    const present = await findAccount(deps.database, user.id);
    if (key.key === undefined && (present?.keys.length ?? 0) === 0)
      return { kind: 'refused', field: 'password', why: 'Choose a password for SFTP, or give a public key.' };
  } else {
    const context = { userId: user.id, firstName: user.firstName, lastName: user.lastName };
    const policy = deps.policy ?? 'myncid';
    const why = whyPasswordRefused({ policy, password: sftpPassword, context });
    if (why.length > 0) return { kind: 'refused', field: 'password', why: why.join(' ') };
  }
  // Without a password nobody knows the one that is hashed, and refusing it takes as long as any other.
  const password = sftpPassword === '' ? randomBytes(32).toString('base64url') : sftpPassword;
  return store(deps, { user, partnerId: user.partnerId, password, address, key: key.key });
}

function whyBlocked(waitMs: number): string {
  const minutes = Math.max(1, Math.ceil(waitMs / 60_000));
  return `Too many wrong passwords. Try again in ${minutes} minute${minutes === 1 ? '' : 's'}.`;
}

function readKey(
  text: string,
):
  | { readonly kind: 'ok'; readonly key: PublicKey | undefined }
  | { readonly kind: 'refused'; readonly why: string } {
  return text.trim() === '' ? { kind: 'ok', key: undefined } : parsePublicKey(text);
}

async function store(
  deps: AccountSetupDeps,
  input: {
    readonly user: User;
    readonly partnerId: PartnerId;
    readonly password: string;
    readonly address: string;
    readonly key: PublicKey | undefined;
  },
): Promise<AccountStepOutcome> {
  const { user, partnerId } = input;
  const outcome = await setUpAccount(deps.database, {
    userId: user.id,
    partnerId,
    // A hash of its own: the credential store can be taken to another host without the directory's.
    passwordHash: await deps.hasher.hash(input.password),
    passwordVersion: user.passwordVersion,
    attestation: currentAttestation,
    address: input.address,
    ...(input.key === undefined ? {} : { key: input.key }),
  });
  switch (outcome.kind) {
    case 'set-up':
    case 'updated':
      return { kind: outcome.kind };
    case 'disabled':
      return {
        kind: 'refused',
        field: 'form',
        why: 'Your SFTP account was disabled by an administrator. Ask EDI support to allow it again.',
      };
    case 'outdated': {
      const now = await findUser(deps.database, user.id);
      return {
        kind: 'refused',
        field: 'form',
        why: `Your password was changed meanwhile (version ${now?.passwordVersion ?? 'unknown'}). Sign in again.`,
      };
    }
  }
}
