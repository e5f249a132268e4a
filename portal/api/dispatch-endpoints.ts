// Dispatches over the API: a file for a trading partner goes the road of `claimgate dispatch`.

import { z } from 'zod';
import { type EntryName, parseEntryName, whyNotEntryName } from '../../domain/virtual-path.ts';
import { readCollection } from '../../storage/collection-store.ts';
import { type Dispatch, findDispatch, listDispatches } from '../../storage/dispatch-store.ts';
import type { ApiContext } from './api-deps.ts';
import {
  flagIn,
  maybeTimeOut,
  maySee,
  noParameters,
  partnerIdIn,
  partnerToSee,
  plainIdIn,
  printMaybeTime,
  printTime,
  timeOut,
} from './api-values.ts';
import { cursorOf, cutPage, limit, pageOf } from './cursor.ts';
import { type Caller, type Endpoint, endpoint, type Upload } from './endpoint.ts';
import { notFound, type Problem, problem } from './problem.ts';

const states = [
  'accepted',
  'published',
  'refused',
  'collected',
] as const satisfies readonly Dispatch['state'][];

const dispatchOut = z
  .strictObject({
    id: z.string(),
    partnerId: z.string(),
    source: z.string(),
    originalName: z.string().describe('As it was called where it came from.'),
    name: z.string().nullable().describe('In `outbound`; null: it was refused.'),
    transactions: z.array(z.string()).describe('Such as `835`.'),
    controlNumber: z.string(),
    state: z.enum(states),
    reason: z.string().nullable().describe('Why it was refused.'),
    sizeBytes: z.int().min(0),
    sha256: z.string(),
    dispatchedAt: timeOut,
    collectedBy: z.string().nullable().describe('Who took the whole of it first.'),
    collectedAt: maybeTimeOut,
  })
  .meta({ id: 'Dispatch', description: 'A file for a trading partner.' });

async function shown({ database }: ApiContext, dispatch: Dispatch): Promise<z.input<typeof dispatchOut>> {
  const collection = dispatch.state === 'collected' ? await readCollection(database, dispatch.id) : undefined;
  return {
    id: dispatch.id,
    partnerId: dispatch.partnerId,
    source: dispatch.source,
    originalName: dispatch.originalName,
    name: dispatch.state === 'refused' ? null : dispatch.name,
    transactions: dispatch.transactions.split(' '),
    controlNumber: dispatch.controlNumber,
    state: dispatch.state,
    reason: dispatch.reason ?? null,
    sizeBytes: dispatch.sizeBytes,
    sha256: dispatch.sha256,
    dispatchedAt: printTime(dispatch.dispatchedAtMs),
    collectedBy: collection?.firstBy ?? null,
    collectedAt: printMaybeTime(collection?.firstAtMs),
  };
}

const entryNameIn = z
  .string()
  .min(1)
  .max(255)
  .transform((text, context): EntryName => {
    const name = parseEntryName(text);
    if (name !== undefined) return name;
    const message = whyNotEntryName(text) ?? 'That cannot be the name of a file.';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .describe('What the file is called; a name, and no path.');

const list = 'dispatches';
const facts = { tag: 'Dispatches' } as const;

async function send(
  context: ApiContext,
  input: {
    readonly caller: Caller;
    readonly query: {
      readonly partnerId: Dispatch['partnerId'];
      readonly name: EntryName;
      readonly again: boolean;
    };
    readonly upload: Upload | undefined;
  },
): Promise<
  Problem | { readonly kind: 'json'; readonly status: 201; readonly value: z.input<typeof dispatchOut> }
> {
  const { caller, query, upload } = input;
  const { partnerId } = query;
  if (upload === undefined) throw new Error('A dispatch came without a file.');
  if (!maySee(caller, partnerId)) return notFound('trading partner');
  const { actor } = caller;
  const outcome = await context.dispatch({ ...query, path: upload.path, actor });
  switch (outcome.kind) {
    case 'no-such-partner':
      return notFound('trading partner');
    case 'unsettled':
      return problem('unavailable', 'The file went from staging while it was read. Send it again.');
    case 'refused': {
      const { id: dispatchId, report, reason } = outcome.dispatch;
      return { ...problem('dispatch-refused', report ?? `It was refused: ${reason}.`), dispatchId };
    }
    case 'published':
      return { kind: 'json', status: 201, value: await shown(context, outcome.dispatch) };
  }
}

export const dispatchEndpoints: readonly Endpoint[] = [
  endpoint({
    ...facts,
    id: 'listDispatches',
    method: 'GET',
    at: '/dispatches',
    tells: 'What was dispatched or refused, the newest first.',
    scope: 'dispatches:read',
    problems: [],
    path: noParameters,
    query: z.strictObject({
      partnerId: partnerIdIn.optional(),
      state: z.enum(states).optional(),
      limit,
      cursor: cursorOf(list, z.tuple([plainIdIn])),
    }),
    gives: { value: pageOf(dispatchOut) },
    async handle({ caller, query }, context) {
      const partnerId = partnerToSee(caller, query.partnerId);
      if (partnerId === 'none') return { kind: 'json', value: { data: [], next: null } };
      const [after] = query.cursor ?? [];
      const search = { partnerId, state: query.state, after, limit: query.limit + 1 };
      const found = await listDispatches(context.database, search);
      const positionOf = ({ id }: Dispatch) => [id];
      const page = cutPage(found, { list, limit: query.limit, shown: (one) => one, positionOf });
      const data = await Promise.all(page.data.map((dispatch) => shown(context, dispatch)));
      return { kind: 'json', value: { data, next: page.next } };
    },
  }),
  endpoint({
    ...facts,
    id: 'getDispatch',
    method: 'GET',
    at: '/dispatches/{dispatchId}',
    tells: 'One dispatch, and who collected it.',
    scope: 'dispatches:read',
    problems: [],
    path: z.strictObject({ dispatchId: plainIdIn }),
    query: noParameters,
    gives: { value: dispatchOut },
    async handle({ caller, path }, context) {
      const dispatch = await findDispatch(context.database, path.dispatchId);
      if (dispatch === undefined || !maySee(caller, dispatch.partnerId)) return notFound('dispatch');
      return { kind: 'json', value: await shown(context, dispatch) };
    },
  }),
  endpoint({
    ...facts,
    id: 'sendDispatch',
    method: 'POST',
    at: '/dispatches',
    tells: 'Sends a file to a trading partner: it is checked, and is in `outbound` when this is answered.',
    scope: 'dispatches:write',
    problems: ['dispatch-refused'],
    path: noParameters,
    query: z.strictObject({
      partnerId: partnerIdIn,
      name: entryNameIn,
      again: flagIn.default(false).describe('Send it though the same bytes were sent before.'),
    }),
    takesFile: true,
    gives: { value: dispatchOut, created: true },
    handle: ({ caller, query, upload }, context) => send(context, { caller, query, upload }),
  }),
];
