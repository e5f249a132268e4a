// The table's rows as routes: for each request who asks, what is asked, done once where it carries an Idempotency-Key, and
// answered in the one form that its kind has.

import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { uploadTimeoutMs } from '../limits.ts';
import { callerOf } from './api-caller.ts';
import type { ApiContext } from './api-deps.ts';
import { withUpload } from './api-upload.ts';
import { etagOfText } from './api-values.ts';
import type { Answer, BytesAnswer, Caller, Endpoint, JsonAnswer, StreamAnswer } from './endpoint.ts';
import { type Idempotency, onlyOnce } from './idempotency.ts';
import { type Problem, printProblem, problem, problemKinds } from './problem.ts';

export const apiRoot = '/api/v1';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; undefined until the key was looked at, and where none is needed. */
    apiCaller: Caller | undefined;
  }
}

const everyMethod: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Where an endpoint is, as the router writes it. */
const routeOf = (at: string): string => apiRoot + at.replaceAll(/\{(\w+)\}/g, ':$1');

export function registerEndpoints(
  app: FastifyInstance,
  context: ApiContext,
  endpoints: readonly Endpoint[],
): void {
  app.decorateRequest('apiCaller', undefined);
  for (const endpoint of endpoints) register(app, context, endpoint);
  for (const at of new Set(endpoints.map((endpoint) => endpoint.at))) {
    const taken = endpoints.filter((endpoint) => endpoint.at === at).map(({ method }) => method);
    app.route({
      method: everyMethod.filter((method) => !taken.some((one) => one === method)),
      url: routeOf(at),
      // Refused before a body is read.
      onRequest: async (request, reply) =>
        sendProblem(
          request,
          reply.header('allow', taken.join(', ')),
          problem('method-not-allowed', 'See Allow.'),
        ),
      handler: () => undefined,
    });
  }
}

function register(app: FastifyInstance, context: ApiContext, endpoint: Endpoint): void {
  const takesFile = endpoint.takes.kind === 'file';
  app.route({
    method: endpoint.method,
    url: routeOf(endpoint.at),
    config: { bodyTimeoutMs: takesFile ? uploadTimeoutMs : context.settings.bodyTimeoutMs },
    // Before the body: who may not ask does not get to send one.
    onRequest: async (request, reply) => {
      const caller = await callerOf(context, { request, reply, scope: endpoint.scope });
      if (caller.kind === 'problem') return sendProblem(request, reply, caller);
      request.apiCaller = caller;
      return undefined;
    },
    handler: (request, reply) => answer(context, { endpoint, request, reply }),
  });
}

interface Exchange {
  readonly endpoint: Endpoint;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function answer(context: ApiContext, exchange: Exchange): Promise<FastifyReply> {
  const { endpoint, request, reply } = exchange;
  const { apiCaller: caller, body } = request;
  if (caller === undefined) throw new Error('A request came past the check of its key.');
  const wrong = wrongBody(endpoint, body);
  if (wrong !== undefined) return sendProblem(request, reply, wrong);
  const prepared = endpoint.prepare(context, {
    caller,
    path: request.params,
    query: request.query,
    body: body instanceof Readable ? undefined : body,
    ifMatch: headerOf(request, 'if-match'),
    lastEventId: headerOf(request, 'last-event-id'),
  });
  if (prepared.kind === 'problem') return sendProblem(request, reply, prepared);
  if (endpoint.method !== 'POST') return send(exchange, await prepared.perform(undefined), context.settings);
  const once = { ...exchange, caller };
  if (!(body instanceof Readable))
    return sendPosted(
      exchange,
      await post(context, { ...once, asked: [body] }, () => prepared.perform(undefined)),
    );
  const announcedBytes = Number(headerOf(request, 'content-length') ?? 0);
  const endLimit = limitIdle(request.raw.socket, context.settings.idleTimeoutMs);
  const outcome = await withUpload(context, { body, announcedBytes }, (upload) => {
    endLimit();
    return post(context, { ...once, asked: [upload.sha256] }, () => prepared.perform(upload));
  });
  endLimit();
  // Not before the upload is gone from staging: who has the answer may count on that.
  return sendPosted(exchange, outcome);
}

/**
 * Ends a connection on which nothing moves for a while: who sends or reads no more does not keep a file open.
 * @returns what ends the limit, and may be called twice
 */
function limitIdle(socket: Socket, idleTimeoutMs: number): () => void {
  const cut = (): void => {
    socket.destroy();
  };
  socket.setTimeout(idleTimeoutMs, cut);
  return () => {
    socket.setTimeout(0);
    socket.removeListener('timeout', cut);
  };
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function wrongBody({ takes }: Endpoint, body: unknown): Problem | undefined {
  switch (takes.kind) {
    case 'nothing':
      return body === undefined || body === null
        ? undefined
        : problem('invalid-request', 'No body is taken here.');
    case 'json':
      return body === undefined || body instanceof Readable
        ? problem('unsupported-media-type', 'Send a body of application/json.')
        : undefined;
    case 'file':
      return body instanceof Readable
        ? undefined
        : problem('unsupported-media-type', 'Send the file’s bytes as application/octet-stream.');
  }
}

async function post(
  context: ApiContext,
  input: Exchange & { readonly caller: Caller; readonly asked: readonly unknown[] },
  perform: () => Promise<Answer>,
): Promise<Idempotency> {
  const { request, caller, asked } = input;
  return onlyOnce(
    context,
    {
      key: headerOf(request, 'idempotency-key'),
      keyId: caller.key.id,
      // The address with its query, as it was sent.
      asked: [request.method, request.url, ...asked],
    },
    async () => {
      const answer = await perform();
      if (answer.kind === 'json') return { status: answer.status ?? 200, body: JSON.stringify(answer.value) };
      if (answer.kind !== 'problem') throw new Error('What is done by POST is answered in JSON.');
      return { status: problemKinds[answer.code].status, body: printProblem(answer, request.id) };
    },
  );
}

function sendPosted({ endpoint, request, reply }: Exchange, once: Idempotency | Problem): FastifyReply {
  if (once.kind === 'problem') return sendProblem(request, reply, once);
  if (once.replayed) reply.header('idempotent-replayed', 'true');
  const { status, body } = once.answer;
  // An answer that was kept has it too: it is made of the body alone.
  if (endpoint.tagged !== undefined && status < 400) reply.header('etag', etagOfText(body));
  return reply
    .code(status)
    .type(status < 400 ? 'application/json' : 'application/problem+json')
    .send(body);
}

function send(
  { request, reply }: Exchange,
  answer: Answer,
  { idleTimeoutMs }: Pick<ApiContext['settings'], 'idleTimeoutMs'>,
): FastifyReply {
  switch (answer.kind) {
    case 'problem':
      return sendProblem(request, reply, answer);
    case 'json':
      return sendJson(reply, answer);
    case 'bytes':
      return sendBytes({ request, reply, idleTimeoutMs }, answer);
    case 'events':
      return sendEvents(reply, answer);
  }
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, told: Problem): FastifyReply {
  if (told.retryAfter !== undefined) reply.header('retry-after', told.retryAfter);
  return reply
    .code(problemKinds[told.code].status)
    .type('application/problem+json')
    .send(printProblem(told, request.id));
}

function sendJson(reply: FastifyReply, { value, status = 200, etag }: JsonAnswer<unknown>): FastifyReply {
  if (etag !== undefined) reply.header('etag', etag);
  return reply.code(status).type('application/json').send(JSON.stringify(value));
}

function sendBytes(
  to: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly idleTimeoutMs: number },
  answer: BytesAnswer,
): FastifyReply {
  const { request, reply, idleTimeoutMs } = to;
  const endLimit = limitIdle(request.raw.socket, idleTimeoutMs);
  reply.raw.once('close', () => {
    answer.stream.destroy();
    endLimit();
  });
  return (
    reply
      .type('application/octet-stream')
      .header('content-length', answer.sizeBytes)
      .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(answer.name)}`)
      // RFC 9530 section 3.
      .header('repr-digest', `sha-256=:${Buffer.from(answer.sha256, 'hex').toString('base64')}:`)
      .send(answer.stream)
  );
}

function sendEvents(reply: FastifyReply, { events, release }: StreamAnswer): FastifyReply {
  const left = new AbortController();
  const end = (): void => {
    left.abort();
    release();
  };
  if (reply.raw.closed) end();
  else reply.raw.once('close', end);
  const stream = Readable.from(events(left.signal), { objectMode: false });
  // A proxy that gathered the answer before handing it on would hold back what is to be told at once.
  return (
    reply
      .type('text/event-stream')
      .header('x-accel-buffering', 'no')
      // A connection that has ended must not be kept for a next request: the server may be about to close.
      .header('connection', 'close')
      .send(stream)
  );
}
