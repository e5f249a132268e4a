// «Why can't I log in?»: what the state of a user's own account says about it. It reads what the gate reads, and adds
// what the gate does not tell the client.

import type { AuthenticationPolicy } from '../domain/login.ts';
import { isInNetwork } from '../domain/network.ts';
import { findPartner } from '../storage/partner-store.ts';
import { listRefusals, type SftpRefusal } from '../storage/sftp-refusal-store.ts';
import type { Database } from '../storage/transaction.ts';
import type { User } from '../storage/user-store.ts';
import { type AccountStatus, readStatus } from './account-setup.ts';
import { listBans } from './ban.ts';
import { addressScope, networkScope } from './throttle.ts';

/** One reason why SFTP refuses the user now. */
export type LoginObstacle =
  | { readonly kind: 'not-set-up' | 'disabled' | 'partner-disabled' | 'no-partner' }
  /** `passwordChangedAtMs`: undefined when an administrator allowed the account again. */
  | { readonly kind: 'update-required'; readonly passwordChangedAtMs: number | undefined }
  | { readonly kind: 'locked'; readonly untilMs: number }
  | { readonly kind: 'banned'; readonly address: string; readonly untilMs: number }
  | { readonly kind: 'address-not-allowed'; readonly address: string }
  /** The trading partner wants a key, and there is none in force. */
  | { readonly kind: 'key-missing'; readonly policy: AuthenticationPolicy }
  | { readonly kind: 'key-expired'; readonly name: string; readonly atMs: number };

export interface LoginDiagnosis {
  /** Empty: nothing in the account's own state stands in the way. */
  readonly obstacles: readonly LoginObstacle[];
  /** How the trading partner wants its users to sign in. */
  readonly policy: AuthenticationPolicy | undefined;
  /** The newest first. */
  readonly refusals: readonly SftpRefusal[];
}

/**
 * @param input.address where the person is now, which is often where the SFTP tool is too
 */
export async function diagnoseLogin(
  database: Database,
  input: { readonly user: User; readonly address: string },
): Promise<LoginDiagnosis> {
  const { user, address } = input;
  const state = await readStatus(database, user.id);
  const partner = user.partnerId === undefined ? undefined : await findPartner(database, user.partnerId);
  const refusals = await listRefusals(database, user.id);
  if (partner === undefined) return { obstacles: [{ kind: 'no-partner' }], policy: undefined, refusals };
  const { authentication: policy, allowedNetworks } = partner;
  const addresses = [...new Set([address, ...refusals.map((refusal) => refusal.address)])];
  const allowed = (from: string) =>
    allowedNetworks.length === 0 || allowedNetworks.some((network) => isInNetwork(network, from));
  const obstacles: readonly LoginObstacle[] = [
    ...(partner.status === 'active' ? [] : [{ kind: 'partner-disabled' } as const]),
    ...stateObstacles(state, user),
    ...keyObstacles(state, policy, database.now()),
    ...addresses
      .filter((from) => !allowed(from))
      .map((from) => ({ kind: 'address-not-allowed', address: from }) as const),
    ...(await banObstacles(database, addresses)),
  ];
  return { obstacles, policy, refusals };
}

function stateObstacles(state: AccountStatus, user: User): readonly LoginObstacle[] {
  switch (state.status) {
    case 'active':
      return [];
    case 'not-set-up':
    case 'disabled':
      return [{ kind: state.status }];
    case 'locked':
      return [{ kind: 'locked', untilMs: state.lockedUntilMs }];
    case 'update-required': {
      const changed = state.account?.passwordVersion !== user.passwordVersion;
      const passwordChangedAtMs = changed ? user.passwordChangedAtMs : undefined;
      return [{ kind: 'update-required', passwordChangedAtMs }];
    }
  }
}

function keyObstacles(
  { account }: AccountStatus,
  policy: AuthenticationPolicy,
  nowMs: number,
): readonly LoginObstacle[] {
  const keys = account?.keys ?? [];
  const expired = keys.flatMap(({ comment, fingerprint, expiresAtMs }) =>
    expiresAtMs === undefined || expiresAtMs > nowMs
      ? []
      : [{ kind: 'key-expired', name: comment === '' ? fingerprint : comment, atMs: expiresAtMs } as const],
  );
  const wanted = account !== undefined && (policy === 'public-key' || policy === 'both');
  const missing = wanted && keys.length === expired.length;
  return [...expired, ...(missing ? [{ kind: 'key-missing', policy } as const] : [])];
}

/** The bans that hold for any of the addresses, each told once. */
async function banObstacles(
  database: Database,
  addresses: readonly string[],
): Promise<readonly LoginObstacle[]> {
  const bans = await listBans(database);
  return addresses.flatMap((address) => {
    const scopes = [addressScope(address), networkScope(address)];
    const ban = bans.find(
      ({ from }) => scopes.includes(`address:${from}`) || scopes.includes(`network:${from}`),
    );
    return ban === undefined ? [] : [{ kind: 'banned', address, untilMs: ban.untilMs } as const];
  });
}
