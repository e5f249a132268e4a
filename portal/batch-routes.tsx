// Batch Transfer: takes files, shows receipts, gives files. The road of the bytes is in batch-upload.ts and
// outbound-download.ts.

import fastifyMultipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { render } from 'preact-render-to-string';
import { sameText } from '../auth/password-hasher.ts';
import { parseTransmissionId } from '../domain/ids.ts';
import type { Mailbox } from '../domain/mailbox.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import { findOutboundFile, listOutbound, type OutboundPosition } from '../storage/outbound-list.ts';
import { findListedTransmission, type ListedTransmission } from '../storage/transmission-search.ts';
import { readAnswerRights } from '../storage/transmission-view.ts';
import { BatchPage, type ShownOutboundFile } from './batch-page.tsx';
import { takeUploads, type UploadOutcome } from './batch-upload.ts';
import { sendErrorPage } from './error-page.tsx';
import { type FieldError, formTokenField, readFields } from './form.ts';
import { type PartnerPageRequest, partnerForm, partnerPage } from './form-guard.ts';
import { sendPage } from './layout.tsx';
import { outboundPageSize, uploadFilesMax, uploadIdleMs, uploadTimeoutMs } from './limits.ts';
import { attachmentHeader, openOutbound, streamOf, zipOf } from './outbound-download.ts';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import { ReceiptPage, ReceiptState } from './receipt-page.tsx';
import { stateWords, verdictWords } from './transmission-words.ts';

export function registerBatchTransfer(app: FastifyInstance, context: PortalContext): void {
  app.get(
    paths.batchTransfer,
    partnerPage(context, (page) => show(context, page, { status: 200, errors: [], received: [] })),
  );
  // Only this one form may be multipart; everywhere else it is refused unread.
  app.register((uploads, _options, done) => {
    uploads.register(fastifyMultipart, {
      throwFileSizeLimit: false,
      limits: {
        fileSize: context.settings.maxFileBytes,
        files: uploadFilesMax,
        fields: 2,
        fieldSize: 1024,
        parts: uploadFilesMax + 2,
        headerPairs: 20,
      },
    });
    uploads.post(
      paths.batchTransfer,
      { config: { bodyTimeoutMs: uploadTimeoutMs } },
      partnerPage(context, (page) => receive(context, page)),
    );
    done();
  });
  app.get(
    paths.batchReceipt,
    partnerPage(context, (page) => showReceipt(context, page)),
  );
  app.get(
    paths.batchState,
    partnerPage(context, (page) => sendStates(context, page)),
  );
  app.get(
    paths.outboundFile,
    partnerPage(context, (page) => sendFile(context, page)),
  );
  app.post(
    paths.outboundZip,
    partnerForm(context, (page) => sendZip(context, page)),
  );
}

function openMailbox(context: PortalContext, { partner, viewer }: PartnerPageRequest): Promise<Mailbox> {
  return context.mailboxes.open({ partnerId: partner.id, userId: viewer.user.id, source: 'portal' });
}

async function receive(context: PortalContext, page: PartnerPageRequest): Promise<FastifyReply> {
  const { request, reply, viewer } = page;
  if (!request.isMultipart()) return sendErrorPage(context.settings, reply, { status: 415, viewer });
  cutWhenIdle(request);
  const parts = request.parts()[Symbol.asyncIterator]();
  const token = await parts.next();
  if (!isToken(token.value, viewer.session.csrfToken))
    return sendErrorPage(context.settings, reply, { status: 403, viewer });
  const outcomes = await takeUploads({
    mailbox: await openMailbox(context, page),
    parts,
    isWhole: () => request.raw.complete,
  });
  return answerUpload(context, page, outcomes);
}

/** The form's token, which must be its first part: nothing is taken before it. */
function isToken(part: unknown, expected: string): boolean {
  if (typeof part !== 'object' || part === null || !('value' in part) || !('fieldname' in part)) return false;
  return (
    part.fieldname === formTokenField && typeof part.value === 'string' && sameText(part.value, expected)
  );
}

/** A sender that has gone without saying so is let go, and its upload kept as interrupted. */
function cutWhenIdle(request: FastifyRequest): void {
  const { socket } = request.raw;
  const cut = () => socket.destroy();
  socket.setTimeout(uploadIdleMs, cut);
  request.raw.once('close', () => {
    socket.setTimeout(0);
    socket.off('timeout', cut);
  });
}

async function answerUpload(
  context: PortalContext,
  page: PartnerPageRequest,
  outcomes: readonly UploadOutcome[],
): Promise<FastifyReply> {
  const { request, reply } = page;
  const received = outcomes.flatMap((one) =>
    one.kind === 'received' ? [{ id: one.id, name: one.name }] : [],
  );
  const refused = outcomes.flatMap((one) =>
    one.kind === 'refused' ? [{ name: one.name, why: one.why }] : [],
  );
  // The page's script asks for the outcome as data; without script the browser shows a page.
  if (request.headers.accept === 'application/json')
    return reply.status(refused.length === 0 ? 200 : 422).send({ received, refused });
  if (outcomes.length === 0)
    return show(context, page, {
      status: 422,
      errors: [{ field: 'files', text: 'Choose at least one file.' }],
      received,
    });
  if (refused.length > 0) {
    const errors = refused.map(({ name, why }) => ({ field: 'files', text: `${name}: ${why}` }));
    return show(context, page, { status: 422, errors, received });
  }
  return reply.redirect(`${paths.batchReceipt}?t=${received.map(({ id }) => id).join('.')}`, 303);
}

async function show(
  context: PortalContext,
  page: PartnerPageRequest,
  input: {
    readonly status: number;
    readonly errors: readonly FieldError[];
    readonly received: readonly { readonly id: string; readonly name: string }[];
  },
): Promise<FastifyReply> {
  const { partner, holder, viewer, request, reply } = page;
  const after = readPosition(readFields(request.query)('after'));
  const limit = outboundPageSize + 1;
  const found = await listOutbound(context.database, { partnerId: partner.id, after, limit });
  const shown = found.slice(0, outboundPageSize);
  const mailbox = await openMailbox(context, page);
  const { everything } = await readAnswerRights(context.database, holder);
  const files: ShownOutboundFile[] = [];
  for (const file of shown) {
    const stat = await mailbox.stat({ kind: 'entry', folder: 'outbound', name: file.name });
    // What the user may not have reads as missing (mailbox-view.ts); what was removed is told to who may have anything.
    if (stat.kind === 'ok' || everything) files.push({ ...file, there: stat.kind === 'ok' });
  }
  const body = (
    <BatchPage
      settings={context.settings}
      viewer={viewer}
      errors={input.errors}
      received={input.received}
      files={files}
      next={found.length > outboundPageSize ? shown.at(-1) : undefined}
      further={after !== undefined}
    />
  );
  return sendPage(reply, { status: input.status, page: body });
}

function readPosition(text: string): OutboundPosition | undefined {
  const [, publishedAt = '', id = ''] = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(text) ?? [];
  return id === '' ? undefined : { publishedAtMs: Number(publishedAt), id };
}

/** The transmissions that a receipt's address names, as far as the viewer's partner has them. */
async function findReceipts(
  context: PortalContext,
  { request, holder }: PartnerPageRequest,
): Promise<readonly ListedTransmission[]> {
  const ids = readFields(request.query)('t')
    .split('.')
    .slice(0, 5 * uploadFilesMax);
  const found: ListedTransmission[] = [];
  for (const text of ids) {
    const id = parseTransmissionId(text);
    if (id.kind === 'invalid') continue;
    const listed = await findListedTransmission(context.database, { viewer: holder, id: id.id });
    if (listed !== undefined) found.push(listed);
  }
  return found;
}

async function showReceipt(context: PortalContext, page: PartnerPageRequest): Promise<FastifyReply> {
  const { settings } = context;
  const { viewer, reply } = page;
  const listed = await findReceipts(context, page);
  if (listed.length === 0) return sendErrorPage(settings, reply, { status: 404, viewer });
  return sendPage(reply, {
    status: 200,
    page: <ReceiptPage settings={settings} viewer={viewer} listed={listed} />,
  });
}

async function sendStates(context: PortalContext, page: PartnerPageRequest): Promise<FastifyReply> {
  const listed = await findReceipts(context, page);
  return page.reply.send(
    listed.map((one) => {
      const { id, name, state, verdict } = one.transmission;
      const word = verdict === undefined ? stateWords[state].word : verdictWords[verdict].word;
      const final = !['receiving', 'received', 'processing'].includes(state) && one.release !== 'due';
      return { id, final, text: `${name}: ${word}.`, html: render(<ReceiptState listed={one} />) };
    }),
  );
}

async function sendFile(context: PortalContext, page: PartnerPageRequest): Promise<FastifyReply> {
  const { request, reply, partner, viewer } = page;
  const id = readFields(request.params)('id');
  const name = await findOutboundFile(context.database, { partnerId: partner.id, id });
  const file = name === undefined ? undefined : await openOutbound(await openMailbox(context, page), name);
  if (name === undefined || file === undefined)
    return sendErrorPage(context.settings, reply, { status: 404, viewer });
  const { sizeBytes } = await file.attributes();
  return reply
    .type('application/octet-stream')
    .header('content-length', sizeBytes)
    .header('content-disposition', attachmentHeader(name))
    .send(streamOf(file));
}

async function sendZip(context: PortalContext, page: PartnerPageRequest): Promise<FastifyReply> {
  const { request, reply, partner } = page;
  const body = typeof request.body === 'object' && request.body !== null ? Object.keys(request.body) : [];
  const ids = body
    .flatMap((field) => /^file-([0-9a-f-]{36})$/.exec(field)?.[1] ?? [])
    .slice(0, outboundPageSize);
  const mailbox = await openMailbox(context, page);
  const names: EntryName[] = [];
  for (const id of ids) {
    const name = await findOutboundFile(context.database, { partnerId: partner.id, id });
    if (name === undefined) continue;
    const stat = await mailbox.stat({ kind: 'entry', folder: 'outbound', name });
    if (stat.kind === 'ok') names.push(name);
  }
  if (names.length === 0) {
    const errors = [{ field: 'fetch-list', text: 'Choose at least one file that is still there.' }];
    return show(context, page, { status: 422, errors, received: [] });
  }
  return reply
    .type('application/zip')
    .header('content-disposition', attachmentHeader(`${partner.id}-outbound.zip`))
    .send(zipOf(mailbox, names));
}
