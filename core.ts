// What is behind every role and every command: configuration -> storage -> auth. It opens nothing that listens, and
// imports nothing that only a running gateway needs, so that a command starts at once.

import { randomBytes } from 'node:crypto';
import { type AccountSetup, createAccountSetup } from './auth/account-setup.ts';
import { createEmailCodes, type EmailCodes } from './auth/email-code.ts';
import { createFactorGuard } from './auth/factor-guard.ts';
import { createFirstPasswords, type FirstPasswords } from './auth/first-password.ts';
import { createOneTimeSecrets, type OneTimeSecrets } from './auth/one-time-secret.ts';
import { createPasskeys, type Passkeys } from './auth/passkeys.ts';
import { createPasswordHasher } from './auth/password-hasher.ts';
import { createRecovery, type Recovery } from './auth/recovery.ts';
import { createRegistration, type Registration } from './auth/registration.ts';
import { createSecondFactors, type SecondFactors } from './auth/second-factors.ts';
import { createSecretSeal, type SecretSeal } from './auth/secret-seal.ts';
import { createSftpGate } from './auth/sftp-gate.ts';
import { createSignInThrottle } from './auth/throttle.ts';
import { createUserDirectory, type UserDirectory } from './auth/user-directory.ts';
import type { Config } from './config/schema.ts';
import type { LoginGate, UploadGate } from './domain/gate.ts';
import type { SftpGate } from './domain/login.ts';
import type { Observe } from './domain/observation.ts';
import { createHostKeyRing, type HostKeyRing } from './server/host-key-ring.ts';
import { type DataDirectory, openDataDirectory } from './storage/data-directory.ts';
import { openDatabase } from './storage/database.ts';
import { readOrMakeKey } from './storage/key-file.ts';
import { createMailboxes, type Mailboxes } from './storage/mailbox.ts';
import { createRandomSource } from './storage/random-source.ts';
import type { Database } from './storage/transaction.ts';

/** The operator's gates, as plain functions: whoever uses them knows nothing of hooks. */
export interface Gates {
  readonly upload: UploadGate | undefined;
  readonly login: LoginGate | undefined;
}

/** What the control plane works with: `claimgate partner add` and the like open this and no more. */
export interface Core {
  readonly config: Config;
  readonly directory: DataDirectory;
  readonly database: Database;
  readonly users: UserDirectory;
  readonly accountSetup: AccountSetup;
  readonly registration: Registration;
  readonly recovery: Recovery;
  readonly firstPasswords: FirstPasswords;
  readonly secondFactors: SecondFactors;
  readonly emailCodes: EmailCodes | undefined;
  readonly passkeys: Passkeys;
  readonly seal: SecretSeal;
  readonly gate: SftpGate;
  /** One for all ways in, so that an upload taken over from another way is fenced off at once. */
  readonly mailboxes: Mailboxes;
  readonly hostKeys: HostKeyRing;
  readonly secrets: OneTimeSecrets;
  readonly gates: Gates;
  readonly observe: Observe;
  close(): Promise<void>;
}

export interface CoreDeps {
  readonly config: Config;
  readonly observe: Observe;
  /** Milliseconds since 1970; the clock of the machine when left out. */
  readonly now?: () => number;
  /** Makes the operator's gates; left out where nobody signs in and no file arrives: in commands. */
  readonly openGates?: (
    config: Config,
    deps: { readonly observe: Observe; readonly now: () => number },
  ) => Gates;
  /** Somebody is served by this process: what waits for the disk goes into threads. Left out in commands, which are short. */
  readonly isServing?: boolean;
  /** How this program is called as a worker of the SFTP role; without it `sftp.workers` counts for nothing. */
  readonly workerCommandLine?: readonly string[];
  /** By what name this process's sessions are known, where its parent gives it one. */
  readonly processName?: string | undefined;
}

/**
 * Opens storage and auth.
 * @throws NewerSchemaError, OpenSecretError, and Error when the data directory cannot be used
 */
export function openCore(deps: CoreDeps): Core {
  const { config, observe } = deps;
  const now = deps.now ?? Date.now;
  const directory = openDataDirectory(config.dataDirectory);
  const pepper = readOrMakeKey(directory, { name: 'pepper', make: () => randomBytes(32) });
  const secrets = createOneTimeSecrets(
    readOrMakeKey(directory, { name: 'one-time-secrets', make: () => randomBytes(32) }),
  );
  const database = openJournal(deps, { file: directory.database, now });
  if (database.migrated.from !== database.migrated.to)
    observe({ kind: 'storage.migrated', ...database.migrated });
  const hasher = openHasher(config, { pepper, now });
  const throttle = createSignInThrottle(database, config.auth);
  const policy = config.auth.passwordPolicy;
  const users = createUserDirectory({ database, hasher, throttle, policy, observe });
  const accountSetup = createAccountSetup({ database, directory: users, hasher, policy });
  const settings = config.identity;
  const registration = createRegistration({ database, hasher, secrets, policy, settings });
  const recovery = createRecovery({ database, directory: users, throttle, secrets, settings });
  const factorKey = readOrMakeKey(directory, { name: 'factor-key', make: () => randomBytes(32) });
  const factorDeps = {
    database,
    guard: createFactorGuard({ database, throttle }),
    seal: createSecretSeal({ key: factorKey, randomBytes }),
    randomBytes,
  };
  const secondFactors = createSecondFactors(factorDeps);
  const passkeys = createPasskeys(factorDeps);
  const emailCodes = config.portal.emailCode
    ? createEmailCodes({ ...factorDeps, secrets, settings })
    : undefined;
  const { seal } = factorDeps;
  const gates = deps.openGates?.(config, { observe, now }) ?? { upload: undefined, login: undefined };
  const gate = createSftpGate({
    loginGate: gates.login,
    database,
    hasher,
    throttle,
    observe,
    sessions: {
      process: deps.processName ?? randomBytes(8).toString('hex'),
      maxPerAccount: config.sftp.maxConnectionsPerAccount,
      maxPerPartner: config.sftp.maxConnectionsPerPartner,
    },
  });
  const mailboxes = createMailboxes({
    database,
    directory,
    observe,
    settings: config.storage,
    gate: gates.upload,
  });
  const hostKeys = createHostKeyRing({ directory, database });
  const close = () => database.close();
  const { invitationMs } = config.identity;
  const firstPasswords = createFirstPasswords({ database, hasher, invitationMs, randomBytes });
  const accounts = {
    users,
    accountSetup,
    registration,
    recovery,
    firstPasswords,
    secondFactors,
    passkeys,
    emailCodes,
    seal,
    gate,
    secrets,
  };
  return { config, directory, database, ...accounts, mailboxes, hostKeys, gates, observe, close };
}

function openJournal(
  { config, observe, isServing }: CoreDeps,
  input: { readonly file: string; readonly now: () => number },
): Database {
  const { busyTimeoutMs, changePollMs } = config.storage;
  const tell = (reason: string): void => observe({ kind: 'storage.checkpoint-failed', reason });
  return openDatabase({
    ...input,
    randomBytes: createRandomSource(),
    busyTimeoutMs,
    changePollMs,
    onCheckpointFault: isServing === true ? tell : undefined,
  });
}

function openHasher({ auth }: Config, input: { readonly pepper: Buffer; readonly now: () => number }) {
  return createPasswordHasher({
    pepper: input.pepper,
    cost: auth.bcryptCost,
    maxConcurrentHashes: auth.maxConcurrentHashes,
    maxQueuedHashes: auth.maxQueuedHashes,
    verifiedCacheMs: auth.verifiedPasswordCacheMs,
    now: input.now,
    randomBytes,
  });
}
