// The settings of the HTTP API.

import { z } from 'zod';
import { bytes, day, mebibyte, milliseconds, minute, port, second } from './measures.ts';
import { isLoopback } from './provider-schema.ts';

export const api = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
    port: port.optional().describe('TCP port to listen on; 0 takes a free one. Without it there is no API.'),
    tlsCertificateFile: z
      .string()
      .min(1)
      .optional()
      .describe('PEM file with the certificate chain; with the key it turns HTTPS on.'),
    tlsKeyFile: z.string().min(1).optional().describe('PEM file with the private key.'),
    trustedProxies: z
      .array(z.string())
      .default([])
      .describe('Addresses of reverse proxies whose X-Forwarded-For is believed.'),
    bodyLimitBytes: bytes.default(mebibyte).describe('Largest JSON body that is taken.'),
    bodyTimeoutMs: milliseconds
      .default(30 * second)
      .describe('A JSON body that has not come whole by then loses its connection.'),
    idleTimeoutMs: milliseconds
      .default(minute)
      .describe('A file, in or out, of which nothing moves for so long loses its connection.'),
    idempotencyMs: milliseconds
      .default(day)
      .describe('For how long a POST with the same Idempotency-Key is answered as it was the first time.'),
    maxStreams: z.int().min(1).max(1000).default(50).describe('Streams of events that may be open at once.'),
  })
  .prefault({});

/** What cannot be set together, with the fix. */
export function impossibleApi(settings: {
  readonly roles: readonly string[];
  readonly api: z.infer<typeof api>;
  readonly others: readonly { readonly name: string; readonly host: string; readonly port: number }[];
}): readonly (readonly [path: readonly string[], message: string])[] {
  const { roles, others } = settings;
  const { host, port: own, tlsCertificateFile, tlsKeyFile } = settings.api;
  const found: (readonly [path: readonly string[], message: string])[] = [];
  if (own === undefined && roles.every((role) => role === 'api'))
    found.push([['api', 'port'], 'The role api alone does nothing without a port. Set api.port.']);
  if ((tlsCertificateFile === undefined) !== (tlsKeyFile === undefined))
    found.push([
      ['api', 'tlsKeyFile'],
      'HTTPS needs both the certificate and the key. Set api.tlsCertificateFile and api.tlsKeyFile, or neither.',
    ]);
  if (own !== undefined && tlsCertificateFile === undefined && !isLoopback(host))
    found.push([
      ['api', 'host'],
      'API keys would cross the network in the clear. Set api.tlsCertificateFile and api.tlsKeyFile; or listen on 127.0.0.1, with an HTTPS proxy on the same machine in front.',
    ]);
  const same = others.find(
    (other) => own !== undefined && own !== 0 && other.port === own && other.host === host,
  );
  if (same !== undefined)
    found.push([
      ['api', 'port'],
      `The API and ${same.name} cannot share a port. Give one of them another port.`,
    ]);
  return found;
}
