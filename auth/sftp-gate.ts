// The one gate of the SFTP daemon (rule R8). It asks the credential store and nothing else (invariant I5), refuses by
// default (R3), turns every fault into a refusal, and costs the same for users that exist and users that do not.

import type { LoginGate } from '../domain/gate.ts';
import { parseUserId, type UserId } from '../domain/ids.ts';
import type { LoginAttempt, LoginOutcome, LoginRefusal, PartialLogin, SftpGate } from '../domain/login.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import { type AccountKey, findAccount, recordLogin, type SftpAccount } from '../storage/account-store.ts';
import { findPartner } from '../storage/partner-store.ts';
import { noteRefusal } from '../storage/sftp-refusal-store.ts';
import { isSessionLive, type NewSession } from '../storage/sftp-session-store.ts';
import type { Database } from '../storage/transaction.ts';
import { TooManyHashesError } from './hash-limiter.ts';
import { type PasswordHasher, sameText } from './password-hasher.ts';
import { type AccessRules, whyNotAllowed } from './sftp-access.ts';
import type { SignInThrottle } from './throttle.ts';

export interface SftpGateDeps {
  readonly database: Database;
  readonly hasher: PasswordHasher;
  readonly throttle: SignInThrottle;
  readonly observe: Observe;
  /** The operator's own gate, asked last; undefined: there is none. */
  readonly loginGate?: LoginGate | undefined;
  /** Where and how many sessions are kept as rows; without it they are not. */
  readonly sessions?: NewSession;
}

/** The partial logins that this gate has made: an object from anywhere else counts for nothing. */
type Minted = WeakSet<PartialLogin>;

export function createSftpGate(deps: SftpGateDeps): SftpGate {
  const minted: Minted = new WeakSet();
  return {
    async authenticate(attempt) {
      try {
        const outcome = await authenticate({ ...deps, minted }, attempt);
        if (isSoonerThanGate(attempt, outcome)) await deps.loginGate?.pretend();
        return outcome;
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
      if (account?.status !== 'active' || keyOf(deps, account, key.blob) === undefined) {
        if (key.address !== undefined && account !== undefined)
          await noteRefusal(deps.database, {
            userId: account.userId,
            address: key.address,
            method: 'public-key',
            reason: whyKeyRefused(deps, account, key.blob),
          });
        return false;
      }
      const partner = await findPartner(deps.database, account.partnerId);
      return partner !== undefined && partner.authentication !== 'password';
    },
    async stillWelcome(principal) {
      const account = await findAccount(deps.database, principal.userId);
      if (account?.status !== 'active' || account.version !== principal.accountVersion) return false;
      const { keyId, sessionId } = principal;
      if (keyId !== undefined && !account.keys.some((key) => key.id === keyId && isInForce(deps, key)))
        return false;
      return sessionId === undefined || isSessionLive(deps.database, sessionId);
    },
  };
}

const rejected = (reason: LoginRefusal): LoginOutcome => ({ kind: 'rejected', reason });

async function authenticate(
  deps: SftpGateDeps & { readonly minted: Minted },
  attempt: LoginAttempt,
): Promise<LoginOutcome> {
  const parsed = parseUserId(attempt.userName);
  if (parsed.kind === 'invalid') {
    return refuseMalformed(deps, attempt);
  }
  const who = { user: parsed.id, address: attempt.address };
  // A key cannot be guessed, and guessing a user's password must not lock out the user's key. A refusal by the throttle
  // is not written to the audit trail: a flood of guesses must not become a flood of rows.
  const guessable = attempt.proof.kind === 'password';
  if (guessable && (await deps.throttle.blockedUntil('sftp', who)) > 0) {
    await note(deps, attempt, parsed.id, 'throttled');
    return rejected('throttled');
  }
  const account = await findAccount(deps.database, parsed.id);
  const reason = await whyRefused(deps, account, attempt);
  if (reason !== undefined) return refuse(deps, attempt, parsed.id, reason);
  // Unreachable by whyRefused; said again here because this is the only way to `accepted`.
  if (account?.status !== 'active') return rejected('no-account');
  const rules = await findPartner(deps.database, account.partnerId);
  const forbidden = rules === undefined ? 'no-account' : whyNotAllowed(rules, attempt);
  if (rules === undefined || forbidden !== undefined)
    return refuse(deps, attempt, parsed.id, forbidden ?? 'no-account');
  return welcome(deps, { account, rules, attempt });
}

/**
 * A password that is refused before the operator's gate is asked would be refused sooner than one that is right: that
 * difference would tell a guesser that it is.
 */
function isSoonerThanGate({ proof }: LoginAttempt, outcome: LoginOutcome): boolean {
  return proof.kind === 'password' && outcome.kind === 'rejected' && outcome.reason !== 'refused-by-gate';
}

/** The proof is right and allowed: is it enough, and is there a place? */
async function welcome(
  deps: SftpGateDeps & { readonly minted: Minted },
  input: { readonly account: SftpAccount; readonly rules: AccessRules; readonly attempt: LoginAttempt },
): Promise<LoginOutcome> {
  const { account, rules, attempt } = input;
  const { userId, partnerId, version: accountVersion } = account;
  const { proof, address } = attempt;
  const earlier = rules.authentication === 'both' ? secondProof(deps.minted, input) : undefined;
  const keyId =
    (proof.kind === 'public-key' ? keyOf(deps, account, proof.blob)?.id : undefined) ?? earlier?.keyId;
  if (rules.authentication === 'both' && earlier === undefined) {
    const partial: PartialLogin = { userId, accountVersion, proved: proof.kind, keyId };
    deps.minted.add(partial);
    return { kind: 'partial', earlier: partial };
  }
  const method = earlier === undefined ? proof.kind : `${earlier.proved}+${proof.kind}`;
  const decision = await deps.loginGate?.decide({ userId, partnerId, address, door: 'sftp', method });
  if (decision?.kind === 'refused') return refuse(deps, attempt, userId, 'refused-by-gate', decision);
  await deps.throttle.succeed('sftp', { user: userId });
  const login = { userId, partnerId, address, method, keyId, session: deps.sessions };
  const recorded = await recordLogin(deps.database, login);
  if (recorded.kind === 'too-many-sessions') return refuse(deps, attempt, userId, recorded.kind);
  const { sessionId } = recorded;
  return {
    kind: 'accepted',
    principal: {
      userId,
      partnerId,
      accountVersion,
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(keyId === undefined ? {} : { keyId }),
    },
  };
}

/** @returns the earlier proof, when it is this gate's own, of the same account as it still is, and of the other kind */
function secondProof(
  minted: Minted,
  { account, attempt }: { readonly account: SftpAccount; readonly attempt: LoginAttempt },
): PartialLogin | undefined {
  const { earlier, proof } = attempt;
  if (earlier === undefined || !minted.has(earlier)) return undefined;
  const same = earlier.userId === account.userId && earlier.accountVersion === account.version;
  return same && earlier.proved !== proof.kind ? earlier : undefined;
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
    (account !== undefined && keyOf(deps, account, proof.blob) !== undefined ? undefined : 'unknown-key')
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

/** @returns the account's key of these bytes, when it is in force */
function keyOf(
  deps: Pick<SftpGateDeps, 'database'>,
  account: SftpAccount,
  blob: Uint8Array,
): AccountKey | undefined {
  const offered = Buffer.from(blob).toString('base64');
  return account.keys.find((key) => sameText(key.blobBase64, offered) && isInForce(deps, key));
}

/** Why a key that is not in force, or not there, does not sign in. */
function whyKeyRefused(
  deps: Pick<SftpGateDeps, 'database'>,
  account: SftpAccount,
  blob: Uint8Array,
): LoginRefusal {
  const state = whyStateRefuses(account);
  if (state !== undefined) return state;
  const offered = Buffer.from(blob).toString('base64');
  const own = account.keys.find((key) => sameText(key.blobBase64, offered));
  return own !== undefined && !isInForce(deps, own) ? 'key-expired' : 'unknown-key';
}

function isInForce({ database }: Pick<SftpGateDeps, 'database'>, key: AccountKey): boolean {
  return key.expiresAtMs === undefined || key.expiresAtMs > database.now();
}

/** Guesses count against the account and the address; a login that its owner's own state refuses does not. */
const countedReasons: ReadonlySet<LoginRefusal> = new Set<LoginRefusal>(['no-account', 'wrong-password']);

async function refuse(
  deps: SftpGateDeps,
  attempt: LoginAttempt,
  userId: UserId,
  reason: LoginRefusal,
  by?: { readonly gate: string; readonly why: string },
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
      detail: {
        reason,
        method: attempt.proof.kind,
        ...(by === undefined ? {} : { gate: by.gate, why: by.why }),
      },
    }),
  );
  await note(deps, attempt, userId, reason);
  return rejected(reason);
}

/** For «Why can't I log in?»: bounded rows, beside the audit trail. A fault in it refuses nothing. */
function note(
  deps: SftpGateDeps,
  { address, proof }: Pick<LoginAttempt, 'address' | 'proof'>,
  userId: UserId,
  reason: LoginRefusal,
): Promise<void> {
  return noteRefusal(deps.database, { userId, address, method: proof.kind, reason });
}
