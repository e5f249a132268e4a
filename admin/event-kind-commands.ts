// `claimgate event kinds|schema|reference`: the catalogue of events, which needs no data directory.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { type EventKind, eventDefinition, eventKinds, parseEventKind } from '../domain/event.ts';
import { eventSchema } from '../domain/event-message.ts';
import { printEventReference } from '../domain/event-reference.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { createOutput, printTable } from './output.ts';

export const eventKindsCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'kinds',
  describe: 'List every kind of event that there is',
  builder: (yargs) => yargs.example('$0 event kinds', ''),
  handler: (options) => {
    const kinds = eventKinds().map((kind) => {
      const { version, tells } = eventDefinition(kind);
      return { kind, version, tells };
    });
    const columns = { kind: 'KIND', version: 'VERSION', tells: 'WHAT IT TELLS' };
    createOutput(options).result(kinds, () => printTable(kinds, columns, ''));
  },
};

interface SchemaOptions extends GlobalOptions {
  readonly kind?: string | undefined;
  readonly out?: string | undefined;
}

export const eventSchemaCommand: CommandModule<GlobalOptions, SchemaOptions> = {
  command: 'schema [kind]',
  describe: 'Print the JSON Schema of a kind of event, or write those of all into a folder',
  builder: (yargs) =>
    yargs
      .positional('kind', { type: 'string', describe: 'Such as transmission.received' })
      .option('out', { type: 'string', requiresArg: true, describe: 'Folder to write all of them into' })
      .example('$0 event schema transmission.answered', ''),
  handler: ({ kind: typed, out }) => {
    if (out !== undefined) {
      mkdirSync(out, { recursive: true });
      for (const kind of eventKinds()) writeFileSync(join(out, `${kind}.json`), schemaText(kind));
      return;
    }
    const kind = parseEventKind(typed ?? '');
    if (kind === undefined) {
      throw new CommandFailure(
        typed === undefined
          ? 'Say which kind (claimgate event kinds lists them), or --out FOLDER for all.'
          : `There is no kind of event "${typed}". claimgate event kinds lists them.`,
        2,
      );
    }
    process.stdout.write(schemaText(kind));
  },
};

const schemaText = (kind: EventKind): string => `${JSON.stringify(eventSchema(kind), undefined, 2)}\n`;

export const eventReferenceCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'reference',
  describe: 'Print the catalogue of events (Markdown)',
  builder: (yargs) => yargs.example('$0 event reference', ''),
  handler: () => {
    process.stdout.write(printEventReference());
  },
};
