// The help page: what a partner needs to know that has no page of an agency's own yet. Its sections are where the
// configuration's default links lead, until the operator names the agency's pages.

import type { VNode } from 'preact';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';

/** The page's content, below its title. */
export function helpBody(settings: PortalSettings): VNode {
  return (
    <>
      <SftpSteps settings={settings} />
      <TradingPartners settings={settings} />
      <section aria-labelledby="accounts">
        <h2 id="accounts">Your {settings.idIssuer}</h2>
        <p>
          Your {settings.idIssuer} is the user id that you sign in with here. If you have none,{' '}
          <a href={paths.register}>register</a>. If you have forgotten it or its password, or it is locked,{' '}
          <a href={paths.recover}>get back in</a>; a lock also ends by itself at the time that the page names.
          If you may no longer sign in: {settings.supportText}
        </p>
        <p>
          When you are signed in, <a href={paths.password}>change your password</a> there.
        </p>
      </section>
    </>
  );
}

function SftpSteps(props: { readonly settings: PortalSettings }) {
  const { siteName, idIssuer } = props.settings;
  return (
    <section aria-labelledby="sftp">
      <h2 id="sftp">Before you use SFTP</h2>
      <p>
        SFTP Account Setup/Update is needed when your {idIssuer} is new to SFTP file transfer, and again after
        each change of your {idIssuer} password.
      </p>
      <ol class="usa-list">
        <li>
          <a href={paths.signIn}>Sign in to the {siteName} Secure Portal</a>.
        </li>
        <li>In the menu, under Trading Partner, choose SFTP Account Setup/Update.</li>
        <li>Enter your password, read the statement, check its box, and press Setup or Update.</li>
        <li>
          The page then shows host, port and host key fingerprints, and command lines for common SFTP tools.
        </li>
      </ol>
      <p>
        Until this is done, SFTP refuses you without saying why. The same page shows the status of your SFTP
        account.
      </p>
    </section>
  );
}

function TradingPartners(props: { readonly settings: PortalSettings }) {
  return (
    <section aria-labelledby="trading-partners">
      <h2 id="trading-partners">Trading partner information</h2>
      <p>Over SFTP you see two folders:</p>
      <ul class="usa-list">
        <li>
          <strong>/inbound</strong>: put your X12 claim files (837) here. A name that begins with a dot, or
          ends in .tmp, .temp, .part, .partial, .filepart or .crdownload, counts as unfinished until you
          rename the file.
        </li>
        <li>
          <strong>/outbound</strong>: fetch the acknowledgments here: a 999 for each functional group, and a
          TA1 for an interchange where one is due.
        </li>
      </ul>
      <p>
        Each person has a user of their own; all users of a trading partner share its folders. To become a
        trading partner, or to add users: {props.settings.supportText}
      </p>
    </section>
  );
}
