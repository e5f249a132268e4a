// The web server itself: limits, headers, who may send what, and the pages for what goes wrong. Which pages there are
// is none of its business.

import fastifyCookie from '@fastify/cookie';
import fastifyFormbody from '@fastify/formbody';
import Fastify, { type FastifyInstance } from 'fastify';
import { describeFault } from '../domain/observation.ts';
import { sendErrorPage } from './error-page.tsx';
import type { PortalContext } from './portal-deps.ts';
import type { PortalSettings } from './portal-settings.ts';
import { isSameOrigin } from './same-origin.ts';
import { registerSecurityHeaders } from './security-headers.ts';
import { createWebListener, isDecodable, registerBodyTimeouts, statusOf } from './web-listener.ts';

/** Makes the server, without any page; the caller registers pages, listens and closes. */
export async function createWebServer(context: PortalContext): Promise<FastifyInstance> {
  const { settings } = context;
  const app = Fastify({
    // What happens is said through `observe` alone, which cannot hold a query or a body.
    logger: false,
    bodyLimit: settings.bodyLimitBytes,
    trustProxy: settings.trustedProxies.length === 0 ? false : [...settings.trustedProxies],
    requestIdHeader: false,
    forceCloseConnections: 'idle',
    serverFactory: (handle) => createWebListener(settings.tls, handle),
    clientErrorHandler: (_error, socket) => {
      if (socket.writable)
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    },
    // The router answers an address that it cannot decode by itself, past every hook and header; so it gets to see one
    // that it can, and that no page has.
    rewriteUrl: (request) => (isDecodable(request.url ?? '') ? (request.url ?? '') : '/undecodable'),
  });
  // Only plain forms are read: no JSON, no text, no multipart.
  app.removeAllContentTypeParsers();
  await registerSecurityHeaders(app, settings);
  await app.register(fastifyCookie);
  await app.register(fastifyFormbody, { bodyLimit: settings.bodyLimitBytes });
  registerBodyTimeouts(app);
  registerGuards(app, settings);
  registerObservation(app, context);
  registerErrors(app, context);
  return app;
}

function registerGuards(app: FastifyInstance, settings: PortalSettings): void {
  app.addHook('onRequest', async (request, reply) => {
    const { headers } = request;
    // Rule R13: nothing is decompressed, before sign-in or after.
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity')
      return sendErrorPage(settings, reply, { status: 415 });
    const changes = request.method !== 'GET' && request.method !== 'HEAD';
    if (changes && !isSameOrigin({ headers, publicUrl: settings.publicUrl }))
      return sendErrorPage(settings, reply, { status: 403 });
    return undefined;
  });
}

function registerObservation(app: FastifyInstance, context: PortalContext): void {
  app.addHook('onResponse', async (request, reply) => {
    context.observe({
      kind: 'portal.request',
      method: request.method,
      // The pattern, never the address that was asked for: that may hold anything.
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      userId: context.sessions.userIdOf(request),
      address: request.ip,
    });
  });
}

function registerErrors(app: FastifyInstance, context: PortalContext): void {
  const { settings } = context;
  app.setNotFoundHandler((_request, reply) => sendErrorPage(settings, reply, { status: 404 }));
  app.setErrorHandler((thrown, request, reply) => {
    const status = statusOf(thrown);
    if (status < 500) return sendErrorPage(settings, reply, { status });
    const where = `portal ${request.method} ${request.routeOptions.url ?? 'none'}`;
    context.observe({ kind: 'fault', where, fault: describeFault(thrown) });
    return sendErrorPage(settings, reply, { status: 500 });
  });
}
