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
