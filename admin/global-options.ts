// The options that every command takes, and the configuration that they lead to.

import { type ConfigProblem, loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { CommandFailure } from './command-failure.ts';

export interface GlobalOptions {
  readonly config?: string | undefined;
  readonly data?: string | undefined;
  readonly json: boolean;
}

/** As yargs wants them. */
export const globalOptions = {
  config: { type: 'string', describe: 'Configuration file (YAML)', requiresArg: true, global: true },
  data: {
    type: 'string',
    describe: 'Data directory, over the configuration',
    requiresArg: true,
    global: true,
  },
  json: { type: 'boolean', default: false, describe: 'Print JSON for programs', global: true },
} as const;

/**
 * Loads the configuration that the options and the environment name.
 * @throws CommandFailure (2) with every problem, its place and its fix
 */
export function loadConfigOf(
  options: Pick<GlobalOptions, 'config' | 'data'>,
  overrides: {
    readonly roles?: readonly string[] | undefined;
    readonly sftp?: { readonly workers: number };
  } = {},
): { readonly config: Config; readonly sources: readonly string[] } {
  const outcome = loadConfig({
    ...(options.config === undefined ? {} : { file: options.config }),
    environment: process.env,
    overrides: {
      ...(options.data === undefined ? {} : { dataDirectory: options.data }),
      ...(overrides.roles === undefined ? {} : { roles: overrides.roles }),
      ...(overrides.sftp === undefined ? {} : { sftp: overrides.sftp }),
    },
    workingDirectory: process.cwd(),
  });
  if (outcome.kind === 'refused') throw new CommandFailure(printProblems(outcome.problems), 2);
  return outcome;
}

/** The problems of a configuration, a paragraph each. */
export function printProblems(problems: readonly ConfigProblem[]): string {
  const lines = problems.map(({ path, source, message }) => `  ${path} (${source})\n    ${message}`);
  return `The configuration cannot be used:\n${lines.join('\n')}`;
}
