// `claimgate partner access`: how and from where a trading partner's users may sign in by SFTP.

import type { CommandModule } from 'yargs';
import { parseNetwork } from '../domain/network.ts';
import { findPartner, setPartnerAccess } from '../storage/partner-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printFacts } from './output.ts';
import { partnerIdOf } from './parse-id.ts';
import { withCore } from './with-core.ts';

const policies = ['password', 'public-key', 'either', 'both'] as const;

interface AccessOptions extends GlobalOptions {
  readonly id: string;
  readonly authentication?: (typeof policies)[number] | undefined;
  readonly allow?: string | undefined;
}

export const partnerAccessCommand: CommandModule<GlobalOptions, AccessOptions> = {
  command: 'access <id>',
  describe: 'Show or set how and from where its users may sign in by SFTP',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true })
      .option('authentication', { choices: policies, describe: 'both: a password and a key' })
      .option('allow', {
        type: 'string',
        requiresArg: true,
        describe: 'Addresses and networks, with commas; all others are refused. any: from anywhere',
      })
      .example('$0 partner access carolina-clinic --authentication both --allow 192.0.2.0/24', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const id = partnerIdOf(options.id);
      const { authentication, allow } = options;
      const allowedNetworks = allow === undefined ? undefined : networksOf(allow);
      const asking = authentication === undefined && allow === undefined;
      const partner = asking
        ? await findPartner(core.database, id)
        : await setPartnerAccess(core.database, { id, authentication, allowedNetworks, actor });
      if (partner === undefined) throw new CommandFailure(`There is no trading partner ${id}.`, 1);
      const allowed = partner.allowedNetworks.map(({ text }) => text);
      const facts = { id, authentication: partner.authentication };
      output.result({ ...facts, allowed }, () =>
        printFacts({ ...facts, allowed: allowed.join(', ') || 'from anywhere' }),
      );
    }),
};

/** @throws CommandFailure (2) */
function networksOf(text: string) {
  if (text.trim() === 'any') return [];
  return text.split(',').map((part) => {
    const network = parseNetwork(part);
    if (network === undefined) {
      throw new CommandFailure(
        `"${part.trim()}" is neither an IP address nor a network such as 192.0.2.0/24.`,
        2,
      );
    }
    return network;
  });
}
