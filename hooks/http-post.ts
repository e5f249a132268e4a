// One POST of JSON to a receiver: within a time, reading no more of the answer than is needed, following no redirect,
// and connecting to no address that the operator did not allow. The address is checked when the connection is made, on
// what the resolver gave for this very connection, so that no later answer of it can differ (DNS rebinding).

import { lookup as lookUp } from 'node:dns';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPrivateAddress } from './private-address.ts';

export interface HttpTarget {
  readonly url: string;
  /** Whether the URL may lead to a loopback or private address. */
  readonly allowPrivateAddresses: boolean;
  /** Certificates (PEM) that an HTTPS receiver's must descend from; undefined: those that Node knows. */
  readonly ca: string | undefined;
  /** For the whole exchange, in milliseconds. */
  readonly timeoutMs: number;
  /** How much of an answer's body is read, in bytes; after it the connection is closed. */
  readonly maxResponseBytes: number;
  /** How many connections at once. */
  readonly concurrency: number;
}

export type PostOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Until when the receiver asks to be left alone, in milliseconds from now. */
      readonly retryAfterMs: number | undefined;
      /** At most `maxResponseBytes` of it. */
      readonly body: string;
    }
  | { readonly kind: 'failed'; readonly reason: string };

export interface HttpPoster {
  /** Never throws. */
  post(input: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly nowMs: number;
    readonly signal?: AbortSignal;
  }): Promise<PostOutcome>;
  /** Closes the connections that are kept open. */
  close(): void;
}

/** Shorter than the 5 seconds after which most servers close an idle connection, in milliseconds. */
const idleMs = 4_000;

/** Connections are kept open between posts: a queue is drained without a handshake each. The caller closes it. */
export function createHttpPoster(target: HttpTarget): HttpPoster {
  const url = new URL(target.url);
  const isHttps = url.protocol === 'https:';
  const options = { keepAlive: true, timeout: idleMs, maxSockets: target.concurrency };
  const agent = isHttps
    ? new HttpsAgent({ ...options, ...(target.ca === undefined ? {} : { ca: target.ca }) })
    : new HttpAgent(options);
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  const isRefused = !target.allowPrivateAddresses && isIP(literal) !== 0 && isPrivateAddress(literal);
  const attempt = (input: Parameters<HttpPoster['post']>[0]): Promise<PostOutcome | 'stale connection'> =>
    new Promise((resolve) => {
      const limit = AbortSignal.timeout(target.timeoutMs);
      const request = (isHttps ? requestHttps : requestHttp)(url, {
        method: 'POST',
        agent,
        signal: input.signal === undefined ? limit : AbortSignal.any([limit, input.signal]),
        lookup: target.allowPrivateAddresses ? lookUp : lookUpPublic,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(input.body),
          'user-agent': 'Claimgate',
          ...input.headers,
        },
      });
      const fail = (error: NodeJS.ErrnoException) => {
        if (request.reusedSocket && error.code === 'ECONNRESET') resolve('stale connection');
        else resolve({ kind: 'failed', reason: limit.aborted ? lateWords(target) : wordsOf(error) });
      };
      request.on('response', (response) => {
        const { statusCode = 0, headers } = response;
        const retryAfterMs = readRetryAfter(headers['retry-after'], input.nowMs);
        readBody(response, target.maxResponseBytes).then(
          (body) => resolve({ kind: 'answered', status: statusCode, retryAfterMs, body }),
          // The status has come, and that is what counts.
          () => resolve({ kind: 'answered', status: statusCode, retryAfterMs, body: '' }),
        );
      });
      request.on('error', fail);
      request.end(input.body);
    });
  return {
    async post(input) {
      if (isRefused) return privateRefusal;
      const outcome = await attempt(input);
      if (outcome !== 'stale connection') return outcome;
      // The receiver had closed a connection that we had kept, before it read anything: a new one decides.
      const again = await attempt(input);
      return again === 'stale connection' ? { kind: 'failed', reason: 'connection reset' } : again;
    },
    close: () => agent.destroy(),
  };
}

const privateRefusal = { kind: 'failed', reason: 'private address' } as const;

const lateWords = ({ timeoutMs }: HttpTarget): string => `no answer within ${timeoutMs} ms`;

/** A fault in words without what a receiver may have put into it. */
function wordsOf(error: NodeJS.ErrnoException): string {
  if (error.message === privateRefusal.reason) return privateRefusal.reason;
  return error.code ?? error.name;
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The longest that a receiver may ask for, in milliseconds: a day. */
const maxRetryAfterMs = 24 * 60 * 60 * 1000;

/**
 * Reads a Retry-After header (RFC 9110 section 10.2.3): seconds, or a date.
 * @returns milliseconds from now, at most a day; undefined when there is none that can be read
 */
export function readRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), maxRetryAfterMs);
}

/** Looks a name up, refusing private addresses at the moment of connecting. */
const lookUpPublic: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, options, (error, address, family) => {
    const addresses = Array.isArray(address) ? address.map((found) => found.address) : [address];
    if (error === null && addresses.some(isPrivateAddress)) {
      callback(new Error(privateRefusal.reason), '', 4);
      return;
    }
    callback(error, address, family);
  });
};
