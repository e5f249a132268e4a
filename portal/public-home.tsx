// The public home: what the gateway is, the way in, what is urgent, the documents, and quick links.

import { DocumentList } from './document-list.tsx';
import { Layout } from './layout.tsx';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';

export function PublicHome(props: { readonly settings: PortalSettings }) {
  const { settings } = props;
  return (
    <Layout settings={settings} path={paths.public} title={`Welcome to ${settings.siteName}`}>
      <div class="grid-row grid-gap">
        <div class="desktop:grid-col-8 cg-stack">
          <p class="usa-intro">
            Secure file transfer for the health care trading partners of {settings.agencyName}: send claims,
            fetch acknowledgments.
          </p>
          <Warning settings={settings} />
          <AdditionalStep settings={settings} />
          <section aria-labelledby="documents">
            <h2 id="documents">Documents for trading partners</h2>
            <DocumentList level="h3" />
            <p>
              More at the{' '}
              <a href={settings.tradingPartnerInformationUrl}>
                {settings.siteName} Trading Partner Information Page
              </a>
              .
            </p>
          </section>
        </div>
        <div class="desktop:grid-col-4 cg-stack">
          <section class="cg-panel" aria-labelledby="secure-portal">
            <h2 class="cg-panel__heading" id="secure-portal">
              {settings.siteName} Secure Portal
            </h2>
            <div class="cg-panel__body">
              <p>Batch Transfer, transmissions and acknowledgments, SFTP Account Setup/Update.</p>
              <p>
                <a class="usa-button" href={paths.signIn}>
                  {settings.siteName} Secure Portal
                </a>
              </p>
            </div>
          </section>
          <PasswordHelp settings={settings} />
          <QuickLinks settings={settings} />
        </div>
      </div>
    </Layout>
  );
}

/** What an operator wants seen by everyone, such as a due date. */
function Warning(props: { readonly settings: PortalSettings }) {
  const { warningHeading, warningItems } = props.settings;
  if (warningHeading === '') return null;
  return (
    <section class="usa-alert usa-alert--warning" aria-labelledby="warning">
      <div class="usa-alert__body">
        <h2 class="usa-alert__heading" id="warning">
          {warningHeading}
        </h2>
        <ul class="usa-list">
          {warningItems.map((item) => (
            <li>{item}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function AdditionalStep(props: { readonly settings: PortalSettings }) {
  const { idIssuer } = props.settings;
  return (
    <section class="usa-summary-box" aria-labelledby="additional-step">
      <div class="usa-summary-box__body">
        <h2 class="usa-summary-box__heading" id="additional-step">
          Additional step for SFTP users
        </h2>
        <div class="usa-summary-box__text">
          <p>Do SFTP Account Setup/Update in the secure portal before you use SFTP:</p>
          <ul class="usa-list">
            <li>if your {idIssuer} is new to SFTP file transfer, or</li>
            <li>each time after you change your {idIssuer} password.</li>
          </ul>
          <p>
            <a href={`${paths.help}#sftp`}>The steps, one by one</a>
          </p>
        </div>
      </div>
    </section>
  );
}

function PasswordHelp(props: { readonly settings: PortalSettings }) {
  return (
    <section class="cg-panel" aria-labelledby="password-help">
      <h2 class="cg-panel__heading" id="password-help">
        Password Help
      </h2>
      <div class="cg-panel__body">
        <ul class="usa-list">
          <li>
            <a href={paths.register}>Register for {props.settings.idIssuer}</a>
          </li>
          <li>
            <a href={paths.forgotUserName}>Forgot Username</a>
          </li>
          <li>
            <a href={paths.forgotPassword}>Forgot Password</a>
          </li>
          <li>
            <a href={paths.unlock}>Unlock Account</a>
          </li>
        </ul>
      </div>
    </section>
  );
}

function QuickLinks(props: { readonly settings: PortalSettings }) {
  return (
    <section class="cg-panel" aria-labelledby="quick-links">
      <h2 class="cg-panel__heading" id="quick-links">
        Quick Links
      </h2>
      <div class="cg-panel__body">
        <ul class="usa-list">
          {props.settings.quickLinks.map(({ text, url }) => (
            <li>
              <a href={url}>{text}</a>
            </li>
          ))}
          <li>
            <a href={paths.contact}>Contact Information</a>
          </li>
          <li>
            <a href={paths.systemRequirements}>System Requirements</a>
          </li>
        </ul>
      </div>
    </section>
  );
}
