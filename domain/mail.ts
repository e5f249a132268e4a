// The mails that people are sent, as facts: what each is about. The words are hooks/mail-words.ts's; no fact is a secret
// or about a patient, and the link or code of a mail is computed when it is sent.

import type { UserStatus } from './user.ts';

export type MailContent =
  /** Confirm the e-mail address of a new account. */
  | { readonly kind: 'confirm-email'; readonly confirmByMs: number }
  /** An administrator made an account: choose a password. */
  | { readonly kind: 'invitation'; readonly expiresAtMs: number }
  | { readonly kind: 'reset-password' | 'unlock'; readonly codeMs: number; readonly linkMs: number }
  /** The code that stands in the place of a second factor. */
  | { readonly kind: 'email-code'; readonly codeMs: number }
  /** Sent to the address that was typed, when someone of these names has it. */
  | { readonly kind: 'forgot-username'; readonly firstName: string; readonly lastName: string }
  | { readonly kind: 'password-changed'; readonly atMs: number; readonly sftpUpdateRequired: boolean }
  /** What the user signs in with beside the password was changed, by the user or by an administrator. */
  | {
      readonly kind: 'factors-changed';
      readonly change: FactorChange;
      readonly atMs: number;
      /** The network address that it came from; empty when an administrator did it. */
      readonly address: string;
    }
  /** What opens the SFTP account was changed. */
  | {
      readonly kind: 'sftp-account-changed';
      readonly change: SftpAccountChange;
      /** The key that it is about: `SHA256:...`; empty where it is about none. */
      readonly fingerprint: string;
      readonly atMs: number;
      readonly address: string;
    }
  | { readonly kind: 'locked'; readonly untilMs: number }
  | { readonly kind: 'expiry-warning'; readonly days: number; readonly expiresAtMs: number }
  | { readonly kind: 'expired' }
  /** Goes to an address that no user need have. */
  | {
      readonly kind: 'partner-invitation';
      readonly partnerName: string;
      readonly inviterName: string;
      /** As people call it. */
      readonly role: string;
      readonly expiresAtMs: number;
    }
  /** Files in the partner's `outbound` that nobody has fetched will be removed. */
  | { readonly kind: 'uncollected-files'; readonly files: number; readonly dueAtMs: number }
  /** An administrator of the gateway has opened the content of one of the partner's files. */
  | {
      readonly kind: 'content-opened';
      readonly transmissionId: string;
      readonly by: string;
      readonly reason: string;
      readonly untilMs: number;
    }
  /** What the user may send and receive was changed by someone else: each such as `send 837P`. */
  | {
      readonly kind: 'grants-changed';
      readonly added: readonly string[];
      readonly removed: readonly string[];
    };

/** `reset`: an administrator took all factors and recovery codes away. */
export type FactorChange =
  | 'totp-added'
  | 'passkey-added'
  | 'totp-removed'
  | 'passkey-removed'
  | 'recovery-codes-made'
  | 'recovery-code-used'
  | 'reset';

/** `set-up`, `updated`: the step SFTP Account Setup/Update was done. */
export type SftpAccountChange = 'set-up' | 'updated' | 'key-added' | 'key-revoked' | 'key-last-day-changed';

export type MailKind = MailContent['kind'];

/** What a mail may say of the user that it goes to. */
export interface MailReader {
  readonly userId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly status: UserStatus;
}
