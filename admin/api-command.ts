// `claimgate api`: the HTTP API described. What makes it is loaded only then: no other command needs it.

import type { CommandModule } from 'yargs';
import { readVersion } from '../observe.ts';
import type { GlobalOptions } from './global-options.ts';

const openapi: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'openapi',
  describe: 'Print the description for programs (OpenAPI 3.1, JSON)',
  builder: (yargs) => yargs.example('$0 api openapi > claimgate-openapi.json', ''),
  handler: async () => {
    const { openApi } = await import('../roles/api-description.ts');
    process.stdout.write(`${JSON.stringify(openApi(readVersion()), undefined, 2)}\n`);
  },
};

const reference: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'reference',
  describe: 'Print docs/http-api.md',
  builder: (yargs) => yargs.example('$0 api reference', ''),
  handler: async () => {
    const { apiReference } = await import('../roles/api-description.ts');
    process.stdout.write(apiReference());
  },
};

export const apiCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'api',
  describe: 'The HTTP API described: openapi, reference',
  builder: (yargs) =>
    yargs.command(openapi).command(reference).demandCommand(1, 'Say what to print: openapi or reference.'),
  handler: () => undefined,
};
