// One way for scripts to run a program to its end.

import { spawnSync } from 'node:child_process';

/** A failed compiler says more than anyone reads; what it was at the end is what counts. */
const linesTold = 25;
const outputMaxBytes = 1 << 28;

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options] where and with which environment it runs
 * @returns {string} what it wrote to standard output
 * @throws Error with the last lines of what it said, when it cannot be run or its exit status is not 0
 */
export function runProgram(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: outputMaxBytes, ...options });
  if (done.status === 0) return done.stdout ?? '';
  const said = `${done.stdout ?? ''}${done.stderr ?? ''}`.trim().split('\n').slice(-linesTold).join('\n');
  const how = done.error?.message ?? done.signal ?? `exit status ${done.status}`;
  throw new Error(`${command} ${args.join(' ')} failed (${how}):\n${said}`);
}
