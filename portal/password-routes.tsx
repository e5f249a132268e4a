// Changing one's identity password. The rules and the deciding are auth's; afterwards the page says in plain words that
// SFTP waits for the update step.

import type { FastifyInstance, FastifyReply } from 'fastify';
import type { NewPasswordOutcome } from '../auth/user-directory.ts';
import type { FieldError, Fields } from './form.ts';
import { type PageRequest, signedInForm, signedInPage } from './form-guard.ts';
import { sendPage } from './layout.tsx';
import { printEndOfWait } from './moment.tsx';
import { leaveNotice, takeNotice } from './notice.ts';
import { PasswordPage } from './password-page.tsx';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';

export function registerPassword(app: FastifyInstance, context: PortalContext): void {
  const secure = context.settings.secureCookies;

  app.get(
    paths.password,
    signedInPage(context, async (page) => {
      const changed = takeNotice(page.request, page.reply, secure) === 'password-changed';
      return show(context, page, { status: 200, changed, errors: [] });
    }),
  );

  app.post(
    paths.password,
    signedInForm(context, async (page) => {
      const { viewer, fields, request, reply } = page;
      const wrong = findWrong(fields);
      if (wrong.length > 0) return show(context, page, { status: 422, changed: false, errors: wrong });
      const outcome = await context.directory.changePassword({
        userId: viewer.user.id,
        present: fields('present-password'),
        wanted: fields('new-password'),
        address: request.ip,
        keepSession: viewer.session.tokenHash,
      });
      const errors = explain(context, outcome);
      if (errors.length > 0) return show(context, page, { status: 422, changed: false, errors });
      leaveNotice(reply, 'password-changed', secure);
      return reply.redirect(paths.password, 303);
    }),
  );
}

function findWrong(fields: Fields): readonly FieldError[] {
  const wrong: FieldError[] = [];
  const wanted = fields('new-password');
  if (fields('present-password') === '')
    wrong.push({ field: 'present-password', text: 'Enter your present password.' });
  if (wanted === '') wrong.push({ field: 'new-password', text: 'Enter a new password.' });
  else if (fields('repeat-password') !== wanted)
    wrong.push({
      field: 'repeat-password',
      text: 'The new password and its repetition differ. Enter both again.',
    });
  return wrong;
}

/** What to tell the person of an outcome; nothing when the password was changed. */
function explain(context: PortalContext, outcome: NewPasswordOutcome): readonly FieldError[] {
  switch (outcome.kind) {
    case 'changed':
      return [];
    case 'refused':
      return outcome.why.map((why) => ({
        field: 'new-password',
        text: `New password: ${why.charAt(0).toLowerCase()}${why.slice(1)}`,
      }));
    case 'wrong-password':
      return [
        {
          field: 'present-password',
          text: 'The present password is not right. Passwords are case-sensitive.',
        },
      ];
    case 'blocked': {
      const until = printEndOfWait(outcome.untilMs, context.settings);
      return [
        { field: 'form', text: `You have tried too many passwords. Wait until ${until}, then try again.` },
      ];
    }
    case 'outdated':
      return [{ field: 'form', text: 'Your password was changed elsewhere meanwhile. Sign in again.' }];
    case 'busy':
      return [{ field: 'form', text: 'Too many people are signing in right now. Try again in a minute.' }];
  }
}

async function show(
  context: PortalContext,
  page: PageRequest,
  input: { readonly status: number; readonly changed: boolean; readonly errors: readonly FieldError[] },
): Promise<FastifyReply> {
  const { viewer, reply } = page;
  const { status } = await context.accountSetup.status(viewer.user.id);
  const body = (
    <PasswordPage
      settings={context.settings}
      viewer={viewer}
      rules={context.directory.passwordRules}
      accountStatus={status}
      changed={input.changed}
      errors={input.errors}
    />
  );
  return sendPage(reply, { status: input.status, page: body });
}
