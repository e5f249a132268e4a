#!/usr/bin/env -S node --max-semi-space-size=4 --no-parallel-scavenge
// The command `claimgate`.

import { hideBin } from 'yargs/helpers';
import { runCommand } from './run-command.ts';

// Whoever reads has seen enough, as in `claimgate audit export | head`: that is no fault.
process.stdout.on('error', (thrown) => {
  if ('code' in thrown && thrown.code === 'EPIPE') process.exit();
  throw thrown;
});

await runCommand(hideBin(process.argv));
