// What `claimgate apply` would do: the difference between what is wanted and what is, computed as a whole.

import type { Role } from '../domain/account.ts';
import type { PartnerId } from '../domain/ids.ts';
import type { ProfileTexts } from '../domain/partner-profile.ts';
import { everyRight, type Right } from '../domain/right.ts';
import { officeRoles } from '../domain/role.ts';
import type { Partner } from '../storage/partner-store.ts';
import type { ProvisionedState } from '../storage/provision-store.ts';
import type { User } from '../storage/user-store.ts';
import {
  type Change,
  changed,
  planUser,
  prunedUsers,
  rightChanges,
  rightsOf,
  type UserPlan,
} from './apply-plan-user.ts';
import type { Blame, WantedPartner, WantedState } from './apply-wanted.ts';

export interface PartnerPlan {
  readonly kind: 'create' | 'change' | 'unchanged';
  readonly id: PartnerId;
  readonly changes: readonly Change[];
  readonly wanted: WantedPartner;
  readonly rights: readonly Right[] | undefined;
  readonly users: readonly UserPlan[];
}

export interface ApplyPlan {
  readonly partners: readonly PartnerPlan[];
  /** Users of no trading partner. */
  readonly users: readonly UserPlan[];
}

/**
 * Compares.
 * @param input.prune whether users of these partners, and administrators of none, that are not in the file are disabled
 * @param blame is told of what cannot be
 */
export function planApply(
  state: ProvisionedState,
  input: { readonly wanted: WantedState; readonly prune: boolean },
  blame: Blame,
): ApplyPlan {
  const submitters = new Map(
    [...state.partners.values()].map((partner) => [partner.submitterId, partner.id]),
  );
  const members = usersByPartner(state);
  const partners = input.wanted.partners.map((wanted) => {
    const owner = submitters.get(wanted.submitterId);
    if (owner !== undefined && owner !== wanted.id)
      blame.at(wanted.line, `submitter id ${wanted.submitterId} belongs to trading partner ${owner}.`);
    return planPartner({ state, blame }, wanted, {
      members: members.get(wanted.id) ?? [],
      prune: input.prune,
    });
  });
  return { partners, users: planUsersOfNone({ state, blame }, input) };
}

/** Who registered and was invited by nobody yet is in no file: only who runs the gateway is pruned. */
function planUsersOfNone(
  { state, blame }: Planning,
  { wanted, prune }: { readonly wanted: WantedState; readonly prune: boolean },
): readonly UserPlan[] {
  const { users } = wanted;
  if (users === undefined) return [];
  const present = [...state.users.values()].filter(
    ({ id, partnerId }) => partnerId === undefined && state.administrators.has(id),
  );
  return [
    ...users.map((user) => planUser({ state, blame }, user, undefined)),
    ...(prune ? prunedUsers(present, users) : []),
  ];
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
  const changes = partnerChanges(existing, wanted, { agreed, rights, profile });
  const office = { partnerId: wanted.id, agreed: rights ?? agreed };
  const named = (wanted.users ?? []).map((user) => planUser({ state, blame }, user, office));
  const users = [
    ...named,
    ...(prune && wanted.users !== undefined ? prunedUsers(members, wanted.users) : []),
  ];
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

const rank = (role: Role | undefined): number =>
  role === undefined ? officeRoles.length : officeRoles.indexOf(role);

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

/** @param partner undefined: it is new, and what is said of it beside its name is told */
function partnerChanges(
  partner: Partner | undefined,
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
    ...(partner === undefined ? [] : changed('name', partner.name, wanted.name)),
    ...(partner === undefined ? [] : changed('submitterId', partner.submitterId, wanted.submitterId)),
    ...changed('authentication', partner?.authentication, wanted.authentication),
    ...changed(
      'allowedNetworks',
      partner && networks(partner.allowedNetworks),
      wanted.allowedNetworks && networks(wanted.allowedNetworks),
    ),
    ...rightChanges(partner && agreed, rights),
    ...wanted.profile.flatMap(([key, text]) =>
      partner === undefined
        ? changed(`profile.${key}`, undefined, text)
        : changed(`profile.${key}`, profile[key] ?? unset, text ?? unset),
    ),
  ];
}

/** A key of a profile that falls back to what holds for everyone. */
const unset = 'as for everyone';
