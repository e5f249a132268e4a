// `claimgate serve` as a process of its own, from the built product: for tests that kill it, measure it, or start two.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConfigInput, testSettings } from './gateway.ts';
import type { SftpTarget } from './stock-clients.ts';
import { until, within } from './until.ts';

const program = fileURLToPath(new URL('../../dist/admin/main.js', import.meta.url));

export interface ServeProcess {
  readonly pid: number;
  /** Where its structured log is. */
  readonly logFile: string;
  /** What it wrote to its outputs, beside the log. */
  said(): string;
  /** Where a user signs in by SFTP. */
  target(user: string): SftpTarget;
  readonly portalPort: number | undefined;
  /** Resolves when it is gone, however it ended. */
  readonly ended: Promise<unknown>;
  /** Ends it at once, as a crash or the kernel would. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Ends it as an operator would. @returns its exit code */
  stop(): Promise<number | null>;
}

export interface ServeInput {
  /** The folder of the test; the data directory is `data` in it. */
  readonly root: string;
  readonly config?: ConfigInput;
  /** Distinguishes the configuration and log of several starts. */
  readonly name: string;
  /** For Node itself, before the program. */
  readonly nodeArguments?: readonly string[];
}

interface Spawned {
  readonly child: ChildProcess;
  readonly logFile: string;
  readonly said: () => string;
  readonly ended: Promise<number | null>;
}

/** @returns why there is no product to start, or false when it is built (`npm test` builds it) */
export function whyNotBuilt(): string | false {
  return existsSync(program) ? false : 'the product is not built (npm run build)';
}

function spawnServe(input: ServeInput): Spawned {
  const { root, name } = input;
  const logFile = join(root, `${name}.log`);
  const configFile = join(root, `${name}.yaml`);
  const settings = testSettings(join(root, 'data'), {
    roles: ['sftp', 'intake'],
    ...input.config,
    log: { level: 'debug', file: logFile },
  });
  // JSON is YAML.
  writeFileSync(configFile, JSON.stringify(settings));
  const child = spawn(
    process.execPath,
    [...(input.nodeArguments ?? []), program, 'serve', '--config', configFile],
    {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, logFile, said: () => said, ended };
}

/** Starts it, and waits until it serves. It is killed when the test ends, unless it has ended by then. */
export async function startServe(
  t: { teardown(work: () => unknown): void },
  input: ServeInput,
): Promise<ServeProcess> {
  const { child, logFile, said, ended } = spawnServe(input);
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  t.teardown(kill);
  await until(
    `${input.name} serves`,
    () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`claimgate serve ended (${child.exitCode}): ${said()}`);
      return readLog(logFile).some(({ event }) => event === 'gateway.started');
    },
    60_000,
  );
  const log = readLog(logFile);
  const sftp = log.find(({ event }) => event === 'sftp.listening');
  const portal = log.find(({ event }) => event === 'portal.listening');
  return {
    pid: child.pid ?? 0,
    logFile,
    said,
    portalPort: portal === undefined ? undefined : Number(portal['port']),
    target: (user) => ({
      host: '127.0.0.1',
      port: Number(sftp?.['port']),
      user,
      fingerprints: (sftp?.['fingerprints'] ?? []) as readonly string[],
    }),
    ended,
    kill,
    async stop() {
      child.kill('SIGTERM');
      return within('claimgate serve ends after SIGTERM', ended);
    },
  };
}

/** Runs it until it ends by itself: for starts that are refused. */
export async function runServe(
  input: ServeInput,
): Promise<{ readonly code: number | null; readonly out: string }> {
  const { said, ended } = spawnServe(input);
  const code = await ended;
  return { code, out: said() };
}

/** The lines of a log so far; a line that is being written is left out. */
export function readLog(file: string): readonly Readonly<Record<string, unknown>>[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
