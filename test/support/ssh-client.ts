// ssh2's client against a gateway: for what no stock client can be told to do, such as hanging up in mid-upload.

import ssh2, { type Client, type SFTPWrapper } from 'ssh2';
import type { SftpTarget } from './stock-clients.ts';
import { within } from './until.ts';

export interface SshSession {
  readonly client: Client;
  readonly sftp: SFTPWrapper;
  /** Cuts the connection as a dead network does: no CLOSE, no goodbye. */
  cut(): void;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
}

/**
 * Signs in, with a password or what ssh2 takes instead, and opens SFTP.
 * @throws Error when the server refuses or hangs up
 */
export async function connectSsh(
  t: { teardown(work: () => void): void },
  target: SftpTarget,
  proof: string | { readonly privateKey: string },
): Promise<SshSession> {
  const client = new ssh2.Client();
  t.teardown(() => client.destroy());
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  const ready = new Promise<void>((resolve, reject) => {
    client.on('ready', resolve);
    client.on('error', reject);
    client.on('close', () => reject(new Error('The server hung up.')));
    const { host, port, user } = target;
    client.connect({
      host,
      port,
      username: user,
      ...(typeof proof === 'string' ? { password: proof } : proof),
    });
  });
  await within('a sign-in by SSH', ready);
  const sftp = await call<SFTPWrapper>((done) => client.sftp(done));
  // A cut session ends its requests with errors, which the tests see where they wait for them.
  sftp.on('error', () => undefined);
  return { client, sftp, cut: () => client.destroy(), closed };
}

/** Turns `f(..., callback)` into a promise. */
export function call<Result = void>(
  start: (done: (error?: Error | null, result?: Result) => void) => void,
): Promise<Result> {
  const answered = new Promise<Result>((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result as Result)));
  });
  return within('an answer to an SFTP request', answered);
}

/** Writes a file through OPEN, WRITE and CLOSE; resolves when CLOSE was answered OK. */
export async function putFile(sftp: SFTPWrapper, path: string, content: string | Buffer): Promise<void> {
  const handle = await call<Buffer>((done) => sftp.open(path, 'w', done));
  const bytes = Buffer.from(content);
  if (bytes.length > 0) await call((done) => sftp.write(handle, bytes, 0, bytes.length, 0, done));
  await call((done) => sftp.close(handle, done));
}
