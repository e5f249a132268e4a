// One command line from its words to its exit code: what `claimgate` does with whatever it was asked.

import { describeFault } from '../domain/observation.ts';
import { CommandFailure } from './command-failure.ts';
import { commandLine } from './command-line.ts';

/**
 * Runs it. A failure is told on standard error, with `--json` as JSON, and sets the exit code of this process: 1 refused,
 * 2 could not be tried.
 * @param args what stands after the command's name
 */
export async function runCommand(args: readonly string[]): Promise<void> {
  try {
    const line = await commandLine(args);
    await line.parseAsync();
  } catch (thrown) {
    const known = thrown instanceof CommandFailure;
    const fault = describeFault(thrown);
    if (args.includes('--json')) {
      const { message, code } = fault;
      process.stderr.write(`${JSON.stringify({ error: { message, code: code ?? fault.name } })}\n`);
    } else {
      process.stderr.write(`claimgate: ${fault.message}\n`);
      if (!known && process.env['DEBUG'] !== undefined) process.stderr.write(`${fault.stack ?? ''}\n`);
    }
    process.exitCode = known ? thrown.exitCode : 2;
  }
}
