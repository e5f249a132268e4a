// What can stand beside the identity password when a user signs in to the portal.

/**
 * - `totp`           a code of an authenticator app (RFC 6238)
 * - `passkey`        a passkey or security key (WebAuthn)
 * - `recovery-code`  one of ten codes on paper
 * - `email-code`     a code sent by mail, where the operator allows it
 * - `provider`       the identity provider said that it has asked for one
 */
export type FactorMethod = 'totp' | 'passkey' | 'recovery-code' | 'email-code' | 'provider';

/**
 * - `required`  who has none makes one right after the password
 * - `optional`  who has one is asked for it
 * - `off`       nobody is asked
 */
export type FactorPolicy = 'required' | 'optional' | 'off';
