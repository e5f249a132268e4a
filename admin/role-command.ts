// `claimgate role`: the office roles of users, and who administers the gateway: that role is given here and nowhere else
// (rule R5).

import type { CommandModule } from 'yargs';
import type { Role } from '../domain/account.ts';
import { administratorRole, officeRoles } from '../domain/role.ts';
import { changeOfficeRole, listRoles, readOfficeRole, switchAdministrator } from '../storage/role-store.ts';
import { findUser } from '../storage/user-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTable, printTime } from './output.ts';
import { partnerIdOf, userIdOf } from './parse-id.ts';
import { type CommandContext, withCore } from './with-core.ts';

const roles = [...officeRoles, administratorRole];

interface ChangeOptions extends GlobalOptions {
  readonly user: string;
  readonly role: string;
}

const list: CommandModule<GlobalOptions, GlobalOptions & { readonly partner?: string | undefined }> = {
  command: 'list',
  describe: 'List who has which role',
  builder: (yargs) =>
    yargs
      .option('partner', { type: 'string', requiresArg: true, describe: 'Of this trading partner only' })
      .example('$0 role list --partner carolina-clinic', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const partnerId = options.partner === undefined ? undefined : partnerIdOf(options.partner);
      const rows = (await listRoles(core.database, { partnerId })).map((row) => ({
        user: row.userId,
        partner: row.partnerId,
        role: row.role,
        since: printTime(row.grantedAtMs),
        by: row.grantedBy,
      }));
      const columns = { user: 'USER', partner: 'PARTNER', role: 'ROLE', since: 'SINCE', by: 'BY' };
      output.result(rows, () => printTable(rows, columns, 'Nobody has a role yet.'));
    }),
};

function changing(verb: 'add' | 'remove'): CommandModule<GlobalOptions, ChangeOptions> {
  return {
    command: `${verb} <user> <role>`,
    describe:
      verb === 'add'
        ? 'Give a user a role; an office role takes the place of the one before'
        : 'Take a role from a user, who is a general user then',
    builder: (yargs) =>
      yargs
        .positional('user', { type: 'string', demandOption: true, describe: 'User id (NCID)' })
        .positional('role', { choices: roles, demandOption: true })
        .example(`$0 role ${verb} jdoe office-administrator`, ''),
    handler: (options) =>
      withCore(options, async (context) => {
        const userId = userIdOf(options.user);
        const kind =
          options.role === administratorRole
            ? await switchAdministrator(context.core.database, {
                userId,
                to: verb === 'add' ? 'given' : 'taken',
                actor: context.actor,
              }).then((outcome) => outcome.kind)
            : await changeRole(context, { ...options, userId, verb });
        if (kind === 'no-such-user')
          throw new CommandFailure(`There is no user ${userId} of a trading partner.`, 1);
        if (kind === 'last-office-administrator')
          throw new CommandFailure(
            `${userId} is the last office administrator of the trading partner. Name another one first: claimgate role add USER office-administrator.`,
            1,
          );
        const changed = kind === 'changed';
        context.output.result({ user: userId, role: options.role, changed }, () =>
          changed
            ? `${userId} ${verb === 'add' ? 'has' : 'no longer has'} the role ${options.role}.`
            : `${userId} ${verb === 'add' ? 'has' : 'does not have'} the role ${options.role}; nothing was changed.`,
        );
      }),
  };
}

async function changeRole(
  { core, actor }: CommandContext,
  input: {
    readonly userId: ReturnType<typeof userIdOf>;
    readonly role: string;
    readonly verb: 'add' | 'remove';
  },
) {
  const { userId, verb } = input;
  const role = officeRoles.find((known) => known === input.role);
  const user = await findUser(core.database, userId);
  if (user?.partnerId === undefined || role === undefined) return 'no-such-user';
  if (verb === 'remove') {
    if (role === 'general-user')
      throw new CommandFailure('Every user of a trading partner is a general user at least.', 1);
    if ((await readOfficeRole(core.database, userId)) !== role) return 'unchanged';
  }
  const next: Role = verb === 'add' ? role : 'general-user';
  const change = { partnerId: user.partnerId, userId, role: next, actor };
  return (await core.database.transaction((transaction) => changeOfficeRole(transaction, change))).kind;
}

export const roleCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'role',
  describe: 'Roles of users: list, add, remove',
  builder: (yargs) =>
    yargs
      .command(list)
      .command(changing('add'))
      .command(changing('remove'))
      .demandCommand(1, 'Say what to do: list, add or remove.'),
  handler: () => undefined,
};
