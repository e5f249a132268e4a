// Partners and users as `claimgate apply` reads them.

import type { ProvisionedUser, ProvisionedUserOfNone, Provisioning } from '../config/provisioning.ts';
import { type Direction, everyRight, printRight, type Right } from '../domain/right.ts';
import type { ProvisionedState } from '../storage/provision-store.ts';
import type { User } from '../storage/user-store.ts';

/**
 * Everything that a file may say, said: `apply` of it changes nothing.
 * @param only the one trading partner that is asked for; without it, users of no partner are told too
 */
export function exportState(state: ProvisionedState, only: string | undefined): Provisioning {
  const members = new Map<string, User[]>();
  for (const user of state.users.values()) {
    if (user.partnerId === undefined) continue;
    members.set(user.partnerId, [...(members.get(user.partnerId) ?? []), user]);
  }
  const partners = [...state.partners.values()].filter(({ id }) => only === undefined || id === only);
  return {
    partners: partners.map((partner) => {
      const agreed = state.agreed.get(partner.id) ?? [];
      return {
        id: partner.id,
        name: partner.name,
        submitterId: partner.submitterId,
        authentication: partner.authentication,
        allowedNetworks: partner.allowedNetworks.map(({ text }) => text),
        send: words('send', agreed, everyRight),
        receive: words('receive', agreed, everyRight),
        ...(state.profiles.has(partner.id) && { profile: { ...state.profiles.get(partner.id) } }),
        users: (members.get(partner.id) ?? []).map((user) => exportUser(state, user, agreed)),
      };
    }),
    ...(only === undefined && { users: usersOfNone(state) }),
  };
}

function usersOfNone(state: ProvisionedState): ProvisionedUserOfNone[] {
  return (
    [...state.users.values()]
      .filter(({ partnerId }) => partnerId === undefined)
      // Who registered and has not confirmed the address vanishes by itself, and is invited nowhere else.
      .filter(({ confirmByMs }) => confirmByMs === undefined)
      .map((user) => exportPerson(state, user))
  );
}

function exportPerson(state: ProvisionedState, user: User): ProvisionedUserOfNone {
  return {
    id: user.id,
    firstName: user.firstName,
    lastName: user.lastName,
    email: user.email,
    kind: user.kind,
    administrator: state.administrators.has(user.id),
    status: user.status === 'unconfirmed' ? 'invited' : user.status,
  };
}

function exportUser(state: ProvisionedState, user: User, agreed: readonly Right[]): ProvisionedUser {
  const granted = state.granted.get(user.id) ?? [];
  return {
    ...exportPerson(state, user),
    role: state.roles.get(user.id) ?? 'general-user',
    send: words('send', granted, agreed),
    receive: words('receive', granted, agreed),
  };
}

/** @param all what `all` means here */
function words(
  direction: Direction,
  rights: readonly Right[],
  all: readonly Right[],
): 'all' | 'none' | string[] {
  const of = (list: readonly Right[]) => {
    const held = new Set(list.map(printRight));
    return everyRight.filter((right) => right.direction === direction && held.has(printRight(right)));
  };
  const held = of(rights).map(({ transaction }) => transaction);
  if (held.length === 0) return 'none';
  const same =
    held.join() ===
    of(all)
      .map(({ transaction }) => transaction)
      .join();
  return same ? 'all' : held;
}
