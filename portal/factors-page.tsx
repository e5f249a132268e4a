// The page where a user looks after the own second factors and recovery codes.

import type { FactorHoldings } from '../auth/second-factors.ts';
import type { Factor } from '../storage/factor-store.ts';
import { Alert, ErrorSummary } from './alert.tsx';
import type { FieldError } from './form.ts';
import { FormToken, Layout } from './layout.tsx';
import { Moment } from './moment.tsx';
import type { Notice } from './notice.ts';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';

export interface FactorsPageProps {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly holdings: FactorHoldings;
  /** Whether passkeys can be used at this address. */
  readonly passkeys: boolean;
  readonly notice: Notice | undefined;
  readonly errors: readonly FieldError[];
}

/** How few codes are few enough to say so. */
const fewCodes = 3;

export function FactorsPage(props: FactorsPageProps) {
  const { settings, viewer, errors } = props;
  const { factors } = props.holdings;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.factors}
      title="Second Factors"
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      {props.notice === 'factors-changed' ? (
        <Alert kind="success" heading="Your second factors were changed">
          They are as listed here from now on.
        </Alert>
      ) : null}
      <p>
        A second factor stands beside your password when you sign in to this portal. Keep two, so that losing
        one does not lock you out. SFTP does not ask for it: there your password or key stands alone.
      </p>
      <section class="cg-panel" aria-labelledby="factors">
        <h2 class="cg-panel__heading" id="factors">
          YOUR SECOND FACTORS
        </h2>
        <div class="cg-panel__body">
          {factors.length === 0 ? <p>You have none yet.</p> : null}
          {factors.map((factor) => (
            <FactorEntry {...props} factor={factor} />
          ))}
          <p class="cg-actions">
            <a class="usa-button" href={paths.factorTotp}>
              Add an authenticator app
            </a>
            {props.passkeys ? (
              <a class="usa-button" href={paths.factorPasskey}>
                Add a passkey
              </a>
            ) : null}
          </p>
        </div>
      </section>
      {factors.length === 0 ? null : <RecoveryCodes {...props} />}
    </Layout>
  );
}

const kindWords: Readonly<Record<Factor['kind'], string>> = {
  totp: 'Authenticator app',
  passkey: 'Passkey',
};

function FactorEntry(props: FactorsPageProps & { readonly factor: Factor }) {
  const { factor, settings } = props;
  const nameId = `name-${factor.id}`;
  return (
    <section class="cg-entry" aria-labelledby={`factor-${factor.id}`}>
      <h3 id={`factor-${factor.id}`}>{factor.name}</h3>
      <dl class="cg-facts">
        <dt>Kind</dt>
        <dd>
          {kindWords[factor.kind]}
          {factor.rpId === '' ? '' : ` for ${factor.rpId}`}
        </dd>
        <dt>Added</dt>
        <dd>
          <Moment atMs={factor.addedAtMs} settings={settings} />
        </dd>
        <dt>Last used</dt>
        <dd>
          {factor.lastUsedAtMs === undefined ? (
            'Never since'
          ) : (
            <Moment atMs={factor.lastUsedAtMs} settings={settings} />
          )}
        </dd>
      </dl>
      <details class="cg-more">
        <summary>
          Rename or remove<span class="usa-sr-only"> {factor.name}</span>
        </summary>
        <form method="post" action={paths.factorRename} class="cg-form" noValidate={true}>
          <FormToken token={props.viewer.session.csrfToken} />
          <input type="hidden" name="factor" value={factor.id} />
          <label class="usa-label" for={nameId}>
            New name
          </label>
          <input
            class="usa-input"
            id={nameId}
            name="name"
            type="text"
            value={factor.name}
            autoComplete="off"
          />
          <button type="submit" class="usa-button usa-button--outline">
            Rename<span class="usa-sr-only"> {factor.name}</span>
          </button>
        </form>
        <form method="post" action={paths.factorRemove} class="cg-form">
          <FormToken token={props.viewer.session.csrfToken} />
          <input type="hidden" name="factor" value={factor.id} />
          <button type="submit" class="usa-button usa-button--secondary">
            Remove<span class="usa-sr-only"> {factor.name}</span>
          </button>
        </form>
      </details>
    </section>
  );
}

function RecoveryCodes(props: FactorsPageProps) {
  const left = props.holdings.recoveryCodesLeft;
  return (
    <section class="cg-panel" aria-labelledby="recovery">
      <h2 class="cg-panel__heading" id="recovery">
        RECOVERY CODES
      </h2>
      <div class="cg-panel__body">
        <p>
          Codes on paper for the day when your device is lost. You have <strong>{left}</strong> of 10 left.
          {left <= fewCodes ? ' Make new ones now.' : ''}
        </p>
        <form method="post" action={paths.recoveryCodes} class="cg-form">
          <FormToken token={props.viewer.session.csrfToken} />
          <button type="submit" class="usa-button usa-button--outline">
            Make new recovery codes
          </button>
        </form>
        <p>New codes are shown once, and all earlier ones are worth nothing from then on.</p>
      </div>
    </section>
  );
}
