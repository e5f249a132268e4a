// The home of people who are signed in: who they are, and how their SFTP account stands.

import type { FastifyInstance } from 'fastify';
import { AccountFacts, type AccountView } from './account-status.tsx';
import { signedInPage } from './form-guard.ts';
import { Layout, sendPage } from './layout.tsx';
import { NoPartner } from './no-partner.tsx';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';
import { readAccountView } from './sftp-account-routes.tsx';

export function registerHome(app: FastifyInstance, context: PortalContext): void {
  app.get(
    paths.home,
    signedInPage(context, async ({ viewer, reply }) => {
      const view = await readAccountView(context, viewer);
      return sendPage(reply, {
        status: 200,
        page: <HomePage settings={context.settings} viewer={viewer} view={view} />,
      });
    }),
  );
}

function HomePage(props: {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly view: AccountView;
}) {
  const { settings, viewer, view } = props;
  const { user, partner } = viewer;
  if (partner === undefined) return <PartnerlessHome settings={settings} viewer={viewer} />;
  return (
    <Layout settings={settings} viewer={viewer} path={paths.home} title={`Welcome, ${user.firstName}`}>
      <section class="cg-panel" aria-labelledby="sftp-status">
        <h2 class="cg-panel__heading" id="sftp-status">
          SFTP ACCOUNT
        </h2>
        <div class="cg-panel__body">
          <AccountFacts view={view} settings={settings} />
          <p>
            <a class="usa-button" href={paths.sftpAccount}>
              SFTP Account Setup/Update
            </a>
          </p>
        </div>
      </section>
      <section class="cg-panel" aria-labelledby="trading-partner">
        <h2 class="cg-panel__heading" id="trading-partner">
          TRADING PARTNER
        </h2>
        <div class="cg-panel__body">
          <dl class="cg-facts">
            <dt>Name</dt>
            <dd>{partner.name}</dd>
            <dt>Submitter ID (TSN)</dt>
            <dd>{partner.submitterId}</dd>
            <dt>You</dt>
            <dd>
              {user.firstName} {user.lastName} ({user.id})
            </dd>
          </dl>
        </div>
      </section>
    </Layout>
  );
}

/** The home of a user who has registered and was not added to a trading partner yet. */
function PartnerlessHome(props: { readonly settings: PortalSettings; readonly viewer: Viewer }) {
  const { settings, viewer } = props;
  const { user } = viewer;
  return (
    <Layout settings={settings} viewer={viewer} path={paths.home} title={`Welcome, ${user.firstName}`}>
      <NoPartner settings={settings} />
      <section class="cg-panel" aria-labelledby="you">
        <h2 class="cg-panel__heading" id="you">
          YOU
        </h2>
        <div class="cg-panel__body">
          <dl class="cg-facts">
            <dt>Name</dt>
            <dd>
              {user.firstName} {user.lastName}
            </dd>
            <dt>User ID ({settings.idIssuer})</dt>
            <dd>{user.id}</dd>
            <dt>E-mail address</dt>
            <dd>{user.email}</dd>
          </dl>
        </div>
      </section>
    </Layout>
  );
}
