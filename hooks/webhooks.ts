// Tells webhooks of events: reads the outbox, posts in the order of events, tries again with growing pauses, and puts
// what is never taken among the dead letters. One hook that is down does not hold up another.

import { describeFault, type Observe } from '../domain/observation.ts';
import {
  type DueDelivery,
  enqueueDeliveries,
  listDueDeliveries,
  recordDelivery,
} from '../storage/delivery-store.ts';
import type { Database } from '../storage/transaction.ts';
import { postWebhook, readWebhookSecret, type Webhook } from './webhook-request.ts';

export interface WebhookSettings {
  readonly timeoutMs: number;
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  readonly maxAttempts: number;
}

export interface WebhookDeps {
  readonly database: Database;
  readonly observe: Observe;
  readonly settings: WebhookSettings;
  readonly webhooks: readonly (Webhook & { readonly events: readonly string[] })[];
  /** A number from 0 to 1, for the spread of pauses. */
  readonly random: () => number;
}

/** How often retries are looked for when nothing wakes us, in milliseconds. */
const pauseMs = 1_000;
const batch = 50;

/**
 * Starts telling webhooks.
 * @throws WebhookSecretError
 */
export function startWebhooks(deps: WebhookDeps): { readonly close: () => Promise<void> } {
  for (const webhook of deps.webhooks) readWebhookSecret(webhook.name, webhook.secret);
  let closing = false;
  let running: Promise<void> | undefined;
  let again = false;
  const round = async (): Promise<void> => {
    do {
      again = false;
      await enqueueDeliveries(deps.database, deps.webhooks);
      await Promise.all(deps.webhooks.map((webhook) => deliverDue(deps, webhook, () => closing)));
    } while (again && !closing);
  };
  const wake = (): void => {
    again = true;
    if (closing || running !== undefined || deps.webhooks.length === 0) return;
    running = round()
      .catch((thrown: unknown) =>
        deps.observe({ kind: 'fault', where: 'hooks.webhooks', fault: describeFault(thrown) }),
      )
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(wake, pauseMs);
  const unsubscribe = deps.database.changes.subscribe(wake);
  wake();
  return {
    async close() {
      closing = true;
      clearInterval(timer);
      unsubscribe();
      await running;
    },
  };
}

async function deliverDue(deps: WebhookDeps, webhook: Webhook, isClosing: () => boolean): Promise<void> {
  for (;;) {
    const due = await listDueDeliveries(deps.database, { hook: webhook.name, limit: batch });
    for (const delivery of due) {
      if (isClosing()) return;
      await deliver(deps, webhook, delivery);
    }
    if (due.length < batch) return;
  }
}

/** The body is the same at every try, so that a receiver may compare. */
function bodyOf(delivery: DueDelivery): string {
  const facts: unknown = JSON.parse(delivery.payload);
  const timestamp = new Date(delivery.createdAtMs).toISOString();
  return JSON.stringify({
    type: delivery.kind,
    timestamp,
    data: { partnerId: delivery.partnerId === '' ? null : delivery.partnerId, ...(facts as object) },
  });
}

async function deliver(deps: WebhookDeps, webhook: Webhook, delivery: DueDelivery): Promise<void> {
  const { database, observe, settings } = deps;
  const startedAtMs = database.now();
  const { eventId, attempt } = delivery;
  const input = { id: eventId, nowMs: startedAtMs, body: bodyOf(delivery), timeoutMs: settings.timeoutMs };
  const outcome = await postWebhook(webhook, input);
  if (outcome.kind === 'delivered') {
    await recordDelivery(database, { delivery, outcome });
    observe({
      kind: 'hook.delivered',
      hook: webhook.name,
      eventId,
      attempt,
      durationMs: database.now() - startedAtMs,
    });
    return;
  }
  const dead = attempt >= settings.maxAttempts;
  // Between half and all of the pause, so that many deliveries do not come back at the same moment.
  const pause = Math.min(settings.retryFirstMs * 2 ** (attempt - 1), settings.retryMaxMs);
  const delayMs = Math.round(pause * (0.5 + deps.random() / 2));
  const error = outcome.reason;
  await recordDelivery(database, {
    delivery,
    outcome: dead ? { kind: 'dead', error } : { kind: 'retry', delayMs, error },
  });
  observe({
    kind: 'hook.failed',
    hook: webhook.name,
    eventId,
    attempt,
    retryInMs: dead ? undefined : delayMs,
    reason: error,
  });
}
