// The HTTP API: a listener of its own, so that it can be reached from another network than the portal, or by nobody. It
// has no pages, no cookies and no sessions; every request shows its key.

import Fastify, { type FastifyInstance } from 'fastify';
import { uuidV7 } from '../../domain/ids.ts';
import { describeFault } from '../../domain/observation.ts';
import type { Certificate } from '../certificate-reload.ts';
import { closeGraceMs, maxHeaderBytes } from '../limits.ts';
import {
  closeWithin,
  createWebListener,
  isDecodable,
  portOf,
  registerBodyTimeouts,
  replaceCertificate,
  statusOf,
} from '../web-listener.ts';
import type { ApiDeps } from './api-deps.ts';
import { apiRoot, registerEndpoints, sendProblem } from './api-routes.ts';
import { endpoints } from './endpoints.ts';
import { openApiDocument } from './openapi.ts';
import { type Problem, problem } from './problem.ts';

export interface ApiServer {
  readonly host: string;
  readonly port: number;
  /** New connections get this certificate; open ones go on. Nothing where the API speaks plain HTTP. */
  useCertificate(certificate: Certificate): void;
  /** Takes no new requests, ends streams, lets requests under way finish for a short while. Closing twice is nothing. */
  close(): Promise<void>;
}

/**
 * Starts the API. The caller closes it, before the database.
 * @throws the listener's error when host and port cannot be taken, and TLS's when certificate and key do not fit
 */
export async function startApi(deps: ApiDeps): Promise<ApiServer> {
  const { settings, observe } = deps;
  const app = createApp(deps);
  const closing = new AbortController();
  const document = JSON.stringify(openApiDocument(endpoints, deps.version));
  app.get('/healthz', async (_request, reply) => reply.type('text/plain').send('ok\n'));
  app.get(`${apiRoot}/openapi.json`, async (_request, reply) =>
    reply.type('application/json').send(document),
  );
  const takeStream = streamCounter(settings.maxStreams);
  registerEndpoints(app, { ...deps, closing: closing.signal, takeStream }, endpoints);
  const { host } = settings;
  await app.listen({ host, port: settings.port });
  const port = portOf(app);
  observe({ kind: 'api.listening', host, port });
  let closed: Promise<void> | undefined;
  return {
    host,
    port,
    useCertificate: (certificate) => replaceCertificate(app, certificate),
    close() {
      closing.abort();
      closed ??= closeWithin(app, closeGraceMs);
      return closed;
    },
  };
}

function streamCounter(max: number): () => (() => void) | undefined {
  let open = 0;
  return () => {
    if (open >= max) return undefined;
    open += 1;
    return () => {
      open -= 1;
    };
  };
}

function createApp(deps: ApiDeps): FastifyInstance {
  const { settings, database } = deps;
  const app = Fastify({
    // What happens is said through `observe` alone, which cannot hold a query or a body.
    logger: false,
    bodyLimit: settings.bodyLimitBytes,
    trustProxy: settings.trustedProxies.length === 0 ? false : [...settings.trustedProxies],
    // Ours alone: a name that a caller chose could stand in the log for another request.
    requestIdHeader: false,
    genReqId: () => uuidV7(database.now(), database.randomBytes(10)),
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    // The router answers longer ones by itself, past the description; so none is longer.
    routerOptions: { maxParamLength: maxHeaderBytes },
    serverFactory: (handle) => createWebListener(settings.tls, handle),
    clientErrorHandler: (_error, socket) => {
      if (socket.writable)
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    },
    rewriteUrl: (request) => (isDecodable(request.url ?? '') ? (request.url ?? '') : '/undecodable'),
  });
  registerBodies(app, settings.bodyLimitBytes);
  registerHeaders(app, deps);
  registerBodyTimeouts(app);
  registerObservation(app, deps);
  registerErrors(app, deps);
  return app;
}

/** JSON, and bytes that are handed on as they come; nothing else is read. */
function registerBodies(app: FastifyInstance, bodyLimitBytes: number): void {
  app.removeAllContentTypeParsers();
  const json = { parseAs: 'string', bodyLimit: bodyLimitBytes } as const;
  app.addContentTypeParser('application/json', json, (_request, body, done) => {
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(Object.assign(new Error('The body is no JSON.'), { statusCode: 400 }), undefined);
    }
  });
  // How large it may be, the endpoint knows.
  const file = { bodyLimit: Number.MAX_SAFE_INTEGER };
  app.addContentTypeParser('application/octet-stream', file, (_request, body, done) => done(null, body));
}

function registerHeaders(app: FastifyInstance, { settings }: ApiDeps): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'x-request-id': request.id,
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    if (settings.tls !== undefined) reply.header('strict-transport-security', 'max-age=31536000');
    // Nothing is decompressed, before the key was looked at or after (rule R13).
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity')
      return sendProblem(request, reply, problem('unsupported-media-type', 'Send the body uncompressed.'));
    return undefined;
  });
}

function registerObservation(app: FastifyInstance, { observe }: ApiDeps): void {
  app.addHook('onResponse', async (request, reply) => {
    observe({
      kind: 'api.request',
      requestId: request.id,
      method: request.method,
      // The pattern, never the address that was asked for: that may hold anything.
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      keyId: request.apiCaller?.key.id,
      address: request.ip,
    });
  });
}

function registerErrors(app: FastifyInstance, { observe }: ApiDeps): void {
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, problem('not-found', 'There is nothing at this address.')),
  );
  app.setErrorHandler((thrown, request, reply) => {
    const status = statusOf(thrown);
    if (status >= 500) {
      const where = `api ${request.method} ${request.routeOptions.url ?? 'none'}`;
      observe({ kind: 'fault', where, fault: describeFault(thrown) });
    }
    return sendProblem(request, reply, problemOf(status));
  });
}

/** Fastify's own refusals, and faults. */
function problemOf(status: number): Problem {
  switch (status) {
    case 413:
      return problem('too-large', 'The body is larger than this address takes.');
    case 415:
      return problem('unsupported-media-type', 'This kind of body is not taken here.');
    default:
      return status < 500
        ? problem('invalid-request', 'The request, or its body, cannot be read.')
        : problem('internal', 'The gateway has a fault. It is in its log under the request’s id.');
  }
}
