// `claimgate partner profile`: what is agreed with one trading partner, over the settings that hold for everyone.

import type { CommandModule } from 'yargs';
import type { PartnerId } from '../domain/ids.ts';
import { type ProfileKeyName, type ProfileTexts, profileKeys } from '../domain/partner-profile.ts';
import { readProfileTexts, setPartnerProfile } from '../storage/partner-profile-store.ts';
import { findPartner } from '../storage/partner-store.ts';
import type { Database } from '../storage/transaction.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { createOutput, printTable } from './output.ts';
import { partnerIdOf } from './parse-id.ts';
import { printProfileReference } from './partner-profile-reference.ts';
import { profileKeyNames as keyNames, type ProfileChange, profileChangeOf } from './profile-change.ts';
import { withCore } from './with-core.ts';

const profileKeyFacts = keyNames.map((key) => {
  const { meaning, fallback, example } = profileKeys[key];
  return { key, meaning, fallback, example };
});
const plain = (text: string) => text.replaceAll('`', '');

/** Each key with its value and where that comes from. */
const rowsOf = (texts: ProfileTexts) =>
  keyNames.map((key) => {
    const value = texts[key];
    return value === undefined
      ? { key, value: plain(profileKeys[key].fallback), from: 'everyone' }
      : { key, value, from: 'partner' };
  });

/** The same for programs: a value that is not set is null, beside what holds instead. */
const factsOf = (partnerId: PartnerId, texts: ProfileTexts) => ({
  id: partnerId,
  profile: Object.fromEntries(
    keyNames.map((key) => {
      const value = texts[key];
      const fallback = plain(profileKeys[key].fallback);
      return [key, { value: value ?? null, from: value === undefined ? 'everyone' : 'partner', fallback }];
    }),
  ),
});

async function existing(database: Database, text: string): Promise<PartnerId> {
  const id = partnerIdOf(text);
  if ((await findPartner(database, id)) === undefined)
    throw new CommandFailure(`There is no trading partner ${id}.`, 1);
  return id;
}

type Changes = Readonly<Partial<Record<ProfileKeyName, string | undefined>>>;

/** @returns what a pair sets, or the sentence that says why it cannot be */
function changeOf(pair: string): ProfileChange | string {
  const at = pair.indexOf('=');
  if (at < 0) return `"${pair}" is not key=value; key= takes a value back`;
  return profileChangeOf(pair.slice(0, at), pair.slice(at + 1));
}

/** @throws CommandFailure (2) with every pair that cannot be, so that they are mended at once */
function changesOf(pairs: readonly string[]): Changes {
  const changes = pairs.map(changeOf);
  const problems = changes.filter((change) => typeof change === 'string');
  if (problems.length > 0) throw new CommandFailure(`Nothing was set:\n  ${problems.join('\n  ')}`, 2);
  return Object.fromEntries(changes.filter((change) => typeof change !== 'string'));
}

const show: CommandModule<GlobalOptions, GlobalOptions & { readonly id: string }> = {
  command: 'show <id>',
  describe: 'Show every key, its value, and whether the partner has it or everyone',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true })
      .example('$0 partner profile show carolina-clinic', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const id = await existing(core.database, options.id);
      const texts = await readProfileTexts(core.database, id);
      output.result(factsOf(id, texts), () =>
        printTable(rowsOf(texts), { key: 'KEY', value: 'VALUE', from: 'FROM' }, ''),
      );
    }),
};

interface SetOptions extends GlobalOptions {
  readonly id: string;
  readonly pairs: readonly string[];
}

const set: CommandModule<GlobalOptions, SetOptions> = {
  command: 'set <id> <pairs..>',
  describe: 'Set keys; it counts from the next file on. key= takes a value back',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true })
      .positional('pairs', { type: 'string', array: true, demandOption: true, describe: 'key=value' })
      .example('$0 partner profile set carolina-clinic usage=test split=on', '')
      .epilog(keyNames.map((key) => `${key}: ${plain(profileKeys[key].meaning)}`).join('\n')),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const partnerId = await existing(core.database, options.id);
      const changes = changesOf(options.pairs);
      const outcome = await setPartnerProfile(core.database, { partnerId, changes, actor });
      const texts = await readProfileTexts(core.database, partnerId);
      const changed = outcome.kind === 'changed' ? outcome.keys : [];
      output.result({ ...factsOf(partnerId, texts), changed: changed.length > 0, keys: changed }, () =>
        changed.length === 0
          ? `All of it was so already; nothing was changed.\n`
          : `Set for ${partnerId}: ${changed.map((key) => `${key}=${texts[key] ?? ''}`).join(' ')}\n`,
      );
    }),
};

const reference: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'reference',
  describe: 'Print every key with its meaning, default and example, as Markdown',
  builder: (yargs) => yargs.example('$0 partner profile reference', ''),
  handler: (options) => {
    createOutput(options).result(profileKeyFacts, printProfileReference);
  },
};

export const partnerProfileCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'profile',
  describe: 'What is agreed with one trading partner: show, set (docs/partner-profile.md)',
  builder: (yargs) =>
    yargs
      .command(show)
      .command(set)
      .command(reference)
      .demandCommand(1, 'Say what to do: show, set or reference.'),
  handler: () => undefined,
};
