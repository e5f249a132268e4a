// The command line of `claimgate`: every command there is, and what holds for all of them.

import yargs, { type Argv } from 'yargs';
import { readVersion } from '../observe.ts';
import { CommandFailure } from './command-failure.ts';
import { type GlobalOptions, globalOptions } from './global-options.ts';

/** Every command, in the order of the help. Each is loaded when it is asked for: most need a small part of the product. */
const commands: Readonly<Record<string, (to: Argv<GlobalOptions>) => Promise<Argv<GlobalOptions>>>> = {
  init: async (to) => to.command((await import('./init-command.ts')).initCommand),
  serve: async (to) => to.command((await import('./serve-command.ts')).serveCommand),
  demo: async (to) => to.command((await import('./demo-command.ts')).demoCommand),
  partner: async (to) => to.command((await import('./partner-command.ts')).partnerCommand),
  user: async (to) => to.command((await import('./user-command.ts')).userCommand),
  role: async (to) => to.command((await import('./role-command.ts')).roleCommand),
  grant: async (to) => to.command((await import('./grant-command.ts')).grantCommand),
  mail: async (to) => to.command((await import('./mail-command.ts')).mailCommand),
  account: async (to) => to.command((await import('./account-command.ts')).accountCommand),
  key: async (to) => to.command((await import('./key-command.ts')).keyCommand),
  session: async (to) => to.command((await import('./session-command.ts')).sessionCommand),
  ban: async (to) => to.command((await import('./ban-command.ts')).banCommand),
  hostkey: async (to) => to.command((await import('./hostkey-command.ts')).hostKeyCommand),
  transmission: async (to) => to.command((await import('./transmission-command.ts')).transmissionCommand),
  dispatch: async (to) => to.command((await import('./dispatch-command.ts')).dispatchCommand),
  broadcast: async (to) => to.command((await import('./broadcast-command.ts')).broadcastCommand),
  retention: async (to) => to.command((await import('./retention-command.ts')).retentionCommand),
  edi: async (to) => to.command((await import('./edi-command.ts')).ediCommand),
  event: async (to) => to.command((await import('./event-command.ts')).eventCommand),
  hook: async (to) => to.command((await import('./hook-command.ts')).hookCommand),
  api: async (to) => to.command((await import('./api-command.ts')).apiCommand),
  audit: async (to) => to.command((await import('./audit-command.ts')).auditCommand),
  apply: async (to) => to.command((await import('./apply-command.ts')).applyCommand),
  export: async (to) => to.command((await import('./apply-command.ts')).exportCommand),
  backup: async (to) => to.command((await import('./backup-command.ts')).backupCommand),
  config: async (to) => to.command((await import('./config-command.ts')).configCommand),
  doctor: async (to) => to.command((await import('./doctor-command.ts')).doctorCommand),
  'sftp-stdio': async (to) => to.command((await import('./sftp-stdio-command.ts')).sftpStdioCommand),
  completion: async (to) => to.command((await import('./completion-command.ts')).completionCommand),
};

/**
 * @param args what stands after the command's name
 * @returns what parses and runs them; a mistake in them throws CommandFailure (2)
 */
export async function commandLine(args: readonly string[]): Promise<Argv<GlobalOptions>> {
  const all = Object.keys(commands);
  const named = all.filter((name) => args.includes(name));
  // Whoever names none wants to see what there is.
  const wanted = named.length > 0 || args.includes('--version') ? named : all;
  let line = emptyCommandLine(args);
  for (const name of wanted) line = (await commands[name]?.(line)) ?? line;
  return line;
}

function emptyCommandLine(args: readonly string[]): Argv<GlobalOptions> {
  return yargs([...args])
    .scriptName('claimgate')
    .usage('$0 <command>\n\nSFTP gateway for healthcare EDI trading partners.')
    .options(globalOptions)
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
