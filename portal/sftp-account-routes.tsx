// The step SFTP Account Setup/Update: shows the account, takes the form, and leaves the deciding to auth.

import type { FastifyInstance, FastifyReply } from 'fastify';
import { diagnoseLogin } from '../auth/login-diagnosis.ts';
import { findLastAttestation } from '../storage/attestation-store.ts';
import { readAuditRecords } from '../storage/audit-trail.ts';
import type { AccountView } from './account-status.tsx';
import { type FieldError, type Fields, isChecked } from './form.ts';
import { type PageRequest, signedInForm, signedInPage } from './form-guard.ts';
import { sendPage } from './layout.tsx';
import { leaveNotice, type Notice, takeNotice } from './notice.ts';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import type { Viewer } from './session.ts';
import { SftpAccountPage } from './sftp-account-page.tsx';
import type { SftpLogin } from './sftp-account-why.tsx';

export function registerSftpAccount(app: FastifyInstance, context: PortalContext): void {
  const secure = context.settings.secureCookies;

  app.get(
    paths.sftpAccount,
    signedInPage(context, async (page) => {
      const notice = takeNotice(page.request, page.reply, secure);
      return show(context, page, { status: 200, notice, errors: [] });
    }),
  );

  app.post(
    paths.sftpAccount,
    signedInForm(context, async (page) => {
      const { viewer, fields, reply } = page;
      const missing = findMissing(context, fields);
      if (missing.length > 0) return show(context, page, { status: 422, errors: missing, fields });
      if (context.provider !== undefined && !isFresh(context, viewer))
        return show(context, page, { status: 422, errors: [signInAgain], fields });
      const outcome = await (context.provider === undefined ? performOurs : performFresh)(context, page);
      if (outcome.kind === 'refused') {
        const errors = [{ field: outcome.field, text: outcome.why }];
        return show(context, page, { status: 422, errors, fields });
      }
      leaveNotice(reply, outcome.kind === 'set-up' ? 'account-set-up' : 'account-updated', secure);
      return reply.redirect(paths.sftpAccount, 303);
    }),
  );
}

type StepRequest = PageRequest & { readonly fields: Fields };

const stepOf = ({ viewer, fields, request }: StepRequest) => ({
  signedIn: viewer.user.id,
  userName: fields('user-id'),
  attested: isChecked(fields, 'attestation'),
  publicKey: fields('public-key'),
  address: request.ip,
});

/** The step with the identity password, which is checked. */
const performOurs = ({ accountSetup }: PortalContext, page: StepRequest) =>
  accountSetup.perform({ ...stepOf(page), password: page.fields('password') });

/** The step of someone who has just signed in at the identity provider. */
const performFresh = ({ accountSetup }: PortalContext, page: StepRequest) =>
  accountSetup.performFresh({ ...stepOf(page), sftpPassword: page.fields('password') });

const signInAgain: FieldError = { field: 'form', text: 'Sign in again, then send the form.' };

/** Whether the person has signed in at the provider recently enough to set SFTP up: a session alone is not enough. */
function isFresh({ settings, now }: PortalContext, { session }: Viewer): boolean {
  return now() - session.authenticatedAtMs < settings.confirmMs;
}

/** What is missing is said at once for every field; what is wrong, auth says one at a time. */
function findMissing(context: PortalContext, fields: Fields): readonly FieldError[] {
  const missing: FieldError[] = [];
  if (fields('user-id').trim() === '')
    missing.push({ field: 'user-id', text: `Enter your User ID (${context.settings.idIssuer}).` });
  if (context.provider === undefined && fields('password') === '')
    missing.push({ field: 'password', text: 'Enter your password.' });
  if (context.provider !== undefined && fields('password') !== fields('repeat-password'))
    missing.push({
      field: 'repeat-password',
      text: 'The password and its repetition differ. Enter both again.',
    });
  if (!isChecked(fields, 'attestation'))
    missing.push({ field: 'attestation', text: 'Read the statement and check the box to go on.' });
  return missing;
}

async function show(
  context: PortalContext,
  page: PageRequest,
  input: {
    readonly status: number;
    readonly notice?: Notice | undefined;
    readonly errors: readonly FieldError[];
    /** The form as sent, to be shown again; absent when the page is opened. */
    readonly fields?: Fields;
  },
): Promise<FastifyReply> {
  const { viewer, reply } = page;
  const body = (
    <SftpAccountPage
      settings={context.settings}
      viewer={viewer}
      view={await readAccountView(context, viewer)}
      connection={context.connection()}
      diagnosis={await diagnoseLogin(context.database, { user: viewer.user, address: page.request.ip })}
      logins={await readLogins(context, viewer)}
      notice={input.notice}
      fresh={context.provider === undefined || isFresh(context, viewer)}
      passwordRules={context.directory.passwordRules}
      userName={input.fields?.('user-id') ?? viewer.user.id}
      publicKey={input.fields?.('public-key') ?? ''}
      errors={input.errors}
    />
  );
  return sendPage(reply, { status: input.status, page: body });
}

/** How many logins are shown. */
const shownLogins = 10;

/** The last logins that were accepted, from the audit trail. */
async function readLogins({ database }: PortalContext, { user }: Viewer): Promise<readonly SftpLogin[]> {
  const records = await readAuditRecords(database, {
    limit: shownLogins,
    subject: `account:${user.id}`,
    action: 'sftp.login',
  });
  return records.map(({ atMs, address, detail }) => ({
    atMs,
    address,
    method: /"method":"([a-z+-]+)"/.exec(detail)?.[1] ?? '',
  }));
}

/** What the pages show of the viewer's account. */
export async function readAccountView(context: PortalContext, viewer: Viewer): Promise<AccountView> {
  return {
    state: await context.accountSetup.status(viewer.user.id),
    lastStep: await findLastAttestation(context.database, viewer.user.id),
    user: viewer.user,
  };
}
