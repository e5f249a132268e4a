// `claimgate account key`: the public keys of an SFTP account. Users add them on the portal; here they are looked at,
// given an end, and taken away.

import type { CommandModule } from 'yargs';
import { expireAccountKey, revokeAccountKey } from '../storage/account-key-store.ts';
import { findAccount } from '../storage/account-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTable, printTime } from './output.ts';
import { userIdOf } from './parse-id.ts';
import { withCore } from './with-core.ts';

interface KeyOptions extends GlobalOptions {
  readonly user: string;
  readonly fingerprint: string;
}

const list: CommandModule<GlobalOptions, GlobalOptions & { readonly user: string }> = {
  command: 'list <user>',
  describe: 'List the public keys of an SFTP account',
  builder: (yargs) =>
    yargs.positional('user', { type: 'string', demandOption: true }).example('$0 account key list jdoe', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const account = await findAccount(core.database, userIdOf(options.user));
      if (account === undefined) throw new CommandFailure(`User ${options.user} has no SFTP account.`, 1);
      const keys = account.keys.map((key) => ({
        fingerprint: key.fingerprint,
        algorithm: key.algorithm,
        comment: key.comment,
        added: printTime(key.addedAtMs),
        lastUsed: printTime(key.lastUsedAtMs),
        expires: printTime(key.expiresAtMs),
      }));
      const columns = {
        fingerprint: 'FINGERPRINT',
        algorithm: 'ALGORITHM',
        comment: 'COMMENT',
        added: 'ADDED',
        lastUsed: 'LAST USED',
        expires: 'EXPIRES',
      };
      output.result(keys, () => printTable(keys, columns, 'The account has no keys.'));
    }),
};

const noSuchKey = ({ user, fingerprint }: KeyOptions) =>
  new CommandFailure(
    `User ${user} has no key ${fingerprint}; claimgate account key list ${user} shows them.`,
    1,
  );

const expire: CommandModule<GlobalOptions, KeyOptions & { readonly at: string }> = {
  command: 'expire <user> <fingerprint>',
  describe: 'Say when a key ends; sessions that it opened end with it',
  builder: (yargs) =>
    yargs
      .positional('user', { type: 'string', demandOption: true })
      .positional('fingerprint', { type: 'string', demandOption: true, describe: 'SHA256:...' })
      .option('at', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ (UTC), or never',
      })
      .example('$0 account key expire jdoe SHA256:AbC --at 2026-12-31', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const { fingerprint, at } = options;
      const expiresAtMs = at === 'never' ? undefined : timeOf(at);
      const userId = userIdOf(options.user);
      if (!(await expireAccountKey(core.database, { userId, fingerprint, expiresAtMs, actor })))
        throw noSuchKey(options);
      const expires = printTime(expiresAtMs);
      output.result({ user: userId, fingerprint, expires }, () =>
        expires === undefined ? `${fingerprint} does not expire.` : `${fingerprint} expires at ${expires}.`,
      );
    }),
};

/** @throws CommandFailure (2) */
function timeOf(text: string): number {
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
  const atMs = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(whole) ? Date.parse(whole) : Number.NaN;
  if (Number.isNaN(atMs)) {
    throw new CommandFailure(
      `"${text}" is no time. Give it as 2027-01-31 or 2027-01-31T12:00:00Z, or never.`,
      2,
    );
  }
  return atMs;
}

const revoke: CommandModule<GlobalOptions, KeyOptions> = {
  command: 'revoke <user> <fingerprint>',
  describe: 'Take a key away; sessions that it opened end at once',
  builder: (yargs) =>
    yargs
      .positional('user', { type: 'string', demandOption: true })
      .positional('fingerprint', { type: 'string', demandOption: true, describe: 'SHA256:...' })
      .example('$0 account key revoke jdoe SHA256:AbC', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const { fingerprint } = options;
      const userId = userIdOf(options.user);
      if (!(await revokeAccountKey(core.database, { userId, fingerprint, actor }))) throw noSuchKey(options);
      output.result({ user: userId, fingerprint, revoked: true }, () => `${fingerprint} is revoked.`);
    }),
};

export const accountKeyCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'key',
  describe: 'Public keys of an SFTP account: list, expire, revoke',
  builder: (yargs) =>
    yargs
      .command(list)
      .command(expire)
      .command(revoke)
      .demandCommand(1, 'Say what to do: list, expire or revoke.'),
  handler: () => undefined,
};
