// From a right password to a session: at once, or by way of the second factor. Every way in ends here, so that none
// can forget the factor (rule R8).

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FactorMethod } from '../domain/second-factor.ts';
import type { User } from '../storage/user-store.ts';
import { sendErrorPage } from './error-page.tsx';
import { paths } from './paths.ts';
import type { Arrival } from './pending-sign-in.ts';
import type { PortalContext } from './portal-deps.ts';

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export interface Proved {
  readonly user: User;
  /** When the password was given, or when the provider says that the user signed in; milliseconds since 1970. */
  readonly authenticatedAtMs: number;
  /** One of the pages behind the sign-in. */
  readonly nextPath: string;
  /** The identity provider's token, sealed; undefined for a sign-in by password. */
  readonly idToken?: string | undefined;
  /** A second factor that was given already: the provider's. */
  readonly factor?: FactorMethod | undefined;
}

/** Leads on: to the page that was wanted, or to the second factor. */
export async function admit(
  context: PortalContext,
  exchange: Exchange,
  proved: Proved,
): Promise<FastifyReply> {
  const closed = await askGate(context, exchange, proved);
  if (closed !== undefined) return closed;
  const way = await wayIn(context, proved);
  if (way === 'session') return welcome(context, exchange, { ...proved, factor: proved.factor });
  await context.pendingSignIns.begin(exchange, proved);
  return exchange.reply.redirect(way === 'factor' ? paths.signInFactor : paths.signInEnrol, 303);
}

/** The operator's gate. @returns the page that says what it has said against it; undefined when it has not */
async function askGate(
  context: PortalContext,
  { request, reply }: Exchange,
  { user, idToken }: Proved,
): Promise<FastifyReply | undefined> {
  const { database, loginGate, observe, settings } = context;
  const { id: userId, partnerId } = user;
  const method = idToken === undefined ? 'password' : 'identity-provider';
  const facts = { userId, partnerId, address: request.ip, door: 'portal', method } as const;
  const decision = await loginGate?.decide(facts);
  if (decision?.kind !== 'refused') return undefined;
  const { gate, why } = decision;
  await database.transaction((transaction) =>
    transaction.audit({
      actor: { kind: 'gateway' },
      action: 'portal.sign-in-refused',
      subject: `user:${userId}`,
      address: request.ip,
      detail: { gate, why },
    }),
  );
  observe({
    kind: 'portal.sign-in-refused',
    userName: userId,
    address: request.ip,
    reason: 'refused-by-gate',
  });
  return sendErrorPage(settings, reply, {
    status: 403,
    words: { title: 'You cannot sign in now', text: why },
  });
}

/** What stands between a user who has given the password and the session. */
export async function wayIn(
  { secondFactors, settings }: PortalContext,
  proved: Pick<Proved, 'user' | 'factor'>,
): Promise<'session' | 'factor' | 'enrol'> {
  if (settings.secondFactor === 'off' || proved.factor !== undefined) return 'session';
  const { factors } = await secondFactors.holdings(proved.user.id);
  if (factors.length > 0) return 'factor';
  return settings.secondFactor === 'required' ? 'enrol' : 'session';
}

/** The factor was given: the sign-in that waited for it becomes a session, once. @returns whether it did */
export async function complete(
  context: PortalContext,
  exchange: Exchange,
  input: Arrival & { readonly factor: FactorMethod },
): Promise<boolean> {
  const { pending, user, factor } = input;
  if (!(await context.pendingSignIns.end(exchange.request, exchange.reply))) return false;
  await beginSession(context, exchange, { ...pending, user, factor });
  return true;
}

async function welcome(
  context: PortalContext,
  exchange: Exchange,
  proved: Proved & { readonly factor: FactorMethod | undefined },
): Promise<FastifyReply> {
  await beginSession(context, exchange, proved);
  return exchange.reply.redirect(proved.nextPath, 303);
}

async function beginSession(
  context: PortalContext,
  { request, reply }: Exchange,
  proved: Pick<Proved, 'user' | 'authenticatedAtMs' | 'idToken'> & {
    readonly factor: FactorMethod | undefined;
  },
): Promise<void> {
  const { user, authenticatedAtMs, idToken, factor } = proved;
  await context.sessions.begin(request, reply, { user, authenticatedAtMs, idToken, factor });
  context.observe({ kind: 'portal.sign-in', userId: user.id, address: request.ip });
}
