// The page where a user looks after the public keys of the own SFTP account.

import type { AccountKey } from '../storage/account-store.ts';
import { Alert, ErrorSummary } from './alert.tsx';
import { LongTextField, TextField } from './field.tsx';
import type { FieldError } from './form.ts';
import { FormToken, Layout } from './layout.tsx';
import { Moment } from './moment.tsx';
import type { Notice } from './notice.ts';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';

export interface SftpKeysPageProps {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly keys: readonly AccountKey[];
  /** Whether the setup was done: before it there is nothing to add a key to. */
  readonly setUp: boolean;
  readonly nowMs: number;
  readonly notice: Notice | undefined;
  /** The form of a new key as sent. */
  readonly typed: { readonly name: string; readonly publicKey: string; readonly expires: string };
  readonly errors: readonly FieldError[];
}

export function SftpKeysPage(props: SftpKeysPageProps) {
  const { settings, viewer, keys, errors } = props;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.sftpKeys}
      title="SFTP public keys"
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      {props.notice === 'keys-changed' ? (
        <Alert kind="success" heading="Your public keys were changed">
          They are as listed here from now on.
        </Alert>
      ) : null}
      <p>
        <a href={paths.sftpAccount}>Back to SFTP Account Setup/Update</a>
      </p>
      <section class="cg-panel" aria-labelledby="keys">
        <h2 class="cg-panel__heading" id="keys">
          REGISTERED PUBLIC KEYS
        </h2>
        <div class="cg-panel__body">
          {keys.length === 0 ? <p>You have none yet.</p> : null}
          {keys.map((key) => (
            <KeyEntry {...props} accountKey={key} />
          ))}
        </div>
      </section>
      {props.setUp ? (
        <NewKey {...props} />
      ) : (
        <Alert kind="info" heading="Do the setup first">
          A key belongs to an SFTP account, and yours is not set up.
        </Alert>
      )}
      <KeyTypes />
    </Layout>
  );
}

/** @returns the last day before a time, by UTC, as YYYY-MM-DD */
const lastDayOf = (endMs: number): string => new Date(endMs - 1).toISOString().slice(0, 10);

function KeyEntry(props: SftpKeysPageProps & { readonly accountKey: AccountKey }) {
  const { accountKey: key, settings } = props;
  const token = props.viewer.session.csrfToken;
  const name = key.comment === '' ? key.algorithm : key.comment;
  const over = key.expiresAtMs !== undefined && key.expiresAtMs <= props.nowMs;
  return (
    <section class="cg-entry" aria-labelledby={`key-${key.id}`}>
      <h3 id={`key-${key.id}`}>{name}</h3>
      <code class="cg-code">{key.fingerprint}</code>
      <dl class="cg-facts">
        <dt>Type</dt>
        <dd>{key.algorithm}</dd>
        <dt>Added</dt>
        <dd>
          <Moment atMs={key.addedAtMs} settings={settings} />
        </dd>
        <dt>Last used</dt>
        <dd>
          {key.lastUsedAtMs === undefined ? 'Never' : <Moment atMs={key.lastUsedAtMs} settings={settings} />}
        </dd>
        <dt>{over ? 'Expired' : 'Expires'}</dt>
        <dd>
          {key.expiresAtMs === undefined ? 'Never' : <Moment atMs={key.expiresAtMs} settings={settings} />}
        </dd>
      </dl>
      <details class="cg-more">
        <summary>
          Rename, set the last day or revoke<span class="usa-sr-only"> {name}</span>
        </summary>
        <form method="post" action={paths.sftpKeyRename} class="cg-form" noValidate={true}>
          <FormToken token={token} />
          <input type="hidden" name="key" value={key.fingerprint} />
          <label class="usa-label" for={`name-${key.id}`}>
            New name
          </label>
          <input
            class="usa-input"
            id={`name-${key.id}`}
            name="name"
            type="text"
            value={name}
            autoComplete="off"
          />
          <button type="submit" class="usa-button usa-button--outline">
            Rename<span class="usa-sr-only"> {name}</span>
          </button>
        </form>
        <form method="post" action={paths.sftpKeyExpire} class="cg-form" noValidate={true}>
          <FormToken token={token} />
          <input type="hidden" name="key" value={key.fingerprint} />
          <label class="usa-label" for={`expires-${key.id}`}>
            Last day
          </label>
          <div class="usa-hint" id={`expires-hint-${key.id}`}>
            YYYY-MM-DD, by UTC. Empty: it does not expire.
          </div>
          <input
            class="usa-input"
            id={`expires-${key.id}`}
            name="expires"
            type="text"
            value={key.expiresAtMs === undefined ? '' : lastDayOf(key.expiresAtMs)}
            aria-describedby={`expires-hint-${key.id}`}
            autoComplete="off"
          />
          <button type="submit" class="usa-button usa-button--outline">
            Save the last day<span class="usa-sr-only"> of {name}</span>
          </button>
        </form>
        <form method="post" action={paths.sftpKeyRevoke} class="cg-form">
          <FormToken token={token} />
          <input type="hidden" name="key" value={key.fingerprint} />
          <p>Connections that this key opened end at once.</p>
          <button type="submit" class="usa-button usa-button--secondary">
            Revoke<span class="usa-sr-only"> {name}</span>
          </button>
        </form>
      </details>
    </section>
  );
}

function NewKey(props: SftpKeysPageProps) {
  const { typed, errors } = props;
  return (
    <section class="cg-panel" aria-labelledby="new-key">
      <h2 class="cg-panel__heading" id="new-key">
        ADD A PUBLIC KEY
      </h2>
      <div class="cg-panel__body">
        <form method="post" action={paths.sftpKeys} class="cg-form" noValidate={true}>
          <FormToken token={props.viewer.session.csrfToken} />
          <TextField
            id="name"
            label="Name"
            hint="So that you know it again, such as «Nightly upload». Empty: the name in the key itself."
            type="text"
            autocomplete="off"
            value={typed.name}
            errors={errors}
          />
          <LongTextField
            id="public-key"
            label="SSH public key"
            hint="The one line of your public key file. Its name ends in .pub."
            value={typed.publicKey}
            errors={errors}
          />
          <TextField
            id="expires"
            label="Last day (optional)"
            hint="YYYY-MM-DD, by UTC. Empty: it does not expire."
            type="text"
            autocomplete="off"
            value={typed.expires}
            errors={errors}
          />
          <button type="submit" class="usa-button">
            Add key
          </button>
        </form>
      </div>
    </section>
  );
}

function KeyTypes() {
  return (
    <section class="cg-panel" aria-labelledby="key-types">
      <h2 class="cg-panel__heading" id="key-types">
        WHICH KEYS ARE TAKEN
      </h2>
      <div class="cg-panel__body">
        <dl class="cg-facts">
          <dt>Taken</dt>
          <dd>
            Ed25519 (best: <code>ssh-keygen -t ed25519</code>), ECDSA over the NIST curves P-256, P-384 and
            P-521, and RSA of 2048 bits or more (3072 or more is better).
          </dd>
          <dt>RSA with SHA-1</dt>
          <dd>
            The key is taken, the signature is not: SHA-1 can be forged. Your SFTP tool must sign with SHA-2
            (rsa-sha2-256 or rsa-sha2-512), as all tools of the last years do.
          </dd>
          <dt>RSA under 2048 bits</dt>
          <dd>Refused: too short to be safe.</dd>
          <dt>DSA</dt>
          <dd>Refused: DSA keys are no longer safe, and SSH tools have dropped them.</dd>
          <dt>Certificates</dt>
          <dd>Refused: keys are registered here one by one, and no other authority vouches for them.</dd>
          <dt>Security keys (sk-…)</dt>
          <dd>Not supported yet.</dd>
        </dl>
      </div>
    </section>
  );
}
