#!/usr/bin/env -S node --max-semi-space-size=1
// The command `claimgate`.

import { hideBin } from 'yargs/helpers';
import { describeFault } from '../domain/observation.ts';
import { CommandFailure } from './command-failure.ts';
import { commandLine } from './command-line.ts';

// Whoever reads has seen enough, as in `claimgate audit export | head`: that is no fault.
process.stdout.on('error', (thrown) => {
  if ('code' in thrown && thrown.code === 'EPIPE') process.exit();
  throw thrown;
});

try {
  const line = await commandLine(hideBin(process.argv));
  await line.parseAsync();
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
