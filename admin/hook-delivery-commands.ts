// `claimgate hook deliveries|dead-letters|replay`: what hooks were told of, what was given up, and telling it again.

import type { CommandModule } from 'yargs';
import type { Core } from '../core.ts';
import { configuredHooks } from '../roles/hook-trial.ts';
import { type ListedDelivery, listDeliveries, replayEvents } from '../storage/delivery-list.ts';
import { findEvent, searchEvents } from '../storage/event-search.ts';
import { openHook } from '../storage/hook-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTable, printTime } from './output.ts';
import { parseTime } from './parse-time.ts';
import { withCore } from './with-core.ts';

const shown = (delivery: ListedDelivery) => ({
  sequence: delivery.sequence,
  event: delivery.eventId,
  kind: delivery.kind,
  hook: delivery.hook,
  state: delivery.state,
  attempts: delivery.attempts,
  lastTry: printTime(delivery.lastAttemptAtMs),
  nextTry: delivery.state === 'waiting' ? printTime(delivery.nextAttemptAtMs) : undefined,
  lastError: delivery.lastError,
});

const columns = {
  sequence: 'NO',
  event: 'EVENT',
  kind: 'KIND',
  hook: 'HOOK',
  state: 'STATE',
  attempts: 'TRIES',
  lastTry: 'LAST TRY',
  nextTry: 'NEXT TRY',
  lastError: 'LAST ERROR',
};

type ListOptions = GlobalOptions & { readonly name?: string | undefined; readonly limit: number };

const limitOption = { type: 'number', default: 50, requiresArg: true, describe: 'At most so many' } as const;

export const deliveriesCommand: CommandModule<
  GlobalOptions,
  ListOptions & { readonly state?: ListedDelivery['state'] | undefined }
> = {
  command: 'deliveries [name]',
  describe: 'List deliveries, of the newest event first',
  builder: (yargs) =>
    yargs
      .positional('name', { type: 'string', describe: 'Only of this hook' })
      .option('state', { choices: ['waiting', 'delivered', 'dead'] as const, describe: 'Only those' })
      .option('limit', limitOption)
      .example('$0 hook deliveries claims-pipeline --state waiting', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const { name: hook, state, limit } = options;
      const rows = (await listDeliveries(core.database, { hook, state, limit })).map(shown);
      output.result(rows, () => printTable(rows, columns, 'There are no such deliveries.'));
    }),
};

export const deadLettersCommand: CommandModule<GlobalOptions, ListOptions> = {
  command: 'dead-letters [name]',
  describe: 'List what was given up; replay --dead tells it again',
  builder: (yargs) =>
    yargs
      .positional('name', { type: 'string', describe: 'Only of this hook' })
      .option('limit', limitOption)
      .example('$0 hook dead-letters', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const { name: hook, limit } = options;
      const rows = (await listDeliveries(core.database, { hook, state: 'dead', limit })).map(shown);
      output.result(rows, () => printTable(rows, columns, 'There are no dead letters.'));
    }),
};

interface ReplayOptions extends GlobalOptions {
  readonly from?: string | undefined;
  readonly since?: string | undefined;
  readonly to?: string | undefined;
  readonly dead: boolean;
  readonly 'dry-run': boolean;
}

export const replayCommand: CommandModule<GlobalOptions, ReplayOptions> = {
  command: 'replay',
  describe: 'Tell hooks again of what they want, under the same ids, from an event or a time on',
  builder: (yargs) =>
    yargs
      .option('from', { type: 'string', requiresArg: true, describe: 'From this event on, by its id' })
      .option('since', {
        type: 'string',
        requiresArg: true,
        describe: 'From this time on, or 12h ago as 12h',
      })
      .option('to', { type: 'string', requiresArg: true, describe: 'Only this hook; otherwise all' })
      .option('dead', { type: 'boolean', default: false, describe: 'Only what was given up' })
      .option('dry-run', { type: 'boolean', default: false, describe: 'Count, and change nothing' })
      .conflicts('from', 'since')
      .example('$0 hook replay --since 2026-11-21T06:00Z --to pipeline --dry-run', '')
      .example('$0 hook replay --dead', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const fromSequence = await startOf(core, options);
      const { dead: deadOnly, 'dry-run': dryRun } = options;
      const replayed: { readonly hook: string; readonly events: number }[] = [];
      for (const hook of hooksToTell(core, options.to)) {
        await openHook(core.database, hook.name);
        const replay = { hook, fromSequence, deadOnly, dryRun, actor };
        replayed.push({ hook: hook.name, events: await replayEvents(core.database, replay) });
      }
      output.result({ dryRun, replayed }, () =>
        printTable(
          replayed,
          { hook: 'HOOK', events: dryRun ? 'EVENTS IT WOULD BE TOLD OF' : 'EVENTS IT IS TOLD OF AGAIN' },
          'No hook is configured.',
        ),
      );
    }),
};

function hooksToTell(core: Core, to: string | undefined) {
  const hooks = configuredHooks(core);
  const chosen = to === undefined ? hooks : hooks.filter((hook) => hook.name === to);
  if (to !== undefined && chosen.length === 0)
    throw new CommandFailure(`No hook is named ${to} in the configuration.`, 1);
  return chosen;
}

/** @returns the sequence to begin with */
async function startOf({ database }: Core, options: ReplayOptions): Promise<number> {
  const { from, since, dead } = options;
  if (from !== undefined) {
    const event = await findEvent(database, from);
    if (event === undefined) throw new CommandFailure(`There is no event ${from}.`, 1);
    return event.sequence;
  }
  if (since !== undefined) {
    const sinceMs = parseTime(since, { option: '--since', nowMs: database.now() });
    const [first] = await searchEvents(database, { sinceMs, limit: 1, order: 'oldest-first' });
    return first?.sequence ?? Number.MAX_SAFE_INTEGER;
  }
  if (dead) return 1;
  throw new CommandFailure(
    'Say from where: --from EVENT, --since TIME, or --dead for all that was given up.',
    2,
  );
}
