// The external OpenID Connect provider that users may sign in at, as an operator sets it.

import { z } from 'zod';

export const oidc = z
  .strictObject({
    issuer: z
      .url({ protocol: /^https?$/ })
      .describe(
        'Issuer of the OpenID Connect provider. With it users sign in there, with no password of ours.',
      ),
    clientId: z.string().min(1).describe('Our client id at the provider.'),
    clientSecretFile: z
      .string()
      .min(1)
      .optional()
      .describe('File that holds the client secret; without it: a public client, with PKCE alone.'),
    name: z.string().min(1).default('your identity provider').describe('What people call the provider.'),
    scopes: z
      .array(z.string())
      .default(['openid', 'profile', 'email'])
      .describe('Scopes that are asked for.'),
    userIdClaim: z
      .string()
      .min(1)
      .default('preferred_username')
      .describe('Claim that holds the user id; it counts at the first sign-in, then issuer and subject do.'),
    requireAcr: z
      .array(z.string())
      .default([])
      .describe('Values of `acr`, of which one must be met. Met, it is the second factor.'),
    requireAmr: z
      .array(z.string())
      .default([])
      .describe(
        'Values of `amr`, of which one must be among the methods used. Met, it is the second factor.',
      ),
    unknownUsers: z
      .enum(['refuse', 'create'])
      .default('refuse')
      .describe(
        'Someone whom the directory does not know is refused, or becomes a user of no trading partner.',
      ),
  })
  .optional();

/** What cannot be, each with where it is and what to do. */
export function impossibleProvider(config: {
  readonly oidc: z.infer<typeof oidc>;
  readonly portal: { readonly host: string; readonly publicUrl?: string | undefined };
}): readonly (readonly [path: readonly string[], message: string])[] {
  if (config.oidc === undefined) return [];
  const { protocol, hostname } = new URL(config.oidc.issuer);
  const { host, publicUrl } = config.portal;
  const found: (readonly [path: readonly string[], message: string])[] = [];
  if (protocol === 'http:' && !isLoopback(hostname)) {
    found.push([
      ['identity', 'oidc', 'issuer'],
      'Sign-ins would cross the network in the clear. Use the https address of the provider.',
    ]);
  }
  if (publicUrl === undefined && !isLoopback(host)) {
    found.push([
      ['portal', 'publicUrl'],
      'The provider must be told where to send people back to. Set portal.publicUrl to the address of the portal.',
    ]);
  }
  return found;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
