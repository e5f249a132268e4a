// What a trading partner allows beyond the right proof: where its users come from, and which proofs they give.

import type { AuthenticationPolicy, LoginProof, LoginRefusal } from '../domain/login.ts';
import { isInNetwork } from '../domain/network.ts';
import type { Partner } from '../storage/partner-store.ts';

/** Which kinds of proof each policy takes at all. */
const taken: Readonly<Record<AuthenticationPolicy, readonly LoginProof['kind'][]>> = {
  password: ['password'],
  'public-key': ['public-key'],
  either: ['password', 'public-key'],
  both: ['password', 'public-key'],
};

export type AccessRules = Pick<Partner, 'status' | 'authentication' | 'allowedNetworks'>;

/** @returns why a proof of this kind from this address is not taken, however right it is */
export function whyNotAllowed(
  rules: AccessRules,
  attempt: { readonly address: string; readonly proof: Pick<LoginProof, 'kind'> },
): LoginRefusal | undefined {
  const { allowedNetworks, authentication } = rules;
  if (rules.status !== 'active') return 'partner-disabled';
  const near =
    allowedNetworks.length === 0 || allowedNetworks.some((one) => isInNetwork(one, attempt.address));
  if (!near) return 'address-not-allowed';
  return taken[authentication].includes(attempt.proof.kind) ? undefined : 'method-not-allowed';
}
