// What the operator decides of a received file, over the API: as `claimgate transmission retry|quarantine|release|discard`.

import { z } from 'zod';
import { decideTransmission } from '../../storage/decide-transmission.ts';
import { findListedTransmission } from '../../storage/transmission-search.ts';
import { noParameters, transmissionIdIn } from './api-values.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { notFound, problem } from './problem.ts';
import { transmissionOut, transmissionShown } from './transmission-shapes.ts';

/** Characters of a reason, as the command takes them: it stands in the partner's report. */
const reasonMax = 300;
const noTransmission = notFound('transmission');

const reasonIn = z
  .string()
  .trim()
  .min(1)
  .max(reasonMax)
  .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'A reason has no control characters.');

const decisionIn = z
  .discriminatedUnion('do', [
    z.strictObject({ do: z.enum(['retry', 'release']), reason: reasonIn.optional() }),
    z.strictObject({
      do: z.enum(['quarantine', 'discard']),
      reason: reasonIn.describe('The trading partner reads it in the report. No patient data.'),
    }),
  ])
  .meta({ id: 'Decision' });

const decisionOut = z
  .strictObject({
    changed: z.boolean().describe('Whether it was not so already; intake goes on within a second.'),
    transmission: transmissionOut,
  })
  .meta({ id: 'DecisionAnswer' });

export const decisionEndpoints: readonly Endpoint[] = [
  endpoint({
    tag: 'Transmissions',
    id: 'decideTransmission',
    method: 'POST',
    at: '/transmissions/{transmissionId}/decision',
    tells:
      'Reads a failed file again, puts one into quarantine or takes it out, or discards it; doing it again changes nothing.',
    scope: 'transmissions:write',
    problems: ['not-found', 'conflict'],
    path: z.strictObject({ transmissionId: transmissionIdIn }),
    query: noParameters,
    body: decisionIn,
    gives: { value: decisionOut },
    async handle({ caller, path, body }, { database, directory }) {
      const look = {
        viewer: { partnerId: caller.key.partnerId, userId: undefined },
        id: path.transmissionId,
      };
      if ((await findListedTransmission(database, look)) === undefined) return noTransmission;
      const { do: verb, reason = 'decided by an administrator' } = body;
      const decision = { id: path.transmissionId, verb, reason, actor: caller.actor };
      const outcome = await decideTransmission({ database, directory }, decision);
      if (outcome.kind === 'unknown') return noTransmission;
      if (outcome.kind === 'refused') return problem('conflict', outcome.why);
      const found = await findListedTransmission(database, look);
      if (found === undefined) return noTransmission;
      const changed = outcome.kind === 'decided';
      return { kind: 'json', value: { changed, transmission: transmissionShown(found) } };
    },
  }),
];
