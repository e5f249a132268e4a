// `claimgate user add`: with a password that is asked for, or with a mail that lets the person choose one.

import type { CommandModule } from 'yargs';
import type { Role } from '../domain/account.ts';
import { parseEmail } from '../domain/person.ts';
import { officeRoles } from '../domain/role.ts';
import type { UserKind } from '../domain/user.ts';
import { readPartnerRights } from '../storage/grant-store.ts';
import { findUser, type User } from '../storage/user-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import type { Output } from './output.ts';
import { partnerIdOf, userIdOf } from './parse-id.ts';
import { askNewPassword } from './password-prompt.ts';
import { shown } from './user-facts.ts';
import { type CommandContext, withCore } from './with-core.ts';

const kinds: readonly UserKind[] = ['individual', 'business', 'government'];

interface AddOptions extends GlobalOptions {
  readonly id: string;
  readonly partner?: string | undefined;
  readonly kind: UserKind;
  readonly invite: boolean;
  readonly 'first-name': string;
  readonly 'last-name': string;
  readonly email: string;
  readonly role: Role;
  readonly grants: 'all' | 'none';
}

export const userAddCommand: CommandModule<GlobalOptions, AddOptions> = {
  command: 'add <id>',
  describe: 'Add a user; the password is asked for, read from a pipe, or chosen by mail (--invite)',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true, describe: 'User id (NCID)' })
      .option('partner', {
        type: 'string',
        requiresArg: true,
        describe: 'Trading partner; without it the user belongs to none yet',
      })
      .option('first-name', { type: 'string', demandOption: true, requiresArg: true, describe: 'First name' })
      .option('last-name', { type: 'string', demandOption: true, requiresArg: true, describe: 'Last name' })
      .option('email', { type: 'string', demandOption: true, requiresArg: true, describe: 'E-mail address' })
      .option('kind', { choices: kinds, default: 'business' as UserKind, describe: 'Kind of user' })
      .option('invite', {
        type: 'boolean',
        default: false,
        describe: 'Mail a link to choose the password with; always so for --kind government',
      })
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
    withCore(options, async (context) => {
      const { core, output } = context;
      const id = userIdOf(options.id);
      const existing = await findUser(core.database, id);
      if (existing !== undefined) return tellExisting(existing, options, output);
      const person = await personOf(context, options);
      const invites = options.invite || options.kind === 'government';
      const outcome = invites
        ? await core.firstPasswords.invite(person)
        : await core.users.add({ ...person, password: await askNewPassword(id) });
      switch (outcome.kind) {
        case 'added':
          return output.result({ ...shown(outcome.user), changed: true }, () =>
            [
              `User ${id} of ${person.partnerId ?? 'no trading partner'} was added.`,
              invites ? `A mail with a link to choose a password goes to ${outcome.user.email}.` : next,
            ].join('\n'),
          );
        case 'exists':
          return tellExisting(outcome.user, options, output);
        case 'no-such-partner':
          throw new CommandFailure(
            `There is no trading partner ${options.partner}. Add it first: claimgate partner add.`,
            1,
          );
        case 'refused':
          throw new CommandFailure(`The password is not taken:\n  ${outcome.why.join('\n  ')}`, 1);
      }
    }),
};

const next =
  'Next: the user signs in to the portal and does SFTP Account Setup/Update; only then SFTP knows the user.';

async function personOf({ core, actor }: CommandContext, options: AddOptions) {
  const partnerId = options.partner === undefined ? undefined : partnerIdOf(options.partner);
  const email = parseEmail(options.email);
  if (email === undefined) throw new CommandFailure(`"${options.email}" is not an e-mail address.`, 2);
  const none = options.grants === 'none' || partnerId === undefined;
  return {
    id: userIdOf(options.id),
    partnerId,
    kind: options.kind,
    firstName: options['first-name'],
    lastName: options['last-name'],
    email,
    // Roles are held in an office; who belongs to none has none.
    role: partnerId === undefined ? undefined : options.role,
    rights: none ? [] : await readPartnerRights(core.database, partnerId),
    actor,
  };
}

function tellExisting(user: User, options: AddOptions, output: Pick<Output, 'result'>): void {
  const same =
    user.partnerId === options.partner?.toLowerCase() &&
    user.firstName === options['first-name'] &&
    user.lastName === options['last-name'] &&
    user.email === options.email.toLowerCase();
  if (!same)
    throw new CommandFailure(`User ${user.id} exists with other facts: ${JSON.stringify(shown(user))}.`, 1);
  output.result(
    { ...shown(user), changed: false },
    () => `User ${user.id} is there already; nothing was changed.`,
  );
}
