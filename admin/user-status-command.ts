// `claimgate user unlock|lock|expire|reactivate|disable|enable|invite`: what an administrator does to a user as a whole.

import type { CommandModule } from 'yargs';
import { accountScope, lockScopes } from '../auth/throttle.ts';
import { changeUserStatus, lockUser, type StatusVerb, unlockUser } from '../storage/user-status-store.ts';
import { findUser, type User } from '../storage/user-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTime } from './output.ts';
import { userIdOf } from './parse-id.ts';
import { type CommandContext, withCore } from './with-core.ts';

type Options = GlobalOptions & { readonly id: string };
type Command = CommandModule<GlobalOptions, Options>;

function onUser(
  verb: string,
  describe: string,
  handle: (context: CommandContext, user: User) => Promise<void>,
): Command {
  return {
    command: `${verb} <id>`,
    describe,
    builder: (yargs) =>
      yargs.positional('id', { type: 'string', demandOption: true }).example(`$0 user ${verb} jdoe`, ''),
    handler: (options) =>
      withCore(options, async (context) => {
        const user = await findUser(context.core.database, userIdOf(options.id));
        if (user === undefined) throw new CommandFailure(`There is no user ${options.id}.`, 1);
        await handle(context, user);
      }),
  };
}

const unlock = onUser(
  'unlock',
  'End the lock that too many wrong passwords made, in the portal and over SFTP',
  async ({ core, output, actor }, { id }) => {
    await unlockUser(core.database, { userId: id, scopes: lockScopes(id), actor });
    output.result({ id, locked: false }, () => `User ${id} is not locked.`);
  },
);

const lock = onUser(
  'lock',
  'Lock a user out of the portal for auth.lockMs; the user can unlock by mail (disable is for good)',
  async ({ core, output, actor }, { id }) => {
    const { lockFailures: failures, lockMs } = core.config.auth;
    const untilMs = core.database.now() + lockMs;
    await lockUser(core.database, {
      userId: id,
      scope: accountScope('portal', id),
      failures,
      untilMs,
      actor,
    });
    const lockedUntil = printTime(untilMs);
    output.result({ id, lockedUntil }, () => `User ${id} is locked until ${lockedUntil}.`);
  },
);

function statusVerb(verb: StatusVerb, describe: string): Command {
  return onUser(verb, describe, async ({ core, output, actor }, { id }) => {
    const changed = await changeUserStatus(core.database, { userId: id, verb, actor });
    const user = await findUser(core.database, id);
    const status = user?.status;
    output.result({ id, status, changed }, () =>
      changed ? `User ${id} is now ${status}.` : `Nothing was changed: user ${id} is ${status}.`,
    );
  });
}

const invite = onUser(
  'invite',
  'Mail a new link to someone who has not chosen a password yet',
  async ({ core, output, actor }, { id, email, status }) => {
    if (!(await core.firstPasswords.sendAgain({ userId: id, actor })))
      throw new CommandFailure(
        `User ${id} is ${status}; only who never chose a password can be invited again.`,
        1,
      );
    output.result({ id, email }, () => `A mail with a link to choose a password goes to ${email}.`);
  },
);

export const userStatusCommands: readonly Command[] = [
  unlock,
  lock,
  statusVerb('expire', 'Expire a user now, as too long an absence would'),
  statusVerb('reactivate', 'Bring an expired user back'),
  statusVerb('disable', 'End a user’s access for good: portal at once, SFTP until Setup/Update'),
  statusVerb('enable', 'Allow a disabled user again'),
  invite,
];
