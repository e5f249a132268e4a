// Trading partners over the API.

import { z } from 'zod';
import { parseSubmitterId } from '../../domain/submitter-id.ts';
import { makePartnerFolders } from '../../storage/data-directory.ts';
import {
  addPartner,
  changePartnerFacts,
  findPartner,
  listPartners,
  type Partner,
} from '../../storage/partner-store.ts';
import {
  etagOf,
  isMatch,
  maySee,
  nameIn,
  noParameters,
  partnerIdIn,
  printTime,
  timeOut,
} from './api-values.ts';
import { cursorOf, cutPage, limit, pageOf } from './cursor.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { notFound, problem } from './problem.ts';

const partnerOut = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    submitterId: z.string().describe('What stands in ISA06 and GS02 of its files.'),
    status: z.enum(['active', 'disabled']),
    createdAt: timeOut,
    authentication: z.string().describe('What its users must show to sign in over SFTP.'),
    allowedNetworks: z.array(z.string()).describe('Where its users may come from; empty: from anywhere.'),
  })
  .meta({ id: 'Partner', description: 'A trading partner.' });

const shown = (partner: Partner): z.input<typeof partnerOut> => ({
  id: partner.id,
  name: partner.name,
  submitterId: partner.submitterId,
  status: partner.status,
  createdAt: printTime(partner.createdAtMs),
  authentication: partner.authentication,
  allowedNetworks: partner.allowedNetworks.map(({ text }) => text),
});

const submitterIdIn = z
  .string()
  .max(40)
  .transform((text, context) => {
    const id = parseSubmitterId(text);
    if (id !== undefined) return id;
    context.addIssue({ code: 'custom', message: 'A submitter id has 1 to 15 printable characters.' });
    return z.NEVER;
  })
  .describe('1 to 15 printable characters.');

const list = 'partners';
const facts = { tag: 'Partners' } as const;
const onePartner = z.strictObject({ partnerId: partnerIdIn });

export const partnerEndpoints: readonly Endpoint[] = [
  endpoint({
    ...facts,
    id: 'listPartners',
    method: 'GET',
    at: '/partners',
    tells: 'Trading partners, by id.',
    scope: 'partners:read',
    problems: [],
    path: noParameters,
    query: z.strictObject({ limit, cursor: cursorOf(list, z.tuple([z.string()])) }),
    gives: { value: pageOf(partnerOut) },
    async handle({ caller, query }, { database }) {
      const own = caller.key.partnerId;
      const [after] = query.cursor ?? [];
      const found =
        own === undefined
          ? await listPartners(database, { after, limit: query.limit + 1 })
          : [await findPartner(database, own)].filter((partner) => partner !== undefined);
      const cut = { list, limit: query.limit, shown, positionOf: ({ id }: Partner) => [id] };
      return { kind: 'json', value: cutPage(found, cut) };
    },
  }),
  endpoint({
    ...facts,
    id: 'getPartner',
    method: 'GET',
    at: '/partners/{partnerId}',
    tells: 'One trading partner.',
    scope: 'partners:read',
    problems: ['not-found'],
    tagged: 'etag',
    path: onePartner,
    query: noParameters,
    gives: { value: partnerOut },
    async handle({ caller, path }, { database }) {
      const partner = await findPartner(database, path.partnerId);
      if (partner === undefined || !maySee(caller, partner.id)) return notFound('trading partner');
      const value = shown(partner);
      return { kind: 'json', value, etag: etagOf(value) };
    },
  }),
  endpoint({
    ...facts,
    id: 'addPartner',
    method: 'POST',
    at: '/partners',
    tells: 'Adds a trading partner and makes its mailbox; 200 when the same one is there already.',
    scope: 'partners:write',
    problems: ['conflict'],
    tagged: 'etag',
    path: noParameters,
    query: noParameters,
    body: z
      .strictObject({ id: partnerIdIn, name: nameIn, submitterId: submitterIdIn })
      .meta({ id: 'NewPartner' }),
    gives: { value: partnerOut, created: true },
    async handle({ caller, body }, { database, directory }) {
      if (caller.key.partnerId !== undefined)
        return problem('scope-missing', 'This key is for one trading partner, and adds no others.');
      const outcome = await addPartner(database, { ...body, actor: caller.actor });
      if (outcome.kind === 'conflict') return problem('conflict', `Nothing was added: ${outcome.why}.`);
      await makePartnerFolders(directory, body.id);
      const value = shown(outcome.partner);
      const answer = { kind: 'json', value, etag: etagOf(value) } as const;
      return outcome.kind === 'added' ? { ...answer, status: 201 } : answer;
    },
  }),
  endpoint({
    ...facts,
    id: 'changePartner',
    method: 'PATCH',
    at: '/partners/{partnerId}',
    tells: 'Gives a trading partner another name or submitter id; what is left out stays.',
    scope: 'partners:write',
    problems: ['not-found', 'conflict', 'changed-meanwhile'],
    tagged: 'if-match',
    path: onePartner,
    query: noParameters,
    body: z
      .strictObject({ name: nameIn.optional(), submitterId: submitterIdIn.optional() })
      .meta({ id: 'PartnerChange' }),
    gives: { value: partnerOut },
    handle: ({ caller, path, body, ifMatch }, { database }) =>
      database.transaction(async (transaction) => {
        const { partnerId: id } = path;
        const before = await findPartner(transaction, id);
        if (before === undefined || !maySee(caller, id)) return notFound('trading partner');
        if (!isMatch(ifMatch, etagOf(shown(before))))
          return problem('changed-meanwhile', 'The trading partner is not as your If-Match says.');
        const { name = before.name, submitterId = before.submitterId } = body;
        if (name !== before.name || submitterId !== before.submitterId) {
          const change = { id, name, submitterId, actor: caller.actor };
          const why = await changePartnerFacts(transaction, change);
          if (why !== undefined) return problem('conflict', `Nothing was changed: ${why}.`);
        }
        const value = shown({ ...before, name, submitterId });
        return { kind: 'json' as const, value, etag: etagOf(value) };
      }),
  }),
];
