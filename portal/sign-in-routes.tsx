// Signing in and out.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SignInOutcome } from '../auth/user-directory.ts';
import { admit } from './admission.ts';
import { clearCookie } from './cookie.ts';
import { sendErrorPage } from './error-page.tsx';
import { type FieldError, type Fields, readFields } from './form.ts';
import { signedInForm } from './form-guard.ts';
import { sendPage } from './layout.tsx';
import { printEndOfWait } from './moment.tsx';
import { pathAfterSignIn, paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import { portalOrigin } from './portal-origin.ts';
import { pathAfterSignOut } from './provider-routes.tsx';
import { isOurForm, publicFormToken } from './public-form.ts';
import { type SignInNotice, SignInPage, signInNotices } from './sign-in-page.tsx';

export function registerSignIn(app: FastifyInstance, context: PortalContext): void {
  const secure = context.settings.secureCookies;

  app.get(paths.signIn, async (request, reply) => {
    const query = readFields(request.query);
    const look = await context.sessions.look(request);
    if (look.kind === 'signed-in') return reply.redirect(pathAfterSignIn(query('next')), 303);
    if (look.kind === 'ended') clearCookie(reply, 'session', secure);
    const notice = look.kind === 'ended' ? 'ended' : readNotice(query('notice'));
    return showForm(context, { request, reply, status: 200, fields: query, notice, errors: [] });
  });

  app.post(paths.signIn, async (request, reply) => {
    const fields = readFields(request.body);
    const refuse = (status: number, errors: readonly FieldError[]) =>
      showForm(context, { request, reply, status, fields, errors });
    // Passwords are the identity provider's then, and not ours to ask for.
    if (context.provider !== undefined) return sendErrorPage(context.settings, reply, { status: 404 });
    if (!isOurForm(request, fields, secure)) return refuse(403, [outdatedForm]);
    const missing = findMissing(context, fields);
    if (missing.length > 0) return refuse(422, missing);
    const outcome = await context.directory.signIn({
      userName: fields('user-id'),
      password: fields('password'),
      address: request.ip,
    });
    if (outcome.kind !== 'accepted') {
      // As long as a right password takes, which the operator's gate is asked about.
      if (outcome.kind === 'refused') await context.loginGate?.pretend();
      const { status, text } = explainRefusal(context, outcome, reply);
      return refuse(status, [{ field: outcome.kind === 'refused' ? 'user-id' : 'form', text }]);
    }
    clearCookie(reply, 'form', secure);
    return admit(
      context,
      { request, reply },
      { user: outcome.user, authenticatedAtMs: context.now(), nextPath: pathAfterSignIn(fields('next')) },
    );
  });

  app.post(
    paths.signOut,
    signedInForm(context, async ({ viewer, request, reply }) => {
      await context.sessions.end(request, reply);
      const origin = portalOrigin(context.settings, request);
      const { idToken } = viewer.session;
      return reply.redirect(await pathAfterSignOut(context.provider, { idToken, origin }), 303);
    }),
  );
}

const outdatedForm: FieldError = {
  field: 'form',
  text: 'The form was out of date, so nothing was sent on. Enter your password again. If this comes back, allow cookies for this site.',
};

function readNotice(text: string): SignInNotice | undefined {
  return signInNotices.find((notice) => notice === text);
}

function findMissing(context: PortalContext, fields: Fields): readonly FieldError[] {
  const missing: FieldError[] = [];
  if (fields('user-id').trim() === '')
    missing.push({ field: 'user-id', text: `Enter your User ID (${context.settings.idIssuer}).` });
  if (fields('password') === '') missing.push({ field: 'password', text: 'Enter your password.' });
  return missing;
}

/** The same words whether or not the user exists, is disabled, or the password is wrong. */
function explainRefusal(
  context: PortalContext,
  outcome: Exclude<SignInOutcome, { readonly kind: 'accepted' }>,
  reply: FastifyReply,
): { readonly status: number; readonly text: string } {
  if (outcome.kind === 'blocked') {
    const waitSeconds = Math.ceil((outcome.untilMs - context.now()) / 1000);
    reply.header('retry-after', String(Math.max(1, waitSeconds)));
    const until = printEndOfWait(outcome.untilMs, context.settings);
    return {
      status: 429,
      text: `There were too many wrong tries with this User ID or from your network. Wait until ${until}, then try again. If you have forgotten the password, or do not want to wait, see below.`,
    };
  }
  // Said only after the right password, so that it tells a stranger nothing.
  if (outcome.kind === 'unconfirmed') {
    return {
      status: 403,
      text: 'You have not confirmed your e-mail address yet. Open the link in the mail that you were sent. If you have no such mail, have it sent once more: see below.',
    };
  }
  if (outcome.kind === 'expired') {
    return {
      status: 403,
      text: `Your ${context.settings.idIssuer} has expired, because it was not used for a long time. To use it again, ask for it: ${context.settings.supportText}`,
    };
  }
  if (outcome.kind === 'busy') {
    reply.header('retry-after', '60');
    return { status: 503, text: 'Too many people are signing in right now. Try again in a minute.' };
  }
  return {
    status: 422,
    text: 'The User ID or the password is not right. Passwords are case-sensitive. After several wrong tries you have to wait.',
  };
}

function showForm(
  context: PortalContext,
  input: {
    readonly request: FastifyRequest;
    readonly reply: FastifyReply;
    readonly status: number;
    readonly fields: Fields;
    readonly notice?: SignInNotice | undefined;
    readonly errors: readonly FieldError[];
  },
): FastifyReply {
  const { settings } = context;
  const formToken = publicFormToken(context, input.request, input.reply);
  const page = (
    <SignInPage
      settings={settings}
      formToken={formToken}
      next={pathAfterSignIn(input.fields('next'))}
      userName={input.fields('user-id')}
      notice={input.notice}
      errors={input.errors}
    />
  );
  return sendPage(input.reply, { status: input.status, page });
}
