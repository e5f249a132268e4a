// Does what the plan of `claimgate apply` says, some users a transaction: whatever ends it in between leaves whole
// partners and users, a running gateway is never kept from writing for long, and a second run does the rest.

import type { Core } from '../core.ts';
import type { Actor } from '../domain/audit.ts';
import { makePartnerFolders } from '../storage/data-directory.ts';
import { changeGrants, changePartnerRights } from '../storage/grant-store.ts';
import { setPartnerProfileWithin } from '../storage/partner-profile-store.ts';
import { changePartnerAccess, changePartnerFacts, insertPartner } from '../storage/partner-store.ts';
import { changeOfficeRole } from '../storage/role-store.ts';
import type { Transaction } from '../storage/transaction.ts';
import { changeStatusWithin } from '../storage/user-status-store.ts';
import { addUserWithin, changeUserFacts } from '../storage/user-store.ts';
import type { PartnerPlan, UserPlan } from './apply-plan.ts';
import type { WantedUser } from './apply-wanted.ts';
import { CommandFailure } from './command-failure.ts';

/** Users of one transaction: some tens of milliseconds in which nobody else writes. */
const usersPerTransaction = 25;

export interface ApplyDeps {
  readonly core: Core;
  readonly actor: Actor;
  /** Is told of each partner and user that was dealt with. */
  readonly advance: () => void;
}

/** @throws CommandFailure (1) when something was changed by others meanwhile, so that the plan does not hold */
export async function runPlan(deps: ApplyDeps, plan: readonly PartnerPlan[]): Promise<void> {
  const { core } = deps;
  // One for all: nobody knows the password, and each user chooses an own one.
  const unknownHash = await core.firstPasswords.unknownHash();
  for (const partner of plan) {
    await makePartnerFolders(core.directory, partner.id);
    const users = partner.users.filter(({ kind }) => kind !== 'unchanged');
    const [first = [], ...rest] = batches(users);
    await core.database.transaction(async (transaction) => {
      await applyPartner(deps, transaction, partner);
      for (const user of first) await applyUser({ ...deps, unknownHash }, transaction, { partner, user });
    });
    for (const batch of rest) {
      await core.database.transaction(async (transaction) => {
        for (const user of batch) await applyUser({ ...deps, unknownHash }, transaction, { partner, user });
      });
    }
    for (const _ of [partner, ...partner.users]) deps.advance();
  }
}

function batches(users: readonly UserPlan[]): readonly (readonly UserPlan[])[] {
  const count = Math.ceil(users.length / usersPerTransaction);
  return Array.from({ length: count }, (_, at) =>
    users.slice(at * usersPerTransaction, (at + 1) * usersPerTransaction),
  );
}

async function applyPartner(
  { actor }: ApplyDeps,
  transaction: Transaction,
  plan: PartnerPlan,
): Promise<void> {
  if (plan.kind === 'unchanged') return;
  const { id, wanted, rights } = plan;
  const { name, submitterId, authentication, allowedNetworks } = wanted;
  const has = (...fields: readonly string[]) => plan.changes.some(({ field }) => fields.includes(field));
  if (plan.kind === 'create') {
    const outcome = await insertPartner(transaction, { id, name, submitterId, actor });
    if (outcome.kind === 'conflict') throw overtaken(outcome.why);
  } else if (has('name', 'submitterId')) {
    const why = await changePartnerFacts(transaction, { id, name, submitterId, actor });
    if (why !== undefined) throw overtaken(why);
  }
  const access = authentication !== undefined || allowedNetworks !== undefined;
  if (plan.kind === 'create' ? access : has('authentication', 'allowedNetworks'))
    await changePartnerAccess(transaction, { id, authentication, allowedNetworks, actor });
  if (rights !== undefined) await changePartnerRights(transaction, { partnerId: id, rights, actor });
  if (wanted.profile.length > 0)
    await setPartnerProfileWithin(transaction, {
      partnerId: id,
      changes: Object.fromEntries(wanted.profile),
      actor,
    });
}

const overtaken = (why: string): CommandFailure =>
  new CommandFailure(
    `Someone else changed something meanwhile: ${why}. What was done stays; run the same again.`,
    1,
  );

interface UserDeps extends ApplyDeps {
  readonly unknownHash: string;
}

async function applyUser(
  deps: UserDeps,
  transaction: Transaction,
  { partner, user }: { readonly partner: PartnerPlan; readonly user: UserPlan },
): Promise<void> {
  const { actor } = deps;
  const { wanted } = user;
  if (user.kind === 'create' && wanted !== undefined)
    return createUser(deps, transaction, { partner, user, wanted });
  const has = (...fields: readonly string[]) => user.changes.some(({ field }) => fields.includes(field));
  if (wanted !== undefined && has('firstName', 'lastName', 'email', 'kind'))
    await changeUserFacts(transaction, { ...wanted, actor });
  if (has('role')) {
    const outcome = await changeOfficeRole(transaction, {
      partnerId: partner.id,
      userId: user.id,
      role: user.role,
      actor,
    });
    if (outcome.kind === 'last-office-administrator')
      throw overtaken(`${user.id} is the last office administrator of ${partner.id}; name another one`);
  }
  if (user.verb !== undefined)
    await changeStatusWithin(transaction, { userId: user.id, verb: user.verb, actor });
  if (user.rights !== undefined)
    await changeGrants(transaction, {
      partnerId: partner.id,
      userId: user.id,
      rights: user.rights,
      expectedVersion: undefined,
      actor,
    });
}

async function createUser(
  { core, actor, unknownHash }: UserDeps,
  transaction: Transaction,
  input: { readonly partner: PartnerPlan; readonly user: UserPlan; readonly wanted: WantedUser },
): Promise<void> {
  const { partner, user, wanted } = input;
  const { id, firstName, lastName, email, status = 'invited' } = wanted;
  const outcome = await addUserWithin(transaction, {
    id,
    partnerId: partner.id,
    firstName,
    lastName,
    email,
    ...(wanted.kind === undefined ? {} : { kind: wanted.kind }),
    role: user.role,
    rights: user.rights ?? [],
    passwordHash: unknownHash,
    status: status === 'invited' ? 'unconfirmed' : status,
    actor,
  });
  if (outcome.kind !== 'added') throw overtaken(`user ${id} is there already`);
  if (status === 'invited') await core.firstPasswords.sendLink(transaction, { id, actor });
}
