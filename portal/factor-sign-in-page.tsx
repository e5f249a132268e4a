// The page that asks for the second factor, between the password and the session.

import { ErrorSummary } from './alert.tsx';
import { TextField } from './field.tsx';
import type { FieldError } from './form.ts';
import { FormToken, Layout } from './layout.tsx';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';

/** How the second factor is given. */
export type FactorWay = 'totp' | 'recovery-code';

export interface FactorSignInPageProps {
  readonly settings: PortalSettings;
  readonly formToken: string;
  readonly userId: string;
  readonly way: FactorWay;
  /** The ways that this user has. */
  readonly ways: readonly FactorWay[];
  readonly errors: readonly FieldError[];
}

const wayNames: Readonly<Record<FactorWay, string>> = {
  totp: 'Use a code of your authenticator app',
  'recovery-code': 'Use a recovery code',
};

export function FactorSignInPage(props: FactorSignInPageProps) {
  const { settings, errors } = props;
  return (
    <Layout
      settings={settings}
      path={paths.signInFactor}
      title="Confirm that it is you"
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      <p>
        The password of <strong>{props.userId}</strong> was right. One more step and you are in.
      </p>
      <FactorForm {...props} action={paths.signInFactor} />
      <OtherWays {...props} path={paths.signInFactor} />
      <p>
        <a href={paths.signIn}>Start again with another User ID</a>
      </p>
    </Layout>
  );
}

/** The form of one way. */
export function FactorForm(
  props: Pick<FactorSignInPageProps, 'way' | 'errors' | 'formToken'> & { readonly action: string },
) {
  return (
    <form method="post" action={props.action} class="cg-form" noValidate={true}>
      <FormToken token={props.formToken} />
      <input type="hidden" name="way" value={props.way} />
      {props.way === 'totp' ? (
        <TextField
          id="code"
          label="6-digit code"
          hint="Your authenticator app shows it. It changes every 30 seconds."
          type="text"
          autocomplete="one-time-code"
          inputMode="numeric"
          errors={props.errors}
        />
      ) : (
        <TextField
          id="code"
          label="Recovery code"
          hint="One of the ten codes that you saved, such as 7H2KM-Q9R4T. Each works once."
          type="text"
          autocomplete="off"
          errors={props.errors}
        />
      )}
      <button type="submit" class="usa-button">
        Confirm
      </button>
    </form>
  );
}

/** The other ways that the user has, and what to do when there is none. */
export function OtherWays(
  props: Pick<FactorSignInPageProps, 'way' | 'ways' | 'settings'> & { readonly path: string },
) {
  const others = props.ways.filter((way) => way !== props.way);
  return (
    <section aria-labelledby="other-ways">
      <h2 id="other-ways">Use another way</h2>
      <ul class="usa-list">
        {others.map((way) => (
          <li>
            <a href={`${props.path}?way=${way}`}>{wayNames[way]}</a>
          </li>
        ))}
        <li>
          If you have lost your device and your recovery codes, ask for help: {props.settings.supportText}{' '}
          Your second factor can be reset, and then you make a new one.
        </li>
      </ul>
    </section>
  );
}
