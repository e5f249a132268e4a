// `claimgate edi`: the X12 engine on files, without a server.

import type { CommandModule } from 'yargs';
import { ackVerb } from './edi-ack.ts';
import { explainVerb } from './edi-explain.ts';
import { generateVerb } from './edi-generate.ts';
import { validateVerb } from './edi-validate.ts';
import type { GlobalOptions } from './global-options.ts';

export const ediCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'edi',
  describe: 'X12 files, without a server: validate, ack, explain, generate',
  builder: (yargs) =>
    yargs
      .command(validateVerb)
      .command(ackVerb)
      .command(explainVerb)
      .command(generateVerb)
      .demandCommand(1, 'Say what to do: validate, ack, explain or generate.'),
  handler: () => undefined,
};
