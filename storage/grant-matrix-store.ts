// Manage Transaction for User, as a change: the grants of several users of one partner, saved by one who may manage them,
// all or none. Roles are asked within the transaction that writes, so that a right taken meanwhile counts.

import type { PartnerId, UserId } from '../domain/ids.ts';
import { printRight, type Right } from '../domain/right.ts';
import { mayManage } from '../domain/role.ts';
import { type ChangeGrantsInput, type ChangeGrantsOutcome, changeGrants, isOutdated } from './grant-store.ts';
import { queueMail } from './mail-store.ts';
import { findMember, type Member } from './member-store.ts';
import type { Database, Transaction } from './transaction.ts';

export interface WantedGrants {
  readonly userId: UserId;
  /** Everything that the user shall have. */
  readonly rights: readonly Right[];
  /** The version that the page showed. */
  readonly expectedVersion: number;
}

export type SaveMatrixOutcome =
  | { readonly kind: 'saved'; readonly changed: readonly UserId[] }
  /** Someone else changed these users' grants meanwhile; nothing was saved. */
  | { readonly kind: 'outdated'; readonly users: readonly Member[] }
  /** The editor may not manage one of these users, or it belongs to another partner; nothing was saved. */
  | { readonly kind: 'not-allowed' };

export async function saveMatrix(
  database: Database,
  input: {
    readonly partnerId: PartnerId;
    readonly editor: UserId;
    readonly address: string;
    readonly wanted: readonly WantedGrants[];
  },
): Promise<SaveMatrixOutcome> {
  const { partnerId, editor, address, wanted } = input;
  return database.transaction(async (transaction): Promise<SaveMatrixOutcome> => {
    const members = await membersManagedBy(transaction, { partnerId, editor, wanted });
    if (members === undefined) return { kind: 'not-allowed' };
    const actor = { kind: 'user', id: editor } as const;
    const changes: readonly ChangeGrantsInput[] = wanted.map((one) => ({
      ...one,
      partnerId,
      actor,
      address,
    }));
    const outdated: Member[] = [];
    for (const [index, change] of changes.entries()) {
      const member = members[index];
      if (member !== undefined && (await isOutdated(transaction, change))) outdated.push(member);
    }
    if (outdated.length > 0) return { kind: 'outdated', users: outdated };
    const changed: UserId[] = [];
    for (const change of changes)
      if ((await changeGrantsAndTell(transaction, change)).kind === 'changed') changed.push(change.userId);
    return { kind: 'saved', changed };
  });
}

/** Changes a user's grants, and tells the user by mail, unless it was the user who did it. */
export async function changeGrantsAndTell(
  transaction: Transaction,
  change: ChangeGrantsInput,
): Promise<ChangeGrantsOutcome> {
  const outcome = await changeGrants(transaction, change);
  const { actor, userId } = change;
  if (outcome.kind !== 'changed' || (actor.kind === 'user' && actor.id === userId)) return outcome;
  const added = outcome.added.map(printRight);
  const removed = outcome.removed.map(printRight);
  await queueMail(transaction, { content: { kind: 'grants-changed', added, removed }, userId });
  return outcome;
}

/** @returns the users, in the order asked for; undefined when the editor may not manage every one of them */
async function membersManagedBy(
  transaction: Transaction,
  input: {
    readonly partnerId: PartnerId;
    readonly editor: UserId;
    readonly wanted: readonly WantedGrants[];
  },
): Promise<readonly Member[] | undefined> {
  const { partnerId } = input;
  const editor = await findMember(transaction, { partnerId, userId: input.editor });
  const members: Member[] = [];
  for (const { userId } of input.wanted) {
    const member = await findMember(transaction, { partnerId, userId });
    if (member === undefined || !mayManage(editor?.role, member.role)) return undefined;
    members.push(member);
  }
  return members;
}
