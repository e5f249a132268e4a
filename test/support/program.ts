// Programs of others, run as they are.

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Ran {
  /** null when it was ended by a signal. */
  readonly code: number | null;
  /** What it wrote, to both outputs. */
  readonly out: string;
}

/** @returns why tests of this program are skipped, or false when it is installed */
export function missingProgram(program: string): string | false {
  const there = (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return there ? false : `${program} is not installed`;
}

/** Longer than any of them takes, in milliseconds. */
const programTimeoutMs = 60_000;

/** Runs a program in a folder of its own, with an empty environment but for what is given. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly input?: string;
    readonly environment?: Readonly<Record<string, string>>;
  },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: options.cwd, ...options.environment },
      timeout: programTimeoutMs,
    });
    let out = '';
    const collect = (chunk: Buffer) => {
      out += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}
