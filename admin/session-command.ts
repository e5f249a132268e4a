// `claimgate session`: who is signed in by SFTP now, and the end of a session. It works on rows, so on any running gateway
// of this data directory.

import type { CommandModule } from 'yargs';
import { listSftpSessions, requestSessionEnd } from '../storage/sftp-session-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTable, printTime } from './output.ts';
import { withCore } from './with-core.ts';

const list: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'list',
  describe: 'List live SFTP sessions (bytes and transfers are a few seconds old)',
  builder: (yargs) => yargs.example('$0 session list', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const sessions = (await listSftpSessions(core.database)).map(({ sinceMs, ...session }) => ({
        ...session,
        since: printTime(sinceMs),
      }));
      const columns = {
        id: 'ID',
        userId: 'USER',
        partnerId: 'PARTNER',
        address: 'ADDRESS',
        since: 'SINCE',
        bytesIn: 'IN',
        bytesOut: 'OUT',
        doing: 'TRANSFERS',
      };
      const rows = sessions.map(({ transfers, ...session }) => ({
        ...session,
        doing: transfers.map(({ direction, path }) => `${direction} ${path}`).join(', '),
      }));
      output.result(sessions, () => printTable(rows, columns, 'Nobody is signed in.'));
    }),
};

const end: CommandModule<GlobalOptions, GlobalOptions & { readonly id: string }> = {
  command: 'end <id>',
  describe: 'End a live SFTP session; an upload under way is kept as interrupted',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true })
      .example('$0 session end 018f2d3c-0000-7000-8000-000000000000', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const asked = await requestSessionEnd(core.database, { id: options.id, actor });
      if (!asked)
        throw new CommandFailure(`There is no session ${options.id}; claimgate session list shows them.`, 1);
      output.result({ id: options.id, state: 'ending' }, () => `Session ${options.id} ends now.`);
    }),
};

export const sessionCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'session',
  describe: 'Live SFTP sessions: list, end',
  builder: (yargs) => yargs.command(list).command(end).demandCommand(1, 'Say what to do: list or end.'),
  handler: () => undefined,
};
