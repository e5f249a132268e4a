// The pages for everyone: the public home, what the footer names, and the sign of life.

import type { FastifyInstance } from 'fastify';
import { footerPages, helpPage } from './information-pages.tsx';
import { Layout, sendPage } from './layout.tsx';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import type { PortalSettings } from './portal-settings.ts';

export function registerPublicPages(app: FastifyInstance, context: PortalContext): void {
  const { settings } = context;
  app.get(paths.public, async (_request, reply) =>
    sendPage(reply, { status: 200, page: <PublicHome settings={settings} /> }),
  );
  for (const { path, title, body } of [helpPage, ...footerPages]) {
    app.get(path, async (_request, reply) => {
      const page = (
        <Layout settings={settings} path={path} title={title}>
          {body(settings)}
        </Layout>
      );
      return sendPage(reply, { status: 200, page });
    });
  }
  // Liveness only: whether the database answers is another question, and restarting the portal would not help it.
  app.get(paths.health, async (_request, reply) => reply.type('text/plain; charset=utf-8').send('ok\n'));
}

function PublicHome(props: { readonly settings: PortalSettings }) {
  const { settings } = props;
  return (
    <Layout settings={settings} path={paths.public} title={`Welcome to ${settings.siteName}`}>
      <p class="usa-intro">
        Secure file transfer for the health care trading partners of {settings.agencyName}: send claims, fetch
        acknowledgments.
      </p>
      <p>
        <a class="usa-button usa-button--big" href={paths.signIn}>
          {settings.siteName} Secure Portal
        </a>
      </p>
      <section class="usa-summary-box" aria-labelledby="additional-step">
        <div class="usa-summary-box__body">
          <h2 class="usa-summary-box__heading" id="additional-step">
            Additional step for SFTP users
          </h2>
          <div class="usa-summary-box__text">
            <p>Do SFTP Account Setup/Update in the secure portal before you use SFTP:</p>
            <ul class="usa-list">
              <li>if your {settings.idIssuer} is new to SFTP file transfer, or</li>
              <li>each time after you change your {settings.idIssuer} password.</li>
            </ul>
          </div>
        </div>
      </section>
      <p>
        For companion guides and the connectivity guide, see the{' '}
        <a href={settings.tradingPartnerInformationUrl}>
          {settings.siteName} Trading Partner Information Page
        </a>
        .
      </p>
    </Layout>
  );
}
