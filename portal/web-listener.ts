// What every web server of ours is made of, whatever it answers: the listener with its limits, the time that a request
// may take to arrive, and an end that lets those under way finish.

import { createServer as createHttpServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { Certificate } from './certificate-reload.ts';
import {
  headersTimeoutMs,
  keepAliveTimeoutMs,
  maxConnections,
  maxHeaderBytes,
  requestTimeoutMs,
  uploadTimeoutMs,
} from './limits.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** By when all of a request must have arrived, in milliseconds; `requestTimeoutMs` when absent. */
    readonly bodyTimeoutMs?: number;
  }
}

/** Whether an address can be decoded: the router answers one that cannot by itself, past every hook and header. */
export function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.replace(/\?.*$/s, ''));
    return true;
  } catch {
    return false;
  }
}

/** Makes the listener with the limits of limits.ts. @param tls without it: plain HTTP */
export function createWebListener(
  tls: Certificate | undefined,
  handle: Parameters<typeof createHttpServer>[1],
): Server {
  const options: ServerOptions = {
    // Of the longest request that there is; each other one has its own, below.
    requestTimeout: uploadTimeoutMs,
    headersTimeout: headersTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    maxHeaderSize: maxHeaderBytes,
  };
  const server =
    tls === undefined
      ? createHttpServer(options, handle)
      : createHttpsServer({ ...options, cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' }, handle);
  server.maxConnections = maxConnections;
  return server;
}

/** A request that has not arrived as a whole in time loses its connection: a slow sender does not keep a socket. */
export function registerBodyTimeouts(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const { raw, routeOptions } = request;
    if (raw.complete) return;
    const timer = setTimeout(() => {
      if (!raw.complete) raw.socket.destroy();
    }, routeOptions.config.bodyTimeoutMs ?? requestTimeoutMs);
    timer.unref();
    raw.once('close', () => clearTimeout(timer));
  });
}

/** New connections get this certificate; nothing where the server speaks plain HTTP. */
export function replaceCertificate(app: FastifyInstance, { certificate: cert, key }: Certificate): void {
  if (app.server instanceof TlsServer) app.server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' });
}

/** Which port was taken. */
export function portOf(app: FastifyInstance): number {
  const address: AddressInfo | string | null = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  return address.port;
}

/** Takes no new requests, lets those under way finish for a short while, and cuts off the rest. */
export async function closeWithin(app: FastifyInstance, graceMs: number): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}

/** Fastify's own refusals (too large, unknown content type) carry a status; whatever else is thrown is a fault. */
export function statusOf(thrown: unknown): number {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return 500;
  const { statusCode } = thrown;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : 500;
}
