// The listener for monitoring. GET /metrics is for Prometheus; /livez and /readyz are for whoever starts and stops the
// gateway: alive is a process that answers at all (it is restarted when it does not), ready is one that serves (it is
// left alone, and gets no new connections, while it does not).

import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { describeFault, type Observe } from '../domain/observation.ts';

export interface MonitoringSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: Certificate | undefined;
  /** The bearer token that /metrics asks for; undefined: none. */
  readonly token: string | undefined;
}

export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface Readiness {
  readonly ready: boolean;
  /** By what was looked at: `ok`, or what is wrong. No more than anyone may know. */
  readonly checks: Readonly<Record<string, string>>;
}

export interface MonitoringDeps {
  readonly settings: MonitoringSettings;
  readonly contentType: string;
  readonly render: () => Promise<string>;
  readonly readiness: () => Promise<Readiness>;
  readonly observe: Observe;
}

export interface MonitoringServer {
  readonly host: string;
  readonly port: number;
  /** New connections get this certificate. Nothing where it speaks plain HTTP. */
  useCertificate(tls: Certificate): void;
  close(): Promise<void>;
}

/** Monitors are few: a handful of scrapers and probes. Beyond it connections are dropped. */
const maxConnections = 32;
/** By when a request must have come as a whole, and how long an idle connection is kept, in milliseconds. */
const requestTimeoutMs = 10_000;
const keepAliveTimeoutMs = 65_000;
const maxHeaderBytes = 8 * 1024;

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const plain = 'text/plain; charset=utf-8';

/**
 * Listens. The caller closes it.
 * @throws the listener's error when host and port cannot be taken
 */
export async function startMonitoringServer(deps: MonitoringDeps): Promise<MonitoringServer> {
  const { settings } = deps;
  const server = createServer(settings, (request, response) => {
    answer(deps, request)
      .catch((thrown: unknown): Reply => {
        deps.observe({ kind: 'fault', where: 'monitoring request', fault: describeFault(thrown) });
        return { status: 500, type: plain, body: 'It could not be found out; the log has the cause.\n' };
      })
      .then(({ status, type, body, headers }) => {
        response.writeHead(status, {
          'content-type': type,
          'content-length': Buffer.byteLength(body),
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          ...headers,
        });
        response.end(request.method === 'HEAD' ? undefined : body);
      })
      // Nobody is there to hear it any more.
      .catch(() => request.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  deps.observe({ kind: 'monitoring.listening', host: settings.host, port });
  let closing: Promise<void> | undefined;
  return {
    host: settings.host,
    port,
    useCertificate({ certificate: cert, key }) {
      if (server instanceof TlsServer) server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' });
    },
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closing;
    },
  };
}

function createServer(
  { tls }: MonitoringSettings,
  handle: NonNullable<Parameters<typeof createHttpServer>[1]>,
): Server {
  const options = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
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

async function answer(deps: MonitoringDeps, request: IncomingMessage): Promise<Reply> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return {
      status: 405,
      type: plain,
      body: 'Only GET is answered here.\n',
      headers: { allow: 'GET, HEAD' },
    };
  const [path] = (request.url ?? '').split('?');
  switch (path) {
    case '/livez':
      return { status: 200, type: plain, body: 'alive\n' };
    case '/readyz': {
      const found = await deps.readiness();
      return {
        status: found.ready ? 200 : 503,
        type: 'application/json',
        body: `${JSON.stringify(found)}\n`,
      };
    }
    case '/metrics':
      if (!mayRead(deps.settings, request)) {
        const headers = { 'www-authenticate': 'Bearer' };
        return {
          status: 401,
          type: plain,
          body: 'Give the bearer token of monitoring.tokenFile.\n',
          headers,
        };
      }
      return { status: 200, type: deps.contentType, body: await deps.render() };
    default:
      return { status: 404, type: plain, body: 'There are /metrics, /livez and /readyz.\n' };
  }
}

function mayRead({ token }: MonitoringSettings, request: IncomingMessage): boolean {
  if (token === undefined) return true;
  const [, given] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  // Hashed first, so that the comparison takes the same time whatever was given.
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}
