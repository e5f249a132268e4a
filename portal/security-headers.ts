// The headers that tell a browser what a page may do: next to nothing.

import fastifyHelmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { PortalSettings } from './portal-settings.ts';

/** A year, in seconds (RFC 6797 section 6.1.1). */
const hstsSeconds = 31_536_000;

export async function registerSecurityHeaders(
  app: FastifyInstance,
  settings: Pick<PortalSettings, 'secureCookies' | 'providerOrigin'>,
): Promise<void> {
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        // For the one request of «Stay signed in» (session-expiry.tsx).
        connectSrc: ["'self'"],
        // Browsers hold the redirects after a form to this too: the sign-out goes on to the identity provider.
        formAction: ["'self'", ...(settings.providerOrigin === undefined ? [] : [settings.providerOrigin])],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    crossOriginEmbedderPolicy: true,
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // Not `no-referrer`: with it browsers send `Origin: null` with our own forms, and same-origin.ts could not tell.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: settings.secureCookies
      ? { maxAge: hstsSeconds, includeSubDomains: false }
      : false,
    xFrameOptions: { action: 'deny' },
  });
  app.addHook('onSend', async (_request, reply, payload) => {
    // Everything but the assets, which say otherwise, concerns one person at one moment.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    return payload;
  });
}
