// Registering: shows the forms, takes them, and leaves the judging to auth.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RegistrationOutcome, SelfRegisteredKind } from '../auth/registration.ts';
import type { PersonField, PersonForm } from '../domain/person.ts';
import { clearCookie, readCookie } from './cookie.ts';
import type { FieldError, Fields } from './form.ts';
import { sendPage } from './layout.tsx';
import { sendSpentLink } from './link-routes.tsx';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import { publicForm, publicFormToken, tooManyRequests } from './public-form.ts';
import {
  ConfirmPage,
  RegisterChoicePage,
  RegistrationForm,
  RegistrationSentPage,
  ResendPage,
} from './registration-page.tsx';

/** The id of each field in the page. */
const fieldIds: Readonly<Record<PersonField, string>> = {
  username: 'username',
  prefix: 'prefix',
  firstName: 'first-name',
  middleInitial: 'middle-initial',
  lastName: 'last-name',
  suffix: 'suffix',
  businessName: 'business-name',
  email: 'email',
  emailAgain: 'email-again',
  mobilePhone: 'mobile-phone',
};

const nothing: Fields = () => '';

export function registerRegistration(app: FastifyInstance, context: PortalContext): void {
  const { settings, registration } = context;
  app.get(paths.register, async (_request, reply) => {
    const page = <RegisterChoicePage settings={settings} isOpen={registration.isOpen} />;
    return sendPage(reply, { status: 200, page });
  });
  if (registration.isOpen) {
    registerKind(app, context, 'individual', paths.registerIndividual);
    registerKind(app, context, 'business', paths.registerBusiness);
  }
  app.get(paths.registerSent, async (_request, reply) => {
    const page = <RegistrationSentPage settings={settings} confirmationMs={registration.confirmationMs} />;
    return sendPage(reply, { status: 200, page });
  });
  registerResend(app, context);
  registerConfirm(app, context);
}

function registerKind(
  app: FastifyInstance,
  context: PortalContext,
  kind: SelfRegisteredKind,
  path: string,
): void {
  app.get(path, async (request, reply) =>
    showForm(context, { kind, request, reply, status: 200, fields: nothing, errors: [] }),
  );
  app.post(
    path,
    publicForm(context, async ({ request, reply, fields }) => {
      const refuse = (status: number, errors: readonly FieldError[]) =>
        showForm(context, { kind, request, reply, status, fields, errors });
      const password = fields('password');
      const outcome = await context.registration.register({
        kind,
        form: personForm(fields),
        password,
        passwordAgain: fields('password-again'),
        address: request.ip,
      });
      if (outcome.kind === 'registered') return reply.redirect(paths.registerSent, 303);
      return refuse(...explain(context, outcome, { reply, password }));
    }),
  );
}

const differs = 'The password and its repetition differ. Enter both again.';

function personForm(fields: Fields): PersonForm {
  const form: Partial<Record<PersonField, string>> = {};
  for (const [name, id] of Object.entries(fieldIds)) form[name as PersonField] = fields(id);
  return form as PersonForm;
}

function explain(
  context: PortalContext,
  outcome: RegistrationOutcome,
  input: { readonly reply: FastifyReply; readonly password: string },
): [status: number, errors: readonly FieldError[]] {
  switch (outcome.kind) {
    case 'registered':
      return [200, []];
    case 'taken':
      return [422, [{ field: 'username', text: 'This username is taken. Choose another one.' }]];
    case 'throttled':
      return [429, [tooManyRequests(context, input.reply, outcome.untilMs)]];
    case 'busy':
      input.reply.header('retry-after', '60');
      return [503, [{ field: 'form', text: 'Too many people are here right now. Try again in a minute.' }]];
    case 'refused': {
      const errors = outcome.problems.map(({ field, text }) => ({ field: fieldIds[field], text }));
      const why =
        input.password === ''
          ? [{ field: 'password', text: 'Enter a password.' }]
          : outcome.whyPassword.map((reason) => ({
              field: 'password',
              text: `Password: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`,
            }));
      const repeated = outcome.passwordDiffers ? [{ field: 'password-again', text: differs }] : [];
      return [422, [...errors, ...why, ...repeated]];
    }
  }
}

function showForm(
  context: PortalContext,
  input: {
    readonly kind: SelfRegisteredKind;
    readonly request: FastifyRequest;
    readonly reply: FastifyReply;
    readonly status: number;
    readonly fields: Fields;
    readonly errors: readonly FieldError[];
  },
): FastifyReply {
  const page = (
    <RegistrationForm
      settings={context.settings}
      kind={input.kind}
      formToken={publicFormToken(context, input.request, input.reply)}
      checks={context.directory.passwordChecks}
      value={input.fields}
      errors={input.errors}
    />
  );
  return sendPage(input.reply, { status: input.status, page });
}

function registerResend(app: FastifyInstance, context: PortalContext): void {
  const show = (
    request: FastifyRequest,
    reply: FastifyReply,
    input: { readonly status: number; readonly value: Fields; readonly errors: readonly FieldError[] },
  ) => {
    const formToken = publicFormToken(context, request, reply);
    const page = <ResendPage settings={context.settings} formToken={formToken} {...input} />;
    return sendPage(reply, { status: input.status, page });
  };
  app.get(paths.registerResend, async (request, reply) =>
    show(request, reply, { status: 200, value: nothing, errors: [] }),
  );
  app.post(
    paths.registerResend,
    publicForm(context, async ({ request, reply, fields }) => {
      const missing: FieldError[] = [];
      if (fields('username').trim() === '') missing.push({ field: 'username', text: 'Enter your username.' });
      if (fields('email').trim() === '') missing.push({ field: 'email', text: 'Enter your e-mail address.' });
      if (missing.length > 0) return show(request, reply, { status: 422, value: fields, errors: missing });
      const outcome = await context.registration.resend({
        userName: fields('username'),
        email: fields('email'),
        address: request.ip,
      });
      if (outcome.kind === 'asked') return reply.redirect(paths.registerSent, 303);
      const errors = [tooManyRequests(context, reply, outcome.untilMs)];
      return show(request, reply, { status: 429, value: fields, errors });
    }),
  );
}

function registerConfirm(app: FastifyInstance, context: PortalContext): void {
  const secure = context.settings.secureCookies;
  app.get(paths.registerConfirm, async (request, reply) => {
    const good = await context.recovery.look(readCookie(request, 'link', secure) ?? '');
    if (good?.purpose !== 'confirm-email') return sendSpentLink(context, reply);
    const formToken = publicFormToken(context, request, reply);
    const page = <ConfirmPage settings={context.settings} formToken={formToken} userId={good.userId} />;
    return sendPage(reply, { status: 200, page });
  });
  app.post(
    paths.registerConfirm,
    publicForm(context, async ({ request, reply }) => {
      const token = readCookie(request, 'link', secure) ?? '';
      const userId = await context.registration.confirm({ token, address: request.ip });
      clearCookie(reply, 'link', secure);
      if (userId === undefined) return sendSpentLink(context, reply);
      return reply.redirect(`${paths.signIn}?notice=confirmed`, 303);
    }),
  );
}
