// What `claimgate apply` would do: the difference between what is wanted and what is, computed as a whole.

import type { Role } from '../domain/account.ts';
import type { PartnerId, UserId } from '../domain/ids.ts';
import type { ProfileTexts } from '../domain/partner-profile.ts';
import { type Direction, everyRight, printRight, type Right } from '../domain/right.ts';
import { officeRoles } from '../domain/role.ts';
import type { Partner } from '../storage/partner-store.ts';
import type { ProvisionedState } from '../storage/provision-store.ts';
import type { StatusVerb } from '../storage/user-status-store.ts';
import type { User } from '../storage/user-store.ts';
import type { Blame, Wanted, WantedPartner, WantedUser } from './apply-wanted.ts';

/** One fact that becomes another one. */
export interface Change {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

export interface UserPlan {
  readonly kind: 'create' | 'change' | 'unchanged' | 'prune';
  readonly id: UserId;
  readonly changes: readonly Change[];
  readonly wanted: WantedUser | undefined;
  readonly role: Role;
  /** Everything that it shall be granted; undefined: left as it is. */
  readonly rights: readonly Right[] | undefined;
  readonly verb: StatusVerb | undefined;
}

export interface PartnerPlan {
  readonly kind: 'create' | 'change' | 'unchanged';
  readonly id: PartnerId;
  readonly changes: readonly Change[];
  readonly wanted: WantedPartner;
  readonly rights: readonly Right[] | undefined;
  readonly users: readonly UserPlan[];
}

/**
 * Compares.
 * @param input.prune whether users of these partners that are not in the file are disabled
 * @param blame is told of what cannot be
 */
export function planApply(
  state: ProvisionedState,
  input: { readonly wanted: readonly WantedPartner[]; readonly prune: boolean },
  blame: Blame,
): readonly PartnerPlan[] {
  const submitters = new Map(
    [...state.partners.values()].map((partner) => [partner.submitterId, partner.id]),
  );
  const members = usersByPartner(state);
  return input.wanted.map((wanted) => {
    const owner = submitters.get(wanted.submitterId);
    if (owner !== undefined && owner !== wanted.id)
      blame.at(wanted.line, `submitter id ${wanted.submitterId} belongs to trading partner ${owner}.`);
    return planPartner({ state, blame }, wanted, {
      members: members.get(wanted.id) ?? [],
      prune: input.prune,
    });
  });
}

interface Planning {
  readonly state: ProvisionedState;
  readonly blame: Blame;
}

function planPartner(
  { state, blame }: Planning,
  wanted: WantedPartner,
  { members, prune }: { readonly members: readonly User[]; readonly prune: boolean },
): PartnerPlan {
  const existing = state.partners.get(wanted.id);
  const agreed = existing === undefined ? everyRight : (state.agreed.get(wanted.id) ?? []);
  const rights = rightsOf(wanted, agreed, everyRight);
  const profile = state.profiles.get(wanted.id) ?? {};
  const changes = existing === undefined ? [] : partnerChanges(existing, wanted, { agreed, rights, profile });
  const named = (wanted.users ?? []).map((user) =>
    planUser({ state, blame }, wanted, { user, agreed: rights ?? agreed }),
  );
  const users = [...named, ...(prune && wanted.users !== undefined ? prunedUsers(members, wanted) : [])];
  if (losesAdministrators(state, { members, users }))
    blame.at(
      wanted.line,
      `trading partner ${wanted.id} would be left without an active office administrator.`,
    );
  return {
    kind: existing === undefined ? 'create' : changes.length > 0 ? 'change' : 'unchanged',
    id: wanted.id,
    changes,
    wanted,
    rights,
    // Whoever rises first: an office is never left without an administrator.
    users: users.sort((one, other) => rank(one.role) - rank(other.role)),
  };
}

/** Whether an office that has active administrators would have none any more (storage/role-store.ts asks the same). */
function losesAdministrators(
  { roles }: ProvisionedState,
  { members, users }: { readonly members: readonly User[]; readonly users: readonly UserPlan[] },
): boolean {
  const plans = new Map<string, UserPlan>(users.map((plan) => [plan.id, plan]));
  const after = ({ id, status }: User): boolean => {
    const plan = plans.get(id);
    const role = plan?.wanted === undefined ? roles.get(id) : plan.role;
    const active =
      plan?.verb === undefined ? status === 'active' : ['enable', 'reactivate'].includes(plan.verb);
    return active && role === 'office-administrator';
  };
  const before = members.some(
    ({ id, status }) => status === 'active' && roles.get(id) === 'office-administrator',
  );
  return before && !members.some(after);
}

const rank = (role: Role): number => officeRoles.indexOf(role);

function usersByPartner({ users }: ProvisionedState): ReadonlyMap<string, readonly User[]> {
  const found = new Map<string, User[]>();
  for (const user of users.values()) {
    if (user.partnerId === undefined) continue;
    const own = found.get(user.partnerId);
    if (own === undefined) found.set(user.partnerId, [user]);
    else own.push(user);
  }
  return found;
}

/**
 * @param present what holds where nothing is said of a direction
 * @param most what `all` means
 * @returns undefined when nothing is said of either direction
 */
function rightsOf(
  wanted: { readonly send: Wanted; readonly receive: Wanted },
  present: readonly Right[],
  most: readonly Right[],
): readonly Right[] | undefined {
  if (wanted.send === undefined && wanted.receive === undefined) return undefined;
  const of = (direction: Direction): readonly Right[] => {
    const said = wanted[direction];
    const list = said === undefined ? present : said === 'all' ? most : said;
    return list.filter((right) => right.direction === direction);
  };
  const all = new Set([...of('send'), ...of('receive')].map(printRight));
  return everyRight.filter((right) => all.has(printRight(right)));
}

function partnerChanges(
  partner: Partner,
  wanted: WantedPartner,
  present: {
    readonly agreed: readonly Right[];
    readonly rights: readonly Right[] | undefined;
    readonly profile: ProfileTexts;
  },
): readonly Change[] {
  const { agreed, rights, profile } = present;
  const networks = (list: readonly { readonly text: string }[]) =>
    list.map(({ text }) => text).join(', ') || 'anywhere';
  return [
    ...changed('name', partner.name, wanted.name),
    ...changed('submitterId', partner.submitterId, wanted.submitterId),
    ...changed('authentication', partner.authentication, wanted.authentication),
    ...changed(
      'allowedNetworks',
      networks(partner.allowedNetworks),
      wanted.allowedNetworks === undefined ? undefined : networks(wanted.allowedNetworks),
    ),
    ...rightChanges(agreed, rights),
    ...wanted.profile.flatMap(([key, text]) =>
      changed(`profile.${key}`, profile[key] ?? unset, text ?? unset),
    ),
  ];
}

/** A key of a profile that falls back to what holds for everyone. */
const unset = 'as for everyone';

function changed(field: string, before: string, after: string | undefined): readonly Change[] {
  return after === undefined || before === after ? [] : [{ field, before, after }];
}

function rightChanges(before: readonly Right[], after: readonly Right[] | undefined): readonly Change[] {
  if (after === undefined) return [];
  return (['send', 'receive'] as const).flatMap((direction) => {
    const words = (list: readonly Right[]) =>
      everyRight
        .filter((right) => right.direction === direction)
        .filter((right) => list.some((one) => printRight(one) === printRight(right)))
        .map(({ transaction }) => transaction)
        .join(', ') || 'none';
    return changed(direction, words(before), words(after));
  });
}

function planUser(
  { state, blame }: { readonly state: ProvisionedState; readonly blame: Blame },
  partner: WantedPartner,
  { user, agreed }: { readonly user: WantedUser; readonly agreed: readonly Right[] },
): UserPlan {
  const existing = state.users.get(user.id);
  if (existing === undefined) {
    const rights = rightsOf(user, agreed, agreed) ?? agreed;
    const role = user.role ?? 'general-user';
    return { kind: 'create', id: user.id, changes: [], wanted: user, role, rights, verb: undefined };
  }
  if (existing.partnerId !== partner.id) {
    const where =
      existing.partnerId === undefined ? 'no trading partner' : `trading partner ${existing.partnerId}`;
    blame.at(
      user.line,
      `user ${user.id} is there already and belongs to ${where}. Users move by invitation alone.`,
    );
  }
  const granted = state.granted.get(user.id) ?? [];
  const rights = rightsOf(user, granted, agreed);
  const present = state.roles.get(user.id) ?? 'general-user';
  const verb = verbFor(existing, user.status);
  const changes = [
    ...changed('firstName', existing.firstName, user.firstName),
    ...changed('lastName', existing.lastName, user.lastName),
    ...changed('email', existing.email, user.email),
    ...changed('kind', existing.kind, user.kind),
    ...changed('role', present, user.role),
    ...(verb === undefined ? [] : [{ field: 'status', before: existing.status, after: String(user.status) }]),
    ...rightChanges(granted, rights),
  ];
  const kind = changes.length > 0 ? 'change' : 'unchanged';
  return { kind, id: user.id, changes, wanted: user, role: user.role ?? present, rights, verb };
}

/** Nobody becomes active but by the own password, and who was invited and came stays. */
function verbFor({ status }: User, wanted: WantedUser['status']): StatusVerb | undefined {
  switch (wanted) {
    case 'active':
      return status === 'disabled' ? 'enable' : status === 'expired' ? 'reactivate' : undefined;
    case 'disabled':
      return status === 'disabled' ? undefined : 'disable';
    case 'expired':
      return status === 'active' ? 'expire' : undefined;
    default:
      return undefined;
  }
}

function prunedUsers(members: readonly User[], wanted: WantedPartner): readonly UserPlan[] {
  const named = new Set(wanted.users?.map(({ id }) => id));
  return members
    .filter(({ id, status }) => !named.has(id) && status !== 'disabled')
    .map((user) => ({
      kind: 'prune',
      id: user.id,
      changes: [{ field: 'status', before: user.status, after: 'disabled' }],
      wanted: undefined,
      role: 'general-user',
      rights: undefined,
      verb: 'disable',
    }));
}
