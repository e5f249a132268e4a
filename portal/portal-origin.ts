// How browsers reach the portal. It is told to other parties (the identity provider), so it comes from the settings;
// without one there only a browser on this machine is believed.

import type { FastifyRequest } from 'fastify';
import type { PortalSettings } from './portal-settings.ts';

/** @returns such as `https://portal.agency.example` */
export function portalOrigin(
  settings: Pick<PortalSettings, 'publicUrl' | 'tls' | 'host'>,
  request: FastifyRequest,
): string {
  if (settings.publicUrl !== undefined) return new URL(settings.publicUrl).origin;
  const scheme = settings.tls === undefined ? 'http' : 'https';
  const { host = '' } = request.headers;
  const loopback = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(host);
  return `${scheme}://${loopback ? host : settings.host}`;
}
