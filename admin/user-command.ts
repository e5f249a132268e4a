// `claimgate user`: people in the directory. Adding one makes no SFTP account: that takes the step in the portal.

import type { CommandModule } from 'yargs';
import { readStatus } from '../auth/account-setup.ts';
import type { Role } from '../domain/account.ts';
import { officeRoles } from '../domain/role.ts';
import { readPartnerRights } from '../storage/grant-store.ts';
import { findUser, listUsers, rolesOfUser, type User } from '../storage/user-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printFacts, printTable, printTime } from './output.ts';
import { partnerIdOf, userIdOf } from './parse-id.ts';
import { askNewPassword } from './password-prompt.ts';
import { userFactorCommand } from './user-factor-command.ts';
import { withCore } from './with-core.ts';

const shown = (user: User) => ({
  id: user.id,
  partner: user.partnerId,
  name: `${user.firstName} ${user.lastName}`,
  email: user.email,
  status: user.status,
  passwordVersion: user.passwordVersion,
  passwordChanged: printTime(user.passwordChangedAtMs),
  lastSignIn: printTime(user.lastSignInAtMs),
});

interface AddOptions extends GlobalOptions {
  readonly id: string;
  readonly partner: string;
  readonly 'first-name': string;
  readonly 'last-name': string;
  readonly email: string;
  readonly role: Role;
  readonly grants: 'all' | 'none';
}

const add: CommandModule<GlobalOptions, AddOptions> = {
  command: 'add <id>',
  describe: 'Add a user; the password is asked for, or read from a pipe',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true, describe: 'User id (NCID)' })
      .option('partner', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Trading partner',
      })
      .option('first-name', { type: 'string', demandOption: true, requiresArg: true, describe: 'First name' })
      .option('last-name', { type: 'string', demandOption: true, requiresArg: true, describe: 'Last name' })
      .option('email', { type: 'string', demandOption: true, requiresArg: true, describe: 'E-mail address' })
      .option('role', {
        choices: officeRoles,
        default: 'general-user' as Role,
        describe: 'Role in the office',
      })
      .option('grants', {
        choices: ['all', 'none'] as const,
        default: 'all' as const,
        describe: 'What it may send and receive: all that the partner has agreed on, or nothing yet',
      })
      .example(
        '$0 user add jdoe --partner carolina-clinic --first-name Jo --last-name Doe --email jo@clinic.example',
        '',
      )
      .example('pass show jdoe | $0 user add jdoe --partner ... ', 'the password from a pipe'),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const id = userIdOf(options.id);
      const partnerId = partnerIdOf(options.partner);
      const { 'first-name': firstName, 'last-name': lastName, email, role } = options;
      const existing = await findUser(core.database, id);
      if (existing !== undefined) return tellExisting(existing, options, output);
      const password = await askNewPassword(id);
      const outcome = await core.users.add({
        id,
        partnerId,
        firstName,
        lastName,
        email,
        role,
        rights: options.grants === 'none' ? [] : await readPartnerRights(core.database, partnerId),
        password,
        actor,
      });
      switch (outcome.kind) {
        case 'added':
          return output.result({ ...shown(outcome.user), changed: true }, () =>
            [
              `User ${id} of ${partnerId} was added.`,
              'Next: the user signs in to the portal and does SFTP Account Setup/Update; only then SFTP knows the user.',
            ].join('\n'),
          );
        case 'exists':
          return tellExisting(outcome.user, options, output);
        case 'no-such-partner':
          throw new CommandFailure(
            `There is no trading partner ${partnerId}. Add it first: claimgate partner add.`,
            1,
          );
        case 'refused':
          throw new CommandFailure(`The password is not taken:\n  ${outcome.why.join('\n  ')}`, 1);
      }
    }),
};

function tellExisting(
  user: User,
  options: AddOptions,
  output: { result(value: unknown, text: () => string): void },
): void {
  const same =
    user.partnerId === options.partner.toLowerCase() &&
    user.firstName === options['first-name'] &&
    user.lastName === options['last-name'] &&
    user.email === options.email;
  if (!same)
    throw new CommandFailure(`User ${user.id} exists with other facts: ${JSON.stringify(shown(user))}.`, 1);
  output.result(
    { ...shown(user), changed: false },
    () => `User ${user.id} is there already; nothing was changed.`,
  );
}

const list: CommandModule<GlobalOptions, GlobalOptions & { readonly partner?: string | undefined }> = {
  command: 'list',
  describe: 'List users',
  builder: (yargs) =>
    yargs.option('partner', { type: 'string', requiresArg: true, describe: 'Of this trading partner only' }),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const filter = options.partner === undefined ? {} : { partnerId: partnerIdOf(options.partner) };
      const users = (await listUsers(core.database, filter)).map(shown);
      const columns = {
        id: 'USER',
        partner: 'PARTNER',
        name: 'NAME',
        status: 'STATUS',
        lastSignIn: 'LAST SIGN-IN',
      };
      output.result(users, () => printTable(users, columns, 'There are no users yet.'));
    }),
};

const show: CommandModule<GlobalOptions, GlobalOptions & { readonly id: string }> = {
  command: 'show <id>',
  describe: 'Show one user, with roles and SFTP account status',
  builder: (yargs) => yargs.positional('id', { type: 'string', demandOption: true }),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const user = await findUser(core.database, userIdOf(options.id));
      if (user === undefined) throw new CommandFailure(`There is no user ${options.id}.`, 1);
      const { status } = await readStatus(core.database, user.id);
      const userRoles = await rolesOfUser(core.database, user.id);
      const facts = shown(user);
      output.result({ ...facts, roles: userRoles, sftpAccount: status }, () =>
        printFacts({ ...facts, roles: userRoles.join(', '), sftpAccount: status }),
      );
    }),
};

const passwd: CommandModule<GlobalOptions, GlobalOptions & { readonly id: string }> = {
  command: 'passwd <id>',
  describe: 'Set a user’s identity password; SFTP then needs Setup/Update again',
  builder: (yargs) => yargs.positional('id', { type: 'string', demandOption: true }),
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
  describe: 'Users: add, list, show, passwd, factor',
  builder: (yargs) =>
    yargs
      .command(add)
      .command(list)
      .command(show)
      .command(passwd)
      .command(userFactorCommand)
      .demandCommand(1, 'Say what to do: add, list, show, passwd or factor.'),
  handler: () => undefined,
};
