// Programs that trading partners use, run as they are.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SftpServer } from '../../../server/sftp-server.ts';
import { password, userName } from './start-server.ts';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
}

/** @returns why a test of this program is skipped, or false when it is installed */
export function missing(program: string): string | false {
  return spawnSync('which', [program]).status === 0 ? false : `${program} is not installed`;
}

/** Runs a program with a cleared environment. @returns its exit code and both its outputs */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Record<string, string>; readonly cwd: string },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: options.cwd, ...options.env },
      timeout: 30_000,
    });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      out += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** Runs OpenSSH's sftp with a batch of commands; a password comes from an askpass program. */
export function runSftp(
  server: SftpServer,
  batch: {
    readonly cwd: string;
    readonly commands: readonly string[];
    readonly password?: string;
    readonly options?: readonly string[];
    /** A configuration file that says which host keys are known; without it, any is. */
    readonly config?: string;
  },
): Promise<Ran> {
  const askpass = join(batch.cwd, 'askpass.sh');
  writeFileSync(askpass, `#!/bin/sh\necho '${batch.password ?? password}'\n`);
  chmodSync(askpass, 0o700);
  const options = [
    ...(batch.config === undefined ? ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'] : []),
    'PreferredAuthentications=password,keyboard-interactive',
    'NumberOfPasswordPrompts=1',
    'LogLevel=ERROR',
    // `-b` implies BatchMode, which never asks for a password.
    'BatchMode=no',
    ...(batch.options ?? []),
  ].flatMap((option) => ['-o', option]);
  const file = batch.config === undefined ? [] : ['-F', batch.config];
  return run(
    'sftp',
    [...file, ...options, '-P', String(server.port), '-b', '-', `${userName}@${server.host}`],
    {
      cwd: batch.cwd,
      input: `${batch.commands.join('\n')}\n`,
      env: { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: 'none' },
    },
  );
}
