// What a page about an answer says to someone who may not receive it.

import type { FastifyReply } from 'fastify';
import { Alert } from './alert.tsx';
import { Layout, sendPage } from './layout.tsx';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';

/** Sends the page that says which right is missing, and who can give it. */
export function sendNotReceived(
  settings: PortalSettings,
  reply: FastifyReply,
  input: { readonly viewer: Viewer },
): FastifyReply {
  const page = (
    <Layout settings={settings} viewer={input.viewer} path={paths.findings} title="Not for you to receive">
      <Alert kind="info" heading="You may not receive this acknowledgment">
        Your transactions do not include receiving it. The office administrator of your trading partner can
        change that under Manage Transaction for User.
      </Alert>
    </Layout>
  );
  return sendPage(reply, { status: 403, page });
}
