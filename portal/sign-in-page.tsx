// The page where a user signs in.

import { Alert, ErrorSummary } from './alert.tsx';
import { ShowPassword, TextField } from './field.tsx';
import type { FieldError } from './form.ts';
import { minutes } from './information-pages.tsx';
import { FormToken, Layout } from './layout.tsx';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';

/** Why the page is shown to someone who was elsewhere. */
export type SignInNotice = 'ended' | 'signed-out';

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
        <p>
          If you have no {settings.idIssuer} yet, have forgotten it or its password, or it is locked, use the
          page for your kind of account: <a href={settings.externalAccountUrl}>external users (providers)</a>,
          or <a href={settings.governmentAccountUrl}>state and local government employees</a>.
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
    case undefined:
      return null;
  }
}
