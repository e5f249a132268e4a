// `claimgate user`: people in the directory. Adding one makes no SFTP account: that takes the step in the portal.

import type { CommandModule } from 'yargs';
import { readStatus } from '../auth/account-setup.ts';
import { lockedUntil } from '../auth/throttle.ts';
import { findUser, listUsers, rolesOfUser } from '../storage/user-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printFacts, printTable, printTime } from './output.ts';
import { partnerIdOf, userIdOf } from './parse-id.ts';
import { askNewPassword } from './password-prompt.ts';
import { userAddCommand } from './user-add-command.ts';
import { userFactorCommand } from './user-factor-command.ts';
import { shown } from './user-facts.ts';
import { userStatusCommands } from './user-status-command.ts';
import { withCore } from './with-core.ts';

const list: CommandModule<GlobalOptions, GlobalOptions & { readonly partner?: string | undefined }> = {
  command: 'list',
  describe: 'List users',
  builder: (yargs) =>
    yargs
      .option('partner', { type: 'string', requiresArg: true, describe: 'Of this trading partner only' })
      .example('$0 user list --partner carolina-clinic', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const filter = options.partner === undefined ? {} : { partnerId: partnerIdOf(options.partner) };
      const users = (await listUsers(core.database, filter)).map(shown);
      const columns = {
        id: 'USER',
        partner: 'PARTNER',
        name: 'NAME',
        kind: 'KIND',
        status: 'STATUS',
        lastSignIn: 'LAST SIGN-IN',
      };
      output.result(users, () => printTable(users, columns, 'There are no users yet.'));
    }),
};

const show: CommandModule<GlobalOptions, GlobalOptions & { readonly id: string }> = {
  command: 'show <id>',
  describe: 'Show one user, with roles and SFTP account status',
  builder: (yargs) =>
    yargs.positional('id', { type: 'string', demandOption: true }).example('$0 user show jdoe', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const user = await findUser(core.database, userIdOf(options.id));
      if (user === undefined) throw new CommandFailure(`There is no user ${options.id}.`, 1);
      const { status } = await readStatus(core.database, user.id);
      const userRoles = await rolesOfUser(core.database, user.id);
      const untilMs = await lockedUntil(core.database, 'portal', user.id);
      const lockedUntilText = untilMs > core.database.now() ? printTime(untilMs) : undefined;
      const facts = { ...shown(user), lockedUntil: lockedUntilText };
      output.result({ ...facts, roles: userRoles, sftpAccount: status }, () =>
        printFacts({ ...facts, roles: userRoles.join(', '), sftpAccount: status }),
      );
    }),
};

const passwd: CommandModule<GlobalOptions, GlobalOptions & { readonly id: string }> = {
  command: 'passwd <id>',
  describe: 'Set a user’s identity password; SFTP then needs Setup/Update again',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true })
      .example('$0 user passwd jdoe', 'asks for it twice'),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const userId = userIdOf(options.id);
      if ((await findUser(core.database, userId)) === undefined)
        throw new CommandFailure(`There is no user ${userId}.`, 1);
      const outcome = await core.users.setPassword({ userId, wanted: await askNewPassword(userId), actor });
      if (outcome.kind === 'refused') {
        throw new CommandFailure(`The password is not taken:\n  ${outcome.why.join('\n  ')}`, 1);
      }
      if (outcome.kind !== 'changed')
        throw new CommandFailure('The user was changed meanwhile. Try again.', 1);
      output.result({ id: userId, passwordVersion: outcome.passwordVersion }, () =>
        [
          `The password of ${userId} was set (version ${outcome.passwordVersion}).`,
          'Its SFTP account, if it had one, now needs SFTP Account Update in the portal.',
        ].join('\n'),
      );
    }),
};

export const userCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'user',
  describe:
    'Users: add, list, show, passwd, factor, unlock, lock, expire, reactivate, disable, enable, invite',
  builder: (yargs) =>
    yargs
      .command(userAddCommand)
      .command(list)
      .command(show)
      .command(passwd)
      .command(userFactorCommand)
      .command([...userStatusCommands])
      .demandCommand(1, 'Say what to do; claimgate user --help lists it.'),
  handler: () => undefined,
};
