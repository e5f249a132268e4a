// The page where a user changes the identity password.

import type { SftpAccountStatus } from '../domain/account.ts';
import { Alert, ErrorSummary } from './alert.tsx';
import { ShowPassword, TextField } from './field.tsx';
import type { FieldError } from './form.ts';
import { FormToken, Layout } from './layout.tsx';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';

export interface PasswordPageProps {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  /** What a new password must be, as sentences. */
  readonly rules: readonly string[];
  readonly accountStatus: SftpAccountStatus;
  /** Whether it has just been changed. */
  readonly changed: boolean;
  readonly errors: readonly FieldError[];
}

export function PasswordPage(props: PasswordPageProps) {
  const { settings, viewer, errors } = props;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.password}
      title="Change Password"
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      {props.changed ? <Changed accountStatus={props.accountStatus} /> : null}
      <p>
        This changes your {settings.idIssuer} password, and signs you out everywhere else.{' '}
        {props.accountStatus === 'not-set-up' ? null : (
          <>
            SFTP then takes neither the old password nor the new one until you do{' '}
            <a href={paths.sftpAccount}>SFTP Account Setup/Update</a> again.
          </>
        )}
      </p>
      <section class="usa-summary-box" aria-labelledby="password-rules">
        <div class="usa-summary-box__body">
          <h2 class="usa-summary-box__heading" id="password-rules">
            Your new password
          </h2>
          <ul class="usa-list usa-summary-box__text">
            {props.rules.map((rule) => (
              <li>{rule}</li>
            ))}
          </ul>
        </div>
      </section>
      <form method="post" action={paths.password} class="cg-form" noValidate={true}>
        <FormToken token={viewer.session.csrfToken} />
        {/* Not shown: it tells password managers whose password is changed. */}
        <input
          type="text"
          name="username"
          value={viewer.user.id}
          autoComplete="username"
          hidden={true}
          readOnly={true}
        />
        <TextField
          id="present-password"
          label="Present password"
          type="password"
          autocomplete="current-password"
          errors={errors}
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
        <ShowPassword fields={['present-password', 'new-password', 'repeat-password']} />
        <button type="submit" class="usa-button">
          Change password
        </button>
      </form>
    </Layout>
  );
}

function Changed(props: { readonly accountStatus: SftpAccountStatus }) {
  if (props.accountStatus !== 'update-required') {
    return (
      <Alert kind="success" heading="Your password was changed">
        Use it from now on.
      </Alert>
    );
  }
  return (
    <Alert kind="warning" heading="Your password was changed. SFTP needs one more step">
      SFTP refuses you until you do SFTP Account Update again with the new password.{' '}
      <a href={paths.sftpAccount}>Do SFTP Account Update now</a>
    </Alert>
  );
}
