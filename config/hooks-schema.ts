// The settings of who is told of events.

import { z } from 'zod';
import { count, hour, milliseconds, second } from './measures.ts';

const hook = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .describe('Name of the hook, for the log and the deliveries.'),
  url: z.url({ protocol: /^https?$/ }).describe('Where events are sent by POST.'),
  secretFile: z.string().min(1).describe('File that holds the signing secret (`whsec_` and base64).'),
  events: z.array(z.string()).default(['*']).describe('Event kinds to send; `*` for all.'),
  allowPrivateAddresses: z
    .boolean()
    .default(false)
    .describe('Whether the URL may lead to a loopback or private address.'),
});

export const hooks = z
  .strictObject({
    webhooks: z.array(hook).default([]).describe('Webhooks, in the Standard Webhooks form.'),
    timeoutMs: milliseconds.default(15 * second).describe('How long a receiver may take to answer.'),
    retryFirstMs: milliseconds
      .default(5 * second)
      .describe('Delay before the second try; it doubles with each further one.'),
    retryMaxMs: milliseconds.default(hour).describe('The longest delay between tries.'),
    maxAttempts: count.default(30).describe('Tries before a delivery is put among the dead letters.'),
  })
  .prefault({});
