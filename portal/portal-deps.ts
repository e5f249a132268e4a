// What the portal is given, and what its pages share among themselves.

import type { Buffer } from 'node:buffer';
import type { AccountSetup } from '../auth/account-setup.ts';
import type { EmailCodes } from '../auth/email-code.ts';
import type { IdentityProvider } from '../auth/identity-provider.ts';
import type { OneTimeSecrets } from '../auth/one-time-secret.ts';
import type { Passkeys } from '../auth/passkeys.ts';
import type { Recovery } from '../auth/recovery.ts';
import type { Registration } from '../auth/registration.ts';
import type { SecondFactors } from '../auth/second-factors.ts';
import type { UserDirectory } from '../auth/user-directory.ts';
import type { LoginGate } from '../domain/gate.ts';
import type { Observe } from '../domain/observation.ts';
import type { PartnerProfile } from '../domain/partner-profile.ts';
import type { Mailboxes } from '../storage/mailbox.ts';
import type { Partner } from '../storage/partner-store.ts';
import type { Database } from '../storage/transaction.ts';
import type { TransmissionFiles } from '../storage/transmission-files.ts';
import type { PendingSignIns } from './pending-sign-in.ts';
import type { ConnectionFacts, ExchangeFacts, PortalSettings } from './portal-settings.ts';
import type { Sessions } from './session.ts';

export interface DiskRoom {
  readonly freeBytes: number;
  readonly sizeBytes: number;
  /** Below this nothing is received any more. */
  readonly minFreeBytes: number;
}

export interface PortalDeps {
  readonly database: Database;
  readonly directory: Pick<UserDirectory, 'signIn' | 'changePassword' | 'passwordRules' | 'passwordChecks'>;
  readonly registration: Registration;
  readonly recovery: Recovery;
  /** Tells which secret a mailed link carries. */
  readonly secrets: Pick<OneTimeSecrets, 'find'>;
  readonly accountSetup: AccountSetup;
  readonly secondFactors: SecondFactors;
  readonly passkeys: Passkeys;
  /** Undefined: no codes are mailed in the place of a second factor. */
  readonly emailCodes?: EmailCodes | undefined;
  /** Undefined: users sign in with a password of ours. */
  readonly provider?: IdentityProvider | undefined;
  /** The operator's own gate; undefined: there is none. */
  readonly loginGate?: LoginGate | undefined;
  /** The way in for uploads and out for downloads: the same mailboxes that SFTP shows. */
  readonly mailboxes: Mailboxes;
  readonly files: TransmissionFiles;
  /** How much room the volume of the data directory has. */
  readonly disk: () => Promise<DiskRoom>;
  readonly observe: Observe;
  readonly settings: PortalSettings;
  /** A function, because the SFTP port is known only after listening. */
  readonly connection: () => ConnectionFacts;
  /** @param of a trading partner with what is agreed with it; undefined: what holds for everyone */
  readonly exchangeOf: (
    of: { readonly partner: Partner; readonly agreed: PartnerProfile } | undefined,
  ) => ExchangeFacts;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly randomBytes: (count: number) => Buffer;
}

/** The deps, and the sessions made of them: what a page's routes are registered with. */
export interface PortalContext extends PortalDeps {
  readonly sessions: Sessions;
  readonly pendingSignIns: PendingSignIns;
}
