// What is agreed with a trading partner, over the API: its profile, key by key, in the words of docs/partner-profile.md.

import { z } from 'zod';
import {
  type ProfileKeyName,
  parseProfileValue,
  profileKeys,
  profileValueMax,
} from '../../domain/partner-profile.ts';
import { isRuleId } from '../../edi/rule-facts.ts';
import { readProfileTexts, setPartnerProfile } from '../../storage/partner-profile-store.ts';
import { findPartner } from '../../storage/partner-store.ts';
import { maySee, noParameters, partnerIdIn } from './api-values.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { notFound } from './problem.ts';

const names = Object.keys(profileKeys) as [ProfileKeyName, ...ProfileKeyName[]];

const settingsOut = z.partialRecord(z.enum(names), z.string()).describe('What is not here falls back.');

const profileOut = z
  .strictObject({ partnerId: z.string(), settings: settingsOut })
  .meta({ id: 'PartnerProfile', description: 'What is agreed with a trading partner.' });

const valueIn = (name: ProfileKeyName) =>
  z
    .string()
    .max(profileValueMax)
    .transform((text, context) => {
      const parsed = parseProfileValue(name, text, isRuleId);
      if (parsed.kind === 'ok') return parsed.text;
      context.addIssue({ code: 'custom', message: `This is no ${name}: ${parsed.why}.` });
      return z.NEVER;
    })
    .nullable()
    .optional()
    .describe(profileKeys[name].meaning);

const changeIn = z
  .strictObject(
    Object.fromEntries(names.map((name) => [name, valueIn(name)])) as Record<
      ProfileKeyName,
      ReturnType<typeof valueIn>
    >,
  )
  .meta({ id: 'PartnerProfileChange', description: 'What is left out stays; null falls back again.' });

const onePartner = z.strictObject({ partnerId: partnerIdIn });
const noPartner = notFound('trading partner');
const facts = { tag: 'Partners', at: '/partners/{partnerId}/profile' } as const;

export const profileEndpoints: readonly Endpoint[] = [
  endpoint({
    ...facts,
    id: 'getPartnerProfile',
    method: 'GET',
    tells: 'What is agreed with a trading partner.',
    scope: 'profiles:read',
    problems: ['not-found'],
    path: onePartner,
    query: noParameters,
    gives: { value: profileOut },
    async handle({ caller, path }, { database }) {
      const { partnerId } = path;
      if (!maySee(caller, partnerId) || (await findPartner(database, partnerId)) === undefined)
        return noPartner;
      return { kind: 'json', value: { partnerId, settings: await readProfileTexts(database, partnerId) } };
    },
  }),
  endpoint({
    ...facts,
    id: 'changePartnerProfile',
    method: 'PATCH',
    tells: 'Sets some of what is agreed with a trading partner; it counts for the next file.',
    scope: 'profiles:write',
    problems: ['not-found'],
    path: onePartner,
    query: noParameters,
    body: changeIn,
    gives: { value: profileOut },
    async handle({ caller, path, body }, { database }) {
      const { partnerId } = path;
      if (!maySee(caller, partnerId)) return noPartner;
      const changes = Object.fromEntries(
        Object.entries(body).map(([name, text]) => [name, text ?? undefined]),
      );
      const outcome = await setPartnerProfile(database, { partnerId, changes, actor: caller.actor });
      if (outcome.kind === 'no-such-partner') return noPartner;
      return { kind: 'json', value: { partnerId, settings: await readProfileTexts(database, partnerId) } };
    },
  }),
];
