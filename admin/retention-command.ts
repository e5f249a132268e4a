// `claimgate retention`: how long things are kept, and what has had its time.

import type { CommandModule } from 'yargs';
import { type RetentionKind, retentionKinds } from '../domain/retention.ts';
import { purgeSettings } from '../roles/retention.ts';
import { listPartners } from '../storage/partner-store.ts';
import { purge } from '../storage/purge.ts';
import { readRetentionDays, setRetentionDays } from '../storage/retention-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTable } from './output.ts';
import { partnerIdOf } from './parse-id.ts';
import { withCore } from './with-core.ts';

const list: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'list',
  describe: 'Show how many days each kind of thing is kept, by trading partner',
  builder: (yargs) => yargs.example('$0 retention list', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const { days } = purgeSettings(core.config);
      const rows: Record<string, string | number>[] = [{ partner: '(settings)', ...days }];
      for (const { id } of await listPartners(core.database))
        rows.push({ partner: id, ...(await readRetentionDays(core.database, id, days)) });
      const columns = {
        partner: 'PARTNER',
        ...Object.fromEntries(retentionKinds.map((kind) => [kind, kind.toUpperCase()])),
      };
      output.result(rows, () => printTable(rows, columns, ''));
    }),
};

const run: CommandModule<GlobalOptions, GlobalOptions & { readonly 'dry-run': boolean }> = {
  command: 'run',
  describe: 'Remove what has had its time now, also beside a running gateway',
  builder: (yargs) =>
    yargs
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Tell what would go, and leave it',
      })
      .example('$0 retention run --dry-run', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const { database, directory, config } = core;
      const steps = await purge({
        database,
        directory,
        settings: purgeSettings(config),
        dryRun: options['dry-run'],
      });
      const rows = steps.map((step) => ({ ...step, partner: step.partnerId }));
      const columns = { what: 'WHAT', done: 'DONE', partner: 'PARTNER', subject: 'SUBJECT' };
      output.result(steps, () => printTable(rows, columns, 'Nothing has had its time.'));
    }),
};

interface SetOptions extends GlobalOptions {
  readonly partner: string;
  readonly kind: RetentionKind;
  readonly days: string;
}

const maxDays = 36_500;

const set: CommandModule<GlobalOptions, SetOptions> = {
  command: 'set <partner> <kind> <days>',
  describe: 'Give a trading partner days of its own; `default` takes them back',
  builder: (yargs) =>
    yargs
      .positional('partner', { type: 'string', demandOption: true })
      .positional('kind', { choices: retentionKinds, demandOption: true })
      .positional('days', { type: 'string', demandOption: true })
      .example('$0 retention set acme-dental outbound-collected 30', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const days = options.days === 'default' ? undefined : Number(options.days);
      if (days !== undefined && (!Number.isInteger(days) || days < 1 || days > maxDays))
        throw new CommandFailure(`Days are a whole number from 1 to ${maxDays}, or the word default.`, 2);
      const partnerId = partnerIdOf(options.partner);
      const known = (await listPartners(core.database)).some(({ id }) => id === partnerId);
      if (!known) throw new CommandFailure(`There is no trading partner ${partnerId}.`, 1);
      await setRetentionDays(core.database, { partnerId, kind: options.kind, days, actor });
      const facts = { partner: partnerId, kind: options.kind, days: days ?? 'default' };
      output.result(facts, () =>
        `${partnerId} ${options.kind}: ${facts.days} days.`.replace('default days', 'as the settings say'),
      );
    }),
};

export const retentionCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'retention',
  describe: 'How long things are kept: list, set, run',
  builder: (yargs) =>
    yargs.command(list).command(set).command(run).demandCommand(1, 'Say what to do: list, set or run.'),
  handler: () => undefined,
};
