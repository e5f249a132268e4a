// The second factor at the sign-in: asked for when the user has one, made when it is required and there is none. These
// pages are for someone whose password was right; nothing else takes such a sign-in for a session.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FactorHolder } from '../auth/factor-guard.ts';
import { sameText } from '../auth/password-hasher.ts';
import type { AddedFactorOutcome } from '../auth/second-factors.ts';
import type { FactorMethod } from '../domain/second-factor.ts';
import { complete, wayIn } from './admission.ts';
import { emailCodesFor } from './email-code-form.tsx';
import { addPasskey, addTotp, showPasskeyForm, showTotpForm } from './enrolment.tsx';
import { RecoveryCodesPage } from './enrolment-page.tsx';
import { sendErrorPage } from './error-page.tsx';
import { askForFactor, checkFactor } from './factor-check.tsx';
import { FactorSignInPage } from './factor-sign-in-page.tsx';
import { explainEnrolmentRefusal, explainFactorRefusal } from './factor-words.ts';
import { type FieldError, type Fields, formTokenField, readFields } from './form.ts';
import { sendPage } from './layout.tsx';
import { passkeySite } from './passkey-site.ts';
import { paths, pathToSignIn } from './paths.ts';
import type { Arrival } from './pending-sign-in.ts';
import type { PortalContext } from './portal-deps.ts';

export interface ArrivalRequest extends Arrival {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export function registerFactorSignIn(app: FastifyInstance, context: PortalContext): void {
  app.get(
    paths.signInFactor,
    arrivalPage(context, 'factor', async (page) => {
      const way = readFields(page.request.query)('way');
      return showFactor(context, page, { status: 200, way, errors: [] });
    }),
  );
  app.post(
    paths.signInFactor,
    arrivalForm(context, 'factor', async (page) => {
      const outcome = await checkFactor(context, { ...page, who: holderOf(page) });
      if (outcome.kind === 'accepted') {
        const { reply, pending } = page;
        // Lost when two forms were sent at once: the other one has begun the session.
        const done = await complete(context, page, { ...page, factor: outcome.method });
        return reply.redirect(done ? pending.nextPath : paths.signIn, 303);
      }
      const errors = [explainFactorRefusal(outcome, { field: 'code', settings: context.settings })];
      const status = outcome.kind === 'blocked' ? 429 : 422;
      return showFactor(context, page, { status, way: page.fields('way'), errors });
    }),
  );
  registerFirstFactor(app, context);
}

/** Making the first factor. */
function registerFirstFactor(app: FastifyInstance, context: PortalContext): void {
  for (const way of [
    { path: paths.signInEnrol, method: 'totp', add: addTotp, show: showTotp },
    { path: paths.signInEnrolPasskey, method: 'passkey', add: addPasskey, show: showPasskey },
  ] as const) {
    app.get(
      way.path,
      arrivalPage(context, 'enrol', (page) => way.show(context, page, { status: 200, errors: [] })),
    );
    app.post(
      way.path,
      arrivalForm(context, 'enrol', async (page) => {
        const outcome = await way.add(context, { ...page, who: holderOf(page), onlyFirst: true });
        if (outcome.kind === 'added') return welcome(context, page, { outcome, method: way.method });
        const errors = [explainEnrolmentRefusal(outcome, { field: 'code' })];
        return way.show(context, page, { status: 422, errors });
      }),
    );
  }
}

/** The first factor is there: the sign-in becomes a session, and the recovery codes are shown. */
async function welcome(
  context: PortalContext,
  page: ArrivalRequest,
  input: {
    readonly outcome: Extract<AddedFactorOutcome, { readonly kind: 'added' }>;
    readonly method: FactorMethod;
  },
): Promise<FastifyReply> {
  const { nextPath } = page.pending;
  if (!(await complete(context, page, { ...page, factor: input.method })))
    return page.reply.redirect(paths.signIn, 303);
  const body = (
    <RecoveryCodesPage
      settings={context.settings}
      path={paths.signInEnrol}
      codes={input.outcome.recoveryCodes ?? []}
      nextPath={nextPath}
      enrolled={true}
    />
  );
  return sendPage(page.reply, { status: 200, page: body });
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/**
 * A page for people on the way in; all others begin at the sign-in.
 * @param step which of the two steps it belongs to: who has a factor cannot make a first one, and the reverse
 */
export function arrivalPage(
  context: PortalContext,
  step: 'factor' | 'enrol',
  handle: (page: ArrivalRequest) => Promise<FastifyReply>,
): Handler {
  const elsewhere = { session: paths.signIn, factor: paths.signInFactor, enrol: paths.signInEnrol };
  return async (request, reply) => {
    const arrival = await context.pendingSignIns.look(request);
    if (arrival === undefined) return reply.redirect(pathToSignIn({ wanted: undefined, ended: false }), 303);
    // What a user has can change on the way: by an administrator's reset, or in another window.
    const way = await wayIn(context, arrival);
    return way === step ? handle({ ...arrival, request, reply }) : reply.redirect(elsewhere[way], 303);
  };
}

/** As `arrivalPage`, for a form: it must also carry the token of its sign-in. */
export function arrivalForm(
  context: PortalContext,
  step: 'factor' | 'enrol',
  handle: (page: ArrivalRequest & { readonly fields: Fields }) => Promise<FastifyReply>,
): Handler {
  return arrivalPage(context, step, async (page) => {
    const fields = readFields(page.request.body);
    if (sameText(fields(formTokenField), page.pending.csrfToken)) return handle({ ...page, fields });
    return sendErrorPage(context.settings, page.reply, { status: 403 });
  });
}

export const holderOf = ({ pending, user, request }: ArrivalRequest): FactorHolder => ({
  holder: pending.tokenHash,
  userId: user.id,
  address: request.ip,
});

interface Shown {
  readonly status: number;
  readonly errors: readonly FieldError[];
}

async function showFactor(
  context: PortalContext,
  page: ArrivalRequest,
  input: Shown & { readonly way: string },
): Promise<FastifyReply> {
  const question = await askForFactor(context, { ...page, who: holderOf(page), wanted: input.way });
  const body = (
    <FactorSignInPage
      settings={context.settings}
      formToken={page.pending.csrfToken}
      userId={page.user.id}
      // Whoever has only passkeys for another name of the portal has recovery codes.
      question={question ?? { way: 'recovery-code', ways: [], passkeyOptions: undefined }}
      errors={input.errors}
    />
  );
  return sendPage(page.reply, { status: input.status, page: body });
}

async function showTotp(context: PortalContext, page: ArrivalRequest, shown: Shown): Promise<FastifyReply> {
  const passkeyWay =
    passkeySite(context.settings, page.request) === undefined ? undefined : (
      <p>
        Or <a href={paths.signInEnrolPasskey}>use a passkey</a>: the fingerprint, face or PIN of this device,
        or a security key.
      </p>
    );
  const otherWay = (
    <>
      {passkeyWay}
      {(await emailCodesFor(context, page.user)) === undefined ? null : (
        <p>
          Or <a href={paths.signInEmailCode}>have a code sent to your e-mail address</a>, each time that you
          sign in. We recommend the app: it is safer.
        </p>
      )}
    </>
  );
  return showTotpForm(context, {
    ...page,
    ...shown,
    who: holderOf(page),
    formToken: page.pending.csrfToken,
    path: paths.signInEnrol,
    otherWay,
  });
}

function showPasskey(context: PortalContext, page: ArrivalRequest, shown: Shown): Promise<FastifyReply> {
  return showPasskeyForm(context, {
    ...page,
    ...shown,
    who: holderOf(page),
    formToken: page.pending.csrfToken,
    path: paths.signInEnrolPasskey,
    otherWay: (
      <p>
        Or <a href={paths.signInEnrol}>use an authenticator app</a>.
      </p>
    ),
  });
}
