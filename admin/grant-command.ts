// `claimgate grant`: what users may send and receive, as Manage Transaction for User in the portal has it.

import type { CommandModule } from 'yargs';
import type { Direction, Right } from '../domain/right.ts';
import { printRight, transactionTitle } from '../domain/right.ts';
import { changeGrantsAndTell } from '../storage/grant-matrix-store.ts';
import { listGrantChanges, readGrants, readRights } from '../storage/grant-store.ts';
import { findUser, type User } from '../storage/user-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTable, printTime } from './output.ts';
import { userIdOf } from './parse-id.ts';
import { rightOf } from './parse-right.ts';
import { type CommandContext, withCore } from './with-core.ts';

interface ListOptions extends GlobalOptions {
  readonly user: string;
}

interface ChangeOptions extends ListOptions {
  readonly transaction: string;
  readonly direction: Direction;
}

/** @throws CommandFailure (1) */
async function memberOf({ core }: CommandContext, name: string) {
  const user: User | undefined = await findUser(core.database, userIdOf(name));
  if (user === undefined) throw new CommandFailure(`There is no user ${name}.`, 1);
  if (user.partnerId === undefined)
    throw new CommandFailure(`User ${user.id} belongs to no trading partner, and can have no rights.`, 1);
  return { userId: user.id, partnerId: user.partnerId };
}

const list: CommandModule<GlobalOptions, ListOptions> = {
  command: 'list <user>',
  describe: 'List what a user was granted, and whether it is in force',
  builder: (yargs) =>
    yargs
      .positional('user', { type: 'string', demandOption: true, describe: 'User id (NCID)' })
      .example('$0 grant list jdoe', ''),
  handler: (options) =>
    withCore(options, async (context) => {
      const { core, output } = context;
      const member = await memberOf(context, options.user);
      const { rights, version } = await readGrants(core.database, member.userId);
      const inForce = await readRights(core.database, member);
      const grants = rights.map(({ transaction, direction }) => ({
        transaction,
        direction,
        title: transactionTitle(transaction),
        inForce: inForce[direction].has(transaction),
      }));
      output.result({ user: member.userId, partner: member.partnerId, version, grants }, () =>
        printTable(
          grants.map((grant) => ({
            ...grant,
            inForce: grant.inForce ? 'yes' : 'no: the partner has not agreed on it',
          })),
          { transaction: 'TRANSACTION', direction: 'DIRECTION', title: 'WHAT IT IS', inForce: 'IN FORCE' },
          `${member.userId} may send and receive nothing.`,
        ),
      );
    }),
};

/** How many changes are shown. */
const historyLimit = 100;

const history: CommandModule<GlobalOptions, ListOptions> = {
  command: 'history <user>',
  describe: 'List the changes of a user’s grants, the newest first',
  builder: (yargs) =>
    yargs
      .positional('user', { type: 'string', demandOption: true, describe: 'User id (NCID)' })
      .example('$0 grant history jdoe', ''),
  handler: (options) =>
    withCore(options, async (context) => {
      const member = await memberOf(context, options.user);
      const found = await listGrantChanges(context.core.database, { ...member, limit: historyLimit });
      const changes = found.map(({ version, atMs, by, added, removed }) => ({
        version,
        at: printTime(atMs),
        by,
        added: added.map(printRight),
        removed: removed.map(printRight),
      }));
      const words = { version: 'VERSION', at: 'AT', by: 'BY', added: 'ADDED', removed: 'REMOVED' };
      const rows = changes.map((change) => ({
        ...change,
        added: change.added.join(', ') || undefined,
        removed: change.removed.join(', ') || undefined,
      }));
      context.output.result(changes, () => printTable(rows, words, 'Nothing was ever changed.'));
    }),
};

function changing(verb: 'add' | 'remove'): CommandModule<GlobalOptions, ChangeOptions> {
  const given = verb === 'add';
  return {
    command: `${verb} <user> <transaction> <direction>`,
    describe: given
      ? 'Let a user send or receive a transaction'
      : 'Take a right from a user, live sessions included',
    builder: (yargs) =>
      yargs
        .positional('user', { type: 'string', demandOption: true, describe: 'User id (NCID)' })
        .positional('transaction', { type: 'string', demandOption: true, describe: 'Such as 837P, 835, TA1' })
        .positional('direction', { choices: ['send', 'receive'] as const, demandOption: true })
        .example(`$0 grant ${verb} jdoe 837P send`, ''),
    handler: (options) =>
      withCore(options, async (context) => {
        const right = rightOf(options.transaction, options.direction);
        const member = await memberOf(context, options.user);
        const outcome = await switchGrant(context, { ...member, right, given });
        const changed = outcome.kind === 'changed';
        const facts = {
          user: member.userId,
          transaction: right.transaction,
          direction: right.direction,
          changed,
        };
        context.output.result(facts, () =>
          changed
            ? `${member.userId} may ${given ? 'now' : 'no longer'} ${printRight(right)}.`
            : `${member.userId} may ${given ? printRight(right) : `not ${printRight(right)}`} already; nothing was changed.`,
        );
      }),
  };
}

async function switchGrant(
  { core, actor }: CommandContext,
  input: Awaited<ReturnType<typeof memberOf>> & { readonly right: Right; readonly given: boolean },
) {
  const { userId, partnerId, right, given } = input;
  return core.database.transaction(async (transaction) => {
    const { rights } = await readGrants(transaction, userId);
    const others = rights.filter((held) => printRight(held) !== printRight(right));
    const wanted = given ? [...others, right] : others;
    const change = {
      userId,
      partnerId,
      rights: wanted,
      expectedVersion: undefined,
      actor,
    };
    return changeGrantsAndTell(transaction, change);
  });
}

export const grantCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'grant',
  describe: 'What users may send and receive: list, history, add, remove',
  builder: (yargs) =>
    yargs
      .command(list)
      .command(history)
      .command(changing('add'))
      .command(changing('remove'))
      .demandCommand(1, 'Say what to do: list, history, add or remove.'),
  handler: () => undefined,
};
