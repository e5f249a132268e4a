// What the SFTP daemon asks of the credential store, and what it is told. There is one way to `accepted`; everything
// else, a fault included, is a refusal (rules R3 and R8).

import type { PartnerId, UserId } from './ids.ts';

/** How a trading partner's users sign in; `both`: a password and a key on the same connection, in either order. */
export type AuthenticationPolicy = 'password' | 'public-key' | 'either' | 'both';

export type LoginProof =
  | { readonly kind: 'password'; readonly password: string }
  /** A public key whose signature over this session the SSH transport has verified (rule R20). */
  | { readonly kind: 'public-key'; readonly algorithm: string; readonly blob: Uint8Array };

export interface LoginAttempt {
  /** The user name as the client sent it, not yet trusted to be one. */
  readonly userName: string;
  readonly address: string;
  readonly proof: LoginProof;
  /** What the gate has handed out on this connection before, when it asked for a second proof. */
  readonly earlier?: PartialLogin | undefined;
}

/** That one of two proofs was given. Only the gate can make one: it knows its own again. */
export interface PartialLogin {
  readonly userId: UserId;
  readonly accountVersion: number;
  readonly proved: LoginProof['kind'];
  readonly keyId: string | undefined;
}

/** Someone who has signed in to the daemon. */
export interface SftpPrincipal {
  readonly userId: UserId;
  readonly partnerId: PartnerId;
  /** Goes up with every change of the account; a live session ends when the row's differs or is not active. */
  readonly accountVersion: number;
  /** The row of this session, where sessions are kept as rows. */
  readonly sessionId?: string;
  /** The key that signed; the session ends when it expires or is revoked. */
  readonly keyId?: string;
}

/** Why a login was refused: for the log and the audit trail, never for the client, who always hears the same. */
export type LoginRefusal =
  | 'no-account'
  | 'wrong-password'
  | 'unknown-key'
  | 'key-expired'
  | 'update-required'
  | 'locked'
  | 'disabled'
  | 'partner-disabled'
  | 'throttled'
  | 'address-not-allowed'
  | 'method-not-allowed'
  | 'too-many-sessions'
  | 'refused-by-gate'
  | 'overloaded'
  | 'malformed';

export type LoginOutcome =
  | { readonly kind: 'accepted'; readonly principal: SftpPrincipal }
  /** Right, and not enough: the partner's users give two proofs. */
  | { readonly kind: 'partial'; readonly earlier: PartialLogin }
  | { readonly kind: 'rejected'; readonly reason: LoginRefusal };

/** The gate that the daemon is given. */
export interface SftpGate {
  /** Decides one attempt. Never throws: a fault is a refusal. Costs the same time for unknown users. */
  authenticate(attempt: LoginAttempt): Promise<LoginOutcome>;
  /**
   * Whether it is worth the client's while to sign with this key (RFC 4252 section 7, SSH_MSG_USERAUTH_PK_OK). It
   * proves nothing.
   */
  maySignWith(
    userName: string,
    key: {
      readonly algorithm: string;
      readonly blob: Uint8Array;
      /** Where the offer came from: an offer of an unknown key is noted for its user. */
      readonly address?: string;
    },
  ): Promise<boolean>;
  /** Whether a session that was accepted may go on: its account is still active and unchanged. */
  stillWelcome(principal: SftpPrincipal): Promise<boolean>;
}
