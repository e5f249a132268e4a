// How an SFTP account's status reads: a word, a sentence, and what to do about it. One row a status.

import type { AccountStatus } from '../auth/account-setup.ts';
import type { SftpAccountStatus } from '../domain/account.ts';
import type { Attestation } from '../storage/attestation-store.ts';
import type { User } from '../storage/user-store.ts';
import { Moment } from './moment.tsx';
import type { PortalSettings } from './portal-settings.ts';

interface StatusWords {
  readonly word: string;
  readonly look: 'good' | 'due' | 'bad' | 'none';
  readonly sentence: string;
}

const words: Readonly<Record<SftpAccountStatus, StatusWords>> = {
  'not-set-up': {
    word: 'Not set up',
    look: 'none',
    sentence: 'SFTP does not know you yet. Do the setup below, then your SFTP tool can connect.',
  },
  active: { word: 'Active', look: 'good', sentence: 'Your SFTP tool can connect.' },
  'update-required': {
    word: 'Update required',
    look: 'due',
    sentence: 'SFTP refuses you until you do the update below.',
  },
  locked: {
    word: 'Locked',
    look: 'bad',
    sentence: 'Your SFTP tool sent too many wrong passwords. Correct the password saved in it.',
  },
  disabled: {
    word: 'Disabled',
    look: 'bad',
    sentence:
      'An administrator ended your SFTP access. Only an administrator can allow it again: ask for help.',
  },
};

/** What a page shows of an account. */
export interface AccountView {
  readonly state: AccountStatus;
  readonly lastStep: Attestation | undefined;
  readonly user: User;
}

/** The status as a tag: the word says it, the colour repeats it. */
function StatusTag(props: { readonly status: SftpAccountStatus }) {
  const { word, look } = words[props.status];
  return <span class={`usa-tag cg-tag cg-tag--${look}`}>{word}</span>;
}

/** Status, last set up, what changed since, last login. */
export function AccountFacts(props: { readonly view: AccountView; readonly settings: PortalSettings }) {
  const { state, lastStep } = props.view;
  const { settings } = props;
  const lastLoginAtMs = state.account?.lastLoginAtMs;
  return (
    <dl class="cg-facts">
      <dt>Status</dt>
      <dd>
        <StatusTag status={state.status} />
        <div>{words[state.status].sentence}</div>
      </dd>
      <dt>Last set up</dt>
      <dd>{lastStep === undefined ? 'Never' : <Moment atMs={lastStep.agreedAtMs} settings={settings} />}</dd>
      <Changed {...props} />
      <dt>Last SFTP login</dt>
      <dd>{lastLoginAtMs === undefined ? 'Never' : <Moment atMs={lastLoginAtMs} settings={settings} />}</dd>
    </dl>
  );
}

function Changed(props: { readonly view: AccountView; readonly settings: PortalSettings }) {
  const { state, user, lastStep } = props.view;
  const { settings } = props;
  if (state.status === 'locked') {
    return (
      <>
        <dt>Locked until</dt>
        <dd>
          <Moment atMs={state.lockedUntilMs} settings={settings} />. The lock ends by itself.
        </dd>
      </>
    );
  }
  if (state.status !== 'update-required') return null;
  const passwordChanged = lastStep?.passwordVersion !== user.passwordVersion;
  return (
    <>
      <dt>Changed since</dt>
      <dd>
        {passwordChanged ? (
          <>
            Your {settings.idIssuer} password was changed on{' '}
            <Moment atMs={user.passwordChangedAtMs} settings={settings} />.
          </>
        ) : (
          'An administrator allowed your SFTP access again.'
        )}
      </dd>
    </>
  );
}
