// API keys: what a program of the operator's shows to the HTTP API. A key names no person; what it may do is a list of
// scopes, it ends by itself, and it may be bound to one trading partner.

/** What a key may be allowed to do, and what that is. A new scope is added, never given another meaning. */
export const apiScopes = {
  'partners:read': 'See trading partners.',
  'partners:write': 'Add trading partners and change their names and numbers.',
  'profiles:read': 'See what is agreed with trading partners.',
  'profiles:write': 'Change what is agreed with trading partners.',
  'users:read': 'See users.',
  'users:write': 'Invite users, disable and enable them.',
  'accounts:read': 'See SFTP accounts.',
  'accounts:write': 'Disable and enable SFTP accounts.',
  'grants:read': 'See what users may send and receive.',
  'grants:write': 'Change what users may send and receive.',
  'transmissions:read': 'Search transmissions; names, sizes, control numbers, verdicts.',
  'transmissions:content': 'Read originals, findings and acknowledgements. They tell of patients.',
  'transmissions:write': 'Read files again, put them into quarantine, release and discard them.',
  'dispatches:read': 'See what was dispatched.',
  'dispatches:write': 'Send files to trading partners.',
  'events:read': 'Follow the outbox.',
  'hooks:read': 'See hooks and what waits for them.',
  'hooks:write': 'Disable and enable hooks, and tell them again of what was.',
} as const;

export type ApiScope = keyof typeof apiScopes;

/**
 * Scopes that are about the gateway as a whole, or that decide over a trading partner: a key that is bound to one cannot
 * have them.
 */
const gatewayScopes: readonly ApiScope[] = [
  'hooks:read',
  'hooks:write',
  'profiles:write',
  'transmissions:write',
];

export type ParseScopesOutcome =
  | { readonly kind: 'ok'; readonly scopes: readonly ApiScope[] }
  | { readonly kind: 'invalid'; readonly why: string };

/**
 * Reads scopes as typed, with commas or spaces between.
 * @param input.bound whether the key is for one trading partner alone
 */
export function parseScopes(text: string, input: { readonly bound: boolean }): ParseScopesOutcome {
  const words = [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))];
  const known = words.filter(isScope);
  const wrong = words.find((word) => !isScope(word));
  if (wrong !== undefined)
    return {
      kind: 'invalid',
      why: `there is no scope ${wrong}; there are ${Object.keys(apiScopes).join(', ')}`,
    };
  if (known.length === 0)
    return { kind: 'invalid', why: `a key needs a scope; there are ${Object.keys(apiScopes).join(', ')}` };
  const tooWide = input.bound ? known.find((scope) => gatewayScopes.includes(scope)) : undefined;
  if (tooWide !== undefined)
    return { kind: 'invalid', why: `${tooWide} is for the operator alone, and the key is for one partner` };
  return { kind: 'ok', scopes: known };
}

/** Whether a word is a scope: rows of a newer Claimgate may hold others, which then allow nothing. */
export function isScope(word: string): word is ApiScope {
  return Object.hasOwn(apiScopes, word);
}
