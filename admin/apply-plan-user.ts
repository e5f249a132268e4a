// What `claimgate apply` would do about one user: the difference between what is wanted and what is.

import type { Role } from '../domain/account.ts';
import type { PartnerId, UserId } from '../domain/ids.ts';
import { type Direction, everyRight, printRight, type Right } from '../domain/right.ts';
import type { ProvisionedState } from '../storage/provision-store.ts';
import type { StatusVerb } from '../storage/user-status-store.ts';
import type { User } from '../storage/user-store.ts';
import type { Blame, Wanted, WantedUser } from './apply-wanted.ts';

/** One fact that becomes another one. */
export interface Change {
  readonly field: string;
  /** Undefined: it is the fact of something new. */
  readonly before: string | undefined;
  readonly after: string;
}

export interface UserPlan {
  readonly kind: 'create' | 'change' | 'unchanged' | 'prune';
  readonly id: UserId;
  readonly changes: readonly Change[];
  readonly wanted: WantedUser | undefined;
  /** Undefined: it belongs to no trading partner, and so to no office. */
  readonly role: Role | undefined;
  /** Everything that it shall be granted; undefined: left as it is. */
  readonly rights: readonly Right[] | undefined;
  readonly verb: StatusVerb | undefined;
}

/**
 * @param present what holds where nothing is said of a direction
 * @param most what `all` means
 * @returns undefined when nothing is said of either direction
 */
export function rightsOf(
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

/** @returns the change, where there is one; nothing is said where `after` is undefined */
export function changed(
  field: string,
  before: string | undefined,
  after: string | undefined,
): readonly Change[] {
  return after === undefined || before === after ? [] : [{ field, before, after }];
}

/** @param before undefined: whose rights these are is new */
export function rightChanges(
  before: readonly Right[] | undefined,
  after: readonly Right[] | undefined,
): readonly Change[] {
  if (after === undefined) return [];
  return (['send', 'receive'] as const).flatMap((direction) => {
    const words = (list: readonly Right[]) =>
      everyRight
        .filter((right) => right.direction === direction)
        .filter((right) => list.some((one) => printRight(one) === printRight(right)))
        .map(({ transaction }) => transaction)
        .join(', ') || 'none';
    return changed(direction, before && words(before), words(after));
  });
}

/** Where a user belongs. */
interface Office {
  readonly partnerId: PartnerId;
  /** What the partner has agreed on. */
  readonly agreed: readonly Right[];
}

/**
 * @param office undefined for a user of no trading partner
 * @param blame is told when the user is there and belongs elsewhere
 */
export function planUser(
  { state, blame }: { readonly state: ProvisionedState; readonly blame: Blame },
  user: WantedUser,
  office: Office | undefined,
): UserPlan {
  const { id } = user;
  const existing = state.users.get(id);
  if (existing === undefined) return planNewUser(user, office);
  if (existing.partnerId !== office?.partnerId) {
    const where =
      existing.partnerId === undefined ? 'no trading partner' : `trading partner ${existing.partnerId}`;
    blame.at(
      user.line,
      `user ${id} is there already and belongs to ${where}. Users move by invitation alone.`,
    );
  }
  const granted = state.granted.get(id) ?? [];
  const rights = office === undefined ? undefined : rightsOf(user, granted, office.agreed);
  const present = office === undefined ? undefined : (state.roles.get(id) ?? 'general-user');
  const verb = verbFor(existing, user.status);
  const changes = [
    ...changed('firstName', existing.firstName, user.firstName),
    ...changed('lastName', existing.lastName, user.lastName),
    ...changed('email', existing.email, user.email),
    ...changed('kind', existing.kind, user.kind),
    ...changed('role', present, user.role),
    ...changed('administrator', String(state.administrators.has(id)), user.administrator?.toString()),
    ...(verb === undefined ? [] : [{ field: 'status', before: existing.status, after: String(user.status) }]),
    ...rightChanges(granted, rights),
  ];
  const kind = changes.length > 0 ? 'change' : 'unchanged';
  return { kind, id, changes, wanted: user, role: user.role ?? present, rights, verb };
}

function planNewUser(user: WantedUser, office: Office | undefined): UserPlan {
  const changes = user.administrator === true ? changed('administrator', undefined, 'true') : [];
  const plan = { kind: 'create', id: user.id, changes, wanted: user, verb: undefined } as const;
  if (office === undefined) return { ...plan, role: undefined, rights: undefined };
  const { agreed } = office;
  return { ...plan, role: user.role ?? 'general-user', rights: rightsOf(user, agreed, agreed) ?? agreed };
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

/**
 * Plans that whoever the file does not name is disabled.
 * @param present who is there now, where the file says that it names all of them
 */
export function prunedUsers(
  present: readonly User[],
  named: readonly { readonly id: UserId }[],
): readonly UserPlan[] {
  const ids = new Set<string>(named.map(({ id }) => id));
  return present
    .filter(({ id, status }) => !ids.has(id) && status !== 'disabled')
    .map((user) => ({
      kind: 'prune',
      id: user.id,
      changes: [{ field: 'status', before: user.status, after: 'disabled' }],
      wanted: undefined,
      role: user.partnerId === undefined ? undefined : 'general-user',
      rights: undefined,
      verb: 'disable',
    }));
}
