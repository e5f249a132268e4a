// The built command, run many times in one process that stays: a command costs what it does, and not the start of Node.
// Where the start, signals or standard input as a file matter, command.ts runs it as a process of its own.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Ran } from './command.ts';

export interface CommandDesk {
  /** Runs one command line in a folder, when those asked before have ended. @param input what it is piped */
  run(cwd: string, args: readonly string[], input?: string): Promise<Ran>;
}

/**
 * Opens the desk; it ends with the test.
 * @param environment settings by the names that the command reads
 */
export function openCommandDesk(
  t: { teardown(work: () => unknown): void },
  environment: Readonly<Record<string, string>> = {},
): CommandDesk {
  const child = fork(fileURLToPath(new URL('command-desk.mjs', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
    env: { PATH: process.env['PATH'] },
  });
  const ended = new Promise<never>((_, failed) =>
    child.once('close', (code) => failed(new Error(`The command desk ended (${code}).`))),
  );
  ended.catch(() => undefined);
  t.teardown(() => {
    child.kill('SIGKILL');
    return ended.catch(() => undefined);
  });
  let last: Promise<unknown> = Promise.resolve();
  const ask = (cwd: string, args: readonly string[], input: string): Promise<Ran> =>
    Promise.race([
      new Promise<Ran>((done) => {
        child.once('message', (ran) => done(ran as Ran));
        child.send({ cwd, args, environment, input });
      }),
      ended,
    ]);
  return {
    run(cwd, args, input = '') {
      const ran = last.then(() => ask(cwd, args, input));
      last = ran.catch(() => undefined);
      return ran;
    },
  };
}
