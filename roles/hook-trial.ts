// Trying a hook, and giving a webhook a new secret: what `claimgate hook test` and `hook rotate` do.

import type { Core } from '../core.ts';
import type { Actor } from '../domain/audit.ts';
import { eventMessage } from '../domain/event-message.ts';
import { newEventId } from '../domain/ids.ts';
import { newWebhookSecret, readWebhookSecrets, rotateSecrets } from '../hooks/webhook-secret.ts';
import { recordRotation } from '../storage/hook-store.ts';
import { readOrMakeKey, replaceKey } from '../storage/key-file.ts';
import { type ConfiguredHook, configuredHooks, secretKeyName } from './hook-parts.ts';

export { type ConfiguredHook, configuredHooks };

export interface Trial {
  readonly eventId: string;
  readonly taken: boolean;
  /** Why not. */
  readonly reason: string | undefined;
  readonly durationMs: number;
}

/** Tells a hook of an event `hook.test`, which is in no outbox, and waits for what it says. */
export async function tryHook({ database }: Core, hook: ConfiguredHook): Promise<Trial> {
  const createdAtMs = database.now();
  const eventId = newEventId(createdAtMs, database.randomBytes(10));
  const message = eventMessage({
    sequence: 0,
    id: eventId,
    kind: 'hook.test',
    version: 1,
    partnerId: '',
    payload: JSON.stringify({ hook: hook.name }),
    createdAtMs,
  });
  const channel = hook.open();
  const startedAtMs = performance.now();
  const outcome = await channel.send(message, new AbortController().signal);
  channel.close();
  return {
    eventId,
    taken: outcome.kind === 'taken',
    reason: outcome.kind === 'taken' ? undefined : outcome.reason,
    durationMs: Math.round(performance.now() - startedAtMs),
  };
}

export type Rotation =
  | { readonly kind: 'rotated'; readonly secret: string; readonly oldUntilMs: number }
  | { readonly kind: 'operators-file'; readonly file: string }
  | { readonly kind: 'no-webhook' };

/**
 * Gives a webhook a new secret. The one before it is signed with too for a time, so that the receiver can be changed in
 * between. A running gateway takes it up at the next event.
 */
export async function rotateHook(
  core: Core,
  input: { readonly name: string; readonly overlapMs: number; readonly actor: Actor },
): Promise<Rotation> {
  const { name, overlapMs, actor } = input;
  const { directory, database } = core;
  const settings = core.config.hooks.webhooks.find((webhook) => webhook.name === name);
  if (settings === undefined) return { kind: 'no-webhook' };
  if (settings.secretFile !== undefined) return { kind: 'operators-file', file: settings.secretFile };
  const nowMs = database.now();
  const key = secretKeyName(name);
  const secret = newWebhookSecret(database.randomBytes(32));
  const before = readOrMakeKey(directory, {
    name: key,
    make: () => `${newWebhookSecret(database.randomBytes(32))}\n`,
  });
  const untilMs = nowMs + overlapMs;
  const secrets = readWebhookSecrets(name, before.toString('utf8'));
  replaceKey(directory, { name: key, content: rotateSecrets(secrets, { fresh: secret, untilMs, nowMs }) });
  await recordRotation(database, { name, overlapMs, actor });
  return { kind: 'rotated', secret, oldUntilMs: untilMs };
}

/** @returns the secret that a webhook signs with, to give to its receiver; undefined for what is none */
export function secretOf({ config, directory, database }: Core, name: string): string | undefined {
  const settings = config.hooks.webhooks.find((webhook) => webhook.name === name);
  if (settings === undefined || settings.secretFile !== undefined) return undefined;
  const make = () => `${newWebhookSecret(database.randomBytes(32))}\n`;
  const text = readOrMakeKey(directory, { name: secretKeyName(name), make }).toString('utf8');
  return readWebhookSecrets(name, text)[0]?.text;
}
