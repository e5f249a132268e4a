// The pages about transmissions: list, CSV, one transmission, its findings, its answers. Everything is asked for by the
// viewer's own trading partner; the id of another's transmission reads like one that there is none of.

import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { parseTransmissionId } from '../domain/ids.ts';
import { readAuditRecords } from '../storage/audit-trail.ts';
import {
  countFindings,
  listAnswerFiles,
  readAnsweredInterchanges,
  readFindings,
} from '../storage/transmission-answer.ts';
import {
  findListedTransmission,
  type ListedTransmission,
  searchTransmissions,
} from '../storage/transmission-search.ts';
import { readAnswerRights } from '../storage/transmission-view.ts';
import { listUsers } from '../storage/user-store.ts';
import { recordView } from '../storage/view-audit.ts';
import { AnswerPage } from './answer-page.tsx';
import { sendErrorPage } from './error-page.tsx';
import { readExcerpts } from './excerpts.ts';
import { FindingsPage } from './findings-page.tsx';
import { readFields } from './form.ts';
import { type PartnerPageRequest, partnerPage } from './form-guard.ts';
import { sendPage } from './layout.tsx';
import { answerBytesMax, findingPageSize, listPageSize } from './limits.ts';
import { sendNotReceived } from './not-received.tsx';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import { csvOfTransmissions } from './transmission-csv.ts';
import { readFilter } from './transmission-filter.ts';
import { TransmissionListPage } from './transmission-list-page.tsx';
import { TransmissionPage } from './transmission-page.tsx';

export function registerTransmissions(app: FastifyInstance, context: PortalContext): void {
  const { settings } = context;
  app.get(
    paths.transmissions,
    partnerPage(context, (page) => showList(context, page)),
  );
  app.get(
    paths.transmissionsCsv,
    partnerPage(context, (page) => sendCsv(context, page)),
  );
  for (const [path, show] of [
    [paths.transmission, showTransmission],
    [paths.findings, showFindings],
    [paths.answerFile, showAnswer],
  ] as const) {
    app.get(
      path,
      partnerPage(context, async (page) => {
        const listed = await findNamed(context, page);
        if (listed === undefined)
          return sendErrorPage(settings, page.reply, { status: 404, viewer: page.viewer });
        return show(context, page, listed);
      }),
    );
  }
}

async function showList(context: PortalContext, page: PartnerPageRequest): Promise<FastifyReply> {
  const { database, settings } = context;
  const { viewer, partner, request, reply } = page;
  const { texts, filter, after, errors } = readFilter(readFields(request.query), settings);
  const found = await searchTransmissions(database, {
    viewer: page.holder,
    filter,
    after,
    // One more than is shown tells whether there is a next page.
    limit: listPageSize + 1,
  });
  const listed = found.slice(0, listPageSize);
  const last = found.length > listPageSize ? listed.at(-1)?.transmission : undefined;
  const body = (
    <TransmissionListPage
      settings={settings}
      viewer={viewer}
      texts={texts}
      users={await listUsers(database, { partnerId: partner.id })}
      errors={errors}
      listed={listed}
      next={last}
      further={after !== undefined}
    />
  );
  return sendPage(reply, { status: errors.length > 0 ? 422 : 200, page: body });
}

async function sendCsv(context: PortalContext, page: PartnerPageRequest): Promise<FastifyReply> {
  const { viewer, partner, request, reply } = page;
  const { filter } = readFilter(readFields(request.query), context.settings);
  await recordView(context.database, {
    userId: viewer.user.id,
    action: 'transmission.list-export',
    subject: `partner:${partner.id}`,
    address: request.ip,
  });
  const search = { viewer: page.holder, filter };
  return reply
    .type('text/csv; charset=utf-8; header=present')
    .header('content-disposition', 'attachment; filename="transmissions.csv"')
    .send(Readable.from(csvOfTransmissions(context.database, search)));
}

/** The transmission that the address names; undefined when the viewer's partner has none of this id. */
async function findNamed(
  context: PortalContext,
  { request, holder }: PartnerPageRequest,
): Promise<ListedTransmission | undefined> {
  const id = parseTransmissionId(readFields(request.params)('id'));
  if (id.kind === 'invalid') return undefined;
  return findListedTransmission(context.database, { viewer: holder, id: id.id });
}

async function showTransmission(
  context: PortalContext,
  { viewer, reply }: PartnerPageRequest,
  listed: ListedTransmission,
): Promise<FastifyReply> {
  const { database, settings } = context;
  const { id } = listed.transmission;
  const body = (
    <TransmissionPage
      settings={settings}
      viewer={viewer}
      listed={listed}
      records={await readAuditRecords(database, { limit: 100, subject: `transmission:${id}` })}
      files={await listAnswerFiles(database, id)}
    />
  );
  return sendPage(reply, { status: 200, page: body });
}

async function showFindings(
  context: PortalContext,
  { viewer, holder, request, reply }: PartnerPageRequest,
  listed: ListedTransmission,
): Promise<FastifyReply> {
  const { database, settings, files } = context;
  const { id } = listed.transmission;
  if (!(await readAnswerRights(database, holder)).findings)
    return sendNotReceived(settings, reply, { viewer });
  const count = await countFindings(database, id);
  const pages = Math.max(1, Math.ceil(count / findingPageSize));
  const asked = Number(readFields(request.query)('page'));
  const page = Number.isInteger(asked) && asked >= 1 ? Math.min(asked, pages) : 1;
  const findings = await readFindings(database, {
    id,
    offset: (page - 1) * findingPageSize,
    limit: findingPageSize,
  });
  // Findings and segments tell of patients: the view is on record before anything is shown.
  await recordView(database, {
    userId: viewer.user.id,
    action: 'transmission.view',
    subject: `transmission:${id}`,
    address: request.ip,
    detail: { page, findings: findings.length },
  });
  const excerpts =
    findings.length === 0
      ? ({ kind: 'read', of: () => undefined } as const)
      : await readExcerpts(files, { id, findings });
  const body = (
    <FindingsPage
      settings={settings}
      viewer={viewer}
      listed={listed}
      interchanges={await readAnsweredInterchanges(database, id)}
      findings={findings}
      excerpts={excerpts}
      count={count}
      page={page}
    />
  );
  return sendPage(reply, { status: 200, page: body });
}

async function showAnswer(
  context: PortalContext,
  { viewer, holder, request, reply }: PartnerPageRequest,
  listed: ListedTransmission,
): Promise<FastifyReply> {
  const { database, settings, files } = context;
  const { id, userId } = listed.transmission;
  const ordinal = Number(readFields(request.params)('ordinal'));
  const file = (await listAnswerFiles(database, id))[ordinal - 1];
  if (file === undefined) return sendErrorPage(settings, reply, { status: 404, viewer });
  const rights = await readAnswerRights(database, holder);
  if (!rights.mayRead({ kinds: file.kinds, ownTransmission: userId === viewer.user.id }))
    return sendNotReceived(settings, reply, { viewer });
  await recordView(database, {
    userId: viewer.user.id,
    action: 'answer.view',
    subject: `transmission:${id}`,
    address: request.ip,
    detail: { answer: file.name },
  });
  const content = await files.readAnswer(file.id, { maxBytes: answerBytesMax });
  const body = (
    <AnswerPage settings={settings} viewer={viewer} listed={listed} file={file} content={content} />
  );
  return sendPage(reply, { status: 200, page: body });
}
