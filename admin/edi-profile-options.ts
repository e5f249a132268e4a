// The options that say how severely a file is judged.

import { defaultProfile, type EdiProfile, strictProfile } from '../edi/profile.ts';
import { findPartner } from '../storage/partner-store.ts';
import { CommandFailure } from './command-failure.ts';
import { type GlobalOptions, loadConfigOf } from './global-options.ts';
import { partnerIdOf } from './parse-id.ts';
import { withCore } from './with-core.ts';

export interface ProfileOptions extends GlobalOptions {
  readonly partner?: string | undefined;
  readonly profile: 'default' | 'strict';
}

export const profileOptions = {
  partner: { type: 'string', requiresArg: true, describe: 'Judge as a file of this trading partner' },
  profile: {
    choices: ['default', 'strict'] as const,
    default: 'default' as const,
    describe: 'How severe findings are judged',
  },
} as const;

/** The profile by name, and with `--partner` also the ids that this partner's files must carry. */
export async function profileOf(options: ProfileOptions): Promise<EdiProfile> {
  const base = options.profile === 'strict' ? strictProfile : defaultProfile;
  if (options.partner === undefined) return base;
  const id = partnerIdOf(options.partner);
  const { receiverIds } = loadConfigOf(options).config.intake;
  let profile = base;
  await withCore({ ...options, json: true }, async ({ core }) => {
    const partner = await findPartner(core.database, id);
    if (partner === undefined) throw new CommandFailure(`There is no trading partner ${id}.`, 2);
    profile = {
      ...base,
      senderIds: [partner.submitterId],
      ...(receiverIds.length === 0 ? {} : { receiverIds }),
    };
  });
  return profile;
}
