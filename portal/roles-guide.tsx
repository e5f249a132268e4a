// Trading Partner User Role Assignment Process: who may do what, and how someone gets to.

import { receiveTransactions, sendTransactions } from '../domain/right.ts';
import type { PortalSettings } from './portal-settings.ts';

export function RolesGuide({ settings }: { readonly settings: PortalSettings }) {
  const { idIssuer } = settings;
  return (
    <>
      <h2>Roles</h2>
      <dl class="cg-facts">
        <dt>Office administrator</dt>
        <dd>Invites, names and removes users of every role, and manages everyone's transactions</dd>
        <dt>User administrator</dt>
        <dd>Invites and removes general users, and manages their transactions</dd>
        <dt>General user</dt>
        <dd>Sends and receives the transactions that were assigned, and keeps the own account</dd>
      </dl>
      <h2>How someone gets a role</h2>
      <ol class="usa-list">
        <li>Each person gets an {idIssuer} of their own. It is never shared.</li>
        <li>An office administrator or user administrator of the trading partner invites the person.</li>
        <li>The person accepts the invitation from the e-mail, signed in with the own {idIssuer}.</li>
        <li>An administrator assigns transactions under Trading Partner, Manage Transaction for User.</li>
        <li>For SFTP the person does SFTP Account Setup/Update.</li>
      </ol>
      <h2>Transactions</h2>
      <p>Each is assigned by itself, to send or to receive:</p>
      <dl class="cg-facts">
        <dt>Send</dt>
        <dd>{sendTransactions.join(', ')}</dd>
        <dt>Receive</dt>
        <dd>{receiveTransactions.join(', ')}</dd>
      </dl>
      <p>
        The first office administrator of a trading partner is named by the support desk:{' '}
        {settings.supportText}
      </p>
    </>
  );
}
