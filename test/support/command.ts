// The built command, run as a person would.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const main = new URL('../../dist/admin/main.js', import.meta.url).pathname;

/** @returns why the command cannot be run here, or undefined when it can */
export function whyNotBuilt(): string | undefined {
  return existsSync(main) ? undefined : 'the product is not built (npm run build)';
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs it in a directory of its own. @param input what it reads from its standard input */
export function run(cwd: string, args: readonly string[], input = ''): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: cwd },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('close', (code) => resolve({ code: code ?? -1, out, err }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
