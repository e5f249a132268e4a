// Getting back in: forgotten user id, forgotten password, lock. The judging is auth's; these pages only never let on
// whether there is such a user.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CodeOutcome } from '../auth/recovery.ts';
import type { NewPasswordOutcome } from '../auth/user-directory.ts';
import { clearCookie, readCookie, writeCookie } from './cookie.ts';
import type { FieldError, Fields } from './form.ts';
import { sendPage } from './layout.tsx';
import { sendSpentLink } from './link-routes.tsx';
import { printEndOfWait } from './moment.tsx';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import { type PublicFormRequest, publicForm, publicFormToken, tooManyRequests } from './public-form.ts';
import {
  AskPage,
  type AskPurpose,
  CodePage,
  ForgotUserNamePage,
  NewPasswordPage,
  RecoverPage,
  UnlockNowPage,
  UserNameSentPage,
} from './recovery-page.tsx';

const nothing: Fields = () => '';

export function registerRecovery(app: FastifyInstance, context: PortalContext): void {
  const { settings } = context;
  app.get(paths.recover, async (_request, reply) =>
    sendPage(reply, { status: 200, page: <RecoverPage settings={settings} /> }),
  );
  app.get(paths.recoverSent, async (_request, reply) =>
    sendPage(reply, { status: 200, page: <UserNameSentPage settings={settings} /> }),
  );
  registerForgotUserName(app, context);
  registerAsk(app, context, 'reset-password', paths.forgotPassword);
  registerAsk(app, context, 'unlock', paths.unlock);
  registerCode(app, context);
  registerNewPassword(app, context);
  registerUnlockNow(app, context);
}

/** A form to show: as it was sent, or empty. */
interface Shown {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly status: number;
  readonly fields: Fields;
  readonly errors: readonly FieldError[];
}

function propsOf(context: PortalContext, { request, reply, fields, errors }: Shown) {
  const formToken = publicFormToken(context, request, reply);
  return { settings: context.settings, formToken, value: fields, errors };
}

function registerForgotUserName(app: FastifyInstance, context: PortalContext): void {
  const show = (shown: Shown) =>
    sendPage(shown.reply, {
      status: shown.status,
      page: <ForgotUserNamePage {...propsOf(context, shown)} />,
    });
  app.get(paths.forgotUserName, async (request, reply) =>
    show({ request, reply, status: 200, fields: nothing, errors: [] }),
  );
  app.post(
    paths.forgotUserName,
    publicForm(context, async (form) => {
      const { request, reply, fields } = form;
      const missing = [
        { field: 'first-name', text: 'Enter your first name.' },
        { field: 'last-name', text: 'Enter your last name.' },
        { field: 'email', text: 'Enter your e-mail address.' },
      ].filter(({ field }) => fields(field).trim() === '');
      if (missing.length > 0) return show({ ...form, status: 422, errors: missing });
      const outcome = await context.recovery.askUserName({
        firstName: fields('first-name'),
        lastName: fields('last-name'),
        email: fields('email'),
        address: request.ip,
      });
      if (outcome.kind === 'asked') return reply.redirect(paths.recoverSent, 303);
      return show({ ...form, status: 429, errors: [tooManyRequests(context, reply, outcome.untilMs)] });
    }),
  );
}

function registerAsk(app: FastifyInstance, context: PortalContext, purpose: AskPurpose, path: string): void {
  const show = (shown: Shown) =>
    sendPage(shown.reply, {
      status: shown.status,
      page: <AskPage {...propsOf(context, shown)} purpose={purpose} />,
    });
  app.get(path, async (request, reply) => show({ request, reply, status: 200, fields: nothing, errors: [] }));
  app.post(
    path,
    publicForm(context, async (form) => {
      const { request, reply, fields } = form;
      const userName = fields('user-id');
      if (userName.trim() === '') {
        const text = `Enter your User ID (${context.settings.idIssuer}).`;
        return show({ ...form, status: 422, errors: [{ field: 'user-id', text }] });
      }
      const outcome = await context.recovery.ask({ purpose, userName, address: request.ip });
      if (outcome.kind === 'asked') return showCode(context, { ...form, status: 200, errors: [] }, purpose);
      return show({ ...form, status: 429, errors: [tooManyRequests(context, reply, outcome.untilMs)] });
    }),
  );
}

/** The answer to asking is the page itself: a redirect would have to carry the user id in an address. */
function showCode(context: PortalContext, shown: Shown, purpose: AskPurpose): FastifyReply {
  const { codeMs } = context.recovery;
  const page = <CodePage {...propsOf(context, shown)} purpose={purpose} codeMs={codeMs} />;
  return sendPage(shown.reply, { status: shown.status, page });
}

function registerCode(app: FastifyInstance, context: PortalContext): void {
  const secure = context.settings.secureCookies;
  // Someone who reloads, or comes back to this address, begins again.
  app.get(paths.recoverCode, async (_request, reply) => reply.redirect(paths.recover, 303));
  app.post(
    paths.recoverCode,
    publicForm(context, async (form) => {
      const { request, reply, fields } = form;
      const purpose: AskPurpose = fields('purpose') === 'unlock' ? 'unlock' : 'reset-password';
      const address = request.ip;
      const userName = fields('user-id');
      const outcome = await context.recovery.redeemCode({ purpose, userName, code: fields('code'), address });
      if (outcome.kind !== 'right') {
        const { status, error } = explainCode(context, outcome);
        return showCode(context, { ...form, status, errors: [error] }, purpose);
      }
      if (purpose === 'reset-password') {
        writeCookie(reply, 'link', outcome.token, secure);
        return reply.redirect(paths.newPassword, 303);
      }
      const unlocked = await context.recovery.unlock({ token: outcome.token, address });
      return unlocked
        ? reply.redirect(`${paths.signIn}?notice=unlocked`, 303)
        : sendSpentLink(context, reply);
    }),
  );
}

function explainCode(
  context: PortalContext,
  outcome: Exclude<CodeOutcome, { readonly kind: 'right' }>,
): { readonly status: number; readonly error: FieldError } {
  if (outcome.kind === 'blocked') {
    const until = printEndOfWait(outcome.untilMs, context.settings);
    const text = `There were too many wrong codes. Wait until ${until}, or use the link in the mail.`;
    return { status: 429, error: { field: 'form', text } };
  }
  const text =
    'The code is not right, or its time is over. Enter the newest code that you were sent, or ask for another one.';
  return { status: 422, error: { field: 'code', text } };
}

function registerNewPassword(app: FastifyInstance, context: PortalContext): void {
  const secure = context.settings.secureCookies;
  const show = async (
    shown: Pick<Shown, 'request' | 'reply' | 'status' | 'errors'>,
  ): Promise<FastifyReply> => {
    const { request, reply, status, errors } = shown;
    const good = await context.recovery.look(readCookie(request, 'link', secure) ?? '');
    if (good?.purpose !== 'reset-password' && good?.purpose !== 'invitation')
      return sendSpentLink(context, reply);
    const page = (
      <NewPasswordPage
        settings={context.settings}
        formToken={publicFormToken(context, request, reply)}
        userId={good.userId}
        first={good.purpose === 'invitation'}
        checks={context.directory.passwordChecks}
        errors={errors}
      />
    );
    return sendPage(reply, { status, page });
  };
  app.get(paths.newPassword, async (request, reply) => show({ request, reply, status: 200, errors: [] }));
  app.post(
    paths.newPassword,
    publicForm(context, async (form) => {
      const { request, reply, fields } = form;
      const wanted = fields('new-password');
      const wrong = findWrong(fields);
      if (wrong.length > 0) return show({ ...form, status: 422, errors: wrong });
      const token = readCookie(request, 'link', secure) ?? '';
      const outcome = await context.recovery.choosePassword({ token, wanted, address: request.ip });
      if (outcome.kind === 'changed') return endNewPassword(context, form);
      if (outcome.kind === 'outdated') {
        clearCookie(reply, 'link', secure);
        return sendSpentLink(context, reply);
      }
      return show({ ...form, status: outcome.kind === 'busy' ? 503 : 422, errors: explainNew(outcome) });
    }),
  );
}

/** Whoever was signed in in this browser is not any more: nobody goes on as another than the new password's owner. */
async function endNewPassword(
  context: PortalContext,
  { request, reply }: PublicFormRequest,
): Promise<FastifyReply> {
  clearCookie(reply, 'link', context.settings.secureCookies);
  await context.sessions.end(request, reply);
  return reply.redirect(`${paths.signIn}?notice=password-set`, 303);
}

function findWrong(fields: Fields): readonly FieldError[] {
  if (fields('new-password') === '') return [{ field: 'new-password', text: 'Enter a new password.' }];
  if (fields('repeat-password') === fields('new-password')) return [];
  const text = 'The new password and its repetition differ. Enter both again.';
  return [{ field: 'repeat-password', text }];
}

function explainNew(
  outcome: Exclude<NewPasswordOutcome, { readonly kind: 'changed' | 'outdated' }>,
): readonly FieldError[] {
  if (outcome.kind === 'blocked')
    return [{ field: 'form', text: 'You have tried too many passwords. Use the link again in an hour.' }];
  if (outcome.kind !== 'refused')
    return [{ field: 'form', text: 'Too many people are here right now. Try again in a minute.' }];
  return outcome.why.map((why) => ({
    field: 'new-password',
    text: `New password: ${why.charAt(0).toLowerCase()}${why.slice(1)}`,
  }));
}

function registerUnlockNow(app: FastifyInstance, context: PortalContext): void {
  const secure = context.settings.secureCookies;
  app.get(paths.unlockNow, async (request, reply) => {
    const good = await context.recovery.look(readCookie(request, 'link', secure) ?? '');
    if (good?.purpose !== 'unlock') return sendSpentLink(context, reply);
    const formToken = publicFormToken(context, request, reply);
    const page = <UnlockNowPage settings={context.settings} formToken={formToken} userId={good.userId} />;
    return sendPage(reply, { status: 200, page });
  });
  app.post(
    paths.unlockNow,
    publicForm(context, async ({ request, reply }) => {
      const token = readCookie(request, 'link', secure) ?? '';
      clearCookie(reply, 'link', secure);
      return (await context.recovery.unlock({ token, address: request.ip }))
        ? reply.redirect(`${paths.signIn}?notice=unlocked`, 303)
        : sendSpentLink(context, reply);
    }),
  );
}
