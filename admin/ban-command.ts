// `claimgate ban`: the addresses and networks that are not let in for a time, because too many wrong passwords came from
// them.

import type { CommandModule } from 'yargs';
import { isBanName, liftBan, listBans } from '../auth/ban.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTable, printTime } from './output.ts';
import { withCore } from './with-core.ts';

const list: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'list',
  describe: 'List addresses and networks that are banned now',
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const bans = (await listBans(core.database)).map(({ from, failures, lastFailureAtMs, untilMs }) => ({
        from,
        failures,
        lastFailure: printTime(lastFailureAtMs),
        until: printTime(untilMs),
      }));
      const columns = { from: 'FROM', failures: 'FAILURES', lastFailure: 'LAST FAILURE', until: 'UNTIL' };
      output.result(bans, () => printTable(bans, columns, 'Nobody is banned.'));
    }),
};

const lift: CommandModule<GlobalOptions, GlobalOptions & { readonly from: string }> = {
  command: 'lift <from>',
  describe: 'Let an address or a network in again',
  builder: (yargs) =>
    yargs.positional('from', {
      type: 'string',
      demandOption: true,
      describe: 'An address (with the ban of its network) or a network',
    }),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const { from } = options;
      if (!isBanName(from)) throw new CommandFailure(`"${from}" is neither an IP address nor a network.`, 2);
      const lifted = await liftBan(core.database, { from, actor });
      output.result({ lifted, changed: lifted.length > 0 }, () =>
        lifted.length > 0
          ? `Let in again: ${lifted.join(', ')}.`
          : `Nothing was changed: ${from} is not banned.`,
      );
    }),
};

export const banCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'ban',
  describe: 'Banned addresses: list, lift',
  builder: (yargs) => yargs.command(list).command(lift).demandCommand(1, 'Say what to do: list or lift.'),
  handler: () => undefined,
};
