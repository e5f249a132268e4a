// What users may send and receive, over the API: Manage Transaction for User.

import { z } from 'zod';
import {
  everyRight,
  printRight,
  type Right,
  receiveTransactions,
  sendTransactions,
} from '../../domain/right.ts';
import { changeGrantsAndTell } from '../../storage/grant-matrix-store.ts';
import { readGrants, readRights } from '../../storage/grant-store.ts';
import type { Sql } from '../../storage/transaction.ts';
import { findUser, type User } from '../../storage/user-store.ts';
import type { ApiContext } from './api-deps.ts';
import { etagOf, isMatch, maySee, noParameters, userIdIn } from './api-values.ts';
import { type Caller, type Endpoint, endpoint } from './endpoint.ts';
import { notFound, problem } from './problem.ts';

const grantIn = z.discriminatedUnion('direction', [
  z.strictObject({ direction: z.literal('send'), transaction: z.enum(sendTransactions) }),
  z.strictObject({ direction: z.literal('receive'), transaction: z.enum(receiveTransactions) }),
]);

const grantsOut = z
  .strictObject({
    userId: z.string(),
    partnerId: z.string(),
    version: z.int().min(0).describe('Of the grants; 0 before the first change.'),
    grants: z.array(
      z.strictObject({
        direction: z.enum(['send', 'receive']),
        transaction: z.string(),
        inForce: z.boolean().describe('Whether the trading partner has agreed on it too.'),
      }),
    ),
  })
  .meta({ id: 'Grants', description: 'What a user was granted.' });

const oneUser = z.strictObject({ userId: userIdIn });
const noUser = notFound('user');
const facts = { tag: 'Grants', at: '/users/{userId}/grants' } as const;

type Member = Pick<User, 'id'> & { readonly partnerId: NonNullable<User['partnerId']> };

async function findMember(
  { database }: ApiContext,
  caller: Caller,
  id: User['id'],
): Promise<Member | undefined> {
  const user = await findUser(database, id);
  if (user?.partnerId === undefined || !maySee(caller, user.partnerId)) return undefined;
  return { id: user.id, partnerId: user.partnerId };
}

async function grantsShown(
  database: { readonly sql: Sql },
  { id: userId, partnerId }: Member,
): Promise<z.input<typeof grantsOut>> {
  const { rights, version } = await readGrants(database, userId);
  const inForce = await readRights(database, { userId, partnerId });
  const grants = rights.map(({ direction, transaction }) => ({
    direction,
    transaction,
    inForce: inForce[direction].has(transaction),
  }));
  return { userId, partnerId, version, grants };
}

export const grantEndpoints: readonly Endpoint[] = [
  endpoint({
    ...facts,
    id: 'getGrants',
    method: 'GET',
    tells: 'What a user may send and receive.',
    scope: 'grants:read',
    problems: ['not-found'],
    tagged: 'etag',
    path: oneUser,
    query: noParameters,
    gives: { value: grantsOut },
    async handle({ caller, path }, context) {
      const member = await findMember(context, caller, path.userId);
      if (member === undefined) return noUser;
      const value = await grantsShown(context.database, member);
      return { kind: 'json', value, etag: etagOf(value) };
    },
  }),
  endpoint({
    ...facts,
    id: 'changeGrants',
    method: 'PATCH',
    tells: 'Gives rights to a user or takes them away, live sessions included; the others stay.',
    scope: 'grants:write',
    problems: ['not-found', 'changed-meanwhile'],
    tagged: 'if-match',
    path: oneUser,
    query: noParameters,
    body: z
      .strictObject({
        give: z.array(grantIn).max(everyRight.length).default([]),
        take: z.array(grantIn).max(everyRight.length).default([]).describe('Goes before what is given.'),
      })
      .meta({ id: 'GrantsChange' }),
    gives: { value: grantsOut },
    async handle({ caller, path, body, ifMatch }, context) {
      const member = await findMember(context, caller, path.userId);
      if (member === undefined) return noUser;
      return context.database.transaction(async (transaction) => {
        const before = await grantsShown(transaction, member);
        if (!isMatch(ifMatch, etagOf(before)))
          return problem('changed-meanwhile', 'The grants are not as your If-Match says.');
        const { rights: held } = await readGrants(transaction, member.id);
        const outcome = await changeGrantsAndTell(transaction, {
          partnerId: member.partnerId,
          userId: member.id,
          rights: without(held, body.take).concat(body.give),
          expectedVersion: undefined,
          actor: caller.actor,
          address: caller.address,
        });
        // The user may have gone to another trading partner since it was looked for.
        if (outcome.kind === 'no-such-user') return noUser;
        const value = await grantsShown(transaction, member);
        return { kind: 'json' as const, value, etag: etagOf(value) };
      });
    },
  }),
];

function without(rights: readonly Right[], taken: readonly Right[]): readonly Right[] {
  const words = new Set(taken.map(printRight));
  return rights.filter((right) => !words.has(printRight(right)));
}
