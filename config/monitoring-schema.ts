// The settings of the listener for monitoring: metrics for Prometheus, and the answers to health probes.

import { z } from 'zod';
import { port } from './measures.ts';
import { isLoopback } from './provider-schema.ts';

export const monitoring = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('Whether this process answers GET /metrics, /livez and /readyz on a port of their own.'),
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
    port: port
      .default(9464)
      .describe('TCP port to listen on; 0 takes a free one. Roles that run apart need one each.'),
    tlsCertificateFile: z
      .string()
      .min(1)
      .optional()
      .describe('PEM file with the certificate chain; with the key it turns HTTPS on.'),
    tlsKeyFile: z.string().min(1).optional().describe('PEM file with the private key.'),
    tokenFile: z
      .string()
      .min(1)
      .optional()
      .describe(
        'File with the bearer token that /metrics asks for; without it: none. The probes say no more than yes or no, and ask for none.',
      ),
  })
  .prefault({});

type Combination = readonly [path: readonly string[], message: string];

/** What cannot be, each with where it is and what to do. */
export function impossibleMonitoring(config: {
  readonly monitoring: z.infer<typeof monitoring>;
  readonly others: readonly { readonly host: string; readonly port: number }[];
}): readonly Combination[] {
  const { enabled, host, port, tlsCertificateFile, tlsKeyFile, tokenFile } = config.monitoring;
  const found: Combination[] = [];
  if ((tlsCertificateFile === undefined) !== (tlsKeyFile === undefined)) {
    found.push([
      ['monitoring', 'tlsKeyFile'],
      'HTTPS needs both the certificate and the key. Set monitoring.tlsCertificateFile and monitoring.tlsKeyFile, or neither.',
    ]);
  }
  if (!enabled) return found;
  if (!isLoopback(host) && (tlsCertificateFile === undefined || tokenFile === undefined)) {
    found.push([
      ['monitoring', 'host'],
      'Anyone on the network could read the metrics. Set monitoring.tlsCertificateFile, monitoring.tlsKeyFile and monitoring.tokenFile; or listen on 127.0.0.1.',
    ]);
  }
  if (port !== 0 && config.others.some((other) => other.port === port && other.host === host)) {
    found.push([
      ['monitoring', 'port'],
      'It is the port of SFTP, of the portal or of the API. Give monitoring another port.',
    ]);
  }
  return found;
}
