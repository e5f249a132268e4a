// Transmissions over the API: searched, one with all that stood in it, its original, its findings, its answer. A view of
// what tells of patients is in the audit trail before it is sent (45 CFR 164.312(b)).

import { z } from 'zod';
import type { TransmissionId } from '../../domain/ids.ts';
import {
  countFindings,
  listAnswerFiles,
  readAnsweredInterchanges,
  readFindings,
} from '../../storage/transmission-answer.ts';
import {
  findListedTransmission,
  type ListedTransmission,
  searchTransmissions,
} from '../../storage/transmission-search.ts';
import { recordViewBy } from '../../storage/view-audit.ts';
import type { ApiContext } from './api-deps.ts';
import { fileAnswer } from './api-file.ts';
import {
  maySee,
  noParameters,
  partnerIdIn,
  partnerToSee,
  plainIdIn,
  timeIn,
  transmissionIdIn,
  userIdIn,
} from './api-values.ts';
import { cursorOf, cutPage, limit, pageOf } from './cursor.ts';
import { type Caller, type Endpoint, endpoint } from './endpoint.ts';
import { notFound } from './problem.ts';
import {
  acknowledgementOut,
  acknowledgementShown,
  findingOut,
  findingShown,
  interchangeShown,
  stateOut,
  transmissionDetailOut,
  transmissionOut,
  transmissionShown,
  verdictOut,
} from './transmission-shapes.ts';

const list = 'transmissions';
const findingList = 'findings';
const facts = { tag: 'Transmissions', method: 'GET' } as const;
const oneTransmission = z.strictObject({ transmissionId: transmissionIdIn });
const noTransmission = notFound('transmission');

const searchQuery = z.strictObject({
  partnerId: partnerIdIn.optional(),
  userId: userIdIn.optional(),
  state: stateOut.optional().describe('Without it: all but `discarded`.'),
  verdict: verdictOut.optional(),
  from: timeIn.optional().describe('Arrived at this time or later.'),
  before: timeIn.optional().describe('Arrived before this time.'),
  name: z.string().min(1).max(255).optional().describe('A part of the name, in any case.'),
  transaction: z.string().min(1).max(20).optional().describe('Such as `837P`.'),
  controlNumber: z
    .string()
    .regex(/^[\x21-\x7e]{1,20}$/)
    .optional()
    .describe('ISA13 or GS06 of the file, or ISA13 of its acknowledgement.'),
  limit,
  cursor: cursorOf(list, z.tuple([z.number(), transmissionIdIn])),
});

const viewerOf = ({ key }: Caller) => ({ partnerId: key.partnerId, userId: undefined });

/** The transmission, when there is one that the caller may know of. */
const find = ({ database }: ApiContext, caller: Caller, id: TransmissionId) =>
  findListedTransmission(database, { viewer: viewerOf(caller), id });

const searchEndpoint = endpoint({
  ...facts,
  id: 'searchTransmissions',
  at: '/transmissions',
  tells: 'Transmissions that have come whole, the newest first.',
  scope: 'transmissions:read',
  problems: [],
  path: noParameters,
  query: searchQuery,
  gives: { value: pageOf(transmissionOut) },
  async handle({ caller, query }, { database }) {
    const { partnerId: asked, cursor, limit, state, from, before, ...filter } = query;
    const partnerId = partnerToSee(caller, asked);
    if (partnerId === 'none') return { kind: 'json', value: { data: [], next: null } };
    const [openedAtMs, id] = cursor ?? [];
    const found = await searchTransmissions(database, {
      viewer: { partnerId, userId: undefined },
      filter: {
        ...filter,
        fromMs: from,
        beforeMs: before,
        states: state === undefined ? undefined : [state],
      },
      after: openedAtMs === undefined || id === undefined ? undefined : { openedAtMs, id },
      limit: limit + 1,
    });
    const positionOf = ({ transmission }: ListedTransmission) => [transmission.openedAtMs, transmission.id];
    return { kind: 'json', value: cutPage(found, { list, limit, shown: transmissionShown, positionOf }) };
  },
});

const detailEndpoint = endpoint({
  ...facts,
  id: 'getTransmission',
  at: '/transmissions/{transmissionId}',
  tells: 'One transmission: its interchanges, groups and sets with their codes.',
  scope: 'transmissions:read',
  problems: ['not-found'],
  path: oneTransmission,
  query: noParameters,
  gives: { value: transmissionDetailOut },
  async handle({ caller, path }, deps) {
    const found = await find(deps, caller, path.transmissionId);
    if (found === undefined) return noTransmission;
    const { id } = found.transmission;
    const interchanges = await readAnsweredInterchanges(deps.database, id);
    return {
      kind: 'json',
      value: {
        ...transmissionShown(found),
        findings: await countFindings(deps.database, id),
        interchanges: interchanges.map(interchangeShown),
      },
    };
  },
});

const contentEndpoints: readonly Endpoint[] = [
  endpoint({
    ...facts,
    id: 'getTransmissionContent',
    at: '/transmissions/{transmissionId}/content',
    tells: 'The original, byte for byte, after its SHA-256 was checked. It is audited.',
    scope: 'transmissions:content',
    problems: ['not-found', 'gone'],
    path: oneTransmission,
    query: noParameters,
    gives: 'bytes',
    async handle({ caller, path }, deps) {
      const found = await find(deps, caller, path.transmissionId);
      if (found === undefined) return noTransmission;
      const { id, name } = found.transmission;
      return fileAnswer({
        name,
        open: () => deps.files.openFile({ transmission: id }),
        record: () => recordView(deps, caller, { action: 'transmission.download', id }),
      });
    },
  }),
  endpoint({
    ...facts,
    id: 'listFindings',
    at: '/transmissions/{transmissionId}/findings',
    tells: 'What is wrong with a transmission, in the order of the file. It is audited.',
    scope: 'transmissions:content',
    problems: ['not-found'],
    path: oneTransmission,
    query: z.strictObject({ limit, cursor: cursorOf(findingList, z.tuple([z.int().min(0)])) }),
    gives: { value: pageOf(findingOut) },
    async handle({ caller, path, query }, deps) {
      const found = await find(deps, caller, path.transmissionId);
      if (found === undefined) return noTransmission;
      const { id } = found.transmission;
      const [offset = 0] = query.cursor ?? [];
      await recordView(deps, caller, { action: 'transmission.view', id });
      const findings = await readFindings(deps.database, { id, offset, limit: query.limit + 1 });
      // Findings are written once, with the answer: their place in the file is a position that stays.
      const positionOf = () => [offset + query.limit];
      return {
        kind: 'json',
        value: cutPage(findings, { list: findingList, limit: query.limit, shown: findingShown, positionOf }),
      };
    },
  }),
];

const answerEndpoints: readonly Endpoint[] = [
  endpoint({
    ...facts,
    id: 'listAcknowledgements',
    at: '/transmissions/{transmissionId}/acknowledgements',
    tells: 'The files that a transmission was answered with.',
    scope: 'transmissions:read',
    problems: ['not-found'],
    path: oneTransmission,
    query: noParameters,
    gives: { value: z.strictObject({ data: z.array(acknowledgementOut) }) },
    async handle({ caller, path }, deps) {
      const found = await find(deps, caller, path.transmissionId);
      if (found === undefined) return noTransmission;
      const answers = await listAnswerFiles(deps.database, found.transmission.id);
      return { kind: 'json', value: { data: answers.map(acknowledgementShown) } };
    },
  }),
  endpoint({
    ...facts,
    id: 'getAcknowledgementContent',
    at: '/transmissions/{transmissionId}/acknowledgements/{acknowledgementId}/content',
    tells: 'A file of the answer, byte for byte. It is audited; the partner’s own collecting is not touched.',
    scope: 'transmissions:content',
    problems: ['not-found', 'gone'],
    path: z.strictObject({ transmissionId: transmissionIdIn, acknowledgementId: plainIdIn }),
    query: noParameters,
    gives: 'bytes',
    async handle({ caller, path }, deps) {
      const found = await find(deps, caller, path.transmissionId);
      if (found === undefined || !maySee(caller, found.transmission.partnerId)) return noTransmission;
      const { id } = found.transmission;
      const answers = await listAnswerFiles(deps.database, id);
      const answer = answers.find((one) => one.id === path.acknowledgementId);
      if (answer === undefined) return notFound('acknowledgement');
      return fileAnswer({
        name: answer.name,
        open: () => deps.files.openFile({ answer: answer.id }),
        record: () => recordView(deps, caller, { action: 'answer.view', id, answer: answer.name }),
      });
    },
  }),
];

function recordView(
  { database }: ApiContext,
  { actor, address }: Caller,
  view: {
    readonly action: 'transmission.view' | 'transmission.download' | 'answer.view';
    readonly id: TransmissionId;
    readonly answer?: string;
  },
): Promise<void> {
  const { action, id, answer } = view;
  const detail = { by: 'api', ...(answer === undefined ? {} : { name: answer }) };
  return recordViewBy(database, { actor, action, address, subject: `transmission:${id}`, detail });
}

export const transmissionEndpoints: readonly Endpoint[] = [
  searchEndpoint,
  detailEndpoint,
  ...contentEndpoints,
  ...answerEndpoints,
];
