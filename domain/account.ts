// The SFTP account: what the daemon knows of a user. It exists only after the step SFTP Account Setup/Update in the
// portal (invariant I5), and the step must be done again after every change of the identity password.

/**
 * - `not-set-up`       no row in the credential store: the daemon does not know the user (never stored, only shown)
 * - `active`           may sign in
 * - `update-required`  the identity password has changed since; refused until Update is done
 * - `locked`           too many wrong passwords; ends by itself
 * - `disabled`         an administrator ended it; only an administrator can allow it again
 */
export type SftpAccountStatus = 'not-set-up' | 'active' | 'update-required' | 'locked' | 'disabled';

/** A user's place in its trading partner's office (reference: gateway user types and roles). */
export type Role = 'office-administrator' | 'user-administrator' | 'general-user';

/** The attestation that a user agrees to at each setup or update, by the version of its text. */
export interface AttestationText {
  readonly version: string;
  readonly text: string;
}

/** The published wording of the gateway's form; a new wording gets a new version, old rows keep theirs. */
export const currentAttestation: AttestationText = {
  version: '1',
  text: 'I agree that I am responsible for maintaining the security of the username and password and will not share it with anyone.',
};
