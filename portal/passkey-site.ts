// For which site passkeys are made. They are bound to a host name, and to nothing that a request could bring along: with
// `publicUrl` set it is that one; without it only a browser on this machine, by the name localhost, can have them.

import type { FastifyRequest } from 'fastify';
import type { PasskeySite } from '../auth/passkeys.ts';
import type { PortalSettings } from './portal-settings.ts';

/** @returns undefined where passkeys cannot be used: browsers want https and a host name, not an address */
export function passkeySite(settings: PortalSettings, request: FastifyRequest): PasskeySite | undefined {
  const { publicUrl } = settings;
  const scheme = settings.tls === undefined ? 'http' : 'https';
  const url = publicUrl ?? `${scheme}://${request.headers.host ?? ''}`;
  if (!URL.canParse(url)) return undefined;
  const { origin, hostname, protocol } = new URL(url);
  if (hostname === 'localhost') return { rpId: hostname, origin };
  const named = /[a-z]/.test(hostname) && !hostname.startsWith('[');
  return publicUrl !== undefined && protocol === 'https:' && named ? { rpId: hostname, origin } : undefined;
}
