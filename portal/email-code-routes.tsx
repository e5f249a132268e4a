// The sign-in by a code that is mailed, in the place of making a second factor. The routes are there only where the
// operator has turned it on.

import type { FastifyInstance, FastifyReply } from 'fastify';
import { complete } from './admission.ts';
import { ErrorSummary } from './alert.tsx';
import { EmailCodeForms, emailCodesFor, takeEmailCodeForm } from './email-code-form.tsx';
import { type ArrivalRequest, arrivalForm, arrivalPage, holderOf } from './factor-sign-in-routes.tsx';
import type { FieldError } from './form.ts';
import { Layout, sendPage } from './layout.tsx';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';

export function registerEmailCode(app: FastifyInstance, context: PortalContext): void {
  if (context.emailCodes === undefined) return;
  app.get(
    paths.signInEmailCode,
    arrivalPage(context, 'enrol', (page) => show(context, page, { status: 200, sent: false, errors: [] })),
  );
  app.post(
    paths.signInEmailCode,
    arrivalForm(context, 'enrol', async (page) => {
      const codes = await emailCodesFor(context, page.user);
      if (codes === undefined) return page.reply.redirect(paths.signInEnrol, 303);
      const { fields } = page;
      const result = await takeEmailCodeForm(context, { codes, who: holderOf(page), fields });
      switch (result.kind) {
        case 'sent':
          return show(context, page, { status: 200, sent: true, errors: [] });
        case 'refused':
          return show(context, page, { status: result.status, sent: false, errors: [result.error] });
        case 'accepted': {
          const done = await complete(context, page, { ...page, factor: 'email-code' });
          return page.reply.redirect(done ? page.pending.nextPath : paths.signIn, 303);
        }
      }
    }),
  );
}

async function show(
  context: PortalContext,
  page: ArrivalRequest,
  input: { readonly status: number; readonly sent: boolean; readonly errors: readonly FieldError[] },
): Promise<FastifyReply> {
  const { settings } = context;
  const codes = await emailCodesFor(context, page.user);
  if (codes === undefined) return page.reply.redirect(paths.signInEnrol, 303);
  const body = (
    <Layout
      settings={settings}
      path={paths.signInEmailCode}
      title="Confirm by e-mail"
      failed={input.errors.length > 0}
    >
      <ErrorSummary errors={input.errors} />
      <p>
        The password of <strong>{page.user.id}</strong> was right. Now show that you read the mail of the
        e-mail address that belongs to it.
      </p>
      <EmailCodeForms
        {...input}
        codeMs={codes.codeMs}
        action={paths.signInEmailCode}
        formToken={page.pending.csrfToken}
      />
      <p>
        We recommend to <a href={paths.signInEnrol}>set up an authenticator app</a> instead: it is safer than
        mail, and faster. From then on no codes are mailed.
      </p>
    </Layout>
  );
  return sendPage(page.reply, { status: input.status, page: body });
}
