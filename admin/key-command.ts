// `claimgate key`: API keys, for the operator's own programs (docs/http-api.md). A key's text is shown once, when it is
// made, and is kept nowhere.

import type { CommandModule } from 'yargs';
import { createApiKey, whyNotGood } from '../auth/api-keys.ts';
import { apiScopes, parseScopes } from '../domain/api-key.ts';
import { type ApiKey, listApiKeys, revokeApiKey } from '../storage/api-key-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTable, printTime } from './output.ts';
import { partnerIdOf } from './parse-id.ts';
import { parseExpiry } from './parse-time.ts';
import { withCore } from './with-core.ts';

const shown = (key: ApiKey, nowMs: number) => ({
  id: key.id,
  name: key.name,
  state: whyNotGood(key, nowMs) ?? 'good',
  scopes: key.scopes.join(' '),
  partner: key.partnerId,
  created: printTime(key.createdAtMs),
  createdBy: key.createdBy,
  expires: printTime(key.expiresAtMs),
  lastUsed: printTime(key.lastUsedAtMs),
  lastAddress: key.lastAddress,
  revoked: printTime(key.revokedAtMs),
  revokedBy: key.revokedBy,
});

interface CreateOptions extends GlobalOptions {
  readonly name: string;
  readonly scope: readonly string[];
  readonly expires: string;
  readonly partner?: string | undefined;
}

const create: CommandModule<GlobalOptions, CreateOptions> = {
  command: 'create <name>',
  describe: 'Make an API key and show it, this once',
  builder: (yargs) =>
    yargs
      .positional('name', { type: 'string', demandOption: true, describe: 'What it is for' })
      .option('scope', {
        type: 'string',
        array: true,
        demandOption: true,
        requiresArg: true,
        describe: `What it may do: ${Object.keys(apiScopes).join(', ')}`,
      })
      .option('expires', {
        type: 'string',
        default: '365d',
        requiresArg: true,
        describe: 'Its end: after 90d or 12h, or a time such as 2027-06-30',
      })
      .option('partner', {
        type: 'string',
        requiresArg: true,
        describe: 'Good for this trading partner alone',
      })
      .example('$0 key create claims-pipeline --scope transmissions:read --scope transmissions:content', '')
      .example('$0 key create remits --scope dispatches:write --partner carolina-clinic --expires 90d', ''),
  handler: (options) =>
    withCore(options, async ({ core: { database }, output, actor }) => {
      const name = options.name.trim();
      if (!/^[\x20-\x7e]{1,100}$/.test(name))
        throw new CommandFailure('A key’s name has 1 to 100 printable characters.', 2);
      const partnerId = options.partner === undefined ? undefined : partnerIdOf(options.partner);
      const parsed = parseScopes(options.scope.join(' '), { bound: partnerId !== undefined });
      if (parsed.kind === 'invalid') throw new CommandFailure(`No key was made: ${parsed.why}.`, 2);
      const expiresAtMs = parseExpiry(options.expires, { option: '--expires', nowMs: database.now() });
      const { scopes } = parsed;
      const outcome = await createApiKey(database, { name, scopes, partnerId, expiresAtMs, actor });
      if (outcome.kind === 'no-such-partner')
        throw new CommandFailure(`There is no trading partner ${options.partner}.`, 1);
      const facts = shown(outcome.key, database.now());
      output.note(`This is the key. It is shown this once; give it to the program, and to nobody else.`);
      output.result({ ...facts, key: outcome.text }, () => `${outcome.text}\n`);
    }),
};

const list: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'list',
  describe: 'List API keys, the newest first',
  builder: (yargs) => yargs.example('$0 key list', 'which were used, and when'),
  handler: (options) =>
    withCore(options, async ({ core: { database }, output }) => {
      const nowMs = database.now();
      const rows = (await listApiKeys(database)).map((key) => shown(key, nowMs));
      const columns = {
        id: 'ID',
        name: 'NAME',
        state: 'STATE',
        scopes: 'SCOPES',
        partner: 'PARTNER',
        expires: 'EXPIRES',
        lastUsed: 'LAST USED',
      };
      output.result(rows, () => printTable(rows, columns, 'There are no API keys.'));
    }),
};

const revoke: CommandModule<GlobalOptions, GlobalOptions & { readonly id: string }> = {
  command: 'revoke <id>',
  describe: 'End an API key now and for good',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true, describe: 'As `key list` shows it' })
      .example('$0 key revoke 018f2d3c-0000-7000-8000-000000000000', ''),
  handler: (options) =>
    withCore(options, async ({ core: { database }, output, actor }) => {
      const outcome = await revokeApiKey(database, { id: options.id, actor });
      if (outcome === undefined) throw new CommandFailure(`There is no API key ${options.id}.`, 1);
      const { key, changed } = outcome;
      output.result({ ...shown(key, database.now()), changed }, () =>
        changed
          ? `API key ${key.name} is revoked.\n`
          : `API key ${key.name} was revoked already; nothing was changed.\n`,
      );
    }),
};

export const keyCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'key',
  describe: 'API keys: create, list, revoke',
  builder: (yargs) =>
    yargs
      .command(create)
      .command(list)
      .command(revoke)
      .demandCommand(1, 'Say what to do: create, list or revoke.'),
  handler: () => undefined,
};
