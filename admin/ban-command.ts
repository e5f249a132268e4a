// `claimgate ban`: the addresses and networks that are not let in for a time, because too many wrong passwords came from
// them.

import type { CommandModule } from 'yargs';
import { addBan, isBanName, liftBan, listBans } from '../auth/ban.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTable, printTime } from './output.ts';
import { withCore } from './with-core.ts';

const hourMs = 3_600_000;
/** Ten years: whoever shall never come again is kept out by the firewall. */
const maxBanHours = 87_600;

const list: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'list',
  describe: 'List addresses and networks that are banned now',
  builder: (yargs) => yargs.example('$0 ban list', ''),
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

const add: CommandModule<GlobalOptions, GlobalOptions & { readonly from: string; readonly hours: number }> = {
  command: 'add <from>',
  describe:
    'Let an address or a network in no more for a time; it is met by new connections and sign-ins at once',
  builder: (yargs) =>
    yargs
      .positional('from', {
        type: 'string',
        demandOption: true,
        describe: 'An address, or a network of /24 (IPv6: /56)',
      })
      .option('hours', { type: 'number', default: 24, requiresArg: true, describe: 'How long' })
      .example('$0 ban add 203.0.113.7 --hours 48', '')
      .example('$0 ban add 203.0.113.0/24', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const { from, hours } = options;
      if (!(hours > 0 && hours <= maxBanHours))
        throw new CommandFailure(`--hours is a number above 0, at most ${maxBanHours}.`, 2);
      const untilMs = core.database.now() + Math.round(hours * hourMs);
      const ban = await addBan(core.database, { from, untilMs, actor });
      if (ban === undefined) {
        throw new CommandFailure(
          `"${from}" is neither an IP address nor a network of /24 (IPv6: /56), such as 203.0.113.0/24.`,
          2,
        );
      }
      const until = printTime(ban.untilMs);
      output.result({ from: ban.from, until }, () => `${ban.from} is banned until ${until}.`);
    }),
};

const lift: CommandModule<GlobalOptions, GlobalOptions & { readonly from: string }> = {
  command: 'lift <from>',
  describe: 'Let an address or a network in again',
  builder: (yargs) =>
    yargs
      .positional('from', {
        type: 'string',
        demandOption: true,
        describe: 'An address (with the ban of its network) or a network',
      })
      .example('$0 ban lift 203.0.113.7', ''),
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
  describe: 'Banned addresses: list, add, lift',
  builder: (yargs) =>
    yargs.command(list).command(add).command(lift).demandCommand(1, 'Say what to do: list, add or lift.'),
  handler: () => undefined,
};
