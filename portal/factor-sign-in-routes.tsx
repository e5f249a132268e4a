// The second factor at the sign-in: asked for when the user has one, made when it is required and there is none. These
// pages are for someone whose password was right; nothing else takes such a sign-in for a session.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FactorHolder, FactorOutcome } from '../auth/factor-guard.ts';
import { sameText } from '../auth/password-hasher.ts';
import { complete, wayIn } from './admission.ts';
import { RecoveryCodesPage, TotpPage } from './enrolment-page.tsx';
import { sendErrorPage } from './error-page.tsx';
import { FactorSignInPage, type FactorWay } from './factor-sign-in-page.tsx';
import { explainEnrolmentRefusal, explainFactorRefusal } from './factor-words.ts';
import { type FieldError, type Fields, formTokenField, readFields } from './form.ts';
import { sendPage } from './layout.tsx';
import { paths, pathToSignIn } from './paths.ts';
import type { Arrival } from './pending-sign-in.ts';
import type { PortalContext } from './portal-deps.ts';

interface ArrivalRequest extends Arrival {
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
      const way = page.fields('way');
      const outcome = await checkFactor(context, page);
      if (outcome.kind === 'accepted') {
        const { reply, pending } = page;
        // Lost when two forms were sent at once: the other one has begun the session.
        const done = await complete(context, page, { ...page, factor: outcome.method });
        return reply.redirect(done ? pending.nextPath : paths.signIn, 303);
      }
      const errors = [explainFactorRefusal(outcome, { field: 'code', settings: context.settings })];
      return showFactor(context, page, { status: outcome.kind === 'blocked' ? 429 : 422, way, errors });
    }),
  );
  app.get(
    paths.signInEnrol,
    arrivalPage(context, 'enrol', (page) => showEnrolment(context, page, { status: 200, errors: [] })),
  );
  app.post(
    paths.signInEnrol,
    arrivalForm(context, 'enrol', async (page) => {
      const name = 'Authenticator app';
      const code = page.fields('code');
      const outcome = await context.secondFactors.finishTotp(holderOf(page), { code, name, onlyFirst: true });
      if (outcome.kind === 'refused') {
        const errors = [explainEnrolmentRefusal(outcome, { field: 'code' })];
        return showEnrolment(context, page, { status: 422, errors });
      }
      if (!(await complete(context, page, { ...page, factor: 'totp' })))
        return page.reply.redirect(paths.signIn, 303);
      const codes = outcome.recoveryCodes ?? [];
      const { nextPath } = page.pending;
      return sendPage(page.reply, {
        status: 200,
        page: (
          <RecoveryCodesPage
            settings={context.settings}
            path={paths.signInEnrol}
            codes={codes}
            nextPath={nextPath}
            enrolled={true}
          />
        ),
      });
    }),
  );
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/**
 * A page for people on the way in; all others begin at the sign-in.
 * @param step which of the two steps it belongs to: who has a factor cannot make a first one, and the reverse
 */
function arrivalPage(
  context: PortalContext,
  step: 'factor' | 'enrol',
  handle: (page: ArrivalRequest) => Promise<FastifyReply>,
): Handler {
  return async (request, reply) => {
    const arrival = await context.pendingSignIns.look(request);
    if (arrival === undefined) return reply.redirect(pathToSignIn({ wanted: undefined, ended: false }), 303);
    const way = await wayIn(context, arrival);
    // What a user has can change on the way: by an administrator's reset, or in another window.
    if (way !== step)
      return reply.redirect(
        { session: paths.signIn, factor: paths.signInFactor, enrol: paths.signInEnrol }[way],
        303,
      );
    return handle({ ...arrival, request, reply });
  };
}

/** As `arrivalPage`, for a form: it must also carry the token of its sign-in. */
function arrivalForm(
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

const holderOf = ({ pending, user, request }: ArrivalRequest): FactorHolder => ({
  holder: pending.tokenHash,
  userId: user.id,
  address: request.ip,
});

function checkFactor(
  { secondFactors }: PortalContext,
  page: ArrivalRequest & { readonly fields: Fields },
): Promise<FactorOutcome> {
  const who = holderOf(page);
  const code = page.fields('code');
  return page.fields('way') === 'recovery-code'
    ? secondFactors.checkRecoveryCode(who, code)
    : secondFactors.checkTotp(who, code);
}

async function showFactor(
  context: PortalContext,
  { user, pending, reply }: ArrivalRequest,
  input: { readonly status: number; readonly way: string; readonly errors: readonly FieldError[] },
): Promise<FastifyReply> {
  const ways = await waysOf(context, user.id);
  const page = (
    <FactorSignInPage
      settings={context.settings}
      formToken={pending.csrfToken}
      userId={user.id}
      way={ways.find((way) => way === input.way) ?? ways[0] ?? 'totp'}
      ways={ways}
      errors={input.errors}
    />
  );
  return sendPage(reply, { status: input.status, page });
}

/** @returns the ways that a user has to give a second factor, the usual one first */
async function waysOf(
  { secondFactors }: PortalContext,
  userId: Arrival['user']['id'],
): Promise<readonly FactorWay[]> {
  const { factors, recoveryCodesLeft } = await secondFactors.holdings(userId);
  const ways: FactorWay[] = [];
  if (factors.some(({ kind }) => kind === 'totp')) ways.push('totp');
  if (recoveryCodesLeft > 0) ways.push('recovery-code');
  return ways;
}

async function showEnrolment(
  context: PortalContext,
  page: ArrivalRequest,
  input: { readonly status: number; readonly errors: readonly FieldError[] },
): Promise<FastifyReply> {
  const { settings } = context;
  const { secret, uri } = await context.secondFactors.beginTotp(holderOf(page), {
    issuer: settings.siteName,
  });
  const body = (
    <TotpPage
      settings={settings}
      formToken={page.pending.csrfToken}
      path={paths.signInEnrol}
      secret={secret}
      uri={uri}
      userId={page.user.id}
      errors={input.errors}
    />
  );
  return sendPage(page.reply, { status: input.status, page: body });
}
