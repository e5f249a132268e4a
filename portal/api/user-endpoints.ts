// Users and their SFTP accounts over the API. No password goes through it: a user is invited by mail and chooses one, and
// the SFTP account is made by the step in the portal alone (invariant I5).

import { z } from 'zod';
import { readStatus } from '../../auth/account-setup.ts';
import { lockScopes } from '../../auth/throttle.ts';
import type { Role, SftpAccountStatus } from '../../domain/account.ts';
import { parseEmail } from '../../domain/person.ts';
import { officeRoles } from '../../domain/role.ts';
import type { UserKind, UserStatus } from '../../domain/user.ts';
import { switchAccount } from '../../storage/account-store.ts';
import { readPartnerRights } from '../../storage/grant-store.ts';
import { changeUserStatus, unlockUser } from '../../storage/user-status-store.ts';
import { findUser, listUsers, rolesOfUser, type User } from '../../storage/user-store.ts';
import type { ApiContext } from './api-deps.ts';
import {
  maybeTimeOut,
  maySee,
  nameIn,
  noParameters,
  partnerIdIn,
  partnerToSee,
  printMaybeTime,
  printTime,
  timeOut,
  userIdIn,
} from './api-values.ts';
import { cursorOf, cutPage, limit, pageOf } from './cursor.ts';
import { type Caller, type Endpoint, endpoint } from './endpoint.ts';
import { notFound, type Problem, problem } from './problem.ts';

const kinds = ['individual', 'business', 'government'] as const satisfies readonly UserKind[];
const statuses = ['unconfirmed', 'active', 'expired', 'disabled'] as const satisfies readonly UserStatus[];
const roles = officeRoles as readonly [Role, ...Role[]];
const noUser = notFound('user');

const userOut = z
  .strictObject({
    id: z.string(),
    partnerId: z.string().nullable(),
    kind: z.enum(kinds),
    firstName: z.string(),
    lastName: z.string(),
    email: z.string(),
    status: z.enum(statuses),
    roles: z.array(z.string()),
    passwordVersion: z.int(),
    createdAt: timeOut,
    lastSignInAt: maybeTimeOut,
  })
  .meta({ id: 'User', description: 'A person.' });

const accountOut = z
  .strictObject({
    userId: z.string(),
    partnerId: z.string().nullable(),
    status: z.enum([
      'not-set-up',
      'active',
      'update-required',
      'locked',
      'disabled',
    ] as const satisfies readonly SftpAccountStatus[]),
    lockedUntil: maybeTimeOut,
    setUpAt: maybeTimeOut,
    updatedAt: maybeTimeOut,
    lastLoginAt: maybeTimeOut,
    keys: z.array(z.strictObject({ algorithm: z.string(), fingerprint: z.string(), comment: z.string() })),
  })
  .meta({ id: 'Account', description: 'What the SFTP daemon knows of a user.' });

async function userShown({ database }: ApiContext, user: User): Promise<z.input<typeof userOut>> {
  const { id, kind, firstName, lastName, email, status, passwordVersion } = user;
  return {
    id,
    partnerId: user.partnerId ?? null,
    kind,
    firstName,
    lastName,
    email,
    status,
    roles: [...(await rolesOfUser(database, id))],
    passwordVersion,
    createdAt: printTime(user.createdAtMs),
    lastSignInAt: printMaybeTime(user.lastSignInAtMs),
  };
}

async function accountShown({ database }: ApiContext, user: User): Promise<z.input<typeof accountOut>> {
  const { status, account, lockedUntilMs } = await readStatus(database, user.id);
  return {
    userId: user.id,
    partnerId: user.partnerId ?? null,
    status,
    lockedUntil: lockedUntilMs === 0 ? null : printTime(lockedUntilMs),
    setUpAt: printMaybeTime(account?.setUpAtMs),
    updatedAt: printMaybeTime(account?.updatedAtMs),
    lastLoginAt: printMaybeTime(account?.lastLoginAtMs),
    keys: (account?.keys ?? []).map(({ algorithm, fingerprint, comment }) => ({
      algorithm,
      fingerprint,
      comment,
    })),
  };
}

/** The user, when there is one that the caller may know of. */
async function find({ database }: ApiContext, caller: Caller, id: User['id']): Promise<User | undefined> {
  const user = await findUser(database, id);
  return user !== undefined && maySee(caller, user.partnerId) ? user : undefined;
}

/** A page of users, each shown in its own way. */
async function pageOfUsers<Shown>(
  context: ApiContext,
  input: {
    readonly list: string;
    readonly caller: Caller;
    readonly query: z.output<ReturnType<typeof listQuery>>;
    readonly show: (context: ApiContext, user: User) => Promise<Shown>;
  },
): Promise<{ readonly kind: 'json'; readonly value: { data: Shown[]; next: string | null } }> {
  const { list, caller, query, show } = input;
  const partnerId = partnerToSee(caller, query.partnerId);
  if (partnerId === 'none') return { kind: 'json', value: { data: [], next: null } };
  const [after] = query.cursor ?? [];
  const users = await listUsers(context.database, { partnerId, after, limit: query.limit + 1 });
  const positionOf = ({ id }: User) => [id];
  const { data, next } = cutPage(users, { list, limit: query.limit, shown: (user) => user, positionOf });
  return { kind: 'json', value: { data: await Promise.all(data.map((user) => show(context, user))), next } };
}

const listQuery = (list: string) =>
  z.strictObject({ partnerId: partnerIdIn.optional(), limit, cursor: cursorOf(list, z.tuple([z.string()])) });

const newUserIn = z
  .strictObject({
    id: userIdIn,
    partnerId: partnerIdIn.optional().describe('Without it the user belongs to none yet.'),
    kind: z.enum(kinds).default('business'),
    firstName: nameIn,
    lastName: nameIn,
    email: z
      .string()
      .max(254)
      .transform((text, context) => {
        const email = parseEmail(text);
        if (email !== undefined) return email;
        context.addIssue({ code: 'custom', message: 'This is no e-mail address.' });
        return z.NEVER;
      }),
    role: z.enum(roles).default('general-user').describe('In the partner’s office.'),
    grants: z
      .enum(['all', 'none'])
      .default('all')
      .describe('What it may send and receive: all that the partner has agreed on, or nothing yet.'),
  })
  .meta({ id: 'NewUser' });

const oneUser = z.strictObject({ userId: userIdIn });
const users = { tag: 'Users' } as const;
const accounts = { tag: 'SFTP accounts' } as const;

const readUsers: readonly Endpoint[] = [
  endpoint({
    ...users,
    id: 'listUsers',
    method: 'GET',
    at: '/users',
    tells: 'Users, by id.',
    scope: 'users:read',
    problems: [],
    path: noParameters,
    query: listQuery('users'),
    gives: { value: pageOf(userOut) },
    handle: ({ caller, query }, context) =>
      pageOfUsers(context, { list: 'users', caller, query, show: userShown }),
  }),
  endpoint({
    ...users,
    id: 'getUser',
    method: 'GET',
    at: '/users/{userId}',
    tells: 'One user.',
    scope: 'users:read',
    problems: [],
    path: oneUser,
    query: noParameters,
    gives: { value: userOut },
    async handle({ caller, path }, context) {
      const user = await find(context, caller, path.userId);
      return user === undefined ? noUser : { kind: 'json', value: await userShown(context, user) };
    },
  }),
];

async function invite(
  context: ApiContext,
  caller: Caller,
  body: z.output<typeof newUserIn>,
): Promise<
  Problem | { readonly kind: 'json'; readonly status: 200 | 201; readonly value: z.input<typeof userOut> }
> {
  const { database, firstPasswords } = context;
  const { grants, partnerId, ...person } = body;
  if (!maySee(caller, partnerId)) return notFound('trading partner');
  const outcome = await firstPasswords.invite({
    ...person,
    partnerId,
    // Roles are held in an office; who belongs to none has none.
    role: partnerId === undefined ? undefined : body.role,
    rights: grants === 'none' || partnerId === undefined ? [] : await readPartnerRights(database, partnerId),
    actor: caller.actor,
  });
  if (outcome.kind === 'no-such-partner') return notFound('trading partner');
  const { user } = outcome;
  if (outcome.kind === 'added') return { kind: 'json', status: 201, value: await userShown(context, user) };
  const isSame =
    user.partnerId === partnerId &&
    user.firstName === body.firstName &&
    user.lastName === body.lastName &&
    user.email === body.email.toLowerCase();
  if (isSame) return { kind: 'json', status: 200, value: await userShown(context, user) };
  return problem('conflict', 'There is a user of this id, and it is not the same person.');
}

const changeUsers: readonly Endpoint[] = [
  endpoint({
    ...users,
    id: 'inviteUser',
    method: 'POST',
    at: '/users',
    tells: 'Adds a user and mails a link to choose a password with; 200 when the same one is there already.',
    scope: 'users:write',
    problems: ['conflict'],
    path: noParameters,
    query: noParameters,
    body: newUserIn,
    gives: { value: userOut, created: true },
    handle: ({ caller, body }, context) => invite(context, caller, body),
  }),
  endpoint({
    ...users,
    id: 'setUserStatus',
    method: 'POST',
    at: '/users/{userId}/status',
    tells: 'Disables, enables, expires or reactivates a user, or ends the lock that wrong passwords made.',
    scope: 'users:write',
    problems: [],
    path: oneUser,
    query: noParameters,
    body: z
      .strictObject({ do: z.enum(['disable', 'enable', 'expire', 'reactivate', 'unlock']) })
      .meta({ id: 'UserStatusChange' }),
    gives: { value: userOut },
    async handle({ caller, path, body }, context) {
      const user = await find(context, caller, path.userId);
      if (user === undefined) return noUser;
      const { database } = context;
      const { actor } = caller;
      const { id } = user;
      if (body.do === 'unlock') await unlockUser(database, { userId: id, scopes: lockScopes(id), actor });
      else await changeUserStatus(database, { userId: id, verb: body.do, actor });
      return { kind: 'json', value: await userShown(context, (await findUser(database, id)) ?? user) };
    },
  }),
];

const accountEndpoints: readonly Endpoint[] = [
  endpoint({
    ...accounts,
    id: 'listAccounts',
    method: 'GET',
    at: '/accounts',
    tells: 'Every user with the status of its SFTP account, by user.',
    scope: 'accounts:read',
    problems: [],
    path: noParameters,
    query: listQuery('accounts'),
    gives: { value: pageOf(accountOut) },
    handle: ({ caller, query }, context) =>
      pageOfUsers(context, { list: 'accounts', caller, query, show: accountShown }),
  }),
  endpoint({
    ...accounts,
    id: 'getAccount',
    method: 'GET',
    at: '/accounts/{userId}',
    tells: 'The SFTP account of a user.',
    scope: 'accounts:read',
    problems: [],
    path: oneUser,
    query: noParameters,
    gives: { value: accountOut },
    async handle({ caller, path }, context) {
      const user = await find(context, caller, path.userId);
      return user === undefined ? noUser : { kind: 'json', value: await accountShown(context, user) };
    },
  }),
  endpoint({
    ...accounts,
    id: 'setAccountStatus',
    method: 'POST',
    at: '/accounts/{userId}/status',
    tells:
      'Refuses SFTP to a user at once (live sessions end), or allows it again after SFTP Account Update.',
    scope: 'accounts:write',
    problems: ['conflict'],
    path: oneUser,
    query: noParameters,
    body: z.strictObject({ do: z.enum(['disable', 'enable']) }).meta({ id: 'AccountStatusChange' }),
    gives: { value: accountOut },
    async handle({ caller, path, body }, context) {
      const user = await find(context, caller, path.userId);
      if (user === undefined) return noUser;
      const to = body.do === 'disable' ? 'disabled' : 'update-required';
      const outcome = await switchAccount(context.database, { userId: user.id, to, actor: caller.actor });
      if (outcome.kind === 'no-account')
        return problem('conflict', 'The user has no SFTP account: SFTP Account Setup was never done.');
      return { kind: 'json', value: await accountShown(context, user) };
    },
  }),
];

export const userEndpoints: readonly Endpoint[] = [...readUsers, ...changeUsers, ...accountEndpoints];
