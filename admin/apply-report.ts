// What `claimgate apply` tells of what it does: for people and for programs.

import type { ApplyPlan, PartnerPlan } from './apply-plan.ts';
import type { Change, UserPlan } from './apply-plan-user.ts';
import { printable } from './output.ts';

/** @returns every user of a plan, of whichever partner or of none */
export const usersOf = (plan: ApplyPlan): readonly UserPlan[] => [
  ...plan.partners.flatMap(({ users }) => users),
  ...plan.users,
];

/** @returns how many are made, changed, pruned, and left as they are */
export function countPlan(plan: ApplyPlan) {
  const count = (list: readonly { readonly kind: string }[]) => ({
    create: list.filter(({ kind }) => kind === 'create').length,
    change: list.filter(({ kind }) => kind === 'change').length,
    prune: list.filter(({ kind }) => kind === 'prune').length,
    unchanged: list.filter(({ kind }) => kind === 'unchanged').length,
  });
  return { partners: count(plan.partners), users: count(usersOf(plan)) };
}

/** @returns what is different, for programs: by partner, and the users of none beside them */
export function planFacts(plan: ApplyPlan) {
  const users = (list: readonly UserPlan[]) =>
    list
      .filter((user) => user.kind !== 'unchanged')
      .map((user) => ({ user: user.id, kind: user.kind, changes: user.changes }));
  return {
    plan: plan.partners
      .map((partner) => ({
        partner: partner.id,
        kind: partner.kind,
        changes: partner.changes,
        users: users(partner.users),
      }))
      .filter((partner) => partner.kind !== 'unchanged' || partner.users.length > 0),
    users: users(plan.users),
  };
}

/** @param max lines of the difference that are shown at most */
export function printPlan(plan: ApplyPlan, max: number): string {
  const lines = [
    ...plan.partners.flatMap(partnerLines),
    ...plan.users.flatMap((user) => userLines(user, 'no trading partner')),
  ].map(printable);
  const shown =
    lines.length > max
      ? [...lines.slice(0, max), `... and ${lines.length - max} lines more (--dry-run shows all)`]
      : lines;
  const { partners, users } = countPlan(plan);
  const summary = `Partners: ${partners.create} to create, ${partners.change} to change, ${partners.unchanged} unchanged. Users: ${users.create} to create, ${users.change} to change, ${users.prune} to disable, ${users.unchanged} unchanged.`;
  return [...shown, ...(shown.length > 0 ? [''] : []), summary].join('\n');
}

function partnerLines(partner: PartnerPlan): readonly string[] {
  const { kind, id, wanted } = partner;
  const name =
    kind === 'create' ? `+ partner ${id}  ${wanted.name} (${wanted.submitterId})` : `~ partner ${id}`;
  return [
    ...(kind === 'unchanged' ? [] : [name, ...partner.changes.map(changeLine)]),
    ...partner.users.flatMap((user) => userLines(user, id)),
  ];
}

/** @param where what the user belongs to */
function userLines(user: UserPlan, where: string): readonly string[] {
  const who = `user ${user.id} of ${where}`;
  const changes = user.changes.map(changeLine);
  switch (user.kind) {
    case 'create': {
      const status = user.wanted?.status ?? 'invited';
      const office = user.role === undefined ? [] : [user.role];
      const grants = user.rights === undefined ? [] : [`${user.rights.length} grants`];
      return [`+ ${who}  ${[...office, status, ...grants].join(', ')}`, ...changes];
    }
    case 'change':
      return [`~ ${who}`, ...changes];
    case 'prune':
      return [`- ${who}  is not in the file: disabled`];
    default:
      return [];
  }
}

function changeLine({ field, before, after }: Change): string {
  return before === undefined ? `    ${field}: ${after}` : `    ${field}: ${before} -> ${after}`;
}
