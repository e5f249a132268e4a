// The rules that one partner's files are judged by: what is agreed with it, over what holds for everyone.

import type { Config } from '../config/schema.ts';
import type { PartnerProfile } from '../domain/partner-profile.ts';
import { KNOWN_ALIASES } from '../edi/guide-library.ts';
import { defaultProfile, type EdiProfile, strictProfile } from '../edi/profile.ts';
import type { Partner } from '../storage/partner-store.ts';

const usageIndicators = { both: ['P', 'T'], test: ['T'], production: ['P'] } as const;

/**
 * @param input.partner whose submitter id stands in ISA06 where nothing else is agreed; undefined: anyone's
 * @param input.agreed what is set for it
 */
export function ediProfileOf(
  { intake }: Config,
  input: { readonly partner: Partner | undefined; readonly agreed: PartnerProfile },
): EdiProfile {
  const { agreed } = input;
  const base = (agreed.validation ?? intake.validation) === 'strict' ? strictProfile : defaultProfile;
  const receiverIds = agreed.receivers ?? (intake.receiverIds.length === 0 ? undefined : intake.receiverIds);
  return {
    ...base,
    ta1: agreed.ta1Policy ?? intake.ta1Policy,
    aliases: (agreed.guideAliases ?? intake.guideAliases) ? KNOWN_ALIASES : {},
    severities: { ...base.severities, ...agreed.severities },
    snipSeverities: { ...base.snipSeverities, ...agreed.snipSeverities },
    usageIndicators: usageIndicators[agreed.usage ?? 'both'],
    senderIds: partnerIdentifiers({ intake }, input),
    receiverIds,
    groupSenderIds: agreed.groupSenders,
    groupReceiverIds: agreed.groupReceivers,
  };
}

/**
 * The rules that what a partner is sent is judged by: the receiver must be the partner, and where there is no guide the
 * envelope must be right. Its own severities are about what it sends.
 */
export function dispatchProfileOf(
  config: Config,
  input: { readonly partner: Partner; readonly agreed: PartnerProfile },
): EdiProfile {
  return {
    ...defaultProfile,
    ta1: 'never',
    unknownGuides: 'envelope',
    usageIndicators: usageIndicators[input.agreed.usage ?? 'both'],
    receiverIds: partnerIdentifiers(config, input),
  };
}

/** @returns who the partner may be called in ISA: ids, alone or as qualifier/id; undefined: anyone */
export function partnerIdentifiers(
  { intake }: Pick<Config, 'intake'>,
  { partner, agreed }: { readonly partner: Partner | undefined; readonly agreed: PartnerProfile },
): readonly string[] | undefined {
  if (agreed.senders !== undefined) return agreed.senders;
  return intake.checkSenderId && partner !== undefined ? [partner.submitterId] : undefined;
}
