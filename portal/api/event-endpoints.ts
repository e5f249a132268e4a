// The outbox over the API: polled by a cursor, or as a stream.

import { z } from 'zod';
import { patternOfNothing } from '../../domain/event-filter.ts';
import { eventMessage } from '../../domain/event-message.ts';
import { findEvent, newestEvent, searchEvents } from '../../storage/event-search.ts';
import { maySee, noParameters, partnerIdIn, partnerToSee, plainIdIn, timeIn, timeOut } from './api-values.ts';
import { cursorOf, limit, printCursor } from './cursor.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { eventList, streamEvents } from './event-stream.ts';
import { notFound, problem } from './problem.ts';

const eventOut = z
  .strictObject({
    id: z.string().describe('The same however often it is told: deduplicate by it.'),
    type: z.string().describe('Its kind (docs/events.md).'),
    version: z.int().min(1),
    timestamp: timeOut,
    sequence: z.int().min(0).describe('Its place among all events: later is higher.'),
    data: z
      .record(z.string(), z.unknown())
      .describe('Its facts, by its kind (docs/schemas/events); `partnerId` is always there, null for none.'),
  })
  .meta({ id: 'Event', description: 'What has happened, as hooks are told of it.' });

const kindIn = z
  .string()
  .max(100)
  .refine(
    (text) => patternOfNothing([text]) === undefined,
    'There is no such kind of event (docs/events.md).',
  )
  .describe('A kind, or all that begin alike, such as `transmission.*`.');

const place = z.tuple([z.int().min(0)]);
const cursor = cursorOf(eventList, place);
const filterIn = { kind: kindIn.optional(), partnerId: partnerIdIn.optional() };
const facts = { tag: 'Events', method: 'GET', scope: 'events:read' } as const;

const poll = endpoint({
  ...facts,
  id: 'listEvents',
  at: '/events',
  tells: 'Events, the oldest first. `next` is always there: ask with it again, and get what has come since.',
  problems: [],
  path: noParameters,
  query: z.strictObject({
    ...filterIn,
    since: timeIn.optional().describe('Not before this time.'),
    limit,
    cursor,
  }),
  gives: {
    value: z.strictObject({
      data: z.array(eventOut),
      next: z.string().describe('Where to go on, now or later.'),
      more: z.boolean().describe('Whether there is more already.'),
    }),
  },
  async handle({ caller, query }, { database }) {
    const partnerId = partnerToSee(caller, query.partnerId);
    const [after = 0] = query.cursor ?? [];
    // Read first: what comes after it is found the next time.
    const newest = await newestEvent(database.sql);
    const { kind, since: sinceMs, limit } = query;
    const search = { kind, sinceMs, after, limit, order: 'oldest-first' } as const;
    const found = partnerId === 'none' ? [] : await searchEvents(database, { ...search, partnerId });
    const more = found.length === limit;
    const last = found.at(-1)?.sequence ?? after;
    const next = printCursor(eventList, [more ? last : Math.max(last, newest)]);
    return { kind: 'json', value: { data: found.map(eventMessage), next, more } };
  },
});

const show = endpoint({
  ...facts,
  id: 'getEvent',
  at: '/events/{eventId}',
  tells: 'One event.',
  problems: [],
  path: z.strictObject({ eventId: plainIdIn }),
  query: noParameters,
  gives: { value: eventOut },
  async handle({ caller, path }, { database }) {
    const event = await findEvent(database, path.eventId);
    return event === undefined || !maySee(caller, event.partnerId)
      ? notFound('event')
      : { kind: 'json', value: eventMessage(event) };
  },
});

const follow = endpoint({
  ...facts,
  id: 'streamEvents',
  at: '/events/stream',
  tells:
    'Events as they happen (text/event-stream), from now on, or after `cursor` or `Last-Event-ID`; `id` is a cursor.',
  problems: [],
  path: noParameters,
  query: z.strictObject({ ...filterIn, cursor }),
  gives: 'events',
  async handle({ caller, query, lastEventId }, context) {
    const heard = cursor.safeParse(lastEventId);
    if (!heard.success) return problem('invalid-request', 'This Last-Event-ID is none of ours.');
    const partnerId = partnerToSee(caller, query.partnerId);
    if (partnerId === 'none') return notFound('trading partner');
    // A browser that comes back sends both: what it has heard last counts.
    const [after = await newestEvent(context.database.sql)] = heard.data ?? query.cursor ?? [];
    const release = context.takeStream();
    if (release === undefined) {
      const busy = problem('too-many-requests', 'As many streams are open as may be (api.maxStreams).');
      return { ...busy, retryAfter: 10 };
    }
    const filter = { kind: query.kind, partnerId };
    return {
      kind: 'events',
      release,
      events: (left) => streamEvents(context, { caller, after, filter, left }),
    };
  },
});

export const eventEndpoints: readonly Endpoint[] = [poll, follow, show];
