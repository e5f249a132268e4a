// The SFTP engine on standard input and output, over a folder of the host: what sftp-server is to sshd. There is no
// transport and nobody signs in; whoever started the process has the rights that it has.

import { realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { BufferPool } from './buffer-pool.ts';
import { ByteBudget } from './byte-budget.ts';
import { hostFileSystem } from './host-file-system.ts';
import { HostTree } from './host-tree.ts';
import { extensionRows, requestRows } from './requests.ts';
import type { SessionObserver } from './session-context.ts';
import { defaultSftpServerSettings } from './settings.ts';
import { SftpSession } from './sftp-session.ts';
import { StdioStream } from './stdio-stream.ts';

export interface StdioServerDeps {
  /** The folder that the client sees as `/`. */
  readonly root: string;
  /** Where relative paths begin, when it is in the root; the root otherwise. */
  readonly workingDirectory: string;
  readonly readOnly: boolean;
  /** Names as OpenSSH's sftp-server has them (`sftp-server -Q requests`); without `allowed`, all are. */
  readonly allowed: readonly string[] | undefined;
  readonly denied: readonly string[];
  readonly input: Readable;
  readonly output: Writable;
  readonly observer: SessionObserver;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

/**
 * Serves one session.
 * @returns the exit status, once the client has closed its side and everything is answered
 * @throws Error when the root cannot be opened
 */
export async function serveStdio(deps: StdioServerDeps): Promise<number> {
  const { input, output, observer, readOnly, now, randomBytes } = deps;
  const root = realpathSync(deps.root);
  const tree = await HostTree.open(root);
  const stream = new StdioStream({ input, output });
  const limits = defaultSftpServerSettings;
  const session = new SftpSession({
    stream,
    files: hostFileSystem(tree, { start: namesBelow(root, deps.workingDirectory) }),
    limits,
    budget: new ByteBudget(limits.bytesInFlightTotal),
    pool: new BufferPool({ bufferBytes: [limits.maxPacketBytes + 4], maxIdle: limits.maxIdleBuffers }),
    observer,
    readOnly,
    allows: permission(deps),
    now,
    randomBytes,
  });
  session.start();
  const status = await stream.finished;
  await session.ended;
  await tree.close();
  return status;
}

/** The requests that may be forbidden, by their short names. */
export const stdioRequestNames: readonly string[] = [...requestRows, ...extensionRows].map(({ request }) =>
  shortName(request),
);

function shortName(request: string): string {
  return request.replace(/@.*/, '').toLowerCase();
}

function permission({
  allowed,
  denied,
}: Pick<StdioServerDeps, 'allowed' | 'denied'>): (request: string) => boolean {
  const only = allowed === undefined ? undefined : new Set(allowed);
  const never = new Set(denied);
  return (request) => {
    const name = shortName(request);
    return !never.has(name) && (only === undefined || only.has(name));
  };
}

/** @returns the names that lead from the root to a folder; none when it is not in the root */
function namesBelow(root: string, folder: string): readonly string[] {
  const way = relative(root, realpathSync(folder)).split(sep);
  return way[0] === '..' ? [] : way.filter((name) => name !== '');
}
