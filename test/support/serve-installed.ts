// `claimgate serve` in a folder with the configuration file that someone has there; only ports, log and what a test says
// come by the environment.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readLog } from './serve-process.ts';
import type { SftpTarget } from './stock-clients.ts';
import { until } from './until.ts';

const main = fileURLToPath(new URL('../../dist/admin/main.js', import.meta.url));

export interface InstalledGateway {
  /** Where the portal is. */
  readonly portal: string;
  /** Where a user signs in by SFTP. */
  target(user: string): SftpTarget;
  /** Ends it as an operator would. @returns its exit code */
  stop(): Promise<number | null>;
}

/** Starts it and waits until it serves; it is killed when the test ends, unless it has ended by then. */
export async function serveInstalled(
  t: { teardown(work: () => unknown): void },
  cwd: string,
  input: {
    readonly log: string;
    readonly data: string;
    readonly environment?: Readonly<Record<string, string>>;
    /** Further words of the command line. */
    readonly more?: readonly string[];
  },
): Promise<InstalledGateway> {
  const log = join(cwd, input.log);
  const child = spawn(process.execPath, [main, 'serve', ...(input.more ?? []), '--data', input.data], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      CLAIMGATE_SFTP_PORT: '0',
      CLAIMGATE_PORTAL_PORT: '0',
      CLAIMGATE_LOG_FILE: log,
      CLAIMGATE_STORAGE_CHANGE_POLL_MS: '50',
      ...input.environment,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await until(
    'it serves',
    () => {
      if (child.exitCode !== null) throw new Error(`claimgate serve ended (${child.exitCode}).`);
      return readLog(log).some(({ event }) => event === 'gateway.started');
    },
    60_000,
  );
  const of = (kind: string) => readLog(log).find(({ event }) => event === kind) ?? {};
  const sftp = of('sftp.listening');
  return {
    portal: `http://127.0.0.1:${Number(of('portal.listening')['port'])}`,
    target: (user) => ({
      host: '127.0.0.1',
      port: Number(sftp['port']),
      user,
      fingerprints: sftp['fingerprints'] as readonly string[],
    }),
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
