// The options that say how severely a file is judged.

import { defaultProfile, type EdiProfile, strictProfile } from '../edi/profile.ts';
import { ediProfileOf } from '../roles/partner-edi-profile.ts';
import { readPartnerProfile } from '../storage/partner-profile-store.ts';
import { findPartner } from '../storage/partner-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
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

/** The profile by name, or with `--partner` the one by which this partner's files are judged; `strict` makes it so. */
export async function profileOf(options: ProfileOptions): Promise<EdiProfile> {
  const base = options.profile === 'strict' ? strictProfile : defaultProfile;
  if (options.partner === undefined) return base;
  const id = partnerIdOf(options.partner);
  let profile = base;
  await withCore({ ...options, json: true }, async ({ core }) => {
    const partner = await findPartner(core.database, id);
    if (partner === undefined) throw new CommandFailure(`There is no trading partner ${id}.`, 2);
    const agreed = await readPartnerProfile(core.database, id);
    const judged = options.profile === 'strict' ? { ...agreed, validation: 'strict' as const } : agreed;
    profile = ediProfileOf(core.config, { partner, agreed: judged });
  });
  return profile;
}
