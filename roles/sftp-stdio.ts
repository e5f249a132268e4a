// The SFTP engine without a gateway, in the place of a subsystem program.

import { randomBytes } from 'node:crypto';
import { describeFault } from '../domain/observation.ts';
import { type StdioServerDeps, serveStdio, stdioRequestNames } from '../server/stdio-server.ts';

/**
 * Runs the SFTP engine over a folder of this machine, on standard input and output. Needs no data directory.
 * @returns the exit status
 * @throws Error when the folder cannot be opened, or a request is named that there is none of
 */
export async function runSftpStdio(
  options: Pick<StdioServerDeps, 'root' | 'workingDirectory' | 'readOnly' | 'allowed' | 'denied'> & {
    /** What is told on standard error. */
    readonly log: 'nothing' | 'faults' | 'everything';
  },
): Promise<number> {
  const unknown = [...(options.allowed ?? []), ...options.denied].filter(
    (name) => name !== '' && !stdioRequestNames.includes(name),
  );
  if (unknown.length > 0) throw new Error(`There is no request called ${unknown.join(', ')}.`);
  const tell = (words: string, facts: object): void => {
    if (options.log === 'everything') process.stderr.write(`${words} ${JSON.stringify(facts)}\n`);
  };
  return serveStdio({
    ...options,
    input: process.stdin,
    output: process.stdout,
    observer: {
      refused: (refusal) => tell('refused', refusal),
      transferred: (transfer) => tell('transferred', transfer),
      protocolError: (message) => tell('protocol error', { message }),
      fault(where, thrown) {
        if (options.log !== 'nothing')
          process.stderr.write(`fault ${JSON.stringify({ where, ...describeFault(thrown) })}\n`);
      },
    },
    now: Date.now,
    randomBytes,
  });
}
