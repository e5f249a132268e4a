// The page where a user signs in.

import { Alert, ErrorSummary } from './alert.tsx';
import { ShowPassword, TextField } from './field.tsx';
import type { FieldError } from './form.ts';
import { minutes } from './information-pages.tsx';
import { FormToken, Layout } from './layout.tsx';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';

/** Why the page is shown to someone who was elsewhere. */
export const signInNotices = ['ended', 'signed-out', 'confirmed', 'password-set', 'unlocked'] as const;
export type SignInNotice = (typeof signInNotices)[number];

export interface SignInPageProps {
  readonly settings: PortalSettings;
  readonly formToken: string;
  /** The page to be led on to. */
  readonly next: string;
  readonly userName: string;
  readonly notice?: SignInNotice | undefined;
  readonly errors: readonly FieldError[];
}

export function SignInPage(props: SignInPageProps) {
  const { settings, errors } = props;
  return (
    <Layout settings={settings} path={paths.signIn} title="Sign in" failed={errors.length > 0}>
      {errors.length === 0 ? <Notice {...props} /> : <ErrorSummary errors={errors} />}
      {settings.providerName === undefined ? <PasswordSignIn {...props} /> : <ProviderSignIn {...props} />}
    </Layout>
  );
}

/** The way to the identity provider: a link, since a form's redirect would be held to our own site. */
function ProviderSignIn(props: SignInPageProps) {
  const { providerName } = props.settings;
  return (
    <>
      <p>You sign in at {providerName}, with your password and second step there, and come back here.</p>
      <p>
        <a
          class="usa-button usa-button--big"
          href={`${paths.signInProvider}?${new URLSearchParams({ next: props.next })}`}
        >
          Sign in at {providerName}
        </a>
      </p>
    </>
  );
}

function PasswordSignIn(props: SignInPageProps) {
  const { settings, errors } = props;
  return (
    <>
      <p>
        Sign in with your {settings.idIssuer}. Passwords are case-sensitive. Please ensure your Caps Lock key
        is off.
      </p>
      <form method="post" action={paths.signIn} class="cg-form" noValidate={true}>
        <FormToken token={props.formToken} />
        <input type="hidden" name="next" value={props.next} />
        <TextField
          id="user-id"
          label={`User ID (${settings.idIssuer})`}
          type="text"
          autocomplete="username"
          value={props.userName}
          errors={errors}
        />
        <TextField
          id="password"
          label="Password"
          type="password"
          autocomplete="current-password"
          errors={errors}
        />
        <ShowPassword fields={['password']} />
        <button type="submit" class="usa-button">
          Sign in
        </button>
      </form>
      <section aria-labelledby="sign-in-help">
        <h2 id="sign-in-help">Cannot sign in?</h2>
        <ul class="usa-list">
          <li>
            <a href={paths.forgotUserName}>Forgot Username</a>
          </li>
          <li>
            <a href={paths.forgotPassword}>Forgot Password</a>
          </li>
          <li>
            <a href={paths.unlock}>Unlock Account</a>
          </li>
          <li>
            <a href={paths.register}>Register</a> for a new {settings.idIssuer}, or{' '}
            <a href={paths.registerResend}>have the confirmation mail sent again</a>
          </li>
        </ul>
        <p>
          Where your {settings.idIssuer} is kept elsewhere, use the page for your kind of account:{' '}
          <a href={settings.externalAccountUrl}>external users (providers)</a>, or{' '}
          <a href={settings.governmentAccountUrl}>state and local government employees</a>.
        </p>
      </section>
    </>
  );
}

function Notice(props: SignInPageProps) {
  switch (props.notice) {
    case 'ended':
      return (
        <Alert kind="info" heading="Your session has ended">
          You were signed out because there was no activity for {minutes(props.settings.sessionIdleMs)}, or
          because your password was changed. Sign in again to go on.
        </Alert>
      );
    case 'signed-out':
      return (
        <Alert kind="success" heading="You have signed out">
          To use the portal again, sign in.
        </Alert>
      );
    case 'confirmed':
      return (
        <Alert kind="success" heading="Your e-mail address is confirmed">
          Your {props.settings.idIssuer} is ready. Sign in to begin.
        </Alert>
      );
    case 'password-set':
      return (
        <Alert kind="success" heading="You have a new password">
          You were signed out everywhere. Sign in with the new password. If you use SFTP, then do SFTP Account
          Setup/Update: until then SFTP refuses you.
        </Alert>
      );
    case 'unlocked':
      return (
        <Alert kind="success" heading="Your account is unlocked">
          Sign in with your password. If you have forgotten it, choose a new one.
        </Alert>
      );
    case undefined:
      return null;
  }
}
