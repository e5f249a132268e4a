// What a page of a trading partner says to someone who belongs to none.

import type { FastifyReply } from 'fastify';
import { Alert } from './alert.tsx';
import { Layout, sendPage } from './layout.tsx';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';

/** Why there is nothing to do yet, and who can change that. */
export function NoPartner(props: { readonly settings: Pick<PortalSettings, 'idIssuer' | 'supportText'> }) {
  return (
    <Alert kind="info" heading="You belong to no trading partner yet">
      Your {props.settings.idIssuer} works, but file transfer belongs to trading partners. Ask the office
      administrator of your trading partner to add you by your User ID. If your organization is no trading
      partner yet: {props.settings.supportText}
    </Alert>
  );
}

/** Sends that as a page of its own, in place of a page about a trading partner's files. */
export function sendNoPartner(
  settings: PortalSettings,
  reply: FastifyReply,
  input: { readonly viewer: Viewer },
): FastifyReply {
  const page = (
    <Layout settings={settings} viewer={input.viewer} path="" title="For trading partners">
      <NoPartner settings={settings} />
    </Layout>
  );
  return sendPage(reply, { status: 403, page });
}
