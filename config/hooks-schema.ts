// The settings of who is told of events, and of what may refuse a file or a login. Programs and addresses are said here,
// in the operator's file, and nowhere else (rules R6 and R17).

import { isAbsolute, relative } from 'node:path';
import { z } from 'zod';
import { bytes, count, day, kibibyte, milliseconds, minute, second } from './measures.ts';

const name = z
  .string()
  .regex(/^[a-z0-9-]{1,40}$/)
  .describe('Name, for the log and the deliveries.');
const events = z
  .array(z.string().regex(/^(\*|[a-z-]+\.(\*|[a-z-]+))$/))
  .min(1)
  .default(['*'])
  .describe('Kinds of events: `*` for all, `transmission.*`, or by name (docs/events.md).');
const partners = z
  .array(z.string().min(1))
  .default([])
  .describe('Trading partners by id; empty: all, and what is about none.');
const argv = z
  .array(z.string().min(1))
  .min(1)
  .describe('The program by its absolute path, and its arguments. No shell reads them.');
const workingDirectory = z
  .string()
  .regex(/^\//)
  .default('/')
  .describe('The directory that the program runs in.');
const environment = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
  .default({})
  .describe('Variables that the program gets beside PATH, LANG and those of the event.');
const maxOutputBytes = bytes.default(64 * kibibyte).describe('How much the program may write.');
const concurrency = (standard: number) => count.max(64).default(standard).describe('How many at once.');
const web = {
  allowPrivateAddresses: z
    .boolean()
    .default(false)
    .describe('Whether the URL may lead to a loopback, private or link-local address.'),
  allowPlainHttp: z.boolean().default(false).describe('Whether the URL may be http.'),
  caFile: z
    .string()
    .min(1)
    .optional()
    .describe('Certificates (PEM) that the receiver’s must descend from, in place of the usual ones.'),
};
const url = z.url({ protocol: /^https?$/ });

const webhook = z.strictObject({
  name,
  url: url.describe('Where events are sent by POST.'),
  secretFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File with the signing secrets. Without it Claimgate makes one, and `hook rotate` replaces it.',
    ),
  events,
  partners,
  ...web,
  concurrency: concurrency(4),
});

const command = z.strictObject({
  name,
  argv,
  events,
  partners,
  workingDirectory,
  environment,
  timeoutMs: milliseconds
    .min(1)
    .default(30 * second)
    .describe('How long the program may take.'),
  maxOutputBytes,
  concurrency: concurrency(1),
});

const gate = z.strictObject({
  name,
  on: z.enum(['upload', 'login']).describe('What it may refuse.'),
  partners,
  argv: argv.optional(),
  url: url.optional().describe('Asked by POST, where no program is.'),
  ...web,
  workingDirectory,
  environment,
  maxOutputBytes,
  timeoutMs: milliseconds
    .min(1)
    .default(20 * second)
    .describe('How long a decision may take, its turn included.'),
  concurrency: concurrency(4),
  onFailure: z
    .enum(['accept', 'refuse'])
    .describe('What counts when it gives no decision: `accept` (fail open) or `refuse` (fail closed).'),
});

export const hooks = z
  .strictObject({
    webhooks: z
      .array(webhook)
      .default([])
      .describe('Webhooks, in the Standard Webhooks form (docs/hooks.md).'),
    commands: z.array(command).default([]).describe('Programs that get each event on standard input.'),
    gates: z.array(gate).default([]).describe('Programs or URLs that may refuse an upload or a login.'),
    timeoutMs: milliseconds
      .min(1)
      .default(15 * second)
      .describe('How long a receiver may take to answer.'),
    maxResponseBytes: bytes
      .default(64 * kibibyte)
      .describe('How much of a receiver’s answer is read before the connection is closed.'),
    retryFirstMs: milliseconds
      .default(5 * second)
      .describe('The longest delay before the second try; it doubles with each further one.'),
    retryMaxMs: milliseconds.default(day).describe('The longest delay between tries.'),
    pauseMaxMs: milliseconds
      .default(2 * minute)
      .describe('The longest that a hook which fails is left alone before it is asked with another event.'),
    maxAttempts: count.default(30).describe('Tries before a delivery is put among the dead letters.'),
    drainMs: milliseconds
      .default(5 * second)
      .describe('How long deliveries under way may go on when the gateway stops.'),
    besideTransfersPerSecond: count
      .default(100)
      .describe(
        'How many events a second are told at least, by all hooks together, while transfers or answers are under way; else as many as receivers take.',
      ),
  })
  .prefault({});

type Hooks = z.infer<typeof hooks>;
type Combination = readonly [path: readonly string[], message: string];

/** What cannot be, hook by hook, with the fix. */
export function impossibleHooks(settings: Hooks, dataDirectory: string): readonly Combination[] {
  const { webhooks, commands, gates } = settings;
  const found: Combination[] = [];
  const names = [...webhooks, ...commands, ...gates].map((hook) => hook.name);
  const twice = names.find((candidate, index) => names.indexOf(candidate) !== index);
  if (twice !== undefined)
    found.push([['hooks'], `Two hooks or gates are named ${twice}. Give each its own name.`]);
  for (const hook of webhooks) found.push(...impossibleUrl(['hooks', 'webhooks'], hook));
  for (const hook of commands) found.push(...impossibleProgram(['hooks', 'commands'], hook, dataDirectory));
  for (const hook of gates) {
    const path = ['hooks', 'gates'];
    if ((hook.argv === undefined) === (hook.url === undefined))
      found.push([path, `Gate ${hook.name} needs argv or url, and not both.`]);
    if (hook.url !== undefined) found.push(...impossibleUrl(path, { ...hook, url: hook.url }));
    if (hook.argv !== undefined)
      found.push(...impossibleProgram(path, { name: hook.name, argv: hook.argv }, dataDirectory));
  }
  return found;
}

function impossibleUrl(
  path: readonly string[],
  hook: { readonly name: string; readonly url: string; readonly allowPlainHttp: boolean },
): readonly Combination[] {
  const { protocol, username, password } = new URL(hook.url);
  if (username !== '' || password !== '')
    return [[path, `The URL of ${hook.name} holds a user or a password, which would be logged. Remove it.`]];
  return protocol === 'http:' && !hook.allowPlainHttp
    ? [
        [
          path,
          `The URL of ${hook.name} is http: what it is told could be read on the way. Use https, or set allowPlainHttp: true for a receiver on this machine.`,
        ],
      ]
    : [];
}

function impossibleProgram(
  path: readonly string[],
  hook: { readonly name: string; readonly argv: readonly string[] },
  dataDirectory: string,
): readonly Combination[] {
  const [program = ''] = hook.argv;
  if (!isAbsolute(program))
    return [[path, `The program of ${hook.name} must be an absolute path, such as /usr/bin/clamdscan.`]];
  const below = relative(dataDirectory, program);
  return below !== '' && !below.startsWith('..') && !isAbsolute(below)
    ? [
        [
          path,
          `The program of ${hook.name} is below the data directory, where nothing is ever executed. Put it elsewhere, owned by root.`,
        ],
      ]
    : [];
}
