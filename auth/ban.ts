// Bans: an address, or the network around it, from which too many wrong passwords came. They are the rows of the
// throttle, so every worker sees one as soon as it is there, and whoever is banned is not let in to say a word.

import type { Actor } from '../domain/audit.ts';
import { isInNetwork, neighbourhoodOf, parseNetwork } from '../domain/network.ts';
import { clearThrottle, countFailure, listBlocked, readThrottle } from '../storage/throttle-store.ts';
import type { Database } from '../storage/transaction.ts';
import { addressScope, networkScope } from './throttle.ts';

export interface Ban {
  /** An address or a network. */
  readonly from: string;
  readonly failures: number;
  readonly lastFailureAtMs: number;
  readonly untilMs: number;
}

export async function isBanned(database: Database, address: string): Promise<boolean> {
  const scopes = [addressScope(address), networkScope(address)];
  const nowMs = database.now();
  for (const scope of scopes) {
    if (scope !== undefined && (await readThrottle(database, scope)).blockedUntilMs > nowMs) return true;
  }
  return false;
}

/** @returns the bans that hold now, the one that ends last first */
export async function listBans(database: Database): Promise<readonly Ban[]> {
  const blocked = await listBlocked(database);
  return blocked.flatMap(({ scope, failures, lastFailureAtMs, blockedUntilMs }) => {
    const [, from] = /^(?:address|network):(.+)$/.exec(scope) ?? [];
    return from === undefined ? [] : [{ from, failures, lastFailureAtMs, untilMs: blockedUntilMs }];
  });
}

/**
 * Bans an address or a network, whatever was counted for it before.
 * @param input.from an address, or a network of /24 (IPv6: /56), which is what is looked at when someone comes
 * @param input.untilMs milliseconds since 1970
 * @returns the ban, or undefined for a network of another size
 */
export async function addBan(
  database: Database,
  input: { readonly from: string; readonly untilMs: number; readonly actor: Actor },
): Promise<Ban | undefined> {
  const scope = scopeOf(input.from);
  if (scope === undefined) return undefined;
  const { failures, lastFailureAtMs } = await countFailure(database, {
    scope: scope.name,
    next: ({ failures }, nowMs) => ({ failures, lastFailureAtMs: nowMs, blockedUntilMs: input.untilMs }),
  });
  await database.transaction((transaction) =>
    transaction.audit({ actor: input.actor, action: 'ban.add', subject: `address:${scope.from}` }),
  );
  return { from: scope.from, failures, lastFailureAtMs, untilMs: input.untilMs };
}

function scopeOf(text: string): { readonly name: string; readonly from: string } | undefined {
  const network = parseNetwork(text);
  if (network === undefined) return undefined;
  const host = text.split('/')[0] ?? '';
  if (!text.includes('/')) return { name: addressScope(host), from: host };
  // Only such networks are asked for when someone comes: a ban of another size would never be met.
  return neighbourhoodOf(host)?.text === network.text
    ? { name: `network:${network.text}`, from: network.text }
    : undefined;
}

/**
 * Lifts what bans an address or a network, and forgets the failures behind it.
 * @param input.from an address (its own ban and the one of the network around it) or a network
 * @returns what was lifted
 */
export async function liftBan(
  database: Database,
  input: { readonly from: string; readonly actor: Actor },
): Promise<readonly string[]> {
  const asked = parseNetwork(input.from);
  const lifted = (await listBans(database)).filter(({ from }) => {
    if (from === input.from || from === asked?.text) return true;
    const banned = parseNetwork(from);
    const host = input.from.split('/')[0] ?? '';
    return input.from === host && banned !== undefined && isInNetwork(banned, host);
  });
  for (const { from } of lifted) {
    const scope = from.includes('/') ? `network:${from}` : addressScope(from);
    await clearThrottle(database, scope);
    await database.transaction((transaction) =>
      transaction.audit({ actor: input.actor, action: 'ban.lift', subject: `address:${from}` }),
    );
  }
  return lifted.map(({ from }) => from);
}

/** Whether a text can name a ban at all. */
export function isBanName(text: string): boolean {
  return parseNetwork(text) !== undefined || neighbourhoodOf(text) !== undefined;
}
