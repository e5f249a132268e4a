// Everything an operator may set: the one schema that gives the defaults, the limits, the units and the help. The
// loader validates against it, `claimgate config reference` and docs/config.md are printed from it.
// With no file and no environment at all the result runs on loopback: SFTP on 2022, the portal on 8080.

import { z } from 'zod';
import { api, impossibleApi } from './api-schema.ts';
import { auth } from './auth-schema.ts';
import { hooks, impossibleHooks } from './hooks-schema.ts';
import { identity, impossibleMail, mail } from './identity-schema.ts';
import { intake } from './intake-schema.ts';
import { impossibleMonitoring, monitoring } from './monitoring-schema.ts';
import { portal } from './portal-schema.ts';
import { impossibleProvider, isLoopback } from './provider-schema.ts';
import { retention } from './retention-schema.ts';
import { impossibleListeners, sftp } from './sftp-schema.ts';
import { storage } from './storage-schema.ts';

const log = z
  .strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'])
      .default('info')
      .describe('The least severe line that is logged.'),
    file: z.string().min(1).optional().describe('File to append to. Without it: standard error.'),
  })
  .prefault({});

export const configSchema = z
  .strictObject({
    dataDirectory: z
      .string()
      .min(1)
      .default('data')
      .describe('The one directory that everything is kept in.'),
    roles: z
      .array(z.enum(['sftp', 'intake', 'portal', 'hooks', 'api']))
      .min(1)
      .default(['sftp', 'intake', 'portal', 'hooks', 'api'])
      .describe('What this process does; `api` is nothing without `api.port`.'),
    sftp,
    portal,
    api,
    auth,
    storage,
    intake,
    retention,
    hooks,
    identity,
    mail,
    monitoring,
    log,
  })
  .superRefine((config, context) => {
    for (const [path, message] of impossibleCombinations(config)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  });

export type Config = z.infer<typeof configSchema>;

type Combination = readonly [path: readonly string[], message: string];

function impossibleCombinations(config: {
  readonly dataDirectory: string;
  readonly roles: readonly string[];
  readonly portal: z.infer<typeof portal>;
  readonly api: z.infer<typeof api>;
  readonly sftp: z.infer<typeof sftp>;
  readonly auth: z.infer<typeof auth>;
  readonly identity: z.infer<typeof identity>;
  readonly hooks: z.infer<typeof hooks>;
  readonly mail: z.infer<typeof mail>;
  readonly monitoring: z.infer<typeof monitoring>;
}): readonly Combination[] {
  const found: Combination[] = [];
  const { portal, sftp, auth, hooks } = config;
  if ((portal.tlsCertificateFile === undefined) !== (portal.tlsKeyFile === undefined)) {
    found.push([
      ['portal', 'tlsKeyFile'],
      'HTTPS needs both the certificate and the key. Set portal.tlsCertificateFile and portal.tlsKeyFile, or neither.',
    ]);
  }
  if (portal.tlsCertificateFile === undefined && !isLoopback(portal.host)) {
    found.push([
      ['portal', 'host'],
      'Passwords would cross the network in the clear. Set portal.tlsCertificateFile and portal.tlsKeyFile; or listen on 127.0.0.1, with an HTTPS proxy on the same machine in front and portal.behindHttps: true.',
    ]);
  }
  found.push(...impossibleProvider({ oidc: config.identity.oidc, portal }));
  if (sftp.port !== 0 && sftp.port === portal.port && sftp.host === portal.host) {
    found.push([
      ['portal', 'port'],
      'The portal and SFTP cannot share a port. Give one of them another port.',
    ]);
  }
  const others = [
    { name: 'the portal', ...portal },
    { name: 'SFTP', ...sftp },
  ];
  found.push(...impossibleApi({ roles: config.roles, api: config.api, others }));
  if (auth.lockFailures <= auth.freeFailures) {
    found.push([
      ['auth', 'lockFailures'],
      'It must be more than auth.freeFailures, or accounts lock before there is any delay. Raise it or lower auth.freeFailures.',
    ]);
  }
  if (!isTimeZone(portal.timeZone)) {
    found.push([
      ['portal', 'timeZone'],
      `There is no time zone "${portal.timeZone}". Use a name such as America/New_York or UTC.`,
    ]);
  }
  if (sftp.bytesInFlightTotal < sftp.bytesInFlightPerSession) {
    found.push([
      ['sftp', 'bytesInFlightTotal'],
      'It must be at least sftp.bytesInFlightPerSession. Raise it.',
    ]);
  }
  found.push(...impossibleListeners(sftp), ...impossibleMail(config.mail));
  found.push(...impossibleHooks(hooks, config.dataDirectory));
  const taken = [sftp, portal, { host: config.api.host, port: config.api.port ?? 0 }];
  found.push(...impossibleMonitoring({ monitoring: config.monitoring, others: taken }));
  return found;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
