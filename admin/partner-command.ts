// `claimgate partner`: trading partners.

import type { CommandModule } from 'yargs';
import { parseSubmitterId } from '../domain/submitter-id.ts';
import { makePartnerFolders } from '../storage/data-directory.ts';
import { addPartner, findPartner, listPartners, type Partner } from '../storage/partner-store.ts';
import { listUsers } from '../storage/user-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printFacts, printTable, printTime } from './output.ts';
import { partnerIdOf } from './parse-id.ts';
import { partnerAccessCommand } from './partner-access-command.ts';
import { partnerProfileCommand } from './partner-profile-command.ts';
import { partnerTransactionsCommand } from './partner-transactions-command.ts';
import { withCore } from './with-core.ts';

const shown = (partner: Partner) => ({
  id: partner.id,
  name: partner.name,
  submitterId: partner.submitterId,
  status: partner.status,
  created: printTime(partner.createdAtMs),
});

interface AddOptions extends GlobalOptions {
  readonly id: string;
  readonly name: string;
  readonly 'submitter-id': string;
}

const add: CommandModule<GlobalOptions, AddOptions> = {
  command: 'add <id>',
  describe: 'Add a trading partner and make its mailbox',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true, describe: 'Id: letters, digits, hyphens' })
      .option('name', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Name of the organisation',
      })
      .option('submitter-id', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'TSN: what stands in ISA06 and GS02 of its files',
      })
      .example('$0 partner add carolina-clinic --name "Carolina Clinic" --submitter-id TSN0042', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const submitterId = parseSubmitterId(options['submitter-id']);
      if (submitterId === undefined) {
        throw new CommandFailure('A submitter id has 1 to 15 printable characters (it stands in ISA06).', 2);
      }
      const id = partnerIdOf(options.id);
      const outcome = await addPartner(core.database, { id, name: options.name, submitterId, actor });
      if (outcome.kind === 'conflict') throw new CommandFailure(`Nothing was added: ${outcome.why}.`, 1);
      await makePartnerFolders(core.directory, id);
      const facts = shown(outcome.partner);
      output.result({ ...facts, changed: outcome.kind === 'added' }, () =>
        outcome.kind === 'added'
          ? `Trading partner ${id} was added.\nNext: claimgate user add <user id> --partner ${id}\n`
          : `Trading partner ${id} is there already; nothing was changed.\n`,
      );
    }),
};

const list: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'list',
  describe: 'List trading partners',
  builder: (yargs) => yargs.example('$0 partner list', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const partners = (await listPartners(core.database)).map(shown);
      const columns = {
        id: 'ID',
        name: 'NAME',
        submitterId: 'SUBMITTER ID',
        status: 'STATUS',
        created: 'CREATED',
      };
      output.result(partners, () => printTable(partners, columns, 'There are no trading partners yet.'));
    }),
};

const show: CommandModule<GlobalOptions, GlobalOptions & { readonly id: string }> = {
  command: 'show <id>',
  describe: 'Show one trading partner and its users',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true })
      .example('$0 partner show carolina-clinic', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const partner = await findPartner(core.database, partnerIdOf(options.id));
      if (partner === undefined) throw new CommandFailure(`There is no trading partner ${options.id}.`, 1);
      const users = (await listUsers(core.database, { partnerId: partner.id })).map((user) => user.id);
      const facts = shown(partner);
      output.result({ ...facts, users }, () => printFacts({ ...facts, users: users.join(', ') || 'none' }));
    }),
};

export const partnerCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'partner',
  describe: 'Trading partners: add, list, show, access, transactions, profile',
  builder: (yargs) =>
    yargs
      .command(add)
      .command(list)
      .command(show)
      .command(partnerAccessCommand)
      .command(partnerTransactionsCommand)
      .command(partnerProfileCommand)
      .demandCommand(1, 'Say what to do: add, list, show, access, transactions or profile.'),
  handler: () => undefined,
};
