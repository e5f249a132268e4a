// A program of the operator's, run by its arguments and never through a shell (rule R11): a cleared environment, its
// input on standard input, its output up to a limit, a time, and an end for everything that it has started.

import { type ChildProcess, spawn } from 'node:child_process';

export interface ProgramSettings {
  /** The program's absolute path, and its arguments. */
  readonly argv: readonly string[];
  /** The directory that it runs in. */
  readonly workingDirectory: string;
  /** Variables beside those that every program gets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** How much it may write to standard output and standard error together, in bytes. */
  readonly maxOutputBytes: number;
}

export type ProgramOutcome =
  | { readonly kind: 'exited'; readonly status: number; readonly output: string }
  /** It has not come to an end of its own. */
  | { readonly kind: 'failed'; readonly reason: string };

/** What every program gets: where the system's own programs are, and a language without surprises. */
const baseEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
} as const;

/**
 * Runs it to its end. It gets a process group of its own, and that is killed when the time or the output is over the
 * limit, when `signal` says so, and of whatever is left of it when the program itself has ended.
 * @returns its exit status and standard output; never throws
 */
export async function runProgram(
  settings: ProgramSettings,
  input: {
    readonly stdin: string;
    readonly variables: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ProgramOutcome> {
  const [program = '', ...args] = settings.argv;
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      shell: false,
      detached: true,
      cwd: settings.workingDirectory,
      env: { ...baseEnvironment, ...settings.environment, ...input.variables },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  } catch (thrown) {
    // An argument or a variable that no program can be given, such as one with a NUL in it.
    return { kind: 'failed', reason: `cannot be run: ${thrown instanceof Error ? thrown.name : 'unknown'}` };
  }
  return new Promise((resolve) => {
    let failure: string | undefined;
    const end = (why: string) => {
      failure ??= why;
      killGroup(child);
    };
    const timer = setTimeout(() => end(`no end within ${settings.timeoutMs} ms`), settings.timeoutMs);
    const broken = () => end('the gateway is closing');
    input.signal?.addEventListener('abort', broken, { once: true });
    const output = collect(child, settings.maxOutputBytes, () =>
      end(`more than ${settings.maxOutputBytes} bytes of output`),
    );
    const finish = (outcome: ProgramOutcome) => {
      clearTimeout(timer);
      input.signal?.removeEventListener('abort', broken);
      resolve(outcome);
    };
    child.once('error', (error: NodeJS.ErrnoException) =>
      finish({ kind: 'failed', reason: `cannot be run: ${error.code ?? error.name}` }),
    );
    // What it leaves behind in its group would hold its outputs open, and live on without a limit.
    child.once('exit', () => killGroup(child));
    child.once('close', (status, signal) => {
      if (failure !== undefined) finish({ kind: 'failed', reason: failure });
      else if (status === null) finish({ kind: 'failed', reason: `ended by ${signal ?? 'a signal'}` });
      else finish({ kind: 'exited', status, output: output() });
    });
    // A program need not read what it is told.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input.stdin);
    if (input.signal?.aborted === true) broken();
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}

/** @returns standard output so far */
function collect(child: ChildProcess, maxBytes: number, tooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const count = (chunk: Buffer): boolean => {
    bytes += chunk.length;
    if (bytes > maxBytes) tooMuch();
    return bytes <= maxBytes;
  };
  child.stdout?.on('data', (chunk: Buffer) => {
    if (count(chunk)) chunks.push(chunk);
  });
  child.stderr?.on('data', count);
  return () => Buffer.concat(chunks).toString('utf8');
}
