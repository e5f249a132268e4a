// Does what the plan of `claimgate apply` says, some users a transaction: whatever ends it in between leaves whole
// partners and users, a running gateway is never kept from writing for long, and a second run does the rest.

import type { Core } from '../core.ts';
import type { Actor } from '../domain/audit.ts';
import type { PartnerId } from '../domain/ids.ts';
import { makePartnerFolders } from '../storage/data-directory.ts';
import { changeGrants, changePartnerRights } from '../storage/grant-store.ts';
import { setPartnerProfileWithin } from '../storage/partner-profile-store.ts';
import { changePartnerAccess, changePartnerFacts, insertPartner } from '../storage/partner-store.ts';
import { changeOfficeRole, switchAdministratorWithin } from '../storage/role-store.ts';
import type { Transaction } from '../storage/transaction.ts';
import { changeStatusWithin } from '../storage/user-status-store.ts';
import { addUserWithin, changeUserFacts } from '../storage/user-store.ts';
import type { ApplyPlan, PartnerPlan } from './apply-plan.ts';
import type { UserPlan } from './apply-plan-user.ts';
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
export async function runPlan(deps: ApplyDeps, plan: ApplyPlan): Promise<void> {
  // One for all: nobody knows the password, and each user chooses an own one.
  const userDeps = { ...deps, unknownHash: await deps.core.firstPasswords.unknownHash() };
  for (const partner of plan.partners) {
    await makePartnerFolders(deps.core.directory, partner.id);
    await runUsers(userDeps, partner.users, {
      partnerId: partner.id,
      first: (transaction) => applyPartner(deps, transaction, partner),
    });
    for (const _ of [partner, ...partner.users]) deps.advance();
  }
  if (plan.users.length === 0) return;
  await runUsers(userDeps, plan.users, { partnerId: undefined, first: async () => undefined });
  for (const _ of plan.users) deps.advance();
}

/** @param input.first what belongs into the transaction of the first users */
async function runUsers(
  deps: UserDeps,
  users: readonly UserPlan[],
  input: {
    readonly partnerId: PartnerId | undefined;
    readonly first: (transaction: Transaction) => Promise<void>;
  },
): Promise<void> {
  const { partnerId, first } = input;
  const [start = [], ...rest] = batches(users.filter(({ kind }) => kind !== 'unchanged'));
  await deps.core.database.transaction(async (transaction) => {
    await first(transaction);
    for (const user of start) await applyUser(deps, transaction, { partnerId, user });
  });
  for (const batch of rest) {
    await deps.core.database.transaction(async (transaction) => {
      for (const user of batch) await applyUser(deps, transaction, { partnerId, user });
    });
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

/** Where a user belongs, and what becomes of it. */
interface UserStep {
  /** Undefined: to no trading partner. */
  readonly partnerId: PartnerId | undefined;
  readonly user: UserPlan;
}

async function applyUser(deps: UserDeps, transaction: Transaction, step: UserStep): Promise<void> {
  const { actor } = deps;
  const { partnerId, user } = step;
  const { wanted } = user;
  const has = (...fields: readonly string[]) => user.changes.some(({ field }) => fields.includes(field));
  if (user.kind === 'create' && wanted !== undefined)
    await createUser(deps, transaction, { ...step, wanted });
  else if (wanted !== undefined && has('firstName', 'lastName', 'email', 'kind'))
    await changeUserFacts(transaction, { ...wanted, actor });
  if (has('administrator'))
    await switchAdministratorWithin(transaction, {
      userId: user.id,
      to: wanted?.administrator === true ? 'given' : 'taken',
      actor,
    });
  if (partnerId !== undefined && user.kind !== 'create')
    await changeOffice(deps, transaction, { partnerId, user });
  if (user.verb !== undefined)
    await changeStatusWithin(transaction, { userId: user.id, verb: user.verb, actor });
}

/** The role and the rights that a user has in its trading partner's office. */
async function changeOffice(
  { actor }: UserDeps,
  transaction: Transaction,
  { partnerId, user }: UserStep & { readonly partnerId: PartnerId },
): Promise<void> {
  const { id: userId, role, rights } = user;
  if (role !== undefined && user.changes.some(({ field }) => field === 'role')) {
    const outcome = await changeOfficeRole(transaction, { partnerId, userId, role, actor });
    if (outcome.kind === 'last-office-administrator')
      throw overtaken(`${userId} is the last office administrator of ${partnerId}; name another one`);
  }
  if (rights !== undefined)
    await changeGrants(transaction, { partnerId, userId, rights, expectedVersion: undefined, actor });
}

async function createUser(
  { core, actor, unknownHash }: UserDeps,
  transaction: Transaction,
  input: UserStep & { readonly wanted: WantedUser },
): Promise<void> {
  const { partnerId, user, wanted } = input;
  const { id, firstName, lastName, email, status = 'invited' } = wanted;
  const outcome = await addUserWithin(transaction, {
    id,
    partnerId,
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
