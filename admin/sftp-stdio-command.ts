// `claimgate sftp-stdio`: the SFTP engine on standard input and output, over a folder. It takes the options of OpenSSH's
// sftp-server as well, so that it can stand in its place.

import type { CommandModule } from 'yargs';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';

interface SftpStdioOptions extends GlobalOptions {
  readonly root: string;
  readonly 'read-only': boolean;
  readonly e: boolean;
  readonly l?: string | undefined;
  readonly f?: string | undefined;
  readonly u?: string | undefined;
  readonly d?: string | undefined;
  readonly p?: string | undefined;
  readonly P?: string | undefined;
}

export const sftpStdioCommand: CommandModule<GlobalOptions, SftpStdioOptions> = {
  command: 'sftp-stdio',
  describe: 'The SFTP engine on standard input and output, over a folder',
  builder: (yargs) =>
    yargs
      .option('root', {
        type: 'string',
        default: '.',
        requiresArg: true,
        describe: 'The folder that the client sees as /; nothing leads out of it',
      })
      .option('read-only', { alias: 'R', type: 'boolean', default: false, describe: 'Refuse what writes' })
      .option('e', { type: 'boolean', default: false, describe: 'Log to standard error' })
      .option('l', { type: 'string', requiresArg: true, describe: 'Log level, as sftp-server has it' })
      .option('f', { type: 'string', requiresArg: true, describe: 'Log facility; taken and ignored' })
      .option('u', { type: 'string', requiresArg: true, describe: 'Umask for new files, in octal' })
      .option('d', { type: 'string', requiresArg: true, describe: 'Where relative paths begin' })
      .option('p', { type: 'string', requiresArg: true, describe: 'The only requests that are allowed' })
      .option('P', { type: 'string', requiresArg: true, describe: 'Requests that are not allowed' })
      .example('sftp -D "claimgate sftp-stdio --root /srv/exchange"', 'with the client of OpenSSH'),
  handler: async (options) => {
    if (options.u !== undefined) process.umask(readUmask(options.u));
    const level = options.l?.toLowerCase() ?? 'error';
    const { runSftpStdio } = await import('../roles/sftp-stdio.ts');
    process.exitCode = await runSftpStdio({
      root: options.root,
      workingDirectory: options.d ?? process.cwd(),
      readOnly: options['read-only'],
      allowed: options.p?.split(','),
      denied: options.P?.split(',') ?? [],
      log: options.e && level !== 'quiet' ? (quietLevels.has(level) ? 'faults' : 'everything') : 'nothing',
    }).catch((thrown: unknown) => {
      throw new CommandFailure(thrown instanceof Error ? thrown.message : String(thrown), 2);
    });
  },
};

const quietLevels: ReadonlySet<string> = new Set(['fatal', 'error']);

function readUmask(text: string): number {
  if (!/^[0-7]{1,4}$/.test(text)) throw new CommandFailure(`-u ${text}: a umask is octal, such as 027.`, 2);
  return Number.parseInt(text, 8);
}
