// SFTP Account Setup/Update, in the published words of the model gateway (reference: portal-and-identity, section 0).
// They are binding: sentences are not polished here, only the product's and the identity issuer's names are settings.

import type { LoginDiagnosis } from '../auth/login-diagnosis.ts';
import { currentAttestation } from '../domain/account.ts';
import type { AccountKey } from '../storage/account-store.ts';
import { AccountFacts, type AccountView } from './account-status.tsx';
import { Alert, ErrorSummary } from './alert.tsx';
import { SignInAgain } from './confirmation-routes.tsx';
import { ConnectionPanel } from './connection-panel.tsx';
import { CheckboxField, LongTextField, ShowPassword, TextField } from './field.tsx';
import type { FieldError } from './form.ts';
import { FormToken, Layout } from './layout.tsx';
import { Moment } from './moment.tsx';
import { NoPartner } from './no-partner.tsx';
import type { Notice } from './notice.ts';
import { paths } from './paths.ts';
import type { ConnectionFacts, PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';
import { LoginsSection, type SftpLogin, WhySection } from './sftp-account-why.tsx';

export interface SftpAccountPageProps {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly view: AccountView;
  readonly connection: ConnectionFacts;
  /** Whether the person may do the step now, or has to sign in at the identity provider anew. */
  readonly fresh: boolean;
  /** What a password for SFTP must be, as sentences. */
  readonly passwordRules: readonly string[];
  readonly diagnosis: LoginDiagnosis;
  readonly logins: readonly SftpLogin[];
  readonly notice: Notice | undefined;
  readonly userName: string;
  readonly publicKey: string;
  readonly errors: readonly FieldError[];
}

export function SftpAccountPage(props: SftpAccountPageProps) {
  const { settings, viewer, errors } = props;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.sftpAccount}
      title="SFTP Account Setup/Update"
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      {viewer.partner === undefined ? <NoPartner settings={settings} /> : <PartnerAccount {...props} />}
    </Layout>
  );
}

function PartnerAccount(props: SftpAccountPageProps) {
  const { settings, viewer, view } = props;
  const { status, account } = view.state;
  const known = status === 'active' || status === 'locked';
  return (
    <>
      <Result {...props} />
      <section class="cg-panel" aria-labelledby="status">
        <h2 class="cg-panel__heading" id="status">
          YOUR STATUS
        </h2>
        <div class="cg-panel__body">
          <AccountFacts view={view} settings={settings} />
        </div>
      </section>
      {known ? <ConnectionPanel connection={props.connection} userId={viewer.user.id} /> : null}
      <section class="cg-panel" aria-labelledby="sftp-account">
        <h2 class="cg-panel__heading" id="sftp-account">
          SFTP ACCOUNT
        </h2>
        <div class="cg-panel__body">
          <Instructions settings={settings} />
          {status === 'disabled' ? null : props.fresh ? (
            <SetupForm {...props} />
          ) : (
            <>
              <p>This step needs a sign-in that is only minutes old.</p>
              <SignInAgain settings={settings} next={paths.sftpAccount} />
            </>
          )}
        </div>
      </section>
      <Keys keys={account?.keys ?? []} settings={settings} />
      {account === undefined ? null : (
        <p>
          <a href={paths.sftpKeys}>Add, rename, expire or revoke public keys</a>
        </p>
      )}
      <WhySection settings={settings} diagnosis={props.diagnosis} />
      <LoginsSection settings={settings} diagnosis={props.diagnosis} logins={props.logins} />
    </>
  );
}

function Result(props: SftpAccountPageProps) {
  // The cookie only names the notice; the account itself must bear it out.
  if (props.view.state.status !== 'active') return null;
  switch (props.notice) {
    case 'account-set-up':
      return (
        <Alert kind="success" heading="Your SFTP account is set up">
          You can use your SFTP tool now. What it needs is below.
        </Alert>
      );
    case 'account-updated':
      return (
        <Alert kind="success" heading="Your SFTP account is updated">
          Your SFTP tool connects with your present password from now on. Change the password saved in it.
        </Alert>
      );
    default:
      return null;
  }
}

function Instructions(props: { readonly settings: PortalSettings }) {
  const { siteName, idIssuer, ...urls } = props.settings;
  return (
    <>
      <p>
        SFTP setup/update must be performed if a user want to access {siteName} MFT solution via SFTP method
        with new {idIssuer} (newly provisioned users/{idIssuer}) and/or password (after password reset on{' '}
        {idIssuer} system).
      </p>
      <p>
        For further information reference the{' '}
        <a href={urls.tradingPartnerInformationUrl}>{siteName} Trading Partner Information Page</a>.
      </p>
      <p>
        Please put your {idIssuer} and password and click the attestation checkbox to setup/update your SFTP
        status.
      </p>
      <ul class="usa-list">
        <li>
          To access/update {idIssuer} record, use the appropriate link as per your {idIssuer} type.
          {/* The published page links the word «here» alone; the whole phrase says where a link leads (WCAG 2.4.4, 2.4.9). */}
          <ul class="usa-list">
            <li>
              <a href={urls.externalAccountUrl}>External Users (Provider) click here</a>.
            </li>
            <li>
              <a href={urls.governmentAccountUrl}>
                State and Local Government employees (State or Fiscal Agent) click here
              </a>
              .
            </li>
          </ul>
        </li>
        <li>Passwords are case-sensitive. Please ensure your Caps Lock key is off.</li>
      </ul>
    </>
  );
}

/** The password at the identity provider cannot be checked here, so SFTP gets one of its own. */
function SftpPassword(props: SftpAccountPageProps) {
  return (
    <>
      <p>
        SFTP does not take your password at {props.settings.providerName}. Choose another one for SFTP alone,
        or leave it empty and connect with a public key.
      </p>
      <ul class="usa-list">
        {props.passwordRules.map((rule) => (
          <li>{rule}</li>
        ))}
      </ul>
      <TextField
        id="password"
        label="SFTP password"
        type="password"
        autocomplete="new-password"
        errors={props.errors}
      />
      <TextField
        id="repeat-password"
        label="SFTP password again"
        type="password"
        autocomplete="new-password"
        errors={props.errors}
      />
      <ShowPassword fields={['password', 'repeat-password']} />
    </>
  );
}

function SetupForm(props: SftpAccountPageProps) {
  const { settings, viewer, errors } = props;
  return (
    <form method="post" action={paths.sftpAccount} class="cg-form" noValidate={true}>
      <FormToken token={viewer.session.csrfToken} />
      {/* Filled in with the id of the sign-in: what a person has entered in this session is not asked for again (WCAG
          2.2, 3.3.7). It stays a field, as published: the person sees whose account it is, and password managers know
          which password belongs to it. The password is asked for again, since re-entering it is what the step is for. */}
      <TextField
        id="user-id"
        label={`User ID (${settings.idIssuer})`}
        type="text"
        autocomplete="username"
        value={props.userName}
        errors={errors}
      />
      {settings.providerName === undefined ? (
        <>
          <TextField
            id="password"
            label="Password"
            type="password"
            autocomplete="current-password"
            errors={errors}
          />
          <ShowPassword fields={['password']} />
        </>
      ) : (
        <SftpPassword {...props} />
      )}
      <LongTextField
        id="public-key"
        label="SSH public key (optional)"
        hint="To connect with a key as well, paste the one line of your public key file. Its name ends in .pub."
        value={props.publicKey}
        errors={errors}
      />
      <CheckboxField id="attestation" label={currentAttestation.text} errors={errors} />
      <button type="submit" class="usa-button">
        {props.view.state.status === 'not-set-up' ? 'Setup' : 'Update'}
      </button>
    </form>
  );
}

function Keys(props: { readonly keys: readonly AccountKey[]; readonly settings: PortalSettings }) {
  if (props.keys.length === 0) return null;
  return (
    <section class="cg-panel" aria-labelledby="keys">
      <h2 class="cg-panel__heading" id="keys">
        REGISTERED PUBLIC KEYS
      </h2>
      <div class="cg-panel__body">
        <table class="usa-table usa-table--borderless usa-table--stacked cg-table">
          <caption class="usa-sr-only">Public keys that may sign in to your SFTP account</caption>
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Added</th>
              <th scope="col">Last used</th>
            </tr>
          </thead>
          <tbody>
            {props.keys.map((key) => (
              <tr>
                <th scope="row" data-label="Key">
                  {key.comment === '' ? key.algorithm : `${key.comment} (${key.algorithm})`}
                  <code class="cg-code">{key.fingerprint}</code>
                </th>
                <td data-label="Added">
                  <Moment atMs={key.addedAtMs} settings={props.settings} />
                </td>
                <td data-label="Last used">
                  {key.lastUsedAtMs === undefined ? (
                    'Never'
                  ) : (
                    <Moment atMs={key.lastUsedAtMs} settings={props.settings} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
