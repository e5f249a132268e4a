// A real HTTP receiver of webhooks, that remembers what it was sent and answers as it is told.

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { until } from './until.ts';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly id: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Waits until so many requests have come. */
  count(requests: number): Promise<readonly Received[]>;
}

interface Scope {
  teardown(work: () => Promise<unknown>): void;
}

/** How a request is answered: by a status, or by whatever it does with the response. */
export type Answer = number | ((response: ServerResponse, received: Received) => void);

/** @param answer for each request, by its number from 0; 204 when left out */
export async function startReceiver(
  t: Scope,
  answer: (request: number, received: Received) => Answer = () => 204,
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const one = { headers: request.headers, body, id: String(request.headers['webhook-id']) };
      received.push(one);
      const how = answer(received.length - 1, one);
      if (typeof how === 'number') response.writeHead(how).end();
      else how(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    count: (requests) =>
      until(`${requests} requests`, () => (received.length >= requests ? received : undefined)),
  };
}

/** What the published library makes of a request; it throws when the signature does not hold. */
export function verified(secret: string, { body, headers }: Received): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}
