// The public keys of one's own SFTP account. Looking is free; every change is a sensitive act.

import type { FastifyInstance, FastifyReply } from 'fastify';
import { parsePublicKey } from '../auth/public-key.ts';
import {
  addAccountKey,
  expireAccountKey,
  renameAccountKey,
  revokeAccountKey,
} from '../storage/account-key-store.ts';
import { findAccount } from '../storage/account-store.ts';
import { confirmedForm, confirmedPage } from './confirmation.ts';
import { factorName } from './enrolment.tsx';
import type { FieldError, Fields } from './form.ts';
import type { PageRequest } from './form-guard.ts';
import { sendPage } from './layout.tsx';
import { leaveNotice, takeNotice } from './notice.ts';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import { SftpKeysPage } from './sftp-keys-page.tsx';

export function registerSftpKeys(app: FastifyInstance, context: PortalContext): void {
  const back = paths.sftpKeys;
  app.get(
    back,
    confirmedPage(context, (page) => show(context, page, { status: 200, errors: [] })),
  );
  app.post(
    back,
    confirmedForm(context, back, async (page) => {
      const errors = await add(context, page);
      return errors.length === 0 ? goBack(context, page) : show(context, page, { status: 422, errors });
    }),
  );
  app.post(
    paths.sftpKeyRename,
    confirmedForm(context, back, async (page) => {
      const name = factorName(page.fields('name'));
      if (name !== undefined) await renameAccountKey(context.database, { ...changeOf(page), name });
      return goBack(context, page);
    }),
  );
  app.post(
    paths.sftpKeyExpire,
    confirmedForm(context, back, async (page) => {
      const expiry = readLastDay(page.fields('expires').trim(), context.now());
      if (expiry.kind === 'refused') {
        const errors = [{ field: 'form', text: `The last day was not changed. ${expiry.why}` }];
        return show(context, { ...page, fields: () => '' }, { status: 422, errors });
      }
      await expireAccountKey(context.database, { ...changeOf(page), expiresAtMs: expiry.atMs });
      return goBack(context, page);
    }),
  );
  app.post(
    paths.sftpKeyRevoke,
    confirmedForm(context, back, async (page) => {
      await revokeAccountKey(context.database, changeOf(page));
      return goBack(context, page);
    }),
  );
}

type FormRequest = PageRequest & { readonly fields: Fields };

const changeOf = ({ viewer, fields, request }: FormRequest) => ({
  address: request.ip,
  userId: viewer.user.id,
  fingerprint: fields('key'),
  actor: { kind: 'user', id: viewer.user.id } as const,
});

/** @returns why the key was not added; nothing when it was */
async function add(
  { database, now }: PortalContext,
  { viewer, fields, request }: FormRequest,
): Promise<readonly FieldError[]> {
  const read = parsePublicKey(fields('public-key'));
  if (read.kind === 'refused') return [{ field: 'public-key', text: read.why }];
  const expiry = readLastDay(fields('expires').trim(), now());
  if (expiry.kind === 'refused') return [{ field: 'expires', text: expiry.why }];
  const outcome = await addAccountKey(database, {
    userId: viewer.user.id,
    key: { ...read.key, comment: factorName(fields('name')) ?? read.key.comment },
    expiresAtMs: expiry.atMs,
    address: request.ip,
  });
  switch (outcome.kind) {
    case 'added':
      return [];
    case 'there-already':
      return [{ field: 'public-key', text: 'This key is registered already.' }];
    case 'too-many':
      return [{ field: 'form', text: 'You have as many keys as you can have. Revoke one first.' }];
    case 'no-account':
      return [
        { field: 'form', text: 'Your SFTP account is not set up, or was disabled. Do the setup first.' },
      ];
  }
}

const dayMs = 24 * 60 * 60 * 1000;

type LastDay =
  | { readonly kind: 'ok'; readonly atMs: number | undefined }
  | { readonly kind: 'refused'; readonly why: string };

/** @returns the end of the last day, by UTC */
function readLastDay(text: string, nowMs: number): LastDay {
  if (text === '') return { kind: 'ok', atMs: undefined };
  const startMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // Date.parse takes February 30th for March; what it prints back is then another day.
  if (Number.isNaN(startMs) || !new Date(startMs).toISOString().startsWith(text))
    return { kind: 'refused', why: 'Enter a day as YYYY-MM-DD, such as 2027-12-31, or leave it empty.' };
  if (startMs + dayMs <= nowMs) return { kind: 'refused', why: 'This day is past. Enter one to come.' };
  return { kind: 'ok', atMs: startMs + dayMs };
}

function goBack(context: PortalContext, { reply }: PageRequest): FastifyReply {
  leaveNotice(reply, 'keys-changed', context.settings.secureCookies);
  return reply.redirect(paths.sftpKeys, 303);
}

async function show(
  context: PortalContext,
  page: PageRequest & { readonly fields?: Fields },
  input: { readonly status: number; readonly errors: readonly FieldError[] },
): Promise<FastifyReply> {
  const { viewer, request, reply, fields } = page;
  const account = await findAccount(context.database, viewer.user.id);
  const body = (
    <SftpKeysPage
      settings={context.settings}
      viewer={viewer}
      keys={account?.keys ?? []}
      setUp={account !== undefined && account.status !== 'disabled'}
      nowMs={context.now()}
      notice={takeNotice(request, reply, context.settings.secureCookies)}
      typed={{
        name: fields?.('name') ?? '',
        publicKey: fields?.('public-key') ?? '',
        expires: fields?.('expires') ?? '',
      }}
      errors={input.errors}
    />
  );
  return sendPage(reply, { status: input.status, page: body });
}
