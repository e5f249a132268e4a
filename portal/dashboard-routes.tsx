// The pages of those who run the gateway. Who has not the role is told that there is no such page: it is given by the
// command alone (`claimgate role add USER administrator`), and no visitor becomes an administrator here.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parsePartnerId, parseTransmissionId } from '../domain/ids.ts';
import type { Verdict } from '../domain/transmission.ts';
import {
  countByRule,
  findTransmission,
  listOfPartner,
  listStanding,
  type StandingList,
} from '../storage/administrator-list.ts';
import { readAuditRecords } from '../storage/audit-trail.ts';
import { findOpening, openContent } from '../storage/content-opening.ts';
import { storedPartnerId } from '../storage/partner-store.ts';
import type { Transmission } from '../storage/transmission-store.ts';
import { recordView } from '../storage/view-audit.ts';
import { AdministeredPage, ContentPage, openingMinutes } from './administered-page.tsx';
import { whyNotConfirmed } from './confirmation.ts';
import { createDashboard, type DashboardData, parseRange, type RangeName } from './dashboard-data.ts';
import { DashboardPage } from './dashboard-page.tsx';
import { sendErrorPage } from './error-page.tsx';
import { type FieldError, type Fields, readFields } from './form.ts';
import { type PageRequest, signedInForm, signedInPage } from './form-guard.ts';
import { sendPage } from './layout.tsx';
import { administratorListMax, openingReasonMax, openingReasonMin, shownContentBytesMax } from './limits.ts';
import { pathOfAdministered, pathOfContent, paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import { StandingPage, standingTitles } from './standing-page.tsx';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

export function registerDashboard(app: FastifyInstance, context: PortalContext): void {
  const page = (handle: (page: PageRequest) => Promise<FastifyReply>): Handler =>
    signedInPage(context, async (page) =>
      page.viewer.administrator ? handle(page) : notThere(context, page),
    );
  const read = createDashboard(context);
  app.get(
    paths.dashboard,
    page((page) => showDashboard(context, page, read)),
  );
  app.get(
    paths.administratorList,
    page((page) => showList(context, page)),
  );
  app.get(
    paths.administered,
    page((page) => withNamed(context, page, (transmission) => show(context, page, { transmission }))),
  );
  app.get(
    paths.administeredContent,
    page((page) => withNamed(context, page, (transmission) => showContent(context, page, transmission))),
  );
  app.post(
    paths.administered,
    signedInForm(context, async (page) => {
      if (!page.viewer.administrator) return notThere(context, page);
      return withNamed(context, page, async (transmission) => {
        const back = pathOfAdministered(transmission.id);
        return whyNotConfirmed(context, page, back) ?? open(context, page, transmission);
      });
    }),
  );
}

const notThere = ({ settings }: PortalContext, { reply, viewer }: PageRequest) =>
  sendErrorPage(settings, reply, { status: 404, viewer });

async function showDashboard(
  context: PortalContext,
  { viewer, request, reply }: PageRequest,
  read: (range: RangeName) => Promise<DashboardData>,
): Promise<FastifyReply> {
  const range = parseRange(readFields(request.query)('range'));
  const data = await read(range);
  const { settings } = context;
  return sendPage(reply, {
    status: 200,
    page: <DashboardPage settings={settings} viewer={viewer} data={data} nowMs={context.now()} />,
  });
}

async function showList(context: PortalContext, page: PageRequest): Promise<FastifyReply> {
  const { database, settings } = context;
  const { viewer, request, reply } = page;
  const fields = readFields(request.query);
  const limit = administratorListMax;
  const list = standingOf(fields('state'));
  const send = (title: string, found: readonly Transmission[]) =>
    sendPage(reply, {
      status: 200,
      page: <StandingPage settings={settings} viewer={viewer} title={title} found={found} limit={limit} />,
    });
  if (list !== undefined) return send(standingTitles[list], await listStanding(database, { list, limit }));
  const partner = parsePartnerId(fields('partner'));
  if (partner.kind === 'invalid') return notThere(context, page);
  const verdict: Verdict | undefined = fields('verdict') === 'rejected' ? 'rejected' : undefined;
  const found = await listOfPartner(database, { partnerId: partner.id, verdict, limit });
  return send(`Files of ${partner.id}`, found);
}

function standingOf(text: string): StandingList | undefined {
  return (Object.keys(standingTitles) as StandingList[]).find((name) => name === text);
}

async function withNamed(
  context: PortalContext,
  page: PageRequest,
  handle: (transmission: Transmission) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const id = parseTransmissionId(readFields(page.request.params)('id'));
  const found = id.kind === 'invalid' ? undefined : await findTransmission(context.database, id.id);
  return found === undefined ? notThere(context, page) : handle(found);
}

async function show(
  { database, settings }: PortalContext,
  { viewer, reply }: PageRequest,
  input: {
    readonly transmission: Transmission;
    readonly reason?: string;
    readonly errors?: readonly FieldError[];
  },
): Promise<FastifyReply> {
  const { transmission, reason = '', errors = [] } = input;
  const { id } = transmission;
  const body = (
    <AdministeredPage
      settings={settings}
      viewer={viewer}
      transmission={transmission}
      rules={await countByRule(database, id)}
      records={await readAuditRecords(database, { limit: 100, subject: `transmission:${id}` })}
      opening={await findOpening(database, { userId: viewer.user.id, transmissionId: id })}
      reason={reason}
      errors={errors}
    />
  );
  return sendPage(reply, { status: errors.length > 0 ? 422 : 200, page: body });
}

async function open(
  context: PortalContext,
  page: PageRequest & { readonly fields: Fields },
  transmission: Transmission,
): Promise<FastifyReply> {
  const { viewer, request, reply, fields } = page;
  const reason = fields('reason').trim().replace(/\s+/g, ' ');
  const minutes = openingMinutes.find((known) => String(known) === fields('minutes'));
  if (reason.length < openingReasonMin || reason.length > openingReasonMax || minutes === undefined) {
    const text = `Say in ${openingReasonMin} to ${openingReasonMax} characters why you must see it.`;
    return show(context, page, { transmission, reason, errors: [{ field: 'reason', text }] });
  }
  await openContent(context.database, {
    userId: viewer.user.id,
    transmissionId: transmission.id,
    partnerId: storedPartnerId(transmission.partnerId),
    reason,
    durationMs: minutes * 60_000,
    address: request.ip,
  });
  return reply.redirect(pathOfContent(transmission.id), 303);
}

async function showContent(
  context: PortalContext,
  page: PageRequest,
  transmission: Transmission,
): Promise<FastifyReply> {
  const { database, settings, files } = context;
  const { viewer, request, reply } = page;
  const { id } = transmission;
  const opening = await findOpening(database, { userId: viewer.user.id, transmissionId: id });
  if (opening === undefined) return reply.redirect(pathOfAdministered(id), 303);
  // Before the content leaves: a look that could not be recorded is none.
  await recordView(database, {
    userId: viewer.user.id,
    action: 'content.view',
    subject: `transmission:${id}`,
    address: request.ip,
  });
  const blocks: Buffer[] = [];
  const outcome = await files.walkOriginal(id, {
    maxBytes: shownContentBytesMax,
    onBlock: (block) => blocks.push(Buffer.from(block)),
  });
  const text = outcome.kind === 'read' ? Buffer.concat(blocks).toString('latin1') : undefined;
  const why = whyNotShown[outcome.kind];
  return sendPage(reply, {
    status: 200,
    page: (
      <ContentPage
        settings={settings}
        viewer={viewer}
        transmission={transmission}
        opening={opening}
        text={text}
        why={why}
      />
    ),
  });
}

const whyNotShown = {
  read: '',
  altered: 'The file on the disk is not the one that was received, so it is not shown.',
  missing: 'The file is not there: it is not whole yet, or it was removed after its time.',
  'too-large': 'The file is too large for a page. It stands below originals/ in the data directory.',
} as const;
