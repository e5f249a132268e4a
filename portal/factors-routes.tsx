// Looking after one's own second factors. Every change is a sensitive act: it wants a second factor given just now.

import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AddedFactorOutcome } from '../auth/second-factors.ts';
import type { FactorMethod } from '../domain/second-factor.ts';
import { removeFactor, renameFactor } from '../storage/factor-store.ts';
import { renewPortalSession } from '../storage/portal-session-store.ts';
import { confirmedForm, confirmedPage } from './confirmation.ts';
import { holderOf } from './confirmation-routes.tsx';
import { addPasskey, addTotp, factorName, showPasskeyForm, showTotpForm } from './enrolment.tsx';
import { RecoveryCodesPage } from './enrolment-page.tsx';
import { explainEnrolmentRefusal } from './factor-words.ts';
import { FactorsPage } from './factors-page.tsx';
import type { FieldError } from './form.ts';
import { type PageRequest, signedInPage } from './form-guard.ts';
import { sendPage } from './layout.tsx';
import { leaveNotice, type Notice, takeNotice } from './notice.ts';
import { passkeySite } from './passkey-site.ts';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';

export function registerFactors(app: FastifyInstance, context: PortalContext): void {
  app.get(
    paths.factors,
    signedInPage(context, async (page) => {
      const notice = takeNotice(page.request, page.reply, context.settings.secureCookies);
      return show(context, page, { status: 200, notice, errors: [] });
    }),
  );
  registerAdding(app, context);
  registerChanging(app, context);
}

function registerAdding(app: FastifyInstance, context: PortalContext): void {
  for (const way of [
    { path: paths.factorTotp, method: 'totp', add: addTotp, show: showTotpForm },
    { path: paths.factorPasskey, method: 'passkey', add: addPasskey, show: showPasskeyForm },
  ] as const) {
    const showForm = (
      page: PageRequest,
      shown: { readonly status: number; readonly errors: readonly FieldError[]; readonly name?: string },
    ) =>
      way.show(context, {
        ...page,
        ...shown,
        who: holderOf(page),
        formToken: page.viewer.session.csrfToken,
        path: way.path,
        otherWay: (
          <p>
            <a href={paths.factors}>Back to your second factors</a>
          </p>
        ),
      });
    app.get(
      way.path,
      confirmedPage(context, (page) => showForm(page, { status: 200, errors: [] })),
    );
    app.post(
      way.path,
      confirmedForm(context, way.path, async (page) => {
        const outcome = await way.add(context, { ...page, who: holderOf(page), onlyFirst: false });
        if (outcome.kind === 'added') return finishAdding(context, page, { outcome, method: way.method });
        const errors = [explainEnrolmentRefusal(outcome, { field: 'code' })];
        return showForm(page, { status: 422, errors, name: page.fields('name') });
      }),
    );
  }
}

/** What was added has also been given: the session counts as confirmed by it. */
async function finishAdding(
  context: PortalContext,
  page: PageRequest,
  input: {
    readonly outcome: Extract<AddedFactorOutcome, { readonly kind: 'added' }>;
    readonly method: FactorMethod;
  },
): Promise<FastifyReply> {
  const { viewer, request } = page;
  await renewPortalSession(context.database, {
    tokenHash: viewer.session.tokenHash,
    userId: viewer.user.id,
    address: request.ip,
    factor: input.method,
  });
  const codes = input.outcome.recoveryCodes;
  return codes === undefined ? goBack(context, page) : showCodes(context, page, { codes, enrolled: true });
}

function registerChanging(app: FastifyInstance, context: PortalContext): void {
  const back = paths.factors;
  app.post(
    paths.factorRename,
    confirmedForm(context, back, async (page) => {
      const name = factorName(page.fields('name'));
      const { id: userId } = page.viewer.user;
      const renamed =
        name !== undefined &&
        (await renameFactor(context.database, {
          userId,
          id: page.fields('factor'),
          name,
          address: page.request.ip,
        }));
      if (renamed) return goBack(context, page);
      return show(context, page, { status: 422, errors: [{ field: 'form', text: 'Enter a name.' }] });
    }),
  );
  app.post(
    paths.factorRemove,
    confirmedForm(context, back, async (page) => {
      const outcome = await removeFactor(context.database, {
        userId: page.viewer.user.id,
        id: page.fields('factor'),
        address: page.request.ip,
        keepOne: context.settings.secondFactor === 'required',
      });
      if (outcome.kind !== 'last') return goBack(context, page);
      const text = 'This is your only second factor, and one is required. Add another one first.';
      return show(context, page, { status: 422, errors: [{ field: 'form', text }] });
    }),
  );
  app.post(
    paths.recoveryCodes,
    confirmedForm(context, back, async (page) => {
      const { factors } = await context.secondFactors.holdings(page.viewer.user.id);
      // Codes stand in for a factor: without one they would be the only thing beside the password.
      if (factors.length === 0) return goBack(context, page);
      const codes = await context.secondFactors.renewRecoveryCodes(holderOf(page));
      return showCodes(context, page, { codes, enrolled: false });
    }),
  );
}

function goBack(context: PortalContext, { reply }: PageRequest): FastifyReply {
  leaveNotice(reply, 'factors-changed', context.settings.secureCookies);
  return reply.redirect(paths.factors, 303);
}

function showCodes(
  { settings }: PortalContext,
  { viewer, reply }: PageRequest,
  input: { readonly codes: readonly string[]; readonly enrolled: boolean },
): FastifyReply {
  const page = (
    <RecoveryCodesPage
      {...input}
      settings={settings}
      viewer={viewer}
      path={paths.recoveryCodes}
      nextPath={paths.factors}
    />
  );
  return sendPage(reply, { status: 200, page });
}

async function show(
  context: PortalContext,
  { viewer, request, reply }: PageRequest,
  input: {
    readonly status: number;
    readonly notice?: Notice | undefined;
    readonly errors: readonly FieldError[];
  },
): Promise<FastifyReply> {
  const page = (
    <FactorsPage
      settings={context.settings}
      viewer={viewer}
      holdings={await context.secondFactors.holdings(viewer.user.id)}
      passkeys={passkeySite(context.settings, request) !== undefined}
      notice={input.notice}
      errors={input.errors}
    />
  );
  return sendPage(reply, { status: input.status, page });
}
