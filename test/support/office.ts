// People of a trading partner's office, with roles and rights as a test wants them.

import type { Role } from '../../domain/account.ts';
import { everyRight, printRight } from '../../domain/right.ts';
import { changeGrants } from '../../storage/grant-store.ts';
import { findMember } from '../../storage/member-store.ts';
import { changeOfficeRole } from '../../storage/role-store.ts';
import type { Database } from '../../storage/transaction.ts';
import { partnerId, userId } from './storage.ts';

const actor = { kind: 'administrator', name: 'test' } as const;

/** Names a user's role. */
export async function nameRole(
  database: Database,
  input: { readonly partner: string; readonly user: string; readonly role: Role },
): Promise<void> {
  const outcome = await database.transaction((transaction) =>
    changeOfficeRole(transaction, {
      partnerId: partnerId(input.partner),
      userId: userId(input.user),
      role: input.role,
      actor,
    }),
  );
  const now = await findMember(database, { partnerId: partnerId(input.partner), userId: userId(input.user) });
  if (now?.role !== input.role) throw new Error(`The role was not given: ${outcome.kind}.`);
}

/** Gives a user these rights, such as `send 837P`, and no others. */
export async function giveRights(
  database: Database,
  input: { readonly partner: string; readonly user: string; readonly rights: readonly string[] },
): Promise<void> {
  const outcome = await database.transaction((transaction) =>
    changeGrants(transaction, {
      partnerId: partnerId(input.partner),
      userId: userId(input.user),
      rights: everyRight.filter((right) => input.rights.includes(printRight(right))),
      expectedVersion: undefined,
      actor,
    }),
  );
  if (outcome.kind !== 'changed' && outcome.kind !== 'unchanged') throw new Error(outcome.kind);
}
