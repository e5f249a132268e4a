#!/usr/bin/env -S node --max-semi-space-size=1
// The command `claimgate`.

import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { describeFault } from '../domain/observation.ts';
import { readVersion } from '../observe.ts';
import { accountCommand } from './account-command.ts';
import { applyCommand, exportCommand } from './apply-command.ts';
import { auditCommand } from './audit-command.ts';
import { backupCommand } from './backup-command.ts';
import { banCommand } from './ban-command.ts';
import { CommandFailure } from './command-failure.ts';
import { configCommand } from './config-command.ts';
import { demoCommand } from './demo-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { ediCommand } from './edi-command.ts';
import { globalOptions } from './global-options.ts';
import { grantCommand } from './grant-command.ts';
import { hostKeyCommand } from './hostkey-command.ts';
import { initCommand } from './init-command.ts';
import { mailCommand } from './mail-command.ts';
import { partnerCommand } from './partner-command.ts';
import { roleCommand } from './role-command.ts';
import { serveCommand } from './serve-command.ts';
import { sessionCommand } from './session-command.ts';
import { sftpStdioCommand } from './sftp-stdio-command.ts';
import { transmissionCommand } from './transmission-command.ts';
import { userCommand } from './user-command.ts';

async function main(): Promise<void> {
  await yargs(hideBin(process.argv))
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
    .command(sessionCommand)
    .command(banCommand)
    .command(hostKeyCommand)
    .command(transmissionCommand)
    .command(ediCommand)
    .command(auditCommand)
    .command(applyCommand)
    .command(exportCommand)
    .command(backupCommand)
    .command(configCommand)
    .command(doctorCommand)
    .command(sftpStdioCommand)
    .demandCommand(1, 'Say what to do; claimgate --help lists the commands.')
    .strict()
    .version(readVersion())
    .help()
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new CommandFailure(`${message}\nSee: claimgate --help`, 2);
    })
    .parseAsync();
}

try {
  await main();
} catch (thrown) {
  const known = thrown instanceof CommandFailure;
  const fault = describeFault(thrown);
  if (process.argv.includes('--json')) {
    const { message, code } = fault;
    process.stderr.write(`${JSON.stringify({ error: { message, code: code ?? fault.name } })}\n`);
  } else {
    process.stderr.write(`claimgate: ${fault.message}\n`);
    if (!known && process.env['DEBUG'] !== undefined) process.stderr.write(`${fault.stack ?? ''}\n`);
  }
  process.exitCode = known ? thrown.exitCode : 2;
}
