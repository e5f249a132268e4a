// The one gate of the SFTP daemon (rule R8). It asks the credential store and nothing else (invariant I5), refuses by
// default (R3), turns every fault into a refusal, and costs the same for users that exist and users that do not.

import { parseUserId, type UserId } from '../domain/ids.ts';
import type { LoginAttempt, LoginOutcome, LoginRefusal, SftpGate } from '../domain/login.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import { findAccount, recordLogin, type SftpAccount } from '../storage/account-store.ts';
import type { Database } from '../storage/transaction.ts';
import { TooManyHashesError } from './hash-limiter.ts';
import { type PasswordHasher, sameText } from './password-hasher.ts';
import type { SignInThrottle } from './throttle.ts';

export interface SftpGateDeps {
  readonly database: Database;
  readonly hasher: PasswordHasher;
  readonly throttle: SignInThrottle;
  readonly observe: Observe;
}

export function createSftpGate(deps: SftpGateDeps): SftpGate {
  return {
    async authenticate(attempt) {
      try {
        return await authenticate(deps, attempt);
      } catch (thrown) {
        if (thrown instanceof TooManyHashesError) return rejected('overloaded');
        deps.observe({ kind: 'fault', where: 'auth.sftp-gate', fault: describeFault(thrown) });
        return rejected('malformed');
      }
    },
    async maySignWith(userName, key) {
      const parsed = parseUserId(userName);
      if (parsed.kind === 'invalid') return false;
      const account = await findAccount(deps.database, parsed.id);
      return account?.status === 'active' && hasKey(account, key.blob);
    },
    async stillWelcome(principal) {
      const account = await findAccount(deps.database, principal.userId);
      return account?.status === 'active' && account.version === principal.accountVersion;
    },
  };
}

const rejected = (reason: LoginRefusal): LoginOutcome => ({ kind: 'rejected', reason });

async function authenticate(deps: SftpGateDeps, attempt: LoginAttempt): Promise<LoginOutcome> {
  const parsed = parseUserId(attempt.userName);
  if (parsed.kind === 'invalid') {
    return refuseMalformed(deps, attempt);
  }
  const who = { user: parsed.id, address: attempt.address };
  // A key cannot be guessed, and guessing a user's password must not lock out the user's key. A refusal by the throttle
  // is not written to the audit trail: a flood of guesses must not become a flood of rows.
  const guessable = attempt.proof.kind === 'password';
  if (guessable && (await deps.throttle.blockedUntil('sftp', who)) > 0) return rejected('throttled');
  const account = await findAccount(deps.database, parsed.id);
  const reason = await whyRefused(deps, account, attempt);
  if (reason !== undefined) return refuse(deps, attempt, parsed.id, reason);
  // Unreachable by whyRefused; said again here because this is the only way to `accepted`.
  if (account?.status !== 'active') return rejected('no-account');
  await deps.throttle.succeed('sftp', who);
  await recordLogin(deps.database, {
    userId: account.userId,
    address: attempt.address,
    method: attempt.proof.kind,
    ...(attempt.proof.kind === 'public-key' ? { blobBase64: base64(attempt.proof.blob) } : {}),
  });
  return {
    kind: 'accepted',
    principal: { userId: account.userId, partnerId: account.partnerId, accountVersion: account.version },
  };
}

/** A name that no user can have: it costs what any other costs, and counts against the address alone. */
async function refuseMalformed(deps: SftpGateDeps, attempt: LoginAttempt): Promise<LoginOutcome> {
  const { address, proof } = attempt;
  if (proof.kind === 'password') {
    if ((await deps.throttle.blockedUntil('sftp', { user: undefined, address })) > 0)
      return rejected('throttled');
    await deps.hasher.verifyNothing(proof.password);
    await deps.throttle.fail('sftp', { user: undefined, address });
  }
  return rejected('malformed');
}

async function whyRefused(
  deps: SftpGateDeps,
  account: SftpAccount | undefined,
  attempt: LoginAttempt,
): Promise<LoginRefusal | undefined> {
  const { proof } = attempt;
  if (proof.kind === 'password') {
    // The hash is computed whatever the account's state, so that time tells nothing about it.
    const right =
      account === undefined
        ? await deps.hasher.verifyNothing(proof.password)
        : await verifyFor(deps, account, proof.password);
    return whyStateRefuses(account) ?? (right ? undefined : 'wrong-password');
  }
  return (
    whyStateRefuses(account) ??
    (account !== undefined && hasKey(account, proof.blob) ? undefined : 'unknown-key')
  );
}

/** Only a login that may succeed is quickened: a refused one must not tell by its time that the password was right. */
function verifyFor({ hasher }: SftpGateDeps, account: SftpAccount, password: string): Promise<boolean> {
  return account.status === 'active'
    ? hasher.verifyCached(password, account.passwordHash, account.userId)
    : hasher.verify(password, account.passwordHash);
}

function whyStateRefuses(account: SftpAccount | undefined): LoginRefusal | undefined {
  if (account === undefined) return 'no-account';
  switch (account.status) {
    case 'active':
      return undefined;
    case 'update-required':
      return 'update-required';
    case 'disabled':
      return 'disabled';
  }
}

function hasKey(account: SftpAccount, blob: Uint8Array): boolean {
  const offered = base64(blob);
  return account.keys.some((key) => sameText(key.blobBase64, offered));
}

const base64 = (blob: Uint8Array): string => Buffer.from(blob).toString('base64');

/** Guesses count against the account and the address; a login that its owner's own state refuses does not. */
const countedReasons: ReadonlySet<LoginRefusal> = new Set<LoginRefusal>(['no-account', 'wrong-password']);

async function refuse(
  deps: SftpGateDeps,
  attempt: LoginAttempt,
  userId: UserId,
  reason: LoginRefusal,
): Promise<LoginOutcome> {
  const { address } = attempt;
  const locked =
    countedReasons.has(reason) && (await deps.throttle.fail('sftp', { user: userId, address })).locked;
  await deps.database.transaction((transaction) =>
    transaction.audit({
      actor: { kind: 'gateway' },
      action: locked ? 'account.lock' : 'sftp.login-refused',
      subject: `account:${userId}`,
      address,
      detail: { reason, method: attempt.proof.kind },
    }),
  );
  return rejected(reason);
}
