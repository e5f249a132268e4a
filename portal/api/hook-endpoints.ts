// Hooks over the API: how they do, and whether they are told. What a hook is and where it leads stands in the operator's
// configuration alone (rule R17), and is not shown here: addresses may carry secrets.

import { z } from 'zod';
import {
  countDeliveries,
  type ListedDelivery,
  listDeliveries,
  replayEvents,
} from '../../storage/delivery-list.ts';
import { findEvent, searchEvents } from '../../storage/event-search.ts';
import { disableHook, enableHook, findHook, openHook } from '../../storage/hook-store.ts';
import type { ApiContext, HookFacts } from './api-deps.ts';
import { maybeTimeOut, noParameters, plainIdIn, printMaybeTime, timeIn } from './api-values.ts';
import { cursorOf, cutPage, limit, pageOf } from './cursor.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { notFound, problem } from './problem.ts';

const count = z.int().min(0);

const hookOut = z
  .strictObject({
    name: z.string(),
    kind: z.enum(['webhook', 'command']),
    events: z.array(z.string()),
    partners: z.array(z.string()).describe('Empty: all.'),
    state: z.enum(['enabled', 'disabled', 'not-started']),
    cause: z.enum(['gone', 'administrator']).nullable().describe('Why it is disabled.'),
    waiting: count.describe('Events that it is yet to be told of.'),
    dead: count.describe('Events that were given up.'),
    oldestWaitingAt: maybeTimeOut,
    failures: count.describe('Tries that have failed since the last that was taken.'),
    failingSince: maybeTimeOut,
    lastTakenAt: maybeTimeOut,
  })
  .meta({ id: 'Hook', description: 'Who is told of events.' });

const deliveryOut = z
  .strictObject({
    eventId: z.string(),
    hook: z.string(),
    sequence: count,
    kind: z.string(),
    state: z.enum(['waiting', 'delivered', 'dead']),
    attempts: count,
    lastAttemptAt: maybeTimeOut,
    nextAttemptAt: maybeTimeOut,
    lastError: z.string().nullable(),
  })
  .meta({ id: 'Delivery', description: 'One event on its way to a hook.' });

async function hookShown({ database }: ApiContext, hook: HookFacts): Promise<z.input<typeof hookOut>> {
  const { name, kind, events, partners } = hook;
  const status = await findHook(database, name);
  const { waiting, dead, oldestWaitingAtMs } = await countDeliveries(database, name);
  return {
    name,
    kind,
    events: [...events],
    partners: [...partners],
    state: status?.state ?? 'not-started',
    cause: status?.cause ?? null,
    waiting,
    dead,
    oldestWaitingAt: printMaybeTime(oldestWaitingAtMs),
    failures: status?.failures ?? 0,
    failingSince: printMaybeTime(status?.failingSinceMs),
    lastTakenAt: printMaybeTime(status?.lastDeliveredAtMs),
  };
}

const deliveryShown = (delivery: ListedDelivery): z.input<typeof deliveryOut> => ({
  eventId: delivery.eventId,
  hook: delivery.hook,
  sequence: delivery.sequence,
  kind: delivery.kind,
  state: delivery.state,
  attempts: delivery.attempts,
  lastAttemptAt: printMaybeTime(delivery.lastAttemptAtMs),
  nextAttemptAt: printMaybeTime(delivery.state === 'waiting' ? delivery.nextAttemptAtMs : undefined),
  lastError: delivery.lastError ?? null,
});

const replayIn = z
  .strictObject({
    fromEvent: plainIdIn.optional().describe('From this event on, by its id.'),
    since: timeIn.optional().describe('From this time on.'),
    deadOnly: z
      .boolean()
      .default(false)
      .describe('Only what was given up; then all of it when no begin is said.'),
    dryRun: z.boolean().default(false).describe('Count, and change nothing.'),
  })
  .refine((body) => body.fromEvent === undefined || body.since === undefined, 'Say one begin, not two.')
  .refine(
    (body) => body.deadOnly || body.fromEvent !== undefined || body.since !== undefined,
    'Say from where: fromEvent, since, or deadOnly for all that was given up.',
  )
  .meta({ id: 'Replay' });

const replayOut = z
  .strictObject({ dryRun: z.boolean(), events: count.describe('So many it is told of again.') })
  .meta({ id: 'ReplayAnswer' });

/** @returns the sequence of the event to begin with; undefined: there is no such event */
async function beginOf(
  { database }: ApiContext,
  { fromEvent, since }: z.output<typeof replayIn>,
): Promise<number | undefined> {
  if (fromEvent !== undefined) return (await findEvent(database, fromEvent))?.sequence;
  if (since === undefined) return 1;
  const [first] = await searchEvents(database, { sinceMs: since, limit: 1, order: 'oldest-first' });
  return first?.sequence ?? Number.MAX_SAFE_INTEGER;
}

const find = ({ hooks }: ApiContext, name: string): HookFacts | undefined =>
  hooks().find((hook) => hook.name === name);

const list = 'deliveries';
const noHook = notFound('hook');
const oneHook = z.strictObject({ hookName: z.string().min(1).max(100) });
const facts = { tag: 'Hooks' } as const;

export const hookEndpoints: readonly Endpoint[] = [
  endpoint({
    ...facts,
    id: 'listHooks',
    method: 'GET',
    at: '/hooks',
    tells: 'Every hook of the configuration, and how it does.',
    scope: 'hooks:read',
    problems: [],
    path: noParameters,
    query: noParameters,
    gives: { value: z.strictObject({ data: z.array(hookOut) }) },
    async handle(_call, context) {
      const data = await Promise.all(context.hooks().map((hook) => hookShown(context, hook)));
      return { kind: 'json', value: { data } };
    },
  }),
  endpoint({
    ...facts,
    id: 'listDeliveries',
    method: 'GET',
    at: '/hooks/{hookName}/deliveries',
    tells: 'What a hook was told of, or waits for, of the newest event first.',
    scope: 'hooks:read',
    problems: [],
    path: oneHook,
    query: z.strictObject({
      state: z.enum(['waiting', 'delivered', 'dead']).optional(),
      limit,
      cursor: cursorOf(list, z.tuple([count])),
    }),
    gives: { value: pageOf(deliveryOut) },
    async handle({ path, query }, context) {
      const hook = find(context, path.hookName);
      if (hook === undefined) return noHook;
      const [before] = query.cursor ?? [];
      const search = { hook: hook.name, state: query.state, before, limit: query.limit + 1 };
      const found = await listDeliveries(context.database, search);
      const positionOf = ({ sequence }: ListedDelivery) => [sequence];
      const cut = { list, limit: query.limit, shown: deliveryShown, positionOf };
      return { kind: 'json', value: cutPage(found, cut) };
    },
  }),
  endpoint({
    ...facts,
    id: 'listDeadLetters',
    method: 'GET',
    at: '/dead-letters',
    tells: 'What was given up, of every hook, of the newest event first; a replay tells it again.',
    scope: 'hooks:read',
    problems: [],
    path: noParameters,
    query: z.strictObject({ limit, cursor: cursorOf('dead-letters', z.tuple([count, z.string()])) }),
    gives: { value: pageOf(deliveryOut) },
    async handle({ query }, { database }) {
      const [sequence, hook] = query.cursor ?? [];
      const after = sequence === undefined || hook === undefined ? undefined : { sequence, hook };
      const found = await listDeliveries(database, { state: 'dead', after, limit: query.limit + 1 });
      const positionOf = (delivery: ListedDelivery) => [delivery.sequence, delivery.hook];
      const cut = { list: 'dead-letters', limit: query.limit, shown: deliveryShown, positionOf };
      return { kind: 'json', value: cutPage(found, cut) };
    },
  }),
  endpoint({
    ...facts,
    id: 'replayHook',
    method: 'POST',
    at: '/hooks/{hookName}/replay',
    tells: 'Tells a hook again of what it wants, under the same ids, from an event or a time on.',
    scope: 'hooks:write',
    problems: ['not-found'],
    path: oneHook,
    query: noParameters,
    body: replayIn,
    gives: { value: replayOut },
    async handle({ caller, path, body }, context) {
      const hook = find(context, path.hookName);
      if (hook === undefined) return noHook;
      const fromSequence = await beginOf(context, body);
      if (fromSequence === undefined) return notFound('event');
      const { database } = context;
      const { deadOnly, dryRun } = body;
      if (!dryRun) await openHook(database, hook.name);
      const replay = { hook, fromSequence, deadOnly, dryRun, actor: caller.actor };
      return { kind: 'json', value: { dryRun, events: await replayEvents(database, replay) } };
    },
  }),
  endpoint({
    ...facts,
    id: 'setHookStatus',
    method: 'POST',
    at: '/hooks/{hookName}/status',
    tells: 'Tells a hook of nothing more, or again from where it was disabled.',
    scope: 'hooks:write',
    problems: ['conflict'],
    path: oneHook,
    query: noParameters,
    body: z
      .strictObject({
        do: z.enum(['disable', 'enable']),
        skip: z.boolean().default(false).describe('When enabling: leave out what has happened meanwhile.'),
      })
      .meta({ id: 'HookStatusChange' }),
    gives: { value: hookOut },
    async handle({ caller, path, body }, context) {
      const hook = find(context, path.hookName);
      if (hook === undefined) return noHook;
      const { database } = context;
      const { name } = hook;
      if ((await findHook(database, name)) === undefined)
        return problem('conflict', 'The gateway has not been started since this hook was configured.');
      const { actor } = caller;
      if (body.do === 'disable') await disableHook(database, { name, cause: 'administrator', actor });
      else await enableHook(database, { name, skip: body.skip, actor });
      return { kind: 'json', value: await hookShown(context, hook) };
    },
  }),
];
