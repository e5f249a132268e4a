// Users as everyone speaks of them: which kind a user is, and where it stands in its life.

/**
 * - `individual`  a person who acts for no business
 * - `business`    a person who acts for one: a provider, a clearinghouse
 * - `government`  a state or local government employee; an administrator makes these, they cannot register themselves
 */
export type UserKind = 'individual' | 'business' | 'government';

/**
 * - `unconfirmed`  has registered, or was invited, and has not proved the e-mail address yet
 * - `active`       may sign in
 * - `expired`      has not signed in for too long; an administrator can bring the user back
 * - `disabled`     an administrator ended it; only an administrator can allow it again
 */
export type UserStatus = 'unconfirmed' | 'active' | 'expired' | 'disabled';
