// A webhook: events by POST in the Standard Webhooks form (https://www.standardwebhooks.com): the id to deduplicate by,
// the time of the try, and signatures over both and the body (HMAC-SHA-256, `v1`), one for each secret in force.

import { createHmac } from 'node:crypto';
import type { EventMessage } from '../domain/event-message.ts';
import type { HookChannel, SendOutcome } from './hook-channel.ts';
import { createHttpPoster, type HttpTarget } from './http-post.ts';
import type { WebhookSecret } from './webhook-secret.ts';

export interface WebhookTarget extends HttpTarget {
  /** Read at each try: a rotation needs no restart. */
  readonly secrets: () => readonly WebhookSecret[];
}

/** Connections are kept open until `close`. */
export function openWebhook(target: WebhookTarget, now: () => number): HookChannel {
  const poster = createHttpPoster(target);
  return {
    async send(message, signal) {
      const nowMs = now();
      const body = JSON.stringify(message);
      const headers = signedHeaders(target.secrets(), { message, body, nowMs });
      return judge(await poster.post({ headers, body, nowMs, signal }));
    },
    close: () => poster.close(),
  };
}

function signedHeaders(
  secrets: readonly WebhookSecret[],
  input: { readonly message: EventMessage; readonly body: string; readonly nowMs: number },
): Readonly<Record<string, string>> {
  const { message, body, nowMs } = input;
  const timestampS = Math.floor(nowMs / 1000);
  const signed = `${message.id}.${timestampS}.${body}`;
  const signatures = secrets
    .filter(({ untilMs }) => untilMs === undefined || untilMs > nowMs)
    .map(({ bytes }) => `v1,${createHmac('sha256', bytes).update(signed).digest('base64')}`);
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': signatures.join(' '),
  };
}

/** 410: the receiver wants to hear no more (Standard Webhooks, "Responses"). */
const goneStatus = 410;

function judge(outcome: Awaited<ReturnType<ReturnType<typeof createHttpPoster>['post']>>): SendOutcome {
  if (outcome.kind === 'failed') return { kind: 'failed', reason: outcome.reason, retryAfterMs: undefined };
  const { status, retryAfterMs } = outcome;
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (status === goneStatus) return { kind: 'gone', reason: 'HTTP 410' };
  const note = status >= 300 && status < 400 ? ' (redirects are not followed)' : '';
  return { kind: 'failed', reason: `HTTP ${status}${note}`, retryAfterMs };
}
