// Hooks and gates as the settings name them, ready to be started: by the gateway, and by `claimgate hook`.

import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { Core } from '../core.ts';
import { patternOfNothing } from '../domain/event-filter.ts';
import type { LoginGate, UploadGate } from '../domain/gate.ts';
import { openCommandHook } from '../hooks/command-hook.ts';
import { createLoginGate, createUploadGate, type GateDeps, type GateSettings } from '../hooks/gates.ts';
import type { Hook } from '../hooks/hook-channel.ts';
import { HookSettingsError } from '../hooks/hook-settings-error.ts';
import { openWebhook } from '../hooks/webhook.ts';
import { newWebhookSecret, readWebhookSecrets, type WebhookSecret } from '../hooks/webhook-secret.ts';
import { readOrMakeKey } from '../storage/key-file.ts';

type HookSettings = Config['hooks'];
type WebhookSettings = HookSettings['webhooks'][number];

export interface ConfiguredHook extends Hook {
  readonly kind: 'webhook' | 'command';
  /** Where it leads: a URL, or a program's path. */
  readonly target: string;
}

/**
 * @returns every hook of the configuration
 * @throws HookSettingsError, WebhookSecretError, OpenSecretError, and Error for a file that cannot be read
 */
export function configuredHooks(core: Core): readonly ConfiguredHook[] {
  const { webhooks, commands } = core.config.hooks;
  const hooks = [
    ...webhooks.map((settings) => webhookOf(core, settings)),
    ...commands.map((settings): ConfiguredHook => {
      const { name, events, partners, concurrency, ...program } = settings;
      checkProgram(core.config.dataDirectory, { name, argv: program.argv });
      const target = program.argv.join(' ');
      const open = () => openCommandHook(name, program);
      return { kind: 'command', name, events, partners, concurrency, target, open };
    }),
  ];
  for (const { name, events } of hooks) {
    const wrong = patternOfNothing(events);
    if (wrong !== undefined)
      throw new HookSettingsError(
        `Hook ${name} asks for events "${wrong}", and there is no such kind. claimgate event kinds lists them.`,
      );
  }
  return hooks;
}

function webhookOf(core: Core, settings: WebhookSettings): ConfiguredHook {
  const { name, url, events, partners, concurrency, caFile, allowPrivateAddresses } = settings;
  const { timeoutMs, maxResponseBytes } = core.config.hooks;
  const secrets = secretsOf(core, settings);
  // What cannot be read is told at start, and not at the first event.
  secrets();
  const ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
  const target = { url, allowPrivateAddresses, ca, timeoutMs, maxResponseBytes, concurrency, secrets };
  const open = () => openWebhook(target, core.database.now);
  return { kind: 'webhook', name, events, partners, concurrency, target: url, open };
}

/** The name in data/keys of the secrets that Claimgate itself has made for a webhook. */
export const secretKeyName = (hook: string): string => `hook-${hook}.secrets`;

/** @returns reads the secrets as they are now; a file that has not changed is not read again */
function secretsOf(
  { directory, database }: Core,
  { name, secretFile }: WebhookSettings,
): () => readonly WebhookSecret[] {
  const make = () => `${newWebhookSecret(database.randomBytes(32))}\n`;
  const key = { name: secretKeyName(name), make };
  if (secretFile === undefined) readOrMakeKey(directory, key);
  const path = secretFile ?? `${directory.keys}/${key.name}`;
  let known: { readonly version: string; readonly secrets: readonly WebhookSecret[] } | undefined;
  return () => {
    const { mtimeMs, ino, size } = statSync(path);
    const version = `${mtimeMs}:${ino}:${size}`;
    if (known?.version === version) return known.secrets;
    const text =
      secretFile === undefined
        ? readOrMakeKey(directory, key).toString('utf8')
        : readFileSync(secretFile, 'utf8');
    known = { version, secrets: readWebhookSecrets(name, text) };
    return known.secrets;
  };
}

/** Nothing below the data directory is executed (invariant I7), whatever name leads there. */
function checkProgram(
  dataDirectory: string,
  hook: { readonly name: string; readonly argv: readonly string[] },
): void {
  const [program = ''] = hook.argv;
  const cannot = (why: string) => new HookSettingsError(`The program of ${hook.name}, ${program}, ${why}`);
  let real: string;
  try {
    real = realpathSync(program);
    accessSync(real, constants.X_OK);
  } catch (thrown) {
    const why = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    throw cannot(`cannot be run (${why}). Check its path and its mode.`);
  }
  if (!relative(realpathSync(dataDirectory), real).startsWith('..'))
    throw cannot('is below the data directory, where nothing is ever executed. Put it elsewhere.');
}

/**
 * @returns the gates of the configuration
 * @throws HookSettingsError, and Error for a file that cannot be read
 */
export function configuredGates(
  config: Config,
  deps: GateDeps,
): { readonly upload: UploadGate | undefined; readonly login: LoginGate | undefined } {
  const gates = config.hooks.gates.map((settings) => gateOf(config, settings));
  return { upload: createUploadGate(deps, gates), login: createLoginGate(deps, gates) };
}

function gateOf(config: Config, settings: HookSettings['gates'][number]): GateSettings {
  const { argv, url, caFile, allowPrivateAddresses, workingDirectory, environment, maxOutputBytes } =
    settings;
  const { name, on, partners, onFailure, concurrency, timeoutMs } = settings;
  const common = { name, on, partners, onFailure, concurrency, timeoutMs };
  if (argv !== undefined) {
    checkProgram(config.dataDirectory, { name, argv });
    const program = { argv, workingDirectory, environment, maxOutputBytes, timeoutMs };
    return { ...common, by: { kind: 'program', program } };
  }
  if (url === undefined) throw new HookSettingsError(`Gate ${name} needs argv or url.`);
  const ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
  const { maxResponseBytes } = config.hooks;
  const target = { url, allowPrivateAddresses, ca, timeoutMs, maxResponseBytes, concurrency };
  return { ...common, by: { kind: 'url', target } };
}
