// «Why can't I log in?» and the last logins: what the account's own state says, in sentences with what to do.

import type { ComponentChildren } from 'preact';
import type { LoginDiagnosis, LoginObstacle } from '../auth/login-diagnosis.ts';
import type { SftpRefusal } from '../storage/sftp-refusal-store.ts';
import { Moment } from './moment.tsx';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';

/** One SFTP login that was accepted. */
export interface SftpLogin {
  readonly atMs: number;
  readonly address: string;
  /** `password`, `public-key`, or both with a plus sign. */
  readonly method: string;
}

interface WhyProps {
  readonly settings: PortalSettings;
  readonly diagnosis: LoginDiagnosis;
}

export function WhySection(props: WhyProps) {
  const { obstacles, policy } = props.diagnosis;
  return (
    <section class="cg-panel" aria-labelledby="why">
      <h2 class="cg-panel__heading" id="why">
        WHY CAN’T I LOG IN?
      </h2>
      <div class="cg-panel__body">
        {obstacles.length === 0 ? (
          <p>
            Nothing in your account stands in the way. If your SFTP tool is refused all the same, compare the
            user name, the port and the password saved in it, and look at the refused attempts below.
          </p>
        ) : (
          <ul class="usa-list">
            {obstacles.map((obstacle) => (
              <li>
                <Obstacle obstacle={obstacle} settings={props.settings} />
              </li>
            ))}
          </ul>
        )}
        {policy === undefined ? null : <p>{policyWords[policy]}</p>}
      </div>
    </section>
  );
}

const policyWords: Readonly<Record<NonNullable<LoginDiagnosis['policy']>, string>> = {
  password: 'Your trading partner signs in with passwords; keys are not taken.',
  'public-key': 'Your trading partner signs in with public keys; passwords are not taken.',
  either: 'Your trading partner signs in with a password or a public key.',
  both: 'Your trading partner signs in with a password and a public key, both on the same connection.',
};

function Obstacle(props: { readonly obstacle: LoginObstacle; readonly settings: PortalSettings }) {
  const { obstacle, settings } = props;
  const help = settings.supportText;
  switch (obstacle.kind) {
    case 'no-partner':
      return <>You belong to no trading partner. {help}</>;
    case 'partner-disabled':
      return <>The access of your trading partner was ended by an administrator. {help}</>;
    case 'not-set-up':
      return <>You have not done the setup below yet. SFTP does not know you before it is done.</>;
    case 'disabled':
      return <>An administrator ended your SFTP access. {help}</>;
    case 'update-required':
      return obstacle.passwordChangedAtMs === undefined ? (
        <>An administrator allowed your SFTP access again. Do the update below, then it works.</>
      ) : (
        <>
          Your {settings.idIssuer} password was changed on{' '}
          <Moment atMs={obstacle.passwordChangedAtMs} settings={settings} />. Do the update below; until then
          SFTP takes neither the old password nor the new one.
        </>
      );
    case 'locked':
      return (
        <>
          There were too many wrong passwords. Passwords are refused until{' '}
          <Moment atMs={obstacle.untilMs} settings={settings} />, even right ones; keys go on working. Correct
          the password saved in your SFTP tool meanwhile.
        </>
      );
    case 'banned':
      return (
        <>
          The address {obstacle.address}, or the network around it, sent too many wrong passwords. Nobody can
          connect from there until <Moment atMs={obstacle.untilMs} settings={settings} />.
        </>
      );
    case 'address-not-allowed':
      return (
        <>
          Your trading partner allows SFTP from named addresses only, and {obstacle.address} is none of them.
          Connect from an allowed one, or have it added. {help}
        </>
      );
    case 'key-missing':
      return (
        <>
          Your trading partner wants a public key, and you have none in force.{' '}
          <a href={paths.sftpKeys}>Add a public key</a>.
        </>
      );
    case 'key-expired':
      return (
        <>
          The key {obstacle.name} expired on <Moment atMs={obstacle.atMs} settings={settings} />.{' '}
          <a href={paths.sftpKeys}>Add a new one</a>.
        </>
      );
  }
}

const reasonWords: Readonly<Record<string, string>> = {
  'no-account': 'The setup had not been done.',
  'wrong-password': 'The password was wrong.',
  'unknown-key': 'The key is not registered.',
  'key-expired': 'The key had expired.',
  'update-required': 'The update was due.',
  disabled: 'The account was disabled.',
  'partner-disabled': 'The trading partner was disabled.',
  throttled: 'Too many wrong passwords before; this one was not looked at.',
  'address-not-allowed': 'The address is not allowed.',
  'method-not-allowed': 'Your trading partner does not take this method.',
  'too-many-sessions': 'Too many connections at once.',
  'refused-by-gate': 'A check of this gateway has refused it.',
};

export function LoginsSection(
  props: WhyProps & {
    readonly logins: readonly SftpLogin[];
  },
) {
  const { settings, logins } = props;
  const { refusals } = props.diagnosis;
  return (
    <section class="cg-panel" aria-labelledby="logins">
      <h2 class="cg-panel__heading" id="logins">
        LAST LOGINS
      </h2>
      <div class="cg-panel__body">
        {logins.length === 0 ? (
          <p>No SFTP login was accepted yet.</p>
        ) : (
          <Table caption="SFTP logins that were accepted" heads={['Time', 'From', 'Method']}>
            {logins.map((login) => (
              <tr>
                <th scope="row" data-label="Time">
                  <Moment atMs={login.atMs} settings={settings} />
                </th>
                <td data-label="From">{login.address}</td>
                <td data-label="Method">
                  {login.method.replace('public-key', 'public key').replace('+', ' and ')}
                </td>
              </tr>
            ))}
          </Table>
        )}
        {refusals.length === 0 ? <p>No attempt was refused lately.</p> : <Refusals {...props} />}
      </div>
    </section>
  );
}

function Refusals(props: WhyProps) {
  const { settings, diagnosis } = props;
  return (
    <>
      <h3>Refused attempts</h3>
      <Table caption="SFTP logins that were refused" heads={['Last time', 'From', 'Method', 'Why', 'Times']}>
        {diagnosis.refusals.map((refusal: SftpRefusal) => (
          <tr>
            <th scope="row" data-label="Last time">
              <Moment atMs={refusal.lastAtMs} settings={settings} />
            </th>
            <td data-label="From">{refusal.address}</td>
            <td data-label="Method">{refusal.method.replace('public-key', 'public key')}</td>
            <td data-label="Why">{reasonWords[refusal.reason] ?? 'It could not be read.'}</td>
            <td data-label="Times">{refusal.attempts === 1 ? '1' : `${refusal.attempts} or more`}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Table(props: {
  readonly caption: string;
  readonly heads: readonly string[];
  readonly children: ComponentChildren;
}) {
  return (
    <table class="usa-table usa-table--borderless usa-table--stacked cg-table">
      <caption class="usa-sr-only">{props.caption}</caption>
      <thead>
        <tr>
          {props.heads.map((head) => (
            <th scope="col">{head}</th>
          ))}
        </tr>
      </thead>
      <tbody>{props.children}</tbody>
    </table>
  );
}
