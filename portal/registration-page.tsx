// The pages of registering: which kind of account, the form, and what comes after it.

import type { PasswordCheck } from '../auth/password-policy.ts';
import type { SelfRegisteredKind } from '../auth/registration.ts';
import { Alert, ErrorSummary } from './alert.tsx';
import { ShowPassword, TextField } from './field.tsx';
import type { FieldError } from './form.ts';
import { FormToken, Layout } from './layout.tsx';
import { PasswordChecklist } from './password-checklist.tsx';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';

/** @returns such as `3 days` or `12 hours` */
export function printLong(durationMs: number): string {
  const hours = Math.max(1, Math.round(durationMs / 3_600_000));
  const [count, unit] = hours % 24 === 0 ? [hours / 24, 'day'] : [hours, 'hour'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

const registerPath: Readonly<Record<SelfRegisteredKind, string>> = {
  individual: paths.registerIndividual,
  business: paths.registerBusiness,
};

/** The first page: individual or business, and what government employees do. */
export function RegisterChoicePage(props: { readonly settings: PortalSettings; readonly isOpen: boolean }) {
  const { settings, isOpen } = props;
  return (
    <Layout settings={settings} path={paths.register} title="Register">
      <p>Select the type of your account. You need to register once; it takes a few minutes.</p>
      {isOpen ? (
        <ul class="cg-choices">
          <li>
            <h2>Individual</h2>
            <p>You act for yourself.</p>
            <a class="usa-button" href={paths.registerIndividual}>
              Register as an individual
            </a>
          </li>
          <li>
            <h2>Business</h2>
            <p>You act for a provider, a clearinghouse, a billing agent or another business.</p>
            <a class="usa-button" href={paths.registerBusiness}>
              Register for a business
            </a>
          </li>
        </ul>
      ) : (
        <Alert kind="info" heading="You cannot register here">
          Accounts are made by an administrator. To get one: {settings.supportText}
        </Alert>
      )}
      <section aria-labelledby="government">
        <h2 id="government">State and local government employees</h2>
        <p>
          You cannot register yourself. An administrator makes your account, and a mail then lets you choose
          your password. To ask for one: {settings.supportText}
        </p>
      </section>
      <p>
        You have registered already? <a href={paths.signIn}>Sign in</a>, or{' '}
        <a href={paths.registerResend}>have the confirmation mail sent again</a>.
      </p>
    </Layout>
  );
}

export interface RegistrationFormProps {
  readonly settings: PortalSettings;
  readonly kind: SelfRegisteredKind;
  readonly formToken: string;
  readonly checks: readonly PasswordCheck[];
  /** What was typed, by field; passwords are never written back. */
  readonly value: (field: string) => string;
  readonly errors: readonly FieldError[];
}

export function RegistrationForm(props: RegistrationFormProps) {
  const { settings, kind, errors, value } = props;
  const title = kind === 'business' ? 'Register for a business' : 'Register as an individual';
  const common = (id: string) => ({ id, value: value(id), errors });
  return (
    <Layout settings={settings} path={registerPath[kind]} title={title} failed={errors.length > 0}>
      <ErrorSummary errors={errors} />
      <p>
        Everything is needed that is not called optional. A mail with a link then goes to your e-mail address;
        open it to complete your registration.
      </p>
      <form method="post" action={registerPath[kind]} class="cg-form" noValidate={true}>
        <FormToken token={props.formToken} />
        <TextField
          {...common('username')}
          label="Desired Username"
          hint={`This becomes your User ID (${settings.idIssuer}): 3 to 64 letters, digits, dots, hyphens, underscores or @.`}
          type="text"
          autocomplete="username"
        />
        <NameFields common={common} kind={kind} />
        <TextField {...common('email')} label="E-mail address" type="email" autocomplete="email" />
        <TextField
          {...common('email-again')}
          label="Confirm e-mail address"
          type="email"
          autocomplete="email"
        />
        <TextField
          {...common('mobile-phone')}
          label="Mobile phone number"
          hint="With its area code, such as 919-555-0100."
          type="tel"
          autocomplete="tel"
        />
        <PasswordChecklist
          checks={props.checks}
          field="password"
          nameFields={['username', 'first-name', 'last-name']}
          hasHistory={false}
        />
        <TextField
          id="password"
          label="Password"
          type="password"
          autocomplete="new-password"
          errors={errors}
        />
        <TextField
          id="password-again"
          label="Re-enter password"
          type="password"
          autocomplete="new-password"
          errors={errors}
        />
        <ShowPassword fields={['password', 'password-again']} />
        <button type="submit" class="usa-button">
          Continue
        </button>
      </form>
    </Layout>
  );
}

function NameFields(props: {
  readonly kind: SelfRegisteredKind;
  readonly common: (id: string) => { id: string; value: string; errors: readonly FieldError[] };
}) {
  const { common, kind } = props;
  return (
    <>
      <TextField
        {...common('prefix')}
        label="Prefix"
        optional={true}
        type="text"
        autocomplete="honorific-prefix"
      />
      <TextField {...common('first-name')} label="First name" type="text" autocomplete="given-name" />
      <TextField
        {...common('middle-initial')}
        label="Middle initial"
        optional={true}
        type="text"
        autocomplete="additional-name"
      />
      <TextField {...common('last-name')} label="Last name" type="text" autocomplete="family-name" />
      <TextField
        {...common('suffix')}
        label="Suffix"
        optional={true}
        type="text"
        autocomplete="honorific-suffix"
      />
      {kind === 'business' ? (
        <TextField
          {...common('business-name')}
          label="Business name"
          type="text"
          autocomplete="organization"
        />
      ) : null}
    </>
  );
}

/** After the form, and after asking for the mail once more: the same words whoever asked. */
export function RegistrationSentPage(props: {
  readonly settings: PortalSettings;
  readonly confirmationMs: number;
}) {
  const { settings, confirmationMs } = props;
  return (
    <Layout settings={settings} path={paths.registerSent} title="Check your e-mail">
      <Alert kind="info" heading="One more step">
        We have sent a mail with a link to the e-mail address of the registration. Open the link within{' '}
        {printLong(confirmationMs)} to complete it; after that the registration is forgotten.
      </Alert>
      <p>
        No mail after a few minutes? Look into your spam or junk folder. If it is not there,{' '}
        <a href={paths.registerResend}>have it sent again</a>: it is sent if there is a registration of that
        username and e-mail address that was not confirmed yet.
      </p>
    </Layout>
  );
}

export interface PublicFormProps {
  readonly settings: PortalSettings;
  readonly formToken: string;
  readonly value: (field: string) => string;
  readonly errors: readonly FieldError[];
}

/** Where the confirmation mail is asked for once more. */
export function ResendPage(props: PublicFormProps) {
  const { settings, errors, value } = props;
  return (
    <Layout
      settings={settings}
      path={paths.registerResend}
      title="Send the confirmation mail again"
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      <p>Enter what you registered with.</p>
      <form method="post" action={paths.registerResend} class="cg-form" noValidate={true}>
        <FormToken token={props.formToken} />
        <TextField
          id="username"
          label="Username"
          type="text"
          autocomplete="username"
          value={value('username')}
          errors={errors}
        />
        <TextField
          id="email"
          label="E-mail address"
          type="email"
          autocomplete="email"
          value={value('email')}
          errors={errors}
        />
        <button type="submit" class="usa-button">
          Send the mail
        </button>
      </form>
    </Layout>
  );
}

/** What the link of the confirmation mail leads to. A button confirms, since mail filters open links by themselves. */
export function ConfirmPage(props: {
  readonly settings: PortalSettings;
  readonly formToken: string;
  readonly userId: string;
}) {
  const { settings } = props;
  return (
    <Layout settings={settings} path={paths.registerConfirm} title="Confirm your e-mail address">
      <p>
        This completes the registration of the User ID ({settings.idIssuer}) <strong>{props.userId}</strong>.
      </p>
      <form method="post" action={paths.registerConfirm} class="cg-form">
        <FormToken token={props.formToken} />
        <button type="submit" class="usa-button">
          Confirm my e-mail address
        </button>
      </form>
    </Layout>
  );
}
