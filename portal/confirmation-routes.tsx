// The page that asks a signed-in user again, before a sensitive act, and leads back.

import type { FastifyInstance, FastifyReply } from 'fastify';
import type { FactorHolder } from '../auth/factor-guard.ts';
import { renewPortalSession } from '../storage/portal-session-store.ts';
import { ErrorSummary } from './alert.tsx';
import { EmailCodeForms, emailCodesFor, takeEmailCodeForm } from './email-code-form.tsx';
import { askForFactor, checkFactor, FactorForm, type FactorQuestion, OtherWays } from './factor-check.tsx';
import { explainFactorRefusal } from './factor-words.ts';
import { ShowPassword, TextField } from './field.tsx';
import { type FieldError, type Fields, readFields } from './form.ts';
import { type PageRequest, signedInForm, signedInPage } from './form-guard.ts';
import { FormToken, Layout, sendPage } from './layout.tsx';
import { printEndOfWait } from './moment.tsx';
import { pathAfterSignIn, paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';

export function registerConfirmation(app: FastifyInstance, context: PortalContext): void {
  app.get(
    paths.confirm,
    signedInPage(context, async (page) => {
      const query = readFields(page.request.query);
      return show(context, page, { status: 200, query, errors: [] });
    }),
  );
  app.post(
    paths.confirm,
    signedInForm(context, async (page) => {
      // The form goes to the page's own address, whose query says where to go on.
      const query = readFields(page.request.query);
      const codes = await emailCodesFor(context, page.viewer.user);
      if (codes !== undefined) {
        const { fields } = page;
        const result = await takeEmailCodeForm(context, { codes, who: holderOf(page), fields });
        if (result.kind === 'sent')
          return show(context, page, { status: 200, query, sent: true, errors: [] });
        if (result.kind === 'refused')
          return show(context, page, { status: result.status, query, errors: [result.error] });
        await renewPortalSession(context.database, { ...sessionOf(page), factor: 'email-code' });
        return page.reply.redirect(pathAfterSignIn(query('next')), 303);
      }
      const errors = await confirm(context, page);
      if (errors.length > 0) return show(context, page, { status: 422, query, errors });
      return page.reply.redirect(pathAfterSignIn(query('next')), 303);
    }),
  );
}

export const holderOf = ({ viewer, request }: PageRequest): FactorHolder => ({
  holder: viewer.session.tokenHash,
  userId: viewer.user.id,
  address: request.ip,
});

const sessionOf = ({ viewer, request }: PageRequest) => ({
  tokenHash: viewer.session.tokenHash,
  userId: viewer.user.id,
  address: request.ip,
});

/** @returns why it was not confirmed; nothing when it was */
async function confirm(
  context: PortalContext,
  page: PageRequest & { readonly fields: Fields },
): Promise<readonly FieldError[]> {
  const who = holderOf(page);
  if (!(await takesFactor(context, page)))
    return context.provider === undefined
      ? confirmByPassword(context, page)
      : [{ field: 'form', text: 'Sign in again at the identity provider.' }];
  const outcome = await checkFactor(context, { ...page, who });
  if (outcome.kind !== 'accepted')
    return [explainFactorRefusal(outcome, { field: 'code', settings: context.settings })];
  await renewPortalSession(context.database, { ...sessionOf(page), factor: outcome.method });
  return [];
}

/** Whether the person gives a factor here, or the password. */
async function takesFactor({ settings, secondFactors }: PortalContext, page: PageRequest): Promise<boolean> {
  if (settings.secondFactor === 'off') return false;
  return (await secondFactors.holdings(page.viewer.user.id)).factors.length > 0;
}

async function confirmByPassword(
  context: PortalContext,
  { viewer, request, fields }: PageRequest & { readonly fields: Fields },
): Promise<readonly FieldError[]> {
  const { id: userId } = viewer.user;
  const { ip: address } = request;
  const outcome = await context.directory.signIn({ userName: userId, password: fields('password'), address });
  switch (outcome.kind) {
    case 'accepted':
      await renewPortalSession(context.database, {
        tokenHash: viewer.session.tokenHash,
        userId,
        address,
        factor: undefined,
        authenticatedAtMs: context.now(),
      });
      return [];
    case 'blocked': {
      const until = printEndOfWait(outcome.untilMs, context.settings);
      return [{ field: 'form', text: `There were too many wrong passwords. Wait until ${until}.` }];
    }
    case 'busy':
      return [{ field: 'form', text: 'Too many people are signing in right now. Try again in a minute.' }];
    default:
      return [{ field: 'password', text: 'The password is not right. Passwords are case-sensitive.' }];
  }
}

async function show(
  context: PortalContext,
  page: PageRequest,
  input: {
    readonly status: number;
    readonly query: Fields;
    /** Whether a code was just mailed. */
    readonly sent?: boolean;
    readonly errors: readonly FieldError[];
  },
): Promise<FastifyReply> {
  const { query } = input;
  const question = (await takesFactor(context, page))
    ? await askForFactor(context, { ...page, who: holderOf(page), wanted: query('way') })
    : undefined;
  const codes = await emailCodesFor(context, page.viewer.user);
  const body = (
    <ConfirmationPage
      settings={context.settings}
      viewer={page.viewer}
      question={question}
      mailed={codes === undefined ? undefined : { codeMs: codes.codeMs, sent: input.sent === true }}
      next={pathAfterSignIn(query('next'))}
      errors={input.errors}
    />
  );
  return sendPage(page.reply, { status: input.status, page: body });
}

function ConfirmationPage(props: {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  /** Undefined: the password is asked for. */
  readonly question: FactorQuestion | undefined;
  /** Undefined: no code is mailed. */
  readonly mailed: { readonly codeMs: number; readonly sent: boolean } | undefined;
  readonly next: string;
  readonly errors: readonly FieldError[];
}) {
  const { settings, viewer, question, errors } = props;
  const pathOf = (way: string) => `${paths.confirm}?${new URLSearchParams({ next: props.next, way })}`;
  const formToken = viewer.session.csrfToken;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.confirm}
      title="Confirm that it is you"
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      <p>
        What you are about to do decides who can get in. So {settings.siteName} asks you again; then it leads
        you back to where you were.
      </p>
      {props.mailed !== undefined ? (
        <EmailCodeForms
          {...props.mailed}
          action={pathOf('email-code')}
          formToken={formToken}
          errors={errors}
        />
      ) : question === undefined && settings.providerName !== undefined ? (
        <SignInAgain settings={settings} next={props.next} />
      ) : question === undefined ? (
        <PasswordForm action={pathOf('password')} formToken={formToken} errors={errors} />
      ) : (
        <>
          <FactorForm
            action={pathOf(question.way)}
            question={question}
            formToken={formToken}
            errors={errors}
          />
          <OtherWays question={question} settings={settings} pathOf={pathOf} />
        </>
      )}
    </Layout>
  );
}

/** Leads to the identity provider, which asks for everything anew, and back. */
export function SignInAgain(props: { readonly settings: PortalSettings; readonly next: string }) {
  const query = new URLSearchParams({ again: 'yes', next: props.next });
  return (
    <p>
      <a class="usa-button" href={`${paths.signInProvider}?${query}`}>
        Sign in again at {props.settings.providerName}
      </a>
    </p>
  );
}

function PasswordForm(props: {
  readonly action: string;
  readonly formToken: string;
  readonly errors: readonly FieldError[];
}) {
  return (
    <form method="post" action={props.action} class="cg-form" noValidate={true}>
      <FormToken token={props.formToken} />
      <TextField
        id="password"
        label="Password"
        type="password"
        autocomplete="current-password"
        errors={props.errors}
      />
      <ShowPassword fields={['password']} />
      <button type="submit" class="usa-button">
        Confirm
      </button>
    </form>
  );
}
