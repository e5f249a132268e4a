// `claimgate config`: what is set, whether it can be used, and what may be set.

import { stringify } from 'yaml';
import type { CommandModule } from 'yargs';
import { printConfigReference } from '../config/reference.ts';
import { type GlobalOptions, loadConfigOf } from './global-options.ts';
import { createOutput } from './output.ts';

const check: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'check',
  describe: 'Check the configuration; exit 2 and say what to mend when it cannot be used',
  builder: (yargs) =>
    yargs.example('$0 config check --config /etc/claimgate/claimgate.yaml', 'before a restart'),
  handler: (options) => {
    const { sources } = loadConfigOf(options);
    createOutput(options).result({ ok: true, sources }, () =>
      sources.length === 0
        ? 'The configuration can be used: nothing is set, the defaults apply.'
        : `The configuration can be used. Set by: ${sources.join(', ')}`,
    );
  },
};

const print: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'print',
  describe: 'Print every setting as it is in force',
  builder: (yargs) => yargs.example('$0 config print', ''),
  handler: (options) => {
    const { config } = loadConfigOf(options);
    createOutput(options).result(config, () => stringify(config));
  },
};

const reference: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'reference',
  describe: 'Print what may be set, with defaults and environment names (Markdown)',
  builder: (yargs) => yargs.example('$0 config reference', ''),
  handler: (options) => createOutput({ json: false }).result(options, printConfigReference),
};

export const configCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'config',
  describe: 'The configuration: check, print, reference',
  builder: (yargs) =>
    yargs
      .command(check)
      .command(print)
      .command(reference)
      .demandCommand(1, 'Say what to do: check, print or reference.'),
  handler: () => undefined,
};
