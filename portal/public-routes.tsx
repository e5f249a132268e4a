// The pages for everyone: the public home, the documents, what the footer names, and the sign of life.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { readPartnerProfile } from '../storage/partner-profile-store.ts';
import { CompanionGuide } from './companion-guide.tsx';
import { ConnectivityGuide } from './connectivity-guide.tsx';
import { DocumentList } from './document-list.tsx';
import { companionGuides } from './documents.ts';
import { sendErrorPage } from './error-page.tsx';
import { readFields } from './form.ts';
import { footerPages, helpPage } from './information-pages.tsx';
import { Layout, sendPage } from './layout.tsx';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import { PublicHome } from './public-home.tsx';
import { RolesGuide } from './roles-guide.tsx';
import type { Viewer } from './session.ts';

export function registerPublicPages(app: FastifyInstance, context: PortalContext): void {
  const { settings } = context;
  app.get(paths.public, async (_request, reply) =>
    sendPage(reply, { status: 200, page: <PublicHome settings={settings} /> }),
  );
  for (const { path, title, body } of [helpPage, ...footerPages]) {
    app.get(path, async (_request, reply) =>
      sendPlain(context, reply, { path, title, body: body(settings) }),
    );
  }
  registerDocuments(app, context);
  // Liveness only: whether the database answers is another question, and restarting the portal would not help it.
  app.get(paths.health, async (_request, reply) => reply.type('text/plain; charset=utf-8').send('ok\n'));
}

function registerDocuments(app: FastifyInstance, context: PortalContext): void {
  const { settings } = context;
  app.get(paths.documents, async (_request, reply) =>
    sendPlain(context, reply, {
      path: paths.documents,
      title: 'Documents for trading partners',
      body: <DocumentList level="h2" />,
    }),
  );
  app.get(paths.companionGuide, async (request, reply) => {
    const key = readFields(request.params)('key');
    const guide = companionGuides.find((candidate) => candidate.key === key);
    if (guide === undefined) return sendErrorPage(settings, reply, { status: 404 });
    const viewer = await viewerOf(context, request);
    const partner = viewer?.partner;
    const exchange = context.exchangeOf(
      partner && { partner, agreed: await readPartnerProfile(context.database, partner.id) },
    );
    const body = (
      <CompanionGuide guide={guide} settings={settings} exchange={exchange} partnerName={partner?.name} />
    );
    // What is agreed with one is kept by no cache for another.
    if (viewer !== undefined) reply.header('cache-control', 'no-store');
    return sendPlain(context, reply, { path: paths.companionGuide, title: guide.title, body, viewer });
  });
  app.get(paths.connectivityGuide, async (_request, reply) =>
    sendPlain(context, reply, {
      path: paths.connectivityGuide,
      title: 'Trading Partner Connectivity Guide',
      body: <ConnectivityGuide settings={settings} connection={context.connection()} />,
    }),
  );
  app.get(paths.rolesGuide, async (_request, reply) =>
    sendPlain(context, reply, {
      path: paths.rolesGuide,
      title: 'Trading Partner User Role Assignment Process',
      body: <RolesGuide settings={settings} />,
    }),
  );
}

/** @returns who is signed in; undefined: nobody, and the page is for everyone */
async function viewerOf({ sessions }: PortalContext, request: FastifyRequest): Promise<Viewer | undefined> {
  const look = await sessions.look(request);
  return look.kind === 'signed-in' ? look.viewer : undefined;
}

function sendPlain(
  { settings }: PortalContext,
  reply: FastifyReply,
  input: {
    readonly path: string;
    readonly title: string;
    readonly body: VNode;
    readonly viewer?: Viewer | undefined;
  },
): FastifyReply {
  const page = (
    <Layout settings={settings} viewer={input.viewer} path={input.path} title={input.title}>
      {input.body}
    </Layout>
  );
  return sendPage(reply, { status: 200, page });
}
