// One POST to a webhook's receiver, in the Standard Webhooks form: the id to deduplicate by, the time, and a signature
// over both and the body (https://www.standardwebhooks.com, HMAC-SHA-256, `v1`).

import { createHmac } from 'node:crypto';
import { lookup as lookUp } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

export interface Webhook {
  readonly name: string;
  readonly url: string;
  /** `whsec_` and base64. */
  readonly secret: string;
  /** Whether the URL may lead to a loopback or private address. */
  readonly allowPrivateAddresses: boolean;
}

/** A secret that is not in the Standard Webhooks form. */
export class WebhookSecretError extends Error {
  readonly code = 'hooks.webhook-secret';
  constructor(name: string) {
    super(
      `The secret of webhook ${name} must be whsec_ and base64 of 24 to 64 bytes (openssl rand -base64 32 makes one).`,
    );
    this.name = 'WebhookSecretError';
  }
}

/**
 * Reads a signing secret.
 * @returns its bytes
 * @throws WebhookSecretError
 */
export function readWebhookSecret(name: string, text: string): Buffer {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})\s*$/.exec(text)?.[1];
  const bytes = Buffer.from(base64 ?? '', 'base64');
  if (bytes.length < 24 || bytes.length > 64) throw new WebhookSecretError(name);
  return bytes;
}

/** @returns the value of `webhook-signature` */
export function signWebhook(
  secret: Uint8Array,
  input: { readonly id: string; readonly timestampS: number; readonly body: string },
): string {
  const signed = `${input.id}.${input.timestampS}.${input.body}`;
  return `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`;
}

const privateRanges = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  privateRanges.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  privateRanges.addSubnet(network, prefix, 'ipv6');
}

/** Whether an address is loopback, private, link-local or otherwise no one's public host. */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isPrivateAddress(mapped);
  const family = isIP(address);
  return family === 0 || privateRanges.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

export type PostOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Posts one event. Redirects are not followed: they could lead where the URL may not.
 * @param input.timeoutMs for the whole exchange
 * @returns whether the receiver answered with 2xx; never throws
 */
export function postWebhook(
  webhook: Webhook,
  input: { readonly id: string; readonly nowMs: number; readonly body: string; readonly timeoutMs: number },
): Promise<PostOutcome> {
  const timestampS = Math.floor(input.nowMs / 1000);
  const signature = signWebhook(readWebhookSecret(webhook.name, webhook.secret), { ...input, timestampS });
  const url = new URL(webhook.url);
  const literal =
    isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 ? undefined : url.hostname.replace(/^\[|\]$/g, '');
  if (literal !== undefined && !webhook.allowPrivateAddresses && isPrivateAddress(literal)) {
    return Promise.resolve({ kind: 'failed', reason: 'private address' });
  }
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      signal: AbortSignal.timeout(input.timeoutMs),
      lookup: webhook.allowPrivateAddresses ? lookUp : lookUpPublic,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(input.body),
        'user-agent': 'Claimgate',
        'webhook-id': input.id,
        'webhook-timestamp': String(timestampS),
        'webhook-signature': signature,
      },
    });
    request.on('response', (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(
        status >= 200 && status < 300 ? { kind: 'delivered' } : { kind: 'failed', reason: `HTTP ${status}` },
      );
    });
    request.on('error', (error) => resolve({ kind: 'failed', reason: error.message }));
    request.end(input.body);
  });
}

/** Looks a name up, refusing private addresses at the moment of connecting, so that no later answer can differ. */
const lookUpPublic: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, options, (error, address, family) => {
    const addresses = Array.isArray(address) ? address.map((found) => found.address) : [address];
    if (error === null && addresses.some(isPrivateAddress)) {
      callback(new Error('private address'), '', 4);
      return;
    }
    callback(error, address, family);
  });
};
