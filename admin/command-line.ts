// The command line of `claimgate`: every command there is, and what holds for all of them.

import yargs, { type Argv } from 'yargs';
import { readVersion } from '../observe.ts';
import { accountCommand } from './account-command.ts';
import { apiCommand } from './api-command.ts';
import { applyCommand, exportCommand } from './apply-command.ts';
import { auditCommand } from './audit-command.ts';
import { backupCommand } from './backup-command.ts';
import { banCommand } from './ban-command.ts';
import { broadcastCommand } from './broadcast-command.ts';
import { CommandFailure } from './command-failure.ts';
import { completionCommand } from './completion-command.ts';
import { configCommand } from './config-command.ts';
import { demoCommand } from './demo-command.ts';
import { dispatchCommand } from './dispatch-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { ediCommand } from './edi-command.ts';
import { eventCommand } from './event-command.ts';
import { type GlobalOptions, globalOptions } from './global-options.ts';
import { grantCommand } from './grant-command.ts';
import { hookCommand } from './hook-command.ts';
import { hostKeyCommand } from './hostkey-command.ts';
import { initCommand } from './init-command.ts';
import { keyCommand } from './key-command.ts';
import { mailCommand } from './mail-command.ts';
import { partnerCommand } from './partner-command.ts';
import { retentionCommand } from './retention-command.ts';
import { roleCommand } from './role-command.ts';
import { serveCommand } from './serve-command.ts';
import { sessionCommand } from './session-command.ts';
import { sftpStdioCommand } from './sftp-stdio-command.ts';
import { transmissionCommand } from './transmission-command.ts';
import { userCommand } from './user-command.ts';

/**
 * @param args what stands after the command's name
 * @returns what parses and runs them; a mistake in them throws CommandFailure (2)
 */
export function commandLine(args: readonly string[]): Argv<GlobalOptions> {
  return yargs([...args])
    .scriptName('claimgate')
    .usage('$0 <command>\n\nSFTP gateway for healthcare EDI trading partners.')
    .options(globalOptions)
    .command(initCommand)
    .command(serveCommand)
    .command(demoCommand)
    .command(partnerCommand)
    .command(userCommand)
    .command(roleCommand)
    .command(grantCommand)
    .command(mailCommand)
    .command(accountCommand)
    .command(keyCommand)
    .command(sessionCommand)
    .command(banCommand)
    .command(hostKeyCommand)
    .command(transmissionCommand)
    .command(dispatchCommand)
    .command(broadcastCommand)
    .command(retentionCommand)
    .command(ediCommand)
    .command(eventCommand)
    .command(hookCommand)
    .command(apiCommand)
    .command(auditCommand)
    .command(applyCommand)
    .command(exportCommand)
    .command(backupCommand)
    .command(configCommand)
    .command(doctorCommand)
    .command(sftpStdioCommand)
    .command(completionCommand)
    .demandCommand(1, 'Say what to do; claimgate --help lists the commands.')
    .strict()
    .version(readVersion())
    .help()
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new CommandFailure(`${message}\nSee: claimgate --help`, 2);
    });
}
