// The pages that make a second factor: an authenticator app's key as a picture and as text, and the recovery codes that
// come with the first factor, shown once.

import type { ComponentChildren } from 'preact';
import { encode } from 'uqr';
import { Alert, ErrorSummary } from './alert.tsx';
import { Copyable } from './copyable.tsx';
import { TextField } from './field.tsx';
import type { FieldError } from './form.ts';
import { FormToken, Layout } from './layout.tsx';
import { PasskeyForm } from './passkey-form.tsx';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';

/** Who adds a factor: someone signed in, or someone on the way in. */
interface EnrolmentFrame {
  readonly settings: PortalSettings;
  /** Absent for someone on the way in. */
  readonly viewer?: Viewer | undefined;
  readonly formToken: string;
  /** Where the page is, and where its form goes. */
  readonly path: string;
  readonly errors: readonly FieldError[];
  /** What the factor is to be called, as typed; undefined when the form has not been sent. */
  readonly name?: string | undefined;
  /** The way to make another kind of factor, or to go back. */
  readonly otherWay: ComponentChildren;
}

export interface TotpPageProps extends EnrolmentFrame {
  readonly secret: string;
  readonly uri: string;
}

/** Adds an authenticator app. */
export function TotpPage(props: TotpPageProps) {
  const { settings, errors } = props;
  return (
    <Layout
      settings={settings}
      viewer={props.viewer}
      path={props.path}
      title="Set up an authenticator app"
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      {props.viewer === undefined ? (
        <p>
          Besides your password, {settings.siteName} asks for a code that only your own device can make. You
          set this up once.
        </p>
      ) : null}
      <ol class="usa-process-list">
        <li class="usa-process-list__item">
          <h2 class="usa-process-list__heading">Open an authenticator app</h2>
          <p>
            Use any app that makes 6-digit codes: for instance the password manager of your phone or browser,
            Microsoft Authenticator, Google Authenticator, or FreeOTP.
          </p>
        </li>
        <li class="usa-process-list__item">
          <h2 class="usa-process-list__heading">Add {settings.siteName} to it</h2>
          <p>Scan this picture with the app:</p>
          <QrCode text={props.uri} />
          <p>Or enter this key into the app. Kind of key: time-based.</p>
          <Copyable id="totp-secret" what="the key" text={inGroups(props.secret)} />
        </li>
        <li class="usa-process-list__item">
          <h2 class="usa-process-list__heading">Enter the code that the app shows</h2>
          <form method="post" action={props.path} class="cg-form" noValidate={true}>
            <FormToken token={props.formToken} />
            {props.viewer === undefined ? null : <NameField value={props.name ?? 'Authenticator app'} />}
            <TextField
              id="code"
              label="6-digit code"
              type="text"
              autocomplete="one-time-code"
              inputMode="numeric"
              errors={errors}
            />
            <button type="submit" class="usa-button">
              Set up
            </button>
          </form>
        </li>
      </ol>
      {props.otherWay}
    </Layout>
  );
}

/** What the user calls it; who makes the first one on the way in is not asked. */
function NameField(props: { readonly value: string }) {
  return (
    <TextField
      id="name"
      label="Name"
      hint="So that you know it again, such as «My phone»."
      type="text"
      autocomplete="off"
      value={props.value}
      errors={[]}
    />
  );
}

export interface PasskeyPageProps extends EnrolmentFrame {
  /** What the browser is asked to make, as JSON. */
  readonly options: string;
}

/** Adds a passkey. */
export function PasskeyPage(props: PasskeyPageProps) {
  const { settings, errors, viewer } = props;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={props.path}
      title="Set up a passkey"
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      <p>
        A passkey is a key that stays in your device, password manager or security key. You confirm with the
        fingerprint, face or PIN of the device; {settings.siteName} sees none of these. No other site can ask
        for it.
      </p>
      <PasskeyForm
        kind="make"
        action={props.path}
        formToken={props.formToken}
        options={props.options}
        button="Set up a passkey"
      >
        {viewer === undefined ? null : <NameField value={props.name ?? 'Passkey'} />}
      </PasskeyForm>
      {props.otherWay}
    </Layout>
  );
}

/** In fours, as a person types it; apps ignore the spaces. */
const inGroups = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ');

/** A QR code as a drawing in the page: no image is fetched, and nothing of it is kept. */
function QrCode(props: { readonly text: string }) {
  const { data, size } = encode(props.text, { ecc: 'M', border: 4 });
  const path = data
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('');
  return (
    <svg
      class="cg-qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label="QR code with the key below"
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

export interface RecoveryCodesPageProps extends Pick<EnrolmentFrame, 'settings' | 'viewer'> {
  readonly path: string;
  readonly codes: readonly string[];
  /** Where «Continue» leads. */
  readonly nextPath: string;
  /** Whether they came with the first factor. */
  readonly enrolled: boolean;
}

/** Shows new recovery codes; they are shown nowhere else and never again. */
export function RecoveryCodesPage(props: RecoveryCodesPageProps) {
  return (
    <Layout settings={props.settings} viewer={props.viewer} path={props.path} title="Your recovery codes">
      {props.enrolled ? (
        <Alert kind="success" heading="Your second factor is set up">
          From now on you are asked for it when you sign in.
        </Alert>
      ) : (
        <Alert kind="success" heading="New recovery codes were made">
          All earlier ones are worth nothing any more.
        </Alert>
      )}
      <p>
        If you lose your device, one of these codes lets you in instead. Each works once. Print or save them
        now, in a place that only you can reach: <strong>they are not shown again.</strong>
      </p>
      <Copyable id="recovery-codes" what="the recovery codes" text={props.codes.join('\n')} />
      <p>
        <a class="usa-button" href={props.nextPath}>
          I have saved them: continue
        </a>
      </p>
    </Layout>
  );
}
