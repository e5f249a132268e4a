// What each role of a trading partner's office may do (reference: gateway user types and roles). The table is the whole
// of it: pages and commands ask it, and nothing else decides.

import type { Role } from './account.ts';

/** From the most to the least. */
export const officeRoles: readonly Role[] = ['office-administrator', 'user-administrator', 'general-user'];

/**
 * Who runs the gateway for the state or its fiscal agent. It is no office role, gives no right in any mailbox, and is
 * given by the command alone (rule R5).
 */
export const administratorRole = 'administrator';

interface OfficeRules {
  readonly title: string;
  readonly sentence: string;
  /** Whose users it invites, names, removes, and whose transactions it manages. */
  readonly manages: readonly Role[];
}

const rules: Readonly<Record<Role, OfficeRules>> = {
  'office-administrator': {
    title: 'Office administrator',
    sentence: 'May do everything for the trading partner, and names user administrators.',
    manages: officeRoles,
  },
  'user-administrator': {
    title: 'User administrator',
    sentence: 'Invites and removes general users and manages their transactions.',
    manages: ['general-user'],
  },
  'general-user': {
    title: 'General user',
    sentence: 'Uses the transactions that were granted, and the own account.',
    manages: [],
  },
};

export const roleTitle = (role: Role): string => rules[role].title;
export const roleSentence = (role: Role): string => rules[role].sentence;

/** @returns the roles that someone with this role may invite and name, and whose users it may manage */
export function managedRoles(role: Role | undefined): readonly Role[] {
  return role === undefined ? [] : rules[role].manages;
}

/** Whether someone may manage another user of the same trading partner, or make one of it. */
export function mayManage(role: Role | undefined, other: Role): boolean {
  return managedRoles(role).includes(other);
}
