// Whether a form comes from our own pages. Browsers say so themselves (Fetch Metadata, and the Origin header of
// RFC 6454); this stands beside the form's token, not in its place, since other clients say neither.

import type { IncomingHttpHeaders } from 'node:http';

/**
 * @param input.headers the request's headers
 * @param input.publicUrl how browsers reach the portal, where that differs from the Host header
 * @returns false when the browser says that the form stood on another site's page
 */
export function isSameOrigin(input: {
  readonly headers: IncomingHttpHeaders;
  readonly publicUrl: string | undefined;
}): boolean {
  const { headers } = input;
  const site = headers['sec-fetch-site'];
  // `none` is a person's own doing: a reload of the page that a form led to.
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (headers.origin === undefined) return true;
  // A `null` origin parses as no URL, and is refused with everything else that does not.
  const origin = parseUrl(headers.origin);
  if (origin === undefined) return false;
  return origin.host === headers.host || origin.origin === parseUrl(input.publicUrl ?? '')?.origin;
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
