// `claimgate account`: SFTP accounts, the credential store. There is no verb to make one: only the portal's step does.

import type { CommandModule } from 'yargs';
import { readStatus } from '../auth/account-setup.ts';
import { listAccounts, switchAccount } from '../storage/account-store.ts';
import { findUser, listUsers } from '../storage/user-store.ts';
import { accountKeyCommand } from './account-key-command.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printFacts, printTable, printTime, type Row } from './output.ts';
import { userIdOf } from './parse-id.ts';
import { withCore } from './with-core.ts';

const list: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'list',
  describe: 'List every user with the status of its SFTP account',
  builder: (yargs) => yargs.example('$0 account list', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const accounts = new Map(
        (await listAccounts(core.database)).map((account) => [account.userId, account]),
      );
      const rows: Row[] = [];
      for (const user of await listUsers(core.database)) {
        const { status } = await readStatus(core.database, user.id);
        const account = accounts.get(user.id);
        rows.push({
          user: user.id,
          partner: user.partnerId,
          status,
          setUp: printTime(account?.setUpAtMs),
          updated: printTime(account?.updatedAtMs),
          lastLogin: printTime(account?.lastLoginAtMs),
          keys: account?.keys.length ?? 0,
        });
      }
      const columns = {
        user: 'USER',
        partner: 'PARTNER',
        status: 'STATUS',
        setUp: 'SET UP',
        lastLogin: 'LAST LOGIN',
        keys: 'KEYS',
      };
      output.result(rows, () => printTable(rows, columns, 'There are no users yet.'));
    }),
};

const show: CommandModule<GlobalOptions, GlobalOptions & { readonly user: string }> = {
  command: 'show <user>',
  describe: 'Show one SFTP account and its keys',
  builder: (yargs) =>
    yargs
      .positional('user', { type: 'string', demandOption: true })
      .example('$0 account show jdoe', 'why a login was refused, too'),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const user = await findUser(core.database, userIdOf(options.user));
      if (user === undefined) throw new CommandFailure(`There is no user ${options.user}.`, 1);
      const { status, account, lockedUntilMs } = await readStatus(core.database, user.id);
      const facts = {
        user: user.id,
        partner: user.partnerId,
        status,
        lockedUntil: lockedUntilMs === 0 ? undefined : printTime(lockedUntilMs),
        setUp: printTime(account?.setUpAtMs),
        updated: printTime(account?.updatedAtMs),
        lastLogin: printTime(account?.lastLoginAtMs),
        passwordVersion: account?.passwordVersion,
        identityPasswordVersion: user.passwordVersion,
      };
      const keys =
        account?.keys.map(({ algorithm, fingerprint, comment }) => ({ algorithm, fingerprint, comment })) ??
        [];
      output.result({ ...facts, keys }, () =>
        printFacts({
          ...facts,
          keys: keys.map((key) => `${key.algorithm} ${key.fingerprint}`).join(', ') || 'none',
        }),
      );
    }),
};

function switching(
  verb: 'disable' | 'enable',
): CommandModule<GlobalOptions, GlobalOptions & { readonly user: string }> {
  const to = verb === 'disable' ? 'disabled' : 'update-required';
  return {
    command: `${verb} <user>`,
    describe:
      verb === 'disable'
        ? 'Refuse SFTP to a user at once; live sessions end'
        : 'Allow a disabled account again; the user must do SFTP Account Update',
    builder: (yargs) =>
      yargs.positional('user', { type: 'string', demandOption: true }).example(`$0 account ${verb} jdoe`, ''),
    handler: (options) =>
      withCore(options, async ({ core, output, actor }) => {
        const userId = userIdOf(options.user);
        const outcome = await switchAccount(core.database, { userId, to, actor });
        if (outcome.kind === 'no-account') {
          throw new CommandFailure(
            `User ${userId} has no SFTP account: SFTP Account Setup was never done.`,
            1,
          );
        }
        const { status } = await readStatus(core.database, userId);
        const changed = outcome.kind === 'switched';
        output.result({ user: userId, status, changed }, () =>
          changed
            ? `The SFTP account of ${userId} is now ${status}.`
            : `Nothing was changed: it is ${status}.`,
        );
      }),
  };
}

export const accountCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'account',
  describe: 'SFTP accounts: list, show, disable, enable, key',
  builder: (yargs) =>
    yargs
      .command(list)
      .command(show)
      .command(switching('disable'))
      .command(switching('enable'))
      .command(accountKeyCommand)
      .demandCommand(1, 'Say what to do: list, show, disable, enable or key.'),
  handler: () => undefined,
};
