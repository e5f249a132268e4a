// `claimgate user factor`: the second factors of portal users. A user who has lost every device and code is let in again
// by a reset, after whoever does it has made sure who is asking.

import type { CommandModule } from 'yargs';
import { resetFactors } from '../storage/factor-store.ts';
import { findUser } from '../storage/user-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTable, printTime } from './output.ts';
import { userIdOf } from './parse-id.ts';
import { type CommandContext, withCore } from './with-core.ts';

interface FactorOptions extends GlobalOptions {
  readonly user: string;
}

async function findUserId({ core }: CommandContext, text: string) {
  const user = await findUser(core.database, userIdOf(text));
  if (user === undefined) throw new CommandFailure(`There is no user ${text}.`, 1);
  return user.id;
}

const list: CommandModule<GlobalOptions, FactorOptions> = {
  command: 'list <user>',
  describe: 'List the second factors of a user',
  builder: (yargs) =>
    yargs.positional('user', { type: 'string', demandOption: true }).example('$0 user factor list jdoe', ''),
  handler: (options) =>
    withCore(options, async (context) => {
      const userId = await findUserId(context, options.user);
      const { factors, recoveryCodesLeft } = await context.core.secondFactors.holdings(userId);
      const rows = factors.map((factor) => ({
        kind: factor.kind,
        name: factor.name,
        site: factor.rpId,
        added: printTime(factor.addedAtMs),
        lastUsed: printTime(factor.lastUsedAtMs),
      }));
      const columns = { kind: 'KIND', name: 'NAME', site: 'SITE', added: 'ADDED', lastUsed: 'LAST USED' };
      context.output.result({ factors: rows, recoveryCodesLeft }, () =>
        [
          printTable(rows, columns, `${userId} has no second factor.`),
          `Recovery codes left: ${recoveryCodesLeft}`,
        ].join('\n'),
      );
    }),
};

const reset: CommandModule<GlobalOptions, FactorOptions> = {
  command: 'reset <user>',
  describe: 'Take all second factors of a user away and end the sessions; the next sign-in makes a new one',
  builder: (yargs) =>
    yargs
      .positional('user', { type: 'string', demandOption: true })
      .example('$0 user factor reset jdoe', 'after a lost phone'),
  handler: (options) =>
    withCore(options, async (context) => {
      const userId = await findUserId(context, options.user);
      const { core, actor, output } = context;
      const factors = await resetFactors(core.database, { userId, actor });
      output.result({ id: userId, factors, changed: factors > 0 }, () =>
        factors === 0
          ? `${userId} had no second factor.`
          : `${factors === 1 ? 'The second factor' : `All ${factors} second factors`} of ${userId} and the recovery codes are gone, and the portal sessions have ended.`,
      );
    }),
};

export const userFactorCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'factor',
  describe: 'Second factors of a user: list, reset',
  builder: (yargs) => yargs.command(list).command(reset).demandCommand(1, 'Say what to do: list or reset.'),
  handler: () => undefined,
};
