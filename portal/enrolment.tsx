// Adding a second factor, whoever adds it: someone on the way in, or someone signed in.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ComponentChildren } from 'preact';
import type { FactorHolder } from '../auth/factor-guard.ts';
import type { AddedFactorOutcome } from '../auth/second-factors.ts';
import { PasskeyPage, TotpPage } from './enrolment-page.tsx';
import { sendErrorPage } from './error-page.tsx';
import type { FieldError, Fields } from './form.ts';
import { sendPage } from './layout.tsx';
import { readAttestation } from './passkey-answer.ts';
import { passkeySite } from './passkey-site.ts';
import type { PortalContext } from './portal-deps.ts';
import type { Viewer } from './session.ts';

interface Adding {
  readonly who: FactorHolder;
  readonly request: FastifyRequest;
  readonly fields: Fields;
  readonly onlyFirst: boolean;
}

/** Adds an authenticator app by the code that was sent. */
export function addTotp(
  context: PortalContext,
  { who, fields, onlyFirst }: Adding,
): Promise<AddedFactorOutcome> {
  const name = factorName(fields('name')) ?? 'Authenticator app';
  return context.secondFactors.finishTotp(who, { code: fields('code'), name, onlyFirst });
}

/** Adds the passkey that the browser has made. */
export async function addPasskey(
  context: PortalContext,
  { who, request, fields, onlyFirst }: Adding,
): Promise<AddedFactorOutcome> {
  const site = passkeySite(context.settings, request);
  const made = readAttestation(fields('passkey'));
  if (site === undefined || made === undefined) return { kind: 'refused', why: 'expired' };
  const name = factorName(fields('name')) ?? 'Passkey';
  return context.passkeys.finishAdding(who, { site, made, name, onlyFirst });
}

/** The longest name of a factor or a key, in characters. */
const maxNameCharacters = 60;

/** @returns a name as it may be kept: one line, not too long; undefined when nothing is left of it */
export function factorName(text: string): string | undefined {
  const name = text
    .normalize('NFC')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  return name === '' ? undefined : [...name].slice(0, maxNameCharacters).join('');
}

interface Shown {
  readonly who: FactorHolder;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly status: number;
  readonly errors: readonly FieldError[];
  readonly viewer?: Viewer | undefined;
  readonly formToken: string;
  readonly path: string;
  /** What the factor is to be called, as typed; undefined when the form has not been sent. */
  readonly name?: string | undefined;
  readonly otherWay: ComponentChildren;
}

export async function showTotpForm(context: PortalContext, shown: Shown): Promise<FastifyReply> {
  const { settings } = context;
  const { secret, uri } = await context.secondFactors.beginTotp(shown.who, { issuer: settings.siteName });
  const page = <TotpPage {...frameOf(context, shown)} secret={secret} uri={uri} />;
  return sendPage(shown.reply, { status: shown.status, page });
}

export async function showPasskeyForm(context: PortalContext, shown: Shown): Promise<FastifyReply> {
  const { settings } = context;
  const site = passkeySite(settings, shown.request);
  if (site === undefined) return sendErrorPage(settings, shown.reply, { status: 404 });
  const options = await context.passkeys.beginAdding(shown.who, { site, siteName: settings.siteName });
  const page = <PasskeyPage {...frameOf(context, shown)} options={options} />;
  return sendPage(shown.reply, { status: shown.status, page });
}

const frameOf = (
  { settings }: PortalContext,
  { viewer, formToken, path, errors, name, otherWay }: Shown,
) => ({
  settings,
  viewer,
  formToken,
  path,
  errors,
  name,
  otherWay,
});
