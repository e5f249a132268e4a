// `claimgate event`: what has happened, as hooks are told of it, and the catalogue of what can happen.

import type { CommandModule } from 'yargs';
import { type EventRecord, eventMessage } from '../domain/event-message.ts';
import { findEvent, newestEvent, searchEvents } from '../storage/event-search.ts';
import type { Database } from '../storage/transaction.ts';
import { CommandFailure } from './command-failure.ts';
import { eventKindsCommand, eventReferenceCommand, eventSchemaCommand } from './event-kind-commands.ts';
import type { GlobalOptions } from './global-options.ts';
import { printable, printTable, printTime } from './output.ts';
import { parseTime } from './parse-time.ts';
import { withCore } from './with-core.ts';

interface FilterOptions extends GlobalOptions {
  readonly kind?: string | undefined;
  readonly partner?: string | undefined;
  readonly transmission?: string | undefined;
  readonly since?: string | undefined;
  readonly limit: number;
}

const filterOptions = {
  kind: { type: 'string', requiresArg: true, describe: 'Only this kind, or transmission.*' },
  partner: { type: 'string', requiresArg: true, describe: 'Only of this trading partner' },
  transmission: { type: 'string', requiresArg: true, describe: 'Only of this transmission' },
  since: { type: 'string', requiresArg: true, describe: 'Not before: 2026-11-21, or 12h ago as 12h' },
} as const;

function searchOf(options: FilterOptions, nowMs: number) {
  const { kind, partner: partnerId, transmission, since, limit } = options;
  return {
    kind,
    partnerId,
    subject: transmission === undefined ? undefined : `transmission:${transmission}`,
    sinceMs: since === undefined ? undefined : parseTime(since, { option: '--since', nowMs }),
    limit,
  };
}

const list: CommandModule<GlobalOptions, FilterOptions> = {
  command: 'list',
  describe: 'List events, the newest first',
  builder: (yargs) =>
    yargs
      .options(filterOptions)
      .option('limit', { type: 'number', default: 50, requiresArg: true, describe: 'At most so many' })
      .example("$0 event list --kind 'transmission.*' --since 12h", ''),
  handler: (options) =>
    withCore(options, async ({ core: { database }, output }) => {
      const search = searchOf(options, database.now());
      const events = await searchEvents(database, { ...search, order: 'newest-first' });
      const rows = events.map(({ sequence, id, kind, partnerId, createdAtMs, payload }) => ({
        sequence,
        id,
        kind,
        partner: partnerId === '' ? undefined : partnerId,
        at: printTime(createdAtMs),
        facts: payload,
      }));
      const columns = { sequence: 'NO', at: 'AT', kind: 'KIND', partner: 'PARTNER', id: 'EVENT' };
      output.result(events.map(eventMessage), () => printTable(rows, columns, 'There are no such events.'));
    }),
};

const show: CommandModule<GlobalOptions, GlobalOptions & { readonly id: string }> = {
  command: 'show <id>',
  describe: 'Show one event as hooks are told of it',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true })
      .example('$0 event show 018f2d3c-0000-7000-8000-000000000000', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const event = await findEvent(core.database, options.id);
      if (event === undefined) throw new CommandFailure(`There is no event ${options.id}.`, 1);
      const message = eventMessage(event);
      output.result(message, () => JSON.stringify(message, undefined, 2));
    }),
};

const tail: CommandModule<GlobalOptions, FilterOptions & { readonly follow: boolean }> = {
  command: 'tail',
  describe: 'Show the last events, the oldest first, and with --follow those to come',
  builder: (yargs) =>
    yargs
      .options(filterOptions)
      .option('limit', { type: 'number', default: 10, requiresArg: true, describe: 'How many to begin with' })
      .option('follow', { alias: 'f', type: 'boolean', default: false, describe: 'Go on until interrupted' })
      .example("$0 event tail --follow --kind 'transmission.*'", ''),
  handler: (options) =>
    withCore(options, async ({ core: { database } }) => {
      const search = searchOf(options, database.now());
      const print = (event: EventRecord) => process.stdout.write(`${lineOf(event, options.json)}\n`);
      const from = await newestEvent(database.sql);
      const last = await searchEvents(database, { ...search, order: 'newest-first' });
      for (const event of last.toReversed()) print(event);
      const after = last[0]?.sequence ?? from;
      if (options.follow) await follow(database, { search, after: Math.max(after, from), print });
    }),
};

/** One line a JSON message for programs, or a line for people. */
function lineOf(event: EventRecord, json: boolean): string {
  if (json) return JSON.stringify(eventMessage(event));
  const { sequence, createdAtMs, kind, partnerId, payload } = event;
  return printable(
    `${sequence}  ${printTime(createdAtMs)}  ${kind}  ${partnerId === '' ? '-' : partnerId}  ${payload}`,
  );
}

/** How many events are read at once while following. */
const batch = 200;

/** Prints what comes until SIGINT or SIGTERM, or until nobody reads it any more. */
async function follow(
  database: Database,
  input: {
    readonly search: ReturnType<typeof searchOf>;
    readonly after: number;
    readonly print: (event: EventRecord) => void;
  },
): Promise<void> {
  let { after } = input;
  let ended = false;
  let wake: () => void = () => undefined;
  const end = () => {
    ended = true;
    wake();
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  process.stdout.once('error', end);
  const unsubscribe = database.changes.subscribe(() => wake());
  while (!ended) {
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const search = { ...input.search, after, limit: batch, order: 'oldest-first' } as const;
    const events = await searchEvents(database, search);
    for (const event of events) input.print(event);
    after = events.at(-1)?.sequence ?? after;
    if (events.length < batch) await woken;
  }
  unsubscribe();
}

export const eventCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'event',
  describe: 'Events: list, show, tail; and their catalogue: kinds, schema, reference',
  builder: (yargs) =>
    yargs
      .command(list)
      .command(show)
      .command(tail)
      .command(eventKindsCommand)
      .command(eventSchemaCommand)
      .command(eventReferenceCommand)
      .demandCommand(1, 'Say what to do: list, show, tail, kinds, schema or reference.'),
  handler: () => undefined,
};
