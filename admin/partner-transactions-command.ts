// `claimgate partner transactions`: what a trading partner has agreed on. No user of it has a right beyond that.

import type { CommandModule } from 'yargs';
import type { Direction, Right } from '../domain/right.ts';
import { readPartnerRights, setPartnerRights } from '../storage/grant-store.ts';
import { findPartner } from '../storage/partner-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printFacts } from './output.ts';
import { partnerIdOf } from './parse-id.ts';
import { rightsOfList } from './parse-right.ts';
import { withCore } from './with-core.ts';

interface TransactionsOptions extends GlobalOptions {
  readonly id: string;
  readonly send?: string | undefined;
  readonly receive?: string | undefined;
}

export const partnerTransactionsCommand: CommandModule<GlobalOptions, TransactionsOptions> = {
  command: 'transactions <id>',
  describe: 'Show or set which transactions it has agreed on',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true })
      .option('send', { type: 'string', requiresArg: true, describe: 'With commas, or all, or none' })
      .option('receive', { type: 'string', requiresArg: true, describe: 'With commas, or all, or none' })
      .example('$0 partner transactions carolina-clinic --send 837P,270 --receive all', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const partnerId = partnerIdOf(options.id);
      if ((await findPartner(core.database, partnerId)) === undefined)
        throw new CommandFailure(`There is no trading partner ${partnerId}.`, 1);
      const before = await readPartnerRights(core.database, partnerId);
      const of = (rights: readonly Right[], direction: Direction) =>
        rights.filter((right) => right.direction === direction);
      const wanted = (direction: Direction) => {
        const list = options[direction];
        return list === undefined ? of(before, direction) : rightsOfList(list, direction);
      };
      const rights = [...wanted('send'), ...wanted('receive')];
      const outcome = await setPartnerRights(core.database, { partnerId, rights, actor });
      const names = (direction: Direction) => of(rights, direction).map((right) => right.transaction);
      const facts = { id: partnerId, send: names('send'), receive: names('receive') };
      output.result({ ...facts, changed: outcome?.kind === 'changed' }, () =>
        printFacts({
          id: partnerId,
          send: facts.send.join(', ') || 'nothing',
          receive: facts.receive.join(', ') || 'nothing',
        }),
      );
    }),
};
