// The pages of getting back in. What they say after asking is the same whether or not there is such a user.

import type { PasswordCheck } from '../auth/password-policy.ts';
import { Alert, ErrorSummary } from './alert.tsx';
import { ShowPassword, TextField } from './field.tsx';
import type { FieldError } from './form.ts';
import { minutes } from './information-pages.tsx';
import { FormToken, Layout } from './layout.tsx';
import { PasswordChecklist } from './password-checklist.tsx';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { PublicFormProps } from './registration-page.tsx';

/** The choice of what to recover. */
export function RecoverPage(props: { readonly settings: PortalSettings }) {
  const { settings } = props;
  return (
    <Layout settings={settings} path={paths.recover} title="Cannot sign in?">
      <ul class="cg-choices">
        <li>
          <h2>Forgot Username</h2>
          <p>We mail your User ID to the e-mail address that you registered with.</p>
          <a class="usa-button" href={paths.forgotUserName}>
            Forgot Username
          </a>
        </li>
        <li>
          <h2>Forgot Password</h2>
          <p>We mail you a code, with which you choose a new password.</p>
          <a class="usa-button" href={paths.forgotPassword}>
            Forgot Password
          </a>
        </li>
        <li>
          <h2>Unlock Account</h2>
          <p>After too many wrong passwords. A lock also ends by itself.</p>
          <a class="usa-button" href={paths.unlock}>
            Unlock Account
          </a>
        </li>
      </ul>
      <p>
        You have no {settings.idIssuer} yet? <a href={paths.register}>Register</a>.
      </p>
    </Layout>
  );
}

export function ForgotUserNamePage(props: PublicFormProps) {
  const { settings, errors, value } = props;
  const common = (id: string) => ({ id, value: value(id), errors });
  return (
    <Layout
      settings={settings}
      path={paths.forgotUserName}
      title="Forgot Username"
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      <p>Enter your name and e-mail address as you registered them.</p>
      <form method="post" action={paths.forgotUserName} class="cg-form" noValidate={true}>
        <FormToken token={props.formToken} />
        <TextField {...common('first-name')} label="First name" type="text" autocomplete="given-name" />
        <TextField {...common('last-name')} label="Last name" type="text" autocomplete="family-name" />
        <TextField {...common('email')} label="E-mail address" type="email" autocomplete="email" />
        <button type="submit" class="usa-button">
          Search
        </button>
      </form>
    </Layout>
  );
}

export function UserNameSentPage(props: { readonly settings: PortalSettings }) {
  const { settings } = props;
  return (
    <Layout settings={settings} path={paths.recoverSent} title="Check your e-mail">
      <Alert kind="info" heading="If we know you, we have sent a mail">
        If someone of this name has registered with this e-mail address, a mail with the User ID is on its way
        to it.
      </Alert>
      <p>
        No mail after a few minutes? Look into your spam or junk folder, and check the spelling: name and
        address must be those that you registered. Need help? {settings.supportText}
      </p>
      <p>
        <a href={paths.signIn}>Sign in</a>
      </p>
    </Layout>
  );
}

/** What asking for a password or an unlock is about. */
export type AskPurpose = 'reset-password' | 'unlock';

const askWords: Readonly<Record<AskPurpose, { path: string; title: string; sentence: string }>> = {
  'reset-password': {
    path: paths.forgotPassword,
    title: 'Forgot Password',
    sentence: 'Enter your User ID. We mail you a code, with which you choose a new password.',
  },
  unlock: {
    path: paths.unlock,
    title: 'Unlock Account',
    sentence:
      'Enter your User ID. We mail you a code that unlocks your account. Without it, the lock ends by itself at the time that the sign-in page names.',
  },
};

export function AskPage(props: PublicFormProps & { readonly purpose: AskPurpose }) {
  const { settings, errors, value } = props;
  const { path, title, sentence } = askWords[props.purpose];
  return (
    <Layout settings={settings} path={path} title={title} failed={errors.length > 0}>
      <ErrorSummary errors={errors} />
      <p>{sentence}</p>
      <form method="post" action={path} class="cg-form" noValidate={true}>
        <FormToken token={props.formToken} />
        <TextField
          id="user-id"
          label={`User ID (${settings.idIssuer})`}
          type="text"
          autocomplete="username"
          value={value('user-id')}
          errors={errors}
        />
        <button type="submit" class="usa-button">
          Search
        </button>
      </form>
      <p>
        You do not know it? <a href={paths.forgotUserName}>Forgot Username</a>
      </p>
    </Layout>
  );
}

/** Where the mailed code is entered. */
export function CodePage(props: PublicFormProps & { readonly purpose: AskPurpose; readonly codeMs: number }) {
  const { settings, errors, value, purpose } = props;
  return (
    <Layout settings={settings} path={paths.recoverCode} title="Enter the code" failed={errors.length > 0}>
      <ErrorSummary errors={errors} />
      <Alert kind="info" heading="Check your e-mail">
        If there is such a user, a mail with a code of 6 digits is on its way to the e-mail address of the
        user. The code is good for {minutes(props.codeMs)}; you may also use the link in the mail.
      </Alert>
      <form method="post" action={paths.recoverCode} class="cg-form" noValidate={true}>
        <FormToken token={props.formToken} />
        <input type="hidden" name="purpose" value={purpose} />
        <TextField
          id="user-id"
          label={`User ID (${settings.idIssuer})`}
          type="text"
          autocomplete="username"
          value={value('user-id')}
          errors={errors}
        />
        <div class="cg-code-field">
          <TextField
            id="code"
            label="Code"
            hint="6 digits"
            type="text"
            autocomplete="one-time-code"
            inputMode="numeric"
            value=""
            errors={errors}
          />
        </div>
        <button type="submit" class="usa-button">
          Continue
        </button>
      </form>
      <p>
        No mail? Look into your spam or junk folder, or{' '}
        <a href={askWords[purpose].path}>ask for another one</a>.
      </p>
    </Layout>
  );
}

/** Where the holder of a link chooses a password. */
export function NewPasswordPage(props: {
  readonly settings: PortalSettings;
  readonly formToken: string;
  readonly userId: string;
  /** Whether it is the first one. */
  readonly first: boolean;
  readonly checks: readonly PasswordCheck[];
  readonly errors: readonly FieldError[];
}) {
  const { settings, errors, first } = props;
  return (
    <Layout
      settings={settings}
      path={paths.newPassword}
      title={first ? 'Choose your password' : 'Choose a new password'}
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      <p>
        For the User ID ({settings.idIssuer}) <strong>{props.userId}</strong>.{' '}
        {first
          ? 'When you have chosen it, sign in.'
          : 'Saving it signs you out everywhere. If you use SFTP, it then refuses you until you do SFTP Account Setup/Update with the new password.'}
      </p>
      <form method="post" action={paths.newPassword} class="cg-form" noValidate={true}>
        <FormToken token={props.formToken} />
        {/* Not shown: it tells password managers whose password is changed. */}
        <input
          type="text"
          name="username"
          value={props.userId}
          autoComplete="username"
          hidden={true}
          readOnly={true}
        />
        <PasswordChecklist
          checks={props.checks}
          field="new-password"
          names={[props.userId]}
          hasHistory={!first}
        />
        <TextField
          id="new-password"
          label="New password"
          type="password"
          autocomplete="new-password"
          errors={errors}
        />
        <TextField
          id="repeat-password"
          label="New password again"
          type="password"
          autocomplete="new-password"
          errors={errors}
        />
        <ShowPassword fields={['new-password', 'repeat-password']} />
        <button type="submit" class="usa-button">
          Save the password
        </button>
      </form>
    </Layout>
  );
}

/** What the link of an unlock mail leads to. */
export function UnlockNowPage(props: {
  readonly settings: PortalSettings;
  readonly formToken: string;
  readonly userId: string;
}) {
  const { settings } = props;
  return (
    <Layout settings={settings} path={paths.unlockNow} title="Unlock your account">
      <p>
        This unlocks the User ID ({settings.idIssuer}) <strong>{props.userId}</strong>, for the portal and for
        SFTP.
      </p>
      <form method="post" action={paths.unlockNow} class="cg-form">
        <FormToken token={props.formToken} />
        <button type="submit" class="usa-button">
          Unlock my account
        </button>
      </form>
    </Layout>
  );
}
