// The pages that the footer names, as data: what a visitor may want to know before signing in. They say only what the
// portal itself knows to be so; what an agency adds of its own is at its trading partner page.

import type { VNode } from 'preact';
import { helpBody } from './help-page.tsx';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';

interface InformationPage {
  readonly path: string;
  readonly title: string;
  readonly body: (settings: PortalSettings) => VNode;
}

const about = (settings: PortalSettings): VNode => (
  <>
    <p>
      {settings.siteName} is the secure file transfer gateway of {settings.agencyName} for health care
      electronic data interchange (EDI). Trading partners send claim files (X12 837) over SFTP and fetch the
      acknowledgments (999 and TA1).
    </p>
    <p>
      This portal is where the users of a trading partner set up their SFTP account and change their password.
      See the{' '}
      <a href={settings.tradingPartnerInformationUrl}>{settings.siteName} Trading Partner Information Page</a>{' '}
      for everything about becoming a trading partner.
    </p>
  </>
);

const legal = (settings: PortalSettings): VNode => (
  <>
    <p>
      {settings.siteName} is for authorized users of {settings.agencyName} and its trading partners only. Use
      is recorded. The files handled here contain protected health information; use and disclose it only as
      the HIPAA rules (45 CFR Parts 160 and 164) and your trading partner agreement allow.
    </p>
    <p>Do not share your {settings.idIssuer} or its password with anyone, and do not use another person's.</p>
  </>
);

const privacy = (settings: PortalSettings): VNode => (
  <>
    <p>What the portal keeps of your visit:</p>
    <ul class="usa-list">
      <li>
        An audit trail of sign-ins, failed sign-ins, sign-outs, password changes and SFTP account setups: who,
        when, and from which network address.
      </li>
      <li>For each SFTP account setup, the statement that you agreed to.</li>
      <li>Passwords only as hashes, from which they cannot be read back.</li>
    </ul>
    <p>
      The portal sets only the cookies that signing in and sending forms need. They end when you close the
      browser, and you are signed out after {minutes(settings.sessionIdleMs)} without activity. With scripts
      on, the browser also keeps when you last opened a page, to warn you in time. Pages load nothing from
      other sites, and nothing about your visit is sent to any.
    </p>
  </>
);

const accessibility = (settings: PortalSettings): VNode => (
  <>
    <p>
      The portal is built to meet the Web Content Accessibility Guidelines (WCAG) 2.2, level AA. It works with
      the keyboard alone, with screen readers, at high magnification, on phones, and without scripts.
    </p>
    <p>
      You are signed out after {minutes(settings.sessionIdleMs)} without activity. The page warns you before
      and lets you go on; if scripts are off it cannot warn, and after signing in again you are led back to
      where you were.
    </p>
    <p>If something keeps you from using a page, please say so: {settings.supportText}</p>
  </>
);

const contact = (settings: PortalSettings): VNode => (
  <>
    <p>{settings.supportText}</p>
    <p>
      For your {settings.idIssuer} record: external users (providers) go to{' '}
      <a href={settings.externalAccountUrl}>the account page for external users</a>; state and local
      government employees go to{' '}
      <a href={settings.governmentAccountUrl}>the account page for government employees</a>.
    </p>
    <p>Never send a password or a patient's data in a message.</p>
  </>
);

const systemRequirements = (): VNode => (
  <>
    <h2>For this portal</h2>
    <ul class="usa-list">
      <li>A current version of any browser. Cookies must be allowed for this site; scripts may be off.</li>
    </ul>
    <h2>For file transfer</h2>
    <ul class="usa-list">
      <li>
        An SFTP client (SSH file transfer protocol, not FTP or FTPS), such as OpenSSH, WinSCP, FileZilla, lftp
        or PuTTY's psftp, in a current version: outdated SSH algorithms are refused.
      </li>
      <li>
        A network that allows outgoing connections to the host and port shown on your SFTP account page.
      </li>
    </ul>
  </>
);

const reportFraud = (settings: PortalSettings): VNode => (
  <>
    <p>
      If you think that someone else knows your password, change it at once: it ends every other session of
      yours, and SFTP refuses the old password.
    </p>
    <p>
      Then report it, and anything else that looks like misuse of accounts or claims: {settings.supportText}
    </p>
  </>
);

/** Linked beside the words of help in the footer. */
export const helpPage: InformationPage = { path: paths.help, title: 'Help', body: helpBody };

/** In the published order of the model gateway's footer. */
export const footerPages: readonly InformationPage[] = [
  { path: '/about', title: 'About', body: about },
  { path: '/legal', title: 'Legal', body: legal },
  { path: '/privacy', title: 'Privacy', body: privacy },
  { path: '/accessibility', title: 'Accessibility', body: accessibility },
  { path: paths.contact, title: 'Contact Us', body: contact },
  { path: paths.systemRequirements, title: 'System Requirements', body: systemRequirements },
  { path: '/report-fraud', title: 'Report Fraud', body: reportFraud },
];

/** @returns such as `15 minutes` */
export function minutes(durationMs: number): string {
  const count = Math.max(1, Math.round(durationMs / 60_000));
  return count === 1 ? '1 minute' : `${count} minutes`;
}
